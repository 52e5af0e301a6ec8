import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Io } from '../../../cli/command.ts';
import { CairnError, serializeError } from '../../../lib/base/errors.ts';
import { runId } from '../../../lib/base/ids.ts';
import { STORAGE_LEVELS } from '../../../storage/block/storage-level.ts';
import { RecorderScript } from '../../lib/api/support/recorder-script.ts';
import { Lineage } from '../../lib/scheduler/support/lineages.ts';

/**
 * A data directory with two runs whose times, sizes and names never change: `aaaa0001`, which counted words, used the
 * counts again, and failed at a join; and `bbbb0002`, which was killed within its first job.
 */
export class ExampleCatalog implements Disposable {
  readonly directory = mkdtempSync(join(tmpdir(), 'cairn-cli-'));

  constructor() {
    this.#firstRun();
    this.#killedRun();
  }

  #firstRun(): void {
    using script = new RecorderScript({ directory: this.directory });
    const lineage = new Lineage();
    const counts = lineage.shuffled(lineage.map(lineage.collection(12)), 4);
    counts.name = 'counts';
    counts.storageLevel = STORAGE_LEVELS.MEMORY_AND_DISK;
    script.startJob(0, counts, [0, 1], { description: 'count the words' });
    const written = {
      rowsRead: 1_234_567,
      shuffleWriteRecords: 45_678,
      shuffleWriteBytes: 2_000_000,
      spilledBytes: 4096,
      peakMemoryBytes: 2_000_000,
      consumers: [{ name: 'map output', peakBytes: 2_000_000, spilledBytes: 4096 }],
    };
    script.runStage(0, { shuffle: 0, tasks: 12, taskMs: 700, metrics: written });
    const consumers = [
      { name: 'group by key', peakBytes: 1_000_000, spilledBytes: 0 },
      { name: 'sort by key', peakBytes: 2_500_000, spilledBytes: 1_048_576 },
    ];
    const read = { shuffleReadRecords: 137_034, shuffleReadBytes: 6_000_000, peakMemoryBytes: 3_000_000, consumers };
    script.runStage(1, { parents: [0], tasks: 4, taskMs: 61_000, metrics: read, name: 'collect at job.ts:9' });
    script.endJob(0);
    script.wait(1500);

    script.startJob(1, lineage.map(counts), [2, 3], { action: 'count', line: 11 });
    script.skipStage(2, 1);
    script.runStage(3, { job: 1, parents: [2], tasks: 4, taskMs: 2, name: 'count at job.ts:11' });
    script.endJob(1);

    const join = lineage.union(lineage.coGroup(3, counts, lineage.map(lineage.collection(2))), counts);
    const reason = 'TypeError: "x" is not a number\n  and a second line \u001b[31m';
    const error = serializeError(new CairnError('JOB_FAILED', { job: 2, name: 'collect at job.ts:20', reason }));
    script.startJob(2, join, [4, 5, 6], { line: 20 });
    script.submitStage(4, { job: 2, shuffle: 1, tasks: 4, name: 'reduceByKey at job.ts:3' });
    const task = script.startTask(4, 0);
    script.wait(30);
    script.endTask(task, 4, 0, { outcome: { kind: 'failed', error, willRetry: false } });
    script.failStage(4, error);
    script.endJob(2, { kind: 'failed', error });
    script.wait(3_700_000);
  }

  /** Its recorder is never closed, as when its process is killed. */
  #killedRun(): void {
    const script = new RecorderScript({
      directory: this.directory,
      start: { run: runId('bbbb0002'), master: 'local', command: 'node other-job.mjs' },
      atMs: Date.UTC(2026, 0, 3, 10, 0, 0),
    });
    script.startJob(0, new Lineage().collection(2), [0], { action: 'count', line: 2 });
    script.database.close();
  }

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Keeps what a command says. */
export class FakeIo implements Io {
  readonly environment: Record<string, string | undefined>;
  readonly hasColors: boolean;
  stdout = '';
  stderr = '';

  constructor(environment: Record<string, string | undefined> = {}, hasColors = false) {
    this.environment = environment;
    this.hasColors = hasColors;
  }

  write(text: string): void {
    this.stdout += text;
  }

  complain(text: string): void {
    this.stderr += text;
  }
}
