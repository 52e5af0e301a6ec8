import { expect, it } from 'vitest';
import type { Clock } from '../../../lib/base/clock.ts';
import { runId, shuffleId, taskId } from '../../../lib/base/ids.ts';
import { forgetUnused } from '../../../lib/resume/forget-unused.ts';
import { MetadataDatabase } from '../../../storage/metadata/database.ts';
import { JobLog } from '../../../storage/metadata/job-log.ts';
import { RunReader } from '../../../storage/metadata/run-reader.ts';
import { ShuffleCatalog } from '../../../storage/metadata/shuffle-catalog.ts';
import { exampleJob, exampleRun, ScratchDirectory } from '../../storage/metadata/example-run.ts';

/** A data directory in which one run after another leaves a map output, in a year of its own. */
class Runs implements Disposable {
  readonly #scratch = new ScratchDirectory();
  year = 0;
  readonly #clock: Clock = { nowMs: () => this.year * 1000, monotonicMs: () => 0 };
  readonly database = MetadataDatabase.open(this.#scratch.database, { clock: this.#clock });
  readonly shuffles = new ShuffleCatalog(this.database);

  /** As a session begins. */
  begin(run: string, name = 'spec'): boolean {
    JobLog.beginRun(this.database, exampleRun(run, { options: { name } }));
    return forgetUnused(this.shuffles, new RunReader(this.database), name, runId(run));
  }

  /** A run whose only job comes to an end, unless it is killed, and of which an output stays. */
  leave(run: string, year: number, options: { readonly name?: string; readonly isKilled?: boolean } = {}): void {
    this.year = year;
    this.begin(run, options.name);
    const job = exampleJob();
    this.database.transaction(() => {
      this.database.run(
        `INSERT INTO jobs (run, job, node, action, call_site, pool, state, submitted_at_ms, stage_count, skipped_stage_count)
         VALUES (?, ?, ?, 'count', '', '', ?, 0, 1, 0)`,
        ...[run, job.job, job.node, options.isKilled === true ? 'killed' : 'failed'],
      );
    });
    const shuffle = { run: runId(run), shuffle: shuffleId(0), fingerprint: run, mapCount: 1, reducerCount: 1 };
    this.shuffles.recordOutputs(shuffle, [{ mapIndex: 0, task: taskId(0), bytes: 1, rowCount: 1, durationMs: 1 }]);
  }

  get kept(): readonly string[] {
    return this.shuffles.list().map(({ run }) => run);
  }

  [Symbol.dispose](): void {
    this.database.close();
    this.#scratch[Symbol.dispose]();
  }
}

it('lets go what three runs of the name, whose jobs ended, had no use for', () => {
  using runs = new Runs();
  runs.leave('aaaa0001', 1);
  runs.leave('bbbb0001', 1, { name: 'other' });
  runs.leave('aaaa0002', 2);
  runs.leave('aaaa0003', 3, { isKilled: true });
  runs.leave('aaaa0004', 4);
  expect(runs.kept).toEqual(['aaaa0004', 'aaaa0003', 'aaaa0002', 'bbbb0001', 'aaaa0001']);
  runs.leave('aaaa0005', 5);
  runs.year = 6;
  expect(runs.begin('aaaa0006')).toBe(true);
  expect(runs.kept).toEqual(['aaaa0005', 'aaaa0004', 'aaaa0003', 'aaaa0002', 'bbbb0001']);
  // Of the other name, none had a look.
  expect(runs.begin('bbbb0002', 'other')).toBe(false);
  expect(runs.kept).toContain('bbbb0001');
});

it('keeps what later runs wrote or used when a clock was set back between them', () => {
  using runs = new Runs();
  for (const [i, run] of ['aaaa0001', 'aaaa0002', 'aaaa0003'].entries()) runs.leave(run, 100 + i);
  runs.leave('aaaa0004', 1);
  runs.shuffles.touch(runId('aaaa0002'), shuffleId(0));
  runs.year = 2;
  runs.begin('aaaa0005');
  expect(runs.kept).toEqual(expect.arrayContaining(['aaaa0004', 'aaaa0002']));
});

it('knows a name as it is stored, when it is longer than what is, or no text', () => {
  for (const name of ['x'.repeat(70_000), 'half \ud800 a pair', '__proto__', "'"]) {
    using runs = new Runs();
    for (let i = 1; i <= 4; i++) runs.leave(`aaaa000${i}`, i, { name });
    expect(runs.begin('aaaa0005', name), name.slice(0, 20)).toBe(true);
    expect(runs.kept).toEqual(['aaaa0004', 'aaaa0003', 'aaaa0002']);
  }
});
