/**
 * Makes map outputs findable for a later run, task by task, while their stage is still running.
 *
 * An output is complete on disk when its task reports it. A row makes it findable, and is written after the functions
 * and files of its stage were looked at again (`StageChecks`): an output that was computed with another value of a
 * variable is never found under the fingerprint that speaks of the first one. Rows are written in batches, since a look
 * costs about 0.1 ms a function: a process that is killed loses what it did in the last tenth of a second.
 *
 * A map output whose dataset the program cannot reach any more is of no use to this run, and may well be to the one that
 * is started after it was killed: it is kept, as long as all of these take no more than so many bytes.
 *
 * Threading: the session's own thread. Nothing here raises: what cannot be noted is computed again by a later run.
 */

import type { RetainedOutputRow } from '../../storage/metadata/rows.ts';
import type { ShuffleCatalog } from '../../storage/metadata/shuffle-catalog.ts';
import { type MapOutput, totalsOf } from '../../storage/shuffle/map-output.ts';
import type { Clock } from '../base/clock.ts';
import type { RunId, ShuffleId } from '../base/ids.ts';
import type { ShuffleDependency } from '../lineage/dependency.ts';
import type { Fingerprints } from '../lineage/fingerprints.ts';
import type { RecordKeeper } from './keep-records.ts';
import type { StageChecks } from './stage-checks.ts';

export interface RetentionOptions {
  readonly run: RunId;
  readonly catalog: ShuffleCatalog;
  readonly records: RecordKeeper;
  readonly fingerprints: Fingerprints;
  readonly checks: StageChecks;
  readonly clock: Clock;
  /** What unreachable outputs may come to. */
  readonly maxReleasedBytes: number;
  /** Removes the files of a shuffle of this run that was kept though it was unreachable. */
  readonly onDrop: (shuffle: ShuffleId, outputs: readonly MapOutput[]) => void;
  readonly onWarning: (message: string) => void;
  /** Calls back once, unless stopped by what it gives. Must not keep the process alive. */
  readonly timer: (delayMs: number, action: () => void) => () => void;
}

/** What waits to be written. */
interface Pending {
  readonly rows: Map<number, RetainedOutputRow>;
  readonly reducerCount: number;
  readonly mapCount: number;
}

/** A shuffle that the program cannot reach any more. */
interface Released {
  readonly outputs: readonly MapOutput[];
  readonly bytes: number;
}

/** The least time between two looks, and how many times as long as one took. */
const LEAST_DELAY_MS = 100;
const DELAY_FACTOR = 20;

