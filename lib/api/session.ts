import { resolveConfig } from '../config/config.ts';
import type { Config, SessionOptions } from '../config/options.ts';
import type { EngineEvent } from '../events/engine-event.ts';
import { CollectionNode } from '../lineage/nodes/collection-node.ts';
import { EmptyNode } from '../lineage/nodes/empty-node.ts';
import { RangeNode } from '../lineage/nodes/range-node.ts';
import { checkInteger, invalidArgument } from './check-argument.ts';
import { type JobScope, withJobScope } from './job-scope.ts';
import { type PairsOnly, Rdd } from './rdd.ts';
import { type EngineParts, SessionEngine } from './session-engine.ts';

/**
 * The way in: a session owns a data directory, memory and threads, and makes datasets.
 *
 * ```ts
 * await using session = await Session.open({ dir: '.cairn', memory: '2 GiB' });
 * const total = await session.range(1, 101).map((n) => n * n).sum();   // 338350
 * ```
 *
 * One session at a time owns a directory; others, and other processes, get DIRECTORY_LOCKED. Close it, best with
 * `await using`: that stops running jobs and removes what does not outlive it. A session whose process was killed is
 * cleaned up by the next one in the same directory. After closing, every call raises SESSION_CLOSED.
 */
export class Session implements AsyncDisposable {
  readonly #engine: SessionEngine;

  private constructor(engine: SessionEngine) {
    this.#engine = engine;
  }

  /**
   * Opens a session. Options are listed in docs/options.md; each can come from its environment variable instead.
   * Raises UNKNOWN_OPTION (with the option that was probably meant), INVALID_OPTION, DIRECTORY_LOCKED.
   */
  static async open(options: SessionOptions = {}): Promise<Session> {
    return new Session(await SessionEngine.open(resolveConfig(options)));
  }

  /** Opens a session over other parts: for specs of the engine. Not public. */
  static async openWith(options: SessionOptions, parts: EngineParts): Promise<Session> {
    return new Session(await SessionEngine.open(resolveConfig(options), parts));
  }

  /** This session's run: eight hex digits, as the CLI shows it. */
  get run(): string {
    return this.#engine.run;
  }

  /** The data directory, absolute. */
  get directory(): string {
    return this.#engine.storage.directory;
  }

  /** The options in force, with defaults filled in; sizes in bytes. */
  get config(): Config {
    return this.#engine.config;
  }

  /** Partitions of a dataset that is made without a count: the `parallelism` option, or the master's threads. */
  get defaultParallelism(): number {
    return this.#engine.defaultParallelism;
  }

  /**
   * A dataset of the given records, cut into `numSlices` partitions of equal length in order (Spark's `parallelize`).
   * An array is not copied: do not change it while datasets made from it are in use. Other iterables are read at once.
   *
   * ```ts
   * await session.parallelize(['b', 'a', 'c'], 2).glom().collect();   // [['b'], ['a', 'c']]
   * ```
   *
   * Raises INVALID_ARGUMENT for records that are not iterable, and for fewer than one slice.
   */
  parallelize<P extends readonly [unknown, unknown]>(
    records: Iterable<P>,
    numSlices?: number,
    ...pairsOnly: PairsOnly<P>
  ): Rdd<P>;
  parallelize<T>(records: Iterable<T>, numSlices?: number): Rdd<T>;
  parallelize<T>(records: Iterable<T>, numSlices?: number): Rdd<T> {
    const origin = this.#engine.origin('parallelize');
    if (records === null || records === undefined || typeof records[Symbol.iterator] !== 'function') {
      throw invalidArgument('parallelize', 'records', 'an array or another iterable', records);
    }
    const slices = this.#slices('parallelize', numSlices);
    return new Rdd<T>(
      this.#engine,
      new CollectionNode(origin, Array.isArray(records) ? records : [...records], slices),
    );
  }

  /**
   * Whole numbers from `start` up to but without `end`, in steps; with one argument from 0 up to it. Never held in
   * memory as such. Raises INVALID_ARGUMENT for anything but safe integers and for a step of 0.
   *
   * ```ts
   * await session.range(1, 10, 3).collect();   // [1, 4, 7]
   * ```
   */
  range(end: number): Rdd<number>;
  range(start: number, end: number, step?: number, numSlices?: number): Rdd<number>;
  range(first: number, second?: number, step = 1, numSlices?: number): Rdd<number> {
    const origin = this.#engine.origin('range');
    const [start, end] = second === undefined ? [0, first] : [first, second];
    for (const [argument, value] of Object.entries({ start, end, step })) {
      if (Number.isSafeInteger(value) && !(argument === 'step' && value === 0)) continue;
      const expected = argument === 'step' ? 'a safe integer other than 0' : 'a safe integer';
      throw invalidArgument('range', argument, expected, value);
    }
    return new Rdd<number>(this.#engine, new RangeNode(origin, start, end, step, this.#slices('range', numSlices)));
  }

  /** A dataset without records and without partitions. */
  emptyRdd<T = never>(): Rdd<T> {
    return new Rdd<T>(this.#engine, new EmptyNode(this.#engine.origin('emptyRdd'), []));
  }

  /** The records of several datasets one after another; without datasets, an empty one. */
  union<T>(datasets: readonly Rdd<T>[]): Rdd<T> {
    const [first, ...others] = datasets;
    return first === undefined ? this.emptyRdd<T>() : first.union(...others);
  }

  /**
   * Runs `work` with properties that all jobs started in it share, across awaits: a `group` to cancel them by, a
   * `description` for listings, the scheduler `pool`, a `signal` that cancels them. Calls nest; inner ones win.
   *
   * ```ts
   * await session.withJobs({ group: 'nightly', pool: 'batch' }, () => report(session));
   * ```
   */
  withJobs<T>(properties: JobScope, work: () => T): T {
    return withJobScope(properties, work);
  }

  /** Cancels all running jobs of a group: their actions reject with JOB_CANCELLED. */
  cancelJobGroup(group: string, reason = 'its group was cancelled'): void {
    this.#engine.scheduler.cancelGroup(group, reason);
  }

  /**
   * Calls `listener` with everything that happens from now on: jobs, stages, tasks, blocks. Disposing what it gives
   * ends that. A listener that throws disturbs nothing.
   */
  onEvent(listener: (event: EngineEvent) => void): Disposable {
    return this.#engine.events.subscribe(listener);
  }

  /** Stops running jobs with SESSION_CLOSED and gives the directory up. Twice does nothing. */
  async close(): Promise<void> {
    await this.#engine.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #slices(method: string, numSlices: number | undefined): number {
    if (numSlices === undefined) return this.#engine.defaultParallelism;
    checkInteger(method, 'numSlices', numSlices, 1);
    return numSlices;
  }
}
