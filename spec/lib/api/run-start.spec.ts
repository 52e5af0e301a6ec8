import { describe, expect, it } from 'vitest';
import { describeRun } from '../../../lib/api/run-start.ts';
import { runId } from '../../../lib/base/ids.ts';
import { engineVersion } from '../../../lib/base/version.ts';
import { resolveConfig } from '../../../lib/config/config.ts';
import type { SessionOptions } from '../../../lib/config/options.ts';

const PROCESSES = {
  self: { pid: 4711, startTime: '88', bootId: 'boot', pidNamespace: 'none' },
  command: 'node job.ts',
} as const;
const MACHINE = { processors: 6, memoryBytes: 2 ** 30 };

const describeWith = (options: SessionOptions) =>
  describeRun(runId('aaaa0001'), resolveConfig(options, {}, MACHINE), PROCESSES);

describe('what is on record of a run from its start', () => {
  it('is its process, its releases and every option, as JSON', () => {
    const start = describeWith({ dir: 'x', scheduler: { pools: { batch: { weight: 2 } } } });
    expect(start).toMatchObject({
      ...{ run: 'aaaa0001', pid: 4711, processStart: '88', bootId: 'boot', command: 'node job.ts' },
      ...{ nodeVersion: process.version, cairnVersion: engineVersion() },
      options: {
        ...{ dir: 'x', master: 'local[6]', parallelism: null, memory: 2 ** 29, 'task.maxFailures': 4 },
        'scheduler.pools': { batch: { mode: 'FIFO', weight: 2, minShare: 0 } },
      },
    });
    expect(JSON.parse(JSON.stringify(start))).toEqual(start);
  });

  it('says of functions that they are', () => {
    const byReferenceOf = (byReference: string | (() => boolean)) =>
      describeWith({ closure: { byReference } }).options['closure.byReference'];
    expect([byReferenceOf('@acme/*'), byReferenceOf(() => true)]).toEqual([['@acme/*'], 'a function']);
  });

  it.each(['local', 'local[1]', 'local[12]'])('has the master %s as it was written', (master) => {
    expect(describeWith({ master }).master).toBe(master);
  });
});
