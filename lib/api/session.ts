import { openCheckpoint, requireClasses } from '../../storage/checkpoint/open-checkpoint.ts';
import { CairnError } from '../base/errors.ts';
import { driverOnly } from '../closure/driver-only.ts';
import { resolveConfig } from '../config/config.ts';
import type { Config, SessionOptions } from '../config/options.ts';
import type { EngineEvent } from '../events/engine-event.ts';
import { startAtCaller } from '../lineage/call-site.ts';
import { BinaryRecordsNode } from '../lineage/nodes/binary-records-node.ts';
import { CollectionNode } from '../lineage/nodes/collection-node.ts';
import { EmptyNode } from '../lineage/nodes/empty-node.ts';
import { describePath, type InputPath } from '../lineage/nodes/input-files.ts';
import { ObjectFileNode } from '../lineage/nodes/object-file-node.ts';
import { RangeNode } from '../lineage/nodes/range-node.ts';
import { ReliableCheckpointNode } from '../lineage/nodes/reliable-checkpoint-node.ts';
import { StepNode } from '../lineage/nodes/step-node.ts';
import { TextScanNode } from '../lineage/nodes/text-scan-node.ts';
import { BinaryFileScanNode, WholeTextScanNode } from '../lineage/nodes/whole-file-scan-node.ts';
import { fromPartitionerRecord } from '../lineage/partitioner-record.ts';
import {
  type Accumulator,
  type AccumulatorDefinition,
  type CollectionAccumulator,
  collectionAccumulator,
  customAccumulator,
  type DoubleAccumulator,
  doubleAccumulator,
  type LongAccumulator,
  longAccumulator,
} from './accumulator.ts';
import type { Broadcast } from './broadcast.ts';
import { checkInteger, checkOptions, checkTravels, invalidArgument } from './check-argument.ts';
import { DataReader } from './data-reader.ts';
import { type IterateOptions, iterate, type LoopResult, type LoopStep } from './iterate.ts';
import { type JobScope, withJobScope } from './job-scope.ts';
import { type Measured, measure } from './measure.ts';
import { type PairsOnly, Rdd } from './rdd.ts';
import { type EngineParts, SessionEngine } from './session-engine.ts';

let readEngine: (session: Session) => SessionEngine;

/**
 * The way in: a session owns a data directory, memory and threads, and makes datasets.
 *
 * ```ts
 * await using session = await Session.open({ dir: '.cairn', memory: '2 GiB' });
 * const total = await session.range(1, 101).map((n) => n * n).sum();   // 338350
 * ```
 *
 * One session at a time owns a directory; another one gets DIRECTORY_ALREADY_OPEN, another process DIRECTORY_LOCKED.
 * Close it, best with `await using`: that stops running jobs and removes what does not outlive it. A session whose
 * process was killed is cleaned up by the next one in the same directory. After closing, every call raises
 * SESSION_CLOSED.
 */
export class Session implements AsyncDisposable {
  readonly #engine: SessionEngine;

  static {
    readEngine = (session) => session.#engine;
  }

  private constructor(engine: SessionEngine) {
    this.#engine = engine;
  }

