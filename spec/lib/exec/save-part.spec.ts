import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { taskContext } from '../../../lib/api/task-context.ts';
import { useSession } from '../../support/use-session.ts';

const cairn = useSession();

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'cairn-save-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('a task that saves a part', () => {
  it('counts the records and bytes it wrote', async () => {
    const written: [number, number][] = [];
    {
      using _ = cairn.session.onEvent((event) => {
        if (event.kind === 'task-ended') written.push([event.metrics.rowsWritten, event.metrics.bytesWritten]);
      });
      await cairn.session.parallelize(['aa', 'b', 'c'], 2).saveAsTextFile(join(directory, 'counted'));
    }
    expect(written.sort()).toEqual([
      [1, 3],
      [2, 4],
    ]);
  });

  it('leaves nothing of attempts that failed, and publishes the one that did not', async () => {
    const flaky = cairn.session.parallelize(['a', 'b', 'c'], 1).map((x) => {
      if (x === 'c' && taskContext()?.attempt === 0) throw new RangeError('once');
      return x;
    });
    const path = join(directory, 'flaky');
    const outcome = await flaky.saveAsTextFile(path).then(
      () => 'saved',
      () => 'failed',
    );
    // Whether a task is tried again is up to the master of the session.
    expect(readdirSync(directory).filter((name) => name.startsWith('.'))).toEqual([]);
    if (outcome === 'saved') expect(await cairn.session.textFile(path).collect()).toEqual(['a', 'b', 'c']);
    else expect(readdirSync(directory)).not.toContain('flaky');
  });
});