export class Retention {
  readonly #options: RetentionOptions;
  readonly #pending = new Map<ShuffleDependency, Pending>();
  readonly #released = new Map<ShuffleId, Released>();
  /** Shuffles of this run that rows name. */
  readonly #kept = new Set<ShuffleId>();
  /** Outputs of other runs that shuffles of this one are read from. */
  readonly #adopted = new Map<ShuffleId, readonly MapOutput[]>();
  #releasedBytes = 0;
  #flushing: Promise<void> = Promise.resolve();
  #stopTimer: (() => void) | undefined;
  #delayMs = LEAST_DELAY_MS;
  #hasWarned = false;

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  /** A task's output became the one of its map partition. */
  note(dependency: ShuffleDependency, output: MapOutput, durationMs: number): void {
    const { fingerprints, timer } = this.#options;
    if (fingerprints.findShuffle(dependency)?.key === undefined) return;
    let pending = this.#pending.get(dependency);
    if (pending === undefined) {
      const mapCount = dependency.parent.partitions.length;
      pending = { rows: new Map(), mapCount, reducerCount: dependency.partitioner.numPartitions };
      this.#pending.set(dependency, pending);
    }
    const { mapIndex, taskId: task } = output;
    pending.rows.set(mapIndex, { mapIndex, task, ...totalsOf(output), durationMs: Math.round(durationMs) });
    this.#stopTimer ??= timer(this.#delayMs, () => {
      this.#stopTimer = undefined;
      void this.flush();
    });
  }

  /** Writes down what was noted, as far as it is what its fingerprint says. Functions are looked at before this first waits. */
  flush(): Promise<void> {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    const batch = [...this.#pending];
    this.#pending.clear();
    if (batch.length === 0) return this.#flushing;
    const { checks, clock } = this.#options;
    const startedMs = clock.monotonicMs();
    const looks = batch.map(([dependency]) =>
      checks.changesOf({ kind: 'shuffle-map', node: dependency.parent, dependency }),
    );
    const before = this.#flushing;
    this.#flushing = (async () => {
      await before;
      for (const [i, [dependency, pending]] of batch.entries()) this.#record(dependency, pending, await looks[i]);
      this.#delayMs = Math.max(LEAST_DELAY_MS, DELAY_FACTOR * (clock.monotonicMs() - startedMs));
    })();
    return this.#flushing;
  }

  /** A shuffle is read from these outputs of other runs, as far as they go: they belong to it from now on. */
  adopt(shuffle: ShuffleId, outputs: readonly MapOutput[]): void {
    this.#adopted.set(shuffle, outputs);
  }

  /** An output turned out to be damaged or gone. */
  forgetOutput(shuffle: ShuffleId, mapIndex: number): void {
    for (const [dependency, { rows }] of this.#pending) if (dependency.shuffleId === shuffle) rows.delete(mapIndex);
    const { catalog, run } = this.#options;
    const adopted = this.#adopted.get(shuffle)?.find((output) => output.mapIndex === mapIndex)?.from;
    if (adopted !== undefined) this.#try(() => catalog.forgetOutput(adopted.run, adopted.shuffleId, mapIndex));
    if (this.#kept.has(shuffle)) this.#try(() => catalog.forgetOutput(run, shuffle, mapIndex));
  }

  /** The files of a shuffle of this run are about to be removed. */
  forget(shuffle: ShuffleId): void {
    for (const dependency of this.#pending.keys()) {
      if (dependency.shuffleId === shuffle) this.#pending.delete(dependency);
    }
    const { catalog, run } = this.#options;
    for (const { mapIndex, from } of this.#adopted.get(shuffle) ?? []) {
      if (from !== undefined) this.#try(() => catalog.forgetOutput(from.run, from.shuffleId, mapIndex));
    }
    this.#adopted.delete(shuffle);
    if (this.#kept.delete(shuffle)) this.#try(() => catalog.forgetShuffle(run, shuffle));
  }

  /**
   * Nobody in this process can read the shuffle any more. Gives whether its files stay for a later run; files of others
   * that were kept so may go for it.
   */
  release(shuffle: ShuffleId, outputs: readonly MapOutput[] | undefined): boolean {
    if (outputs === undefined || !(this.#kept.has(shuffle) || this.#adopted.has(shuffle))) {
      this.forget(shuffle);
      return false;
    }
    const bytes = outputs.reduce((sum, output) => sum + totalsOf(output).bytes, 0);
    this.#released.set(shuffle, { outputs, bytes });
    this.#releasedBytes += bytes;
    for (const [id, oldest] of this.#released) {
      if (this.#releasedBytes <= this.#options.maxReleasedBytes) break;
      this.#released.delete(id);
      this.#releasedBytes -= oldest.bytes;
      this.forget(id);
      this.#options.onDrop(id, oldest.outputs);
    }
    return true;
  }

  #record(dependency: ShuffleDependency, { rows, mapCount, reducerCount }: Pending, changes?: readonly string[]): void {
    const { run, catalog, records, fingerprints } = this.#options;
    const { shuffleId: shuffle } = dependency;
    const key = fingerprints.findShuffle(dependency)?.key;
    if (key === undefined || changes === undefined || changes.length > 0) return;
    this.#try(() => {
      records.keepShuffle(dependency);
      catalog.recordOutputs({ run, shuffle, fingerprint: key, mapCount, reducerCount }, [...rows.values()]);
      this.#kept.add(shuffle);
    });
  }

  #try(write: () => void): void {
    try {
      write();
    } catch (error) {
      if (this.#hasWarned) return;
      this.#hasWarned = true;
      const reason = error instanceof Error ? error.message : String(error);
      this.#options.onWarning(`a later run will not find all map outputs of this one: ${reason}`);
    }
  }
}
