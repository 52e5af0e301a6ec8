/**
 * Spark's PeriodicRDDCheckpointer: for loops in which each dataset is computed from the one before.
 *
 * Of what is persisted the last three datasets stay, of checkpoints the last one and the one before it: the older of
 * two goes with the next round, once its successor is on disk. What is said of rounds here is what Spark's code does;
 * `keep` is an addition. For loops that a later run goes on with, see `Session.iterate`.
 */
import { type StorageLevelName, storageLevel } from '../../storage/block/storage-level.ts';
import { driverOnly } from '../closure/driver-only.ts';
import { checkInteger, checkOptions, invalidArgument } from './check-argument.ts';
import { Rdd } from './rdd.ts';
import { engineOf, Session } from './session.ts';

export interface PeriodicCheckpointerOptions {
  /** Every how many updates a dataset is checkpointed; -1 for never. */
  readonly interval: number;
  /** What datasets are persisted at that are not persisted yet. Default MEMORY_ONLY. */
  readonly level?: StorageLevelName | undefined;
  /** How many checkpoints stay, besides one that is due and may not be written yet. Default 1. */
  readonly keep?: number | undefined;
}

/** Datasets persisted at a time: the newest, the one it is computed from, and the one that may still be in use. */
const MOST_PERSISTED = 3;

/**
 * Persists and checkpoints the datasets of a loop, and gives up those that are no longer needed.
 *
 * ```ts
 * const checkpointer = new PeriodicCheckpointer<[string, number]>(session, { interval: 10 });
 * for (let round = 0; round < 100; round++) {
 *   ranks = step(ranks);
 *   checkpointer.update(ranks); // before anything is computed from it
 *   await ranks.count();
 * }
 * checkpointer.unpersistDataSet();
 * checkpointer.deleteAllCheckpointsButLast();
 * ```
 * Without a checkpoint directory it only persists, as in Spark.
 */
export class PeriodicCheckpointer<T> {
  readonly #session: Session;
  readonly #interval: number;
  readonly #level: StorageLevelName;
  readonly #keep: number;
  readonly #persisted: Rdd<T>[] = [];
  readonly #checkpointed: Rdd<T>[] = [];
  #updates = 0;

  /** Raises INVALID_ARGUMENT. */
  constructor(session: Session, options: PeriodicCheckpointerOptions) {
    const method = 'PeriodicCheckpointer';
    if (!(session instanceof Session)) throw invalidArgument(method, 'session', 'a session', session);
    checkOptions(method, options, ['interval', 'level', 'keep']);
    const { interval, level = 'MEMORY_ONLY', keep = 1 } = options;
    if (interval !== -1 && !(Number.isSafeInteger(interval) && interval >= 1)) {
      throw invalidArgument(method, 'interval', 'an integer of 1 or more, or -1 for never', interval);
    }
    checkInteger(method, 'keep', keep, 1);
    if (storageLevel(level) === storageLevel('NONE'))
      throw invalidArgument(method, 'level', 'a level other than NONE', level);
    this.#session = session;
    this.#interval = interval;
    this.#level = level;
    this.#keep = keep;
  }

  /** Takes the next dataset of the loop, of which nothing was computed yet. Raises as `persist` and `checkpoint` do. */
  update(dataset: Rdd<T>): void {
    if (!(dataset instanceof Rdd)) throw invalidArgument('update', 'dataset', 'a dataset', dataset);
    if (dataset.getStorageLevel() === 'NONE') dataset.persist(this.#level);
    this.#persisted.push(dataset);
    while (this.#persisted.length > MOST_PERSISTED) this.#persisted.shift()?.unpersist();
    this.#updates++;
    const isDue = this.#interval !== -1 && this.#updates % this.#interval === 0;
    if (!isDue || this.#session.checkpointDir === undefined) return;
    dataset.checkpoint();
    this.#checkpointed.push(dataset);
    // The oldest goes only when as many as are to stay are there after it.
    while (this.#checkpointed[this.#keep]?.isCheckpointed === true) this.#removeOldest();
  }

  /** Gives up what is persisted: at the end of the loop. */
  unpersistDataSet(): void {
    for (const dataset of this.#persisted.splice(0)) dataset.unpersist();
  }

  /** Removes the files of every checkpoint of the loop; datasets that read from them fail from then on. */
  deleteAllCheckpoints(): void {
    while (this.#checkpointed.length > 0) this.#removeOldest();
  }

  /** Removes the files of every checkpoint of the loop but the newest. */
  deleteAllCheckpointsButLast(): void {
    while (this.#checkpointed.length > 1) this.#removeOldest();
  }

  /** The directories of the checkpoints that are there, the oldest first. */
  getAllCheckpointFiles(): string[] {
    return this.#checkpointed.map((dataset) => dataset.getCheckpointFile()).filter((path) => path !== undefined);
  }

  /** What cannot be removed is no reason to end the loop. */
  #removeOldest(): void {
    const path = this.#checkpointed.shift()?.getCheckpointFile();
    if (path === undefined) return;
    try {
      this.#session.removeCheckpoint(path);
    } catch (error) {
      const { events, clock } = engineOf(this.#session);
      const reason = error instanceof Error ? error.message : String(error);
      const message = `an old checkpoint could not be removed: ${path}\n${reason}`;
      events.emit({ kind: 'warning', atMs: clock.nowMs(), message });
    }
  }
}

driverOnly('checkpointer', PeriodicCheckpointer);