  /**
   * Opens a session. Options are listed in docs/options.md; each can come from its environment variable instead.
   * Raises UNKNOWN_OPTION (with the option that was probably meant), INVALID_OPTION, DIRECTORY_LOCKED,
   * DIRECTORY_ALREADY_OPEN.
   */
  static async open(options: SessionOptions = {}): Promise<Session> {
    try {
      return new Session(await SessionEngine.open(resolveConfig(options)));
    } catch (error) {
      throw error instanceof CairnError ? startAtCaller(error) : error;
    }
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

  /**
   * Reads files of rows: CSV, JSON and others.
   *
   * ```ts
   * const late = session.read.csv('flights.csv').filter((row) => Number(row.delay) > 60);
   * ```
   */
  get read(): DataReader {
    return new DataReader(this.#engine);
  }

  /**
   * The lines of text files, without their ends (`\n`, `\r\n` or `\r`). `path` is a file, a directory (its files but
   * those that begin with `_` or `.`), a pattern (`logs/2026-*.txt`, `{a,b}/**`), or several of these. Files are cut
   * into about `minPartitions` splits at the ends of lines; `*.gz` and `*.zst` are decompressed, one partition each.
   * Invalid UTF-8 reads as U+FFFD.
   *
   * ```ts
   * await session.textFile('logs/*.txt').filter((line) => line.includes('ERROR')).count();
   * ```
   *
   * Files are looked for when partitions are first needed: FILE_NOT_FOUND comes with the first action. A line longer
   * than 64 MiB raises LIMIT_EXCEEDED, a damaged compressed file CORRUPT_FILE.
   */
  textFile(path: InputPath, minPartitions?: number): Rdd<string> {
    const partitions = this.#minPartitions('textFile', path, minPartitions);
    const scan = new TextScanNode(this.#engine.origin('textFile'), this.#engine.fileSystem, {
      path,
      minPartitions: partitions,
    });
    // Spark's textFile is two datasets, both named after the path: lineages then read the same.
    const lines = new StepNode(this.#engine.origin('textFile'), scan, { kind: 'pass' });
    scan.name = lines.name = describePath(path);
    return new Rdd<string>(this.#engine, lines);
  }

  /**
   * `[path, content]` for each file, whole: for many small files. Files are packed into about `minPartitions`
   * partitions. Paths and errors as for `textFile`; a file over 512 MiB raises LIMIT_EXCEEDED.
   */
  wholeTextFiles(path: InputPath, minPartitions?: number): Rdd<[path: string, content: string]> {
    const options = { path, minPartitions: this.#minPartitions('wholeTextFiles', path, minPartitions) };
    const node = new WholeTextScanNode(this.#engine.origin('wholeTextFiles'), this.#engine.fileSystem, options);
    node.name = describePath(path);
    return new Rdd<[string, string]>(this.#engine, node);
  }

  /** `[path, bytes]` for each file, whole. As `wholeTextFiles` otherwise; each buffer is the caller's own. */
  binaryFiles(path: InputPath, minPartitions?: number): Rdd<[path: string, content: Buffer]> {
    const options = { path, minPartitions: this.#minPartitions('binaryFiles', path, minPartitions) };
    const { fileSystem, defaultParallelism } = this.#engine;
    const node = new BinaryFileScanNode(this.#engine.origin('binaryFiles'), fileSystem, options, defaultParallelism);
    node.name = describePath(path);
    return new Rdd<[string, Buffer]>(this.#engine, node);
  }

  /** Records of `recordLength` bytes each. Raises PARTIAL_RECORD for a file that does not hold a whole number of them. */
  binaryRecords(path: InputPath, recordLength: number): Rdd<Buffer> {
    checkPath('binaryRecords', path);
    checkInteger('binaryRecords', 'recordLength', recordLength, 1);
    const origin = this.#engine.origin('binaryRecords');
    const node = new BinaryRecordsNode(origin, this.#engine.fileSystem, path, recordLength);
    node.name = describePath(path);
    return new Rdd<Buffer>(this.#engine, node);
  }

  /**
   * The records that `saveAsObjectFile` wrote, one partition per part file. Every byte is verified: CORRUPT_FILE tells
   * where a file is damaged. Classes have to be registered as they were when writing (`registerRecordClass`).
   */
  objectFile<T>(path: InputPath): Rdd<T> {
    checkPath('objectFile', path);
    const node = new ObjectFileNode(this.#engine.origin('objectFile'), this.#engine.fileSystem, path);
    node.name = describePath(path);
    return new Rdd<T>(this.#engine, node);
  }

  /**
   * Sets where `checkpoint` writes from now on: below a folder of this session's own in `directory`, which is made at
   * once. What is there stays when the session ends. Raises CHECKPOINT_DIR_UNUSABLE where that cannot be written.
   */
  setCheckpointDir(directory: string): void {
    this.#engine.assertUsable('setCheckpointDir');
    checkDirectory('setCheckpointDir', directory);
    try {
      this.#engine.checkpoints.setDirectory(directory);
    } catch (error) {
      throw error instanceof CairnError ? startAtCaller(error) : error;
    }
  }

  /** The session's own folder in the checkpoint directory, absolute; undefined while none is set. */
  get checkpointDir(): string | undefined {
    return this.#engine.checkpoints.directory;
  }

  /**
   * The records of a checkpoint, of this session or any other one: `path` is what `getCheckpointFile` gave; or the
   * newest one of this data directory that was given the name. Partitions and their order are those it was written with,
   * and so is the partitioner unless it was of the user's own.
   *
   * ```ts
   * await ratings.checkpoint({ name: 'ratings', eager: true });
   * // In another run, in the same data directory:
   * session.openCheckpoint<Rating>({ name: 'ratings' });
   * ```
   * Raises CHECKPOINT_NOT_FOUND where there is none, or none that was completed; CORRUPT_FILE, with path and offset,
   * where a part is missing, of another checkpoint, or one too many; UNSUPPORTED_VERSION; RECORD_CLASS_UNKNOWN for
   * classes that are not registered. What the parts hold is verified when they are read.
   */
  openCheckpoint<T>(path: string | { readonly name: string }): Rdd<T> {
    if (typeof path !== 'object') checkDirectory('openCheckpoint', path);
    else checkName(path);
    const { fileSystem, checkpoints } = this.#engine;
    const origin = this.#engine.origin('openCheckpoint');
    try {
      const checkpoint = openCheckpoint(fileSystem, typeof path === 'string' ? path : checkpoints.find(path.name));
      requireClasses(checkpoint);
      const { place, parts, manifest } = checkpoint;
      const partitioner = fromPartitionerRecord(manifest.partitioner, parts.length);
      return new Rdd<T>(this.#engine, new ReliableCheckpointNode(origin, place, parts, partitioner));
    } catch (error) {
      throw error instanceof CairnError ? startAtCaller(error) : error;
    }
  }

  /**
   * Removes the files of a checkpoint, complete or not; nothing there is no error. Datasets that read from it fail from
   * then on. Files in its directory that are not the engine's stay. Raises CHECKPOINT_NOT_FOUND for what is no directory.
   */
  removeCheckpoint(path: string): void {
    this.#engine.assertUsable('removeCheckpoint');
    checkDirectory('removeCheckpoint', path);
    this.#engine.checkpoints.remove(path);
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
   * Gives a value to every worker, once for all jobs and functions that use it (Spark's broadcast variable): lookup
   * tables, models, whatever is too large to travel with each function that captures it.
   *
   * ```ts
   * const names = session.broadcast(new Map([[1, 'one'], [2, 'two']]));
   * await session.range(1, 4).map((n) => names.value.get(n) ?? '?').collect();   // ['one', 'two', '?']
   * ```
   *
   * Where tasks run in workers the value is encoded now: later changes do not reach them. Data travels as records do,
   * objects that occur twice arriving as two; what holds functions, instances of classes or cycles travels as closures
   * do, and when they come from packages is encoded a moment later. Where tasks run in the caller's thread (`local`),
   * functions see the object itself. Bytes that no function can reach any more are freed in time, as by `destroy()`.
   * Raises INVALID_ARGUMENT for datasets, sessions and promises, and TASK_NOT_SERIALIZABLE with the path to what cannot
   * travel.
   */
  broadcast<T>(value: T): Broadcast<T> {
    return this.#engine.broadcast(value);
  }

  /**
   * A counter or a sum of integers, exact whatever their size, that functions in tasks add to.
   *
   * ```ts
   * const bad = session.longAccumulator('bad lines');
   * const parsed = session.parallelize(['1', 'x', '3']).filter((text) => {
   *   if (!Number.isNaN(Number(text))) return true;
   *   bad.add(1);
   *   return false;
   * });
   * await parsed.count();   // 2
   * bad.value;              // 1
   * ```
   *
   * What is added in the function of an action, as `foreach`, counts once; in a transformation as often as partitions
   * are computed (see `Accumulator`).
   */
  longAccumulator(name?: string): LongAccumulator {
    this.#engine.assertUsable('longAccumulator');
    return longAccumulator(name);
  }

  /** A sum of numbers in floating point, with their count and mean, that functions in tasks add to. */
  doubleAccumulator(name?: string): DoubleAccumulator {
    this.#engine.assertUsable('doubleAccumulator');
    return doubleAccumulator(name);
  }

  /** A list that functions in tasks add to: for few values, as examples of what was wrong. */
  collectionAccumulator<T>(name?: string): CollectionAccumulator<T> {
    this.#engine.assertUsable('collectionAccumulator');
    return collectionAccumulator<T>(name);
  }

  /**
   * An accumulator of your own making: `zero`, `add` (in tasks) and `merge` (of what tasks have collected).
   *
   * ```ts
   * const longest = session.accumulator({
   *   zero: '',
   *   add: (found: string, word: string) => (word.length > found.length ? word : found),
   *   merge: (a, b) => (b.length > a.length ? b : a),
   * });
   * await session.parallelize(['a', 'stone', 'way']).foreach((word) => longest.add(word));
   * longest.value;   // 'stone'
   * ```
   *
   * Tasks end in any order, so `merge` should not care for it. What is collected comes back from workers as records do.
   * Raises INVALID_ARGUMENT, and TASK_NOT_SERIALIZABLE where tasks run in workers and `zero` or `add` cannot travel.
   */
  accumulator<In, S>(definition: AccumulatorDefinition<In, S>, name?: string): Accumulator<In, S> {
    this.#engine.assertUsable('accumulator');
    return customAccumulator(definition, name, (functions) => checkTravels(this.#engine, functions));
  }

  /**
   * Runs `work` with properties that all jobs started in it share, across awaits: a `group` to cancel them by, a
   * `description` for listings, the scheduler `pool`, a `signal` that cancels them. Calls nest; inner ones win. Gives
   * what `work` gives. Raises INVALID_ARGUMENT for other properties, and unless `work` is a function.
   *
   * ```ts
   * await session.withJobs({ group: 'nightly', pool: 'batch' }, () => report(session));
   * ```
   */
  withJobs<T>(properties: JobScope, work: () => T): T {
    return withJobScope(properties, work);
  }

  /**
   * Runs `work` and tells what the tasks of the jobs that it starts did, across awaits: records and bytes that were read,
   * written, shuffled and spilled. What other jobs do meanwhile is not counted.
   *
   * ```ts
   * const late = session.read.parquet('flights.parquet', { columns: ['origin'], where: col('delay').gt(60) });
   * const { result, metrics } = await session.measure(() => late.count());
   * metrics.bytesRead;   // of the file, footers and indexes included
   * ```
   * Rejects with what `work` throws; with INVALID_ARGUMENT unless it is a function.
   */
  async measure<T>(work: () => T | PromiseLike<T>): Promise<Measured<T>> {
    return await measure((listener) => this.onEvent(listener), work);
  }

  /**
   * Runs a loop whose state is a dataset: `step` computes each state from the one before, until `iterations` are done or
   * `until` says so.
   *
   * ```ts
   * session.setCheckpointDir('checkpoints');
   * const { state, iterations } = await session.iterate(session.range(4), (numbers) => numbers.map((n) => n * 2), {
   *   iterations: 30,
   * });
   * await state.max();   // 3221225472
   * ```
   *
   * States are persisted while they are needed, and every `checkpointEvery`-th is written to the checkpoint directory:
   * the loop goes on from the files, so that neither its lineage nor its files grow with the iterations. Where the
   * session resumes (docs/resume.md), a loop whose process was killed goes on from its newest checkpoint, when
   * the program is run again and neither `initial`, nor the functions, nor what they capture have changed: so they should
   * depend on nothing else, and change nothing outside. What cannot be captured makes the loop begin anew each time; a
   * warning says why.
   *
   * `step` and `until` run in the caller's thread, may be asynchronous, and may run actions. A state is computed before the
   * next iteration begins; the state of the iteration before is kept until `until` has been asked. What `step` gives
   * belongs to the loop, which gives its blocks up when it is done with them. When the disk has no room for a checkpoint, a
   * warning says so and the loop goes on.
   *
   * Raises INVALID_ARGUMENT, CHECKPOINT_DIR_NOT_SET unless `checkpointEvery` is 'never', OTHER_SESSION, LOOP_CANCELLED,
   * what `step` and `until` throw, and what their jobs and the loop's own raise, as JOB_FAILED and JOB_CANCELLED.
   */
  async iterate<T>(initial: Rdd<T>, step: LoopStep<T>, options: IterateOptions<T>): Promise<LoopResult<T>> {
    const engine = this.#engine;
    return await iterate({ engine, reuse: engine.reuse, isSession: (thing) => thing === this }, initial, step, options);
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

  /** Spark's `defaultMinPartitions` where the caller does not say: two at the most. */
  #minPartitions(method: string, path: InputPath, minPartitions: number | undefined): number {
    checkPath(method, path);
    if (minPartitions === undefined) return Math.min(this.#engine.defaultParallelism, 2);
    checkInteger(method, 'minPartitions', minPartitions, 1);
    return minPartitions;
  }

  #slices(method: string, numSlices: number | undefined): number {
    if (numSlices === undefined) return this.#engine.defaultParallelism;
    checkInteger(method, 'numSlices', numSlices, 1);
    return numSlices;
  }
}

driverOnly('session', Session);

/** The machinery behind a session. Not public. */
export function engineOf(session: Session): SessionEngine {
  return readEngine(session);
}

function checkPath(method: string, path: unknown): void {
  const isPath = (value: unknown): boolean => typeof value === 'string' && value !== '';
  if (isPath(path) || (Array.isArray(path) && path.length > 0 && path.every(isPath))) return;
  throw invalidArgument(method, 'path', 'a path, a pattern, or a non-empty array of these', path);
}

function checkName(by: { readonly name: string }): void {
  checkOptions('openCheckpoint', by, ['name']);
  if (typeof by.name === 'string' && by.name !== '') return;
  throw invalidArgument('openCheckpoint', 'name', 'a text that is not empty', by.name);
}

function checkDirectory(method: string, path: unknown): void {
  if (typeof path !== 'string' || path === '') throw invalidArgument(method, 'path', 'the path of a directory', path);
}
