/**
 * Resilient distributed datasets: what a user holds of a lineage.
 *
 * An `Rdd` is a thin, immutable skin over a lineage node. Transformations check their arguments, make nodes and run
 * nothing; actions hand the node to the session and give a promise. Every name, default and order follows Spark's RDD;
 * where JavaScript asks for something else, the method says so.
 */

import type { CodecName } from '../../formats/bytes/compression.ts';
import {
  describeLevel,
  STORAGE_LEVELS,
  type StorageLevelName,
  sameLevel,
  storageLevel,
} from '../../storage/block/storage-level.ts';
import type { OutputCompression } from '../../storage/output/text-part-writer.ts';
import { CairnError, describeValue } from '../base/errors.ts';
import { keyIdentity } from '../base/hash.ts';
import { freshSeed, XorShiftRandom } from '../base/random.ts';
import { driverOnly } from '../closure/driver-only.ts';
import { startAtCaller } from '../lineage/call-site.ts';
import { type Aggregator, identity } from '../lineage/dependency.ts';
import { describeNode, explainLineage } from '../lineage/explain-lineage.ts';
import { findPartitions } from '../lineage/find-partitions.ts';
import { GROUPING } from '../lineage/grouping.ts';
import type { KeyOrder } from '../lineage/key-order.ts';
import type { LineageNode } from '../lineage/lineage-node.ts';
import { localCheckpointLevel } from '../lineage/local-checkpoint-level.ts';
import { compareNatural } from '../lineage/natural-order.ts';
import { CartesianNode } from '../lineage/nodes/cartesian-node.ts';
import { CoalesceNode } from '../lineage/nodes/coalesce-node.ts';
import { MapAsyncNode } from '../lineage/nodes/map-async-node.ts';
import { MapPartitionsNode, type PartitionFunction } from '../lineage/nodes/map-partitions-node.ts';
import { PipeNode, type PipeOptions } from '../lineage/nodes/pipe-node.ts';
import { ReliableCheckpointNode } from '../lineage/nodes/reliable-checkpoint-node.ts';
import { ShuffledNode } from '../lineage/nodes/shuffled-node.ts';
import { SubtractNode } from '../lineage/nodes/subtract-node.ts';
import { ZipPartitionsNode } from '../lineage/nodes/zip-partitions-node.ts';
import { checkPair } from '../lineage/pair.ts';
import { HashPartitioner, type Partitioner, RangePartitioner } from '../lineage/partitioner.ts';
import { type Finding, pendingPreparations, preparation } from '../lineage/preparation.ts';
import type { ResultAction, SaveAction } from '../lineage/result-action.ts';
import type { Deferred, Step } from '../lineage/step.ts';
import {
  countInBuckets,
  countKeys,
  emptyBuckets,
  emptyKeyMap,
  emptyList,
  emptySketchOf,
  entriesOf,
  mergeByKey,
  startAtZero,
  valuesOfKey,
  visitPartition,
  visitRecord,
  zeroOfPartition,
} from './action-functions.ts';
import { FIRSTS, reducing, startFrom } from './aggregators.ts';
import {
  checkAnyFunction,
  checkBoolean,
  checkFunction,
  checkInteger,
  checkNumber,
  checkOptions,
  checkSeed,
  checkSignal,
  checkTaskFunction,
  checkTravels,
  invalidArgument,
} from './check-argument.ts';
import { DataWriter } from './data-writer.ts';
import {
  addToSketch,
  emptySketch,
  estimateDistinct,
  MIN_RELATIVE_SD,
  mergeSketches,
  precisionFor,
} from './distinct-sketch.ts';
import type { Engine, JobOptions } from './engine.ts';
import { evenBuckets, type Histogram } from './histogram.ts';
import { KeyMap } from './key-map.ts';
import type { OnlyLiterals, OnlyNarrowTuples, WidenedItems, WidenedLiteral } from './literal-values.ts';
import {
  addToSmallest,
  checkedOrder,
  greaterBy,
  lesserBy,
  recordsOfSmallest,
  reversedOrder,
  smallestOf,
} from './order-functions.ts';
import type { PartitionArgument } from './partition-argument.ts';
import {
  choosePartitioner,
  coGroupNode,
  combineNode,
  givenPartitioner,
  joinNode,
  repartitionNode,
  sortByKeyNode,
  stepNode,
  treeNode,
  unionNode,
} from './rdd-nodes.ts';
import {
  addCount,
  addNumber,
  asOneArray,
  distinctRecords,
  indexFirst,
  isInBoth,
  keyOf,
  stratified,
  withZero,
  zipPair,
} from './row-functions.ts';
import { addEverySalt, addSalt, dropSalt } from './salt-functions.ts';
import { fractionForSampleSize } from './sample-size.ts';
import { saveOutput } from './save-output.ts';
import { addToStats, emptyStats, mergeStats, StatCounter, type StatState } from './stat-counter.ts';
import { foldFrom, mergeFound, reduceFound } from './tree-functions.ts';
import { type Zero, zeroMaker } from './zero-value.ts';

/** What every action takes. */
export interface ActionOptions {
  /** Cancels the job when it aborts: the action rejects with JOB_CANCELLED. */
  readonly signal?: AbortSignal | undefined;
}

/** An order: negative when `a` comes first, positive when `b` does, 0 when they are equal. */
export type Comparator<T> = (a: T, b: T) => number;

/** What actions that compare records take. */
export interface OrderOptions<T> extends ActionOptions {
  /**
   * Instead of the natural order: null and undefined, then booleans, numbers and bigints (NaN last), strings by UTF-16
   * units, dates, arrays item by item, and everything else as equal.
   */
  readonly compare?: Comparator<T> | undefined;
}

/** What `checkpoint` takes. */
export interface CheckpointOptions {
  /** What the metadata calls it; each checkpoint of a session has another one. */
  readonly name?: string | undefined;
  /** Write it now instead of with the next action. Default false. */
  readonly eager?: false | undefined;
  readonly signal?: undefined;
}

/** What an eager `checkpoint` takes. */
export interface EagerCheckpointOptions extends ActionOptions {
  readonly name?: string | undefined;
  readonly eager: true;
}

/** What `localCheckpoint` takes. */
export type LocalCheckpointOptions = Omit<CheckpointOptions, 'name'>;

/** What an eager `localCheckpoint` takes. */
export type EagerLocalCheckpointOptions = Omit<EagerCheckpointOptions, 'name'>;

/** What both ways to save take. */
export interface SaveOptions extends ActionOptions {
  /** Replace what is at the path, once the new content is complete. Default false. */
  readonly overwrite?: boolean | undefined;
}

/** What `saveAsTextFile` takes. */
export interface SaveTextOptions extends SaveOptions {
  /** Default `'none'`; names of gzip parts end in `.gz`. */
  readonly compression?: OutputCompression | undefined;
}

/** What `saveAsObjectFile` takes. */
export interface SaveObjectOptions extends SaveOptions {
  /** How frames are compressed; default `'none'`. */
  readonly codec?: CodecName | undefined;
}

/** What sorting transformations take. */
export interface SortOptions<K> {
  /** Default true. Equal keys keep their order either way. */
  readonly ascending?: boolean | undefined;
  /** Partitions of the result; default: as many as before. */
  readonly numPartitions?: number | undefined;
  /** Instead of the natural order (see `OrderOptions`). */
  readonly compare?: Comparator<K> | undefined;
}

/** Anything that can be cut into partitions of iterators. */
type Records<T> = IterableIterator<T>;

type OthersOf<Others extends readonly unknown[]> = { readonly [I in keyof Others]: Rdd<Others[I]> };
type RecordsOf<Others extends readonly unknown[]> = { [I in keyof Others]: Records<Others[I]> };

/**
 * Makes array literals of two that a function gives pairs, `[string, number]`, instead of `(string | number)[]`: as the
 * rest parameter of an overload for pairs, which it closes to functions that give `any`.
 */
export type PairsOnly<P> = 0 extends 1 & P ? [never] : [];

/** Refuses, as rest parameter, functions that give promises where nobody would await them. */
export type NoPromise<R> = 0 extends 1 & R
  ? []
  : [Extract<R, PromiseLike<unknown>>] extends [never]
    ? []
    : [theFunctionMustNotGiveAPromise: never];

let readNode: (rdd: Rdd<unknown>) => LineageNode;

/** The lineage below a dataset. For the engine only. */
export function nodeOf(rdd: Rdd<unknown>): LineageNode {
  return readNode(rdd);
}

let readRddEngine: (rdd: Rdd<unknown>) => Engine;

/** What a dataset runs its jobs with. For the engine only. */
export function engineOfRdd(rdd: Rdd<unknown>): Engine {
  return readRddEngine(rdd);
}

/** Take's rounds grow by this factor at most (Spark's `rdd.limit.scaleUpFactor`). */
const TAKE_SCALE_UP = 4;
const MAX_INT = 2 ** 31 - 1;

/**
 * A dataset of records of type `T`, cut into partitions: a plan, which holds no records. Transformations give other
 * datasets and run nothing; actions run jobs and give promises. Sessions make the first ones.
 *
 * ```ts
 * const even = session.range(10).filter((n) => n % 2 === 0); // nothing runs
 * await even.sum(); // 20
 * ```
 * Methods for pairs, numbers and the like can be called on datasets of such records only: the compiler sees to it, and
 * in JavaScript the job fails with NOT_A_PAIR or NOT_A_NUMBER. Wrong arguments raise INVALID_ARGUMENT at once. Functions
 * run in tasks, perhaps more than once for a record, and should depend on their arguments and on constants alone. Where
 * tasks run in worker threads, what functions capture goes there, and what cannot raises TASK_NOT_SERIALIZABLE at once.
 * Transformations and actions raise SESSION_CLOSED after the session has ended, and ACTION_INSIDE_TASK within a function
 * of a dataset.
 */
export class Rdd<T> {
  readonly #engine: Engine;
  readonly #node: LineageNode;

  static {
    readNode = (rdd) => rdd.#node;
    readRddEngine = (rdd) => rdd.#engine;
  }

  /** For sessions and transformations only: see `Session.parallelize` and its siblings. */
  constructor(engine: Engine, node: LineageNode) {
    this.#engine = engine;
    this.#node = node;
  }

  // ---------------------------------------------------------------- What it is

  /** The number that names this dataset in its session: `rdd_3_7` is partition 7 of dataset 3. */
  get id(): number {
    return this.#node.id;
  }

  /** What `setName` gave it. */
  get name(): string | undefined {
    return this.#node.name;
  }

  /** Names the dataset in `toDebugString`, in the metadata and in errors. Gives this dataset. */
  setName(name: string): this {
    if (typeof name !== 'string') throw invalidArgument('setName', 'name', 'a string', name);
    this.#engine.rename(this.#node, name);
    return this;
  }

  /**
   * Declares a version of what this dataset's own functions depend on and no engine can see: a network service, the
   * environment, a file that a function opens, a package's state. It is part of what the dataset is found again by in a
   * later run (docs/resume.md), so that a new version computes it, and what follows from it, again; and it makes datasets
   * resumable whose functions hold something that has no content to compare. To be called before the first action. Gives
   * this dataset.
   *
   * ```ts
   * ids.map((id) => fetchPrice(id)).withVersion('prices of 2026-11');
   * ```
   */
  withVersion(version: string): this {
    if (typeof version !== 'string') throw invalidArgument('withVersion', 'version', 'a string', version);
    this.#node.declaredVersion = version;
    return this;
  }

  /**
   * How many partitions the dataset has. Looks at the input files when nothing has done so before, and raises what
   * that raises.
   */
  getNumPartitions(): number {
    return this.#partitionCount();
  }

  /** How keys are placed, such as `hash(8)`; undefined when nothing is known about it. */
  get partitioner(): string | undefined {
    return this.#node.partitioner?.describe();
  }

  /** The level `persist` was given; NONE when the dataset is not kept. */
  getStorageLevel(): StorageLevelName {
    const level = this.#node.storageLevel;
    const names = Object.keys(STORAGE_LEVELS) as StorageLevelName[];
    return names.find((name) => sameLevel(STORAGE_LEVELS[name], level)) ?? 'NONE';
  }

  /** `MapPartitionsRDD[1] at map at job.ts:14`, after its name when it has one. */
  toString(): string {
    return describeNode(this.#node);
  }

  /**
   * The lineage as Spark prints it: a line a dataset, shuffles indented, what is cached with its sizes.
   *
   * ```ts
   * console.log(session.parallelize(['a', 'b'], 2).map((w) => [w, 1]).reduceByKey((a, b) => a + b).toDebugString());
   * // (2) ShuffledRDD[2] at reduceByKey at job.ts:1 []
   * //  +-(2) MapPartitionsRDD[1] at map at job.ts:1 []
   * //     |  ParallelCollectionRDD[0] at parallelize at job.ts:1 []
   * ```
   * As in Spark, the brackets hold the level of this dataset on every line. At most 100,000 lines.
   */
  toDebugString(): string {
    return explainLineage(this.#node, (id) => this.#engine.blocksOf(id));
  }

  // ---------------------------------------------------------------- Keeping it

  /**
   * Keeps the partitions that actions compute, at a storage level of Spark's; default MEMORY_ONLY. Gives this dataset.
   * Nothing is computed now; what does not fit is dropped or written to disk, as the level says, and computed again.
   *
   * Raises STORAGE_LEVEL_ASSIGNED when another level was given before, INVALID_ARGUMENT for an unknown name.
   */
  persist(level: StorageLevelName = 'MEMORY_ONLY'): this {
    const wanted = storageLevel(level);
    if (this.#engine.isLocalCheckpoint(this.#node)) {
      this.#engine.persist(this.#node, localCheckpointLevel(wanted));
      return this;
    }
    const assigned = this.#node.storageLevel;
    if (this.#node.isPersisted && !sameLevel(assigned, wanted)) {
      throw startAtCaller(
        new CairnError('STORAGE_LEVEL_ASSIGNED', {
          id: this.id,
          assigned: describeLevel(assigned),
          wanted: describeLevel(wanted),
        }),
      );
    }
    this.#engine.persist(this.#node, wanted);
    return this;
  }

  /** `persist('MEMORY_ONLY')`. */
  cache(): this {
    return this.persist();
  }

  /** Drops what is kept; later actions compute the dataset again. Another level may be given then. */
  unpersist(): this {
    this.#engine.unpersist(this.#node);
    return this;
  }

  /**
   * Marks the dataset for a checkpoint: the next action that needs it, or anything computed from it, writes its records
   * to files below the checkpoint directory, and from then on they are read from there. Its lineage ends there: parents,
   * and the shuffles that only they need, are let go. Gives this dataset.
   *
   * ```ts
   * session.setCheckpointDir('checkpoints');
   * const ranks = links.mapValues(() => 1).checkpoint();
   * await ranks.count(); // writes the checkpoint, too
   * ranks.isCheckpointed; // true
   * ```
   * It is written while the action's own tasks compute the dataset, so nothing is computed twice; partitions that they
   * do not read to the end are computed by one more job. Unlike in Spark it does not matter whether actions ran before,
   * and a checkpoint that fails does not fail the action: a warning says why, and the next action tries again.
   *
   * With `eager` it is written now, by a job of its own; what hinders it rejects the promise. `name` is what the
   * metadata calls it. A dataset that is marked or checkpointed already stays as it is. Raises CHECKPOINT_DIR_NOT_SET,
   * CHECKPOINT_NAME_TAKEN for the name of another checkpoint of this session, and INVALID_ARGUMENT.
   */
  checkpoint(options: EagerCheckpointOptions): Promise<this>;
  checkpoint(options?: CheckpointOptions): this;
  checkpoint(options: CheckpointOptions | EagerCheckpointOptions = {}): this | Promise<this> {
    checkOptions('checkpoint', options, ['name', 'eager', 'signal']);
    const { name, eager = false, signal } = options;
    if (name !== undefined && (typeof name !== 'string' || name === '')) {
      throw invalidArgument('checkpoint', 'name', 'a text that is not empty', name);
    }
    checkBoolean('checkpoint', 'eager', eager);
    checkSignal('checkpoint', signal);
    atCaller(() => this.#engine.checkpoint(this.#node, { name }));
    return eager ? this.#materialize('checkpoint', signal) : this;
  }

  /**
   * Marks the dataset for a local checkpoint: the next action that needs it keeps all of its partitions as blocks, in
   * memory and on disk, and lets its lineage go. Faster than `checkpoint`, and nothing outlives the session; what a
   * worker held that ended, or what `unpersist` removed, is gone for good: CHECKPOINT_BLOCK_LOST. Gives this dataset.
   *
   * Sets the storage level to MEMORY_AND_DISK, or adds the disk to the one that was given. With `eager` the dataset is
   * computed now. Takes the place of a mark for `checkpoint`; `unpersist` before the next action takes this one back.
   */
  localCheckpoint(options: EagerLocalCheckpointOptions): Promise<this>;
  localCheckpoint(options?: LocalCheckpointOptions): this;
  localCheckpoint(options: LocalCheckpointOptions | EagerLocalCheckpointOptions = {}): this | Promise<this> {
    checkOptions('localCheckpoint', options, ['eager', 'signal']);
    const { eager = false, signal } = options;
    checkBoolean('localCheckpoint', 'eager', eager);
    checkSignal('localCheckpoint', signal);
    atCaller(() => this.#engine.localCheckpoint(this.#node));
    return eager ? this.#materialize('localCheckpoint', signal) : this;
  }

  /** Whether the dataset's records are read from a checkpoint, of either kind. Marking it does not make it so. */
  get isCheckpointed(): boolean {
    return this.#node.checkpoint !== undefined;
  }

  /** The directory of the dataset's checkpoint, absolute; undefined while it is not written, and for a local one. */
  getCheckpointFile(): string | undefined {
    const node = this.#node.checkpoint ?? this.#node;
    return node instanceof ReliableCheckpointNode ? node.place.directory : undefined;
  }

  /**
   * Removes the map outputs of the shuffles before this dataset, up to ancestors that are persisted: for loops that
   * checkpoint, and need not wait for the garbage collector. Whatever is computed from them afterwards computes them
   * again. Those that a running action needs stay.
   */
  cleanShuffleDependencies(): void {
    this.#engine.cleanShuffles(this.#node);
  }

  // ---------------------------------------------------------------- Record by record

  /**
   * Applies a function to each record.
   *
   * ```ts
   * await session.parallelize([1, 2, 3]).map((x) => x * 2).collect(); // [2, 4, 6]
   * session.parallelize(['a', 'b']).map((word) => [word, 1]); // an Rdd<[string, number]>: pairs
   * ```
   * The function runs in tasks, perhaps more than once a record, and must be synchronous: see `mapAsync`.
   */
  map<P extends readonly [unknown, unknown]>(f: (record: T) => P, ...pairsOnly: PairsOnly<P>): Rdd<P>;
  map<U>(f: (record: T) => U): Rdd<U>;
  map<U>(f: (record: T) => U): Rdd<U> {
    checkTaskFunction(this.#engine, 'map', 'f', f);
    return this.#step('map', { kind: 'map', f: f as (record: unknown) => unknown });
  }

  /**
   * Keeps the records a predicate is true (or truthy) for. Partitioning stays. A promise is always truthy: ask with
   * `mapAsync` first.
   *
   * ```ts
   * await session.range(5).filter((x) => x % 2 === 0).collect(); // [0, 2, 4]
   * ```
   */
  filter<S extends T>(predicate: (record: T) => record is S): Rdd<S>;
  filter<R>(predicate: (record: T) => R, ...noPromise: NoPromise<R>): Rdd<T>;
  filter(predicate: (record: T) => unknown): Rdd<T> {
    checkTaskFunction(this.#engine, 'filter', 'predicate', predicate);
    return this.#step('filter', { kind: 'filter', f: predicate as (record: unknown) => unknown }, true);
  }

  /**
   * Applies a function that gives any number of records for one.
   *
   * ```ts
   * await session.parallelize(['a b', 'c']).flatMap((line) => line.split(' ')).collect(); // ['a', 'b', 'c']
   * ```
   */
  flatMap<P extends readonly [unknown, unknown]>(f: (record: T) => Iterable<P>, ...pairsOnly: PairsOnly<P>): Rdd<P>;
  flatMap<U>(f: (record: T) => Iterable<U>): Rdd<U>;
  flatMap<U>(f: (record: T) => Iterable<U>): Rdd<U> {
    checkTaskFunction(this.#engine, 'flatMap', 'f', f);
    return this.#step('flatMap', { kind: 'flat-map', f: f as (record: unknown) => Iterable<unknown> });
  }

  /**
   * Applies an asynchronous function to each record, `concurrency` records of a partition at a time (default 8). The
   * order stays. After a failure no further record is begun, and the task fails.
   *
   * ```ts
   * await session.parallelize([1, 2]).mapAsync(async (x) => x + 1).collect(); // [2, 3]
   * ```
   */
  mapAsync<P extends readonly [unknown, unknown]>(
    f: (record: T) => PromiseLike<P> | P,
    options?: { readonly concurrency?: number | undefined },
    ...pairsOnly: PairsOnly<P>
  ): Rdd<P>;
  mapAsync<U>(
    f: (record: T) => PromiseLike<U> | U,
    options?: { readonly concurrency?: number | undefined },
  ): Rdd<Awaited<U>>;
  mapAsync<U>(
    f: (record: T) => PromiseLike<U> | U,
    options: { readonly concurrency?: number | undefined } = {},
  ): Rdd<Awaited<U>> {
    checkOptions('mapAsync', options, ['concurrency']);
    const { concurrency = 8 } = options;
    checkAnyFunction('mapAsync', 'f', f);
    checkTravels(this.#engine, f);
    checkInteger('mapAsync', 'concurrency', concurrency, 1);
    const origin = this.#engine.origin('mapAsync');
    return this.#over(new MapAsyncNode(origin, this.#node, f as (record: unknown) => unknown, concurrency));
  }

  /**
   * Applies a function to the iterator of each partition; what it gives is iterated lazily.
   *
   * ```ts
   * await session.parallelize([1, 2, 3, 4], 2).mapPartitions((xs) => [[...xs].length]).collect(); // [2, 2]
   * ```
   * `preservesPartitioning`: the function leaves every key in its partition, so that the partitioner still holds.
   */
  mapPartitions<P extends readonly [unknown, unknown]>(
    f: (records: Records<T>) => Iterable<P>,
    options?: { readonly preservesPartitioning?: boolean | undefined },
    ...pairsOnly: PairsOnly<P>
  ): Rdd<P>;
  mapPartitions<U>(
    f: (records: Records<T>) => Iterable<U>,
    options?: { readonly preservesPartitioning?: boolean | undefined },
  ): Rdd<U>;
  mapPartitions<U>(
    f: (records: Records<T>) => Iterable<U>,
    options: { readonly preservesPartitioning?: boolean | undefined } = {},
  ): Rdd<U> {
    checkTaskFunction(this.#engine, 'mapPartitions', 'f', f);
    checkOptions('mapPartitions', options, ['preservesPartitioning']);
    return this.#mapPartitions('mapPartitions', f as PartitionFunction, options.preservesPartitioning ?? false);
  }

  /**
   * As `mapPartitions`, with the index of the partition before its records.
   *
   * ```ts
   * await session.parallelize(['a', 'b'], 2).mapPartitionsWithIndex((i, xs) => [`${i}${[...xs]}`]).collect(); // ['0a', '1b']
   * ```
   */
  mapPartitionsWithIndex<P extends readonly [unknown, unknown]>(
    f: (index: number, records: Records<T>) => Iterable<P>,
    options?: { readonly preservesPartitioning?: boolean | undefined },
    ...pairsOnly: PairsOnly<P>
  ): Rdd<P>;
  mapPartitionsWithIndex<U>(
    f: (index: number, records: Records<T>) => Iterable<U>,
    options?: { readonly preservesPartitioning?: boolean | undefined },
  ): Rdd<U>;
  mapPartitionsWithIndex<U>(
    f: (index: number, records: Records<T>) => Iterable<U>,
    options: { readonly preservesPartitioning?: boolean | undefined } = {},
  ): Rdd<U> {
    checkTaskFunction(this.#engine, 'mapPartitionsWithIndex', 'f', f);
    checkOptions('mapPartitionsWithIndex', options, ['preservesPartitioning']);
    const swapped = indexFirst(f as (index: number, records: Records<unknown>) => Iterable<unknown>);
    return this.#mapPartitions('mapPartitionsWithIndex', swapped, options.preservesPartitioning ?? false);
  }

  /**
   * Each partition as one array.
   *
   * ```ts
   * await session.parallelize([1, 2, 3], 2).glom().collect(); // [[1], [2, 3]]
   * ```
   */
  glom(): Rdd<T[]> {
    return this.#mapPartitions('glom', asOneArray, false);
  }

  /**
   * `[f(record), record]`.
   *
   * ```ts
   * await session.parallelize(['a', 'bc']).keyBy((s) => s.length).collect(); // [[1, 'a'], [2, 'bc']]
   * ```
   */
  keyBy<K>(f: (record: T) => K): Rdd<[K, T]> {
    checkTaskFunction(this.#engine, 'keyBy', 'f', f);
    return this.#step('keyBy', { kind: 'key-by', f: f as (record: unknown) => unknown });
  }

  /**
   * Pipes each partition through a process of its own: `String(record)` and a newline in, a record for each line out.
   *
   * ```ts
   * await session.parallelize(['b', 'a'], 1).pipe('sort').collect(); // ['a', 'b']
   * ```
   * No shell runs: a text is cut at white space; `['sh', '-c', 'grep x | wc -l']` starts one. The job fails with
   * PIPE_COMMAND_NOT_FOUND, or with PIPE_FAILED when the process ends with another code than 0.
   */
  pipe(command: string | readonly string[], options: PipeOptions = {}): Rdd<string> {
    const isCommand =
      typeof command === 'string' || (Array.isArray(command) && command.every((word) => typeof word === 'string'));
    if (!isCommand || command.length === 0 || (typeof command === 'string' && command.trim() === '')) {
      throw invalidArgument('pipe', 'command', 'a command, as a text or as an array of program and arguments', command);
    }
    checkOptions('pipe', options, ['env', 'cwd', 'separateWorkingDir']);
    return this.#over(new PipeNode(this.#engine.origin('pipe'), this.#node, command, options));
  }

  // ---------------------------------------------------------------- Several datasets

  /**
   * The records of this dataset and the others, duplicates included: partitions one after another, or partition by
   * partition when all have the same partitioner, which then holds for the result.
   *
   * ```ts
   * await session.parallelize([1, 2]).union(session.parallelize([2, 3])).collect(); // [1, 2, 2, 3]
   * ```
   * Raises OTHER_SESSION.
   */
  union<U = T>(...others: Rdd<U>[]): Rdd<T | U> {
    const nodes = others.map((other, i) => this.#nodeOfOther('union', `others[${i}]`, other));
    return this.#over(unionNode(this.#engine, 'union', [this.#node, ...nodes]));
  }

  /**
   * The distinct records both datasets have. Records are compared by value: see `distinct`. Shuffles both.
   *
   * ```ts
   * await session.parallelize([1, 2, 2]).intersection(session.parallelize([2, 3])).collect(); // [2]
   * ```
   */
  intersection(other: Rdd<T>, partitions?: PartitionArgument): Rdd<T> {
    const method = 'intersection';
    const right = this.#nodeOfOther(method, 'other', other);
    const partitioner = choosePartitioner(this.#engine, method, [this.#node, right], partitions);
    const pair: Step = { kind: 'map', f: withZero };
    const lefts = stepNode(this.#engine, method, this.#node, pair);
    const rights = stepNode(this.#engine, method, right, pair);
    const groups = coGroupNode(this.#engine, method, [lefts, rights], partitioner);
    const common = stepNode(this.#engine, method, groups, { kind: 'filter', f: isInBoth }, { keepsPartitioning: true });
    return this.#over(stepNode(this.#engine, method, common, { kind: 'keys' }));
  }

  /**
   * The records the other dataset does not have; duplicates of this one stay. Records are compared by value: see
   * `distinct`. Shuffles both.
   *
   * ```ts
   * await session.parallelize([1, 1, 2]).subtract(session.parallelize([2])).collect(); // [1, 1]
   * ```
   */
  subtract(other: Rdd<T>, partitions?: PartitionArgument): Rdd<T> {
    const method = 'subtract';
    const right = this.#nodeOfOther(method, 'other', other);
    const partitioner =
      partitions === undefined
        ? new HashPartitioner(Math.max(this.#node.partitioner?.numPartitions ?? this.#partitionCount(), 1))
        : givenPartitioner(this.#engine, method, partitions);
    const pair: Step = { kind: 'map', f: withZero };
    const lefts = stepNode(this.#engine, method, this.#node, pair);
    const rights = stepNode(this.#engine, method, right, pair);
    const rest = new SubtractNode(this.#engine.origin(method), lefts, rights, partitioner, () =>
      this.#engine.nextShuffleId(),
    );
    return this.#over(stepNode(this.#engine, method, rest, { kind: 'keys' }));
  }

  /**
   * Each record once: of equal ones the first. Primitives are equal as keys of a `Map` are (NaN equals NaN, 1 differs
   * from '1' and 1n); arrays, plain objects, dates and bytes are compared by content. Shuffles, unless equal records are
   * together already.
   *
   * ```ts
   * (await session.parallelize([3, 1, 3], 1).distinct().collect()); // [3, 1]
   * ```
   * Raises VALUE_NOT_SERIALIZABLE in the job for records without such a comparison, such as instances of classes.
   */
  distinct(numPartitions?: number): Rdd<T> {
    const method = 'distinct';
    if (numPartitions !== undefined) checkInteger(method, 'numPartitions', numPartitions, 1);
    const count = numPartitions ?? this.#partitionCount();
    if (this.#node.partitioner !== undefined && count === this.#partitionCount()) {
      return this.#mapPartitions(method, distinctRecords, true);
    }
    const pairs = stepNode(this.#engine, method, this.#node, { kind: 'map', f: withZero });
    const partitioner = choosePartitioner(this.#engine, method, [pairs], numPartitions);
    const merged = combineNode(this.#engine, method, pairs, partitioner, FIRSTS, true);
    return this.#over(stepNode(this.#engine, method, merged, { kind: 'keys' }));
  }

  /**
   * Every `[record, other's record]`: as many partitions as the product of both counts.
   *
   * ```ts
   * await session.parallelize([1, 2], 1).cartesian(session.parallelize(['a', 'b'], 1)).collect();
   * // [[1, 'a'], [1, 'b'], [2, 'a'], [2, 'b']]
   * ```
   */
  cartesian<U>(other: Rdd<U>): Rdd<[T, U]> {
    const right = this.#nodeOfOther('cartesian', 'other', other);
    return this.#over(new CartesianNode(this.#engine.origin('cartesian'), this.#node, right));
  }

  /**
   * Pairs of records at the same position of the same partition.
   *
   * ```ts
   * const xs = session.parallelize([1, 2, 3], 2);
   * await xs.zip(xs.map((x) => x * x)).collect(); // [[1, 1], [2, 4], [3, 9]]
   * ```
   * The job fails with PARTITION_COUNTS_DIFFER or PARTITION_LENGTHS_DIFFER when the datasets are not cut alike.
   */
  zip<U>(other: Rdd<U>): Rdd<[T, U]> {
    const right = this.#nodeOfOther('zip', 'other', other);
    return this.#over(new ZipPartitionsNode(this.#engine.origin('zip'), [this.#node, right], zipPair));
  }

  /**
   * Partition i is what a function makes of the i-th partitions of this dataset and the others.
   *
   * ```ts
   * await session.parallelize([1, 2, 3], 1)
   *   .zipPartitions([session.parallelize([10], 1)], (xs, ys) => [[...xs].length, [...ys].length])
   *   .collect(); // [3, 1]
   * ```
   * The job fails with PARTITION_COUNTS_DIFFER when the datasets have different numbers of partitions.
   */
  zipPartitions<const Others extends readonly unknown[], R>(
    others: OthersOf<Others>,
    f: (records: Records<T>, ...others: RecordsOf<Others>) => Iterable<R>,
  ): Rdd<R> {
    const method = 'zipPartitions';
    if (!Array.isArray(others)) throw invalidArgument(method, 'others', 'an array of datasets', others);
    checkTaskFunction(this.#engine, method, 'f', f);
    const nodes = (others as readonly Rdd<unknown>[]).map((other, i) =>
      this.#nodeOfOther(method, `others[${i}]`, other),
    );
    const zip = f as (...iterators: Records<unknown>[]) => Iterable<unknown>;
    return this.#over(new ZipPartitionsNode(this.#engine.origin(method), [this.#node, ...nodes], zip));
  }

  /**
   * `[record, index]`, counted over all partitions. With more than one partition a job counts the records of all but
   * the last one first, when an action needs it.
   *
   * ```ts
   * await session.parallelize(['a', 'b', 'c'], 2).zipWithIndex().collect(); // [['a', 0], ['b', 1], ['c', 2]]
   * ```
   */
  zipWithIndex(): Rdd<[T, number]> {
    const parent = this.#node;
    const starts: Deferred<readonly number[]> = { value: undefined };
    const node = stepNode(
      this.#engine,
      'zipWithIndex',
      parent,
      { kind: 'index', starts },
      { className: 'ZippedWithIndexRDD' },
    );
    const finding: Finding = {
      owner: node,
      source: parent,
      get: () => starts.value ?? [],
      set: (found) => {
        starts.value = found as readonly number[];
      },
    };
    node.preparations.push(
      preparation(async (runJob) => {
        const inputs = findPartitions(parent).length;
        const counted = Array.from({ length: Math.max(inputs - 1, 0) }, (_, i) => i);
        const counts = counted.length === 0 ? [] : ((await runJob(parent, { kind: 'count' }, counted)) as number[]);
        const found = [0];
        for (const count of counts) found.push((found.at(-1) as number) + count);
        starts.value = found;
      }, finding),
    );
    return this.#over(node);
  }

  /**
   * `[record, id]` with ids that differ but are not consecutive: record k of partition i of n gets `k·n + i`. Needs no
   * job.
   *
   * ```ts
   * await session.parallelize(['a', 'b', 'c'], 2).zipWithUniqueId().collect(); // [['a', 0], ['b', 1], ['c', 3]]
   * ```
   */
  zipWithUniqueId(): Rdd<[T, number]> {
    return this.#step('zipWithUniqueId', { kind: 'unique-id', stride: this.#partitionCount() });
  }

  // ---------------------------------------------------------------- Sampling

  /**
   * A random sample: each record with probability `fraction`, or, with replacement, `fraction` times on average. The
   * same seed gives the same sample of the same partitions.
   *
   * ```ts
   * await session.range(1000).sample(false, 0.1, 7).count(); // about 100, the same each time
   * ```
   * Raises INVALID_ARGUMENT for a negative fraction, and without replacement for one above 1.
   */
  sample(withReplacement: boolean, fraction: number, seed?: number): Rdd<T> {
    const method = 'sample';
    checkBoolean(method, 'withReplacement', withReplacement);
    checkNumber(method, 'fraction', fraction, 0, withReplacement ? MAX_INT : 1);
    checkSeed(method, seed);
    const chosen = seed ?? freshSeed();
    const step: Step = withReplacement
      ? { kind: 'poisson-sample', mean: fraction, seed: chosen }
      : { kind: 'sample', lower: 0, upper: fraction, seed: chosen };
    const options = { keepsPartitioning: true, className: 'PartitionwiseSampledRDD' };
    return this.#over(stepNode(this.#engine, method, this.#node, step, options));
  }

  /**
   * Splits the records at random in proportion to the weights; each record is in one of the results.
   *
   * ```ts
   * const [train, test] = session.range(100).randomSplit([0.8, 0.2], 11);
   * ```
   * Raises INVALID_ARGUMENT unless the weights are nonnegative and their sum is positive.
   */
  randomSplit(weights: readonly number[], seed?: number): Rdd<T>[] {
    const method = 'randomSplit';
    if (!Array.isArray(weights)) throw invalidArgument(method, 'weights', 'an array of numbers', weights);
    for (const [i, weight] of weights.entries()) {
      checkNumber(method, `weights[${i}]`, weight, 0, Number.MAX_VALUE);
    }
    const sum = weights.reduce((a, b) => a + b, 0);
    if (!(sum > 0 && Number.isFinite(sum))) {
      throw invalidArgument(method, 'the sum of the weights', 'positive and finite', sum);
    }
    checkSeed(method, seed);
    const chosen = seed ?? freshSeed();
    let passed = 0;
    return weights.map((weight, i) => {
      const lower = passed / sum;
      passed += weight;
      // The weights add up to the sum only in exact arithmetic: no record may fall behind the last one.
      const upper = i === weights.length - 1 ? 1 : passed / sum;
      return this.#step<T>(method, { kind: 'sample', lower, upper, seed: chosen }, true);
    });
  }

  /**
   * A random sample of exactly `count` records (all of them, when there are no more and none may come twice), in random
   * order. Two jobs, rarely more: one counts, one samples a little more than needed.
   *
   * ```ts
   * await session.range(100).takeSample(false, 3, 1); // three different numbers, the same each time
   * ```
   */
  async takeSample(withReplacement: boolean, count: number, seed?: number, options: ActionOptions = {}): Promise<T[]> {
    const method = 'takeSample';
    checkBoolean(method, 'withReplacement', withReplacement);
    checkInteger(method, 'count', count, 0);
    checkSeed(method, seed);
    if (count === 0) return [];
    const total = await this.#count(method, options);
    if (total === 0) return [];
    const random = new XorShiftRandom(seed ?? freshSeed());
    if (!withReplacement && count >= total) return shuffleInPlace(await this.#collect(method, options), random);
    const fraction = fractionForSampleSize(count, total, withReplacement);
    for (;;) {
      const sample = this.sample(withReplacement, fraction, random.nextInt(MAX_INT));
      const found = await sample.#collect(method, options);
      if (found.length >= count) return shuffleInPlace(found, random).slice(0, count);
    }
  }

  // ---------------------------------------------------------------- Partitions and order

  /**
   * Fewer partitions without a shuffle: each reads a run of neighbouring ones. `shuffle` spreads the records evenly
   * instead, and can give more partitions too.
   *
   * ```ts
   * session.parallelize([1, 2, 3, 4], 4).coalesce(2).getNumPartitions(); // 2
   * ```
   */
  coalesce(numPartitions: number, options: { readonly shuffle?: boolean | undefined } = {}): Rdd<T> {
    checkInteger('coalesce', 'numPartitions', numPartitions, 1);
    checkOptions('coalesce', options, ['shuffle']);
    if (options.shuffle === true)
      return this.#over(repartitionNode(this.#engine, 'coalesce', this.#node, numPartitions));
    return this.#over(new CoalesceNode(this.#engine.origin('coalesce'), this.#node, numPartitions));
  }

  /**
   * Spreads the records evenly over `numPartitions` partitions, by a shuffle.
   *
   * ```ts
   * session.parallelize([1, 2, 3], 1).repartition(8).getNumPartitions(); // 8
   * ```
   */
  repartition(numPartitions: number): Rdd<T> {
    checkInteger('repartition', 'numPartitions', numPartitions, 1);
    return this.#over(repartitionNode(this.#engine, 'repartition', this.#node, numPartitions));
  }

  /**
   * Sorts by what a function gives for each record, stably. A job samples the records first to cut them into ranges,
   * when an action needs it; partitions of the result follow each other in order.
   *
   * ```ts
   * await session.parallelize([3, 1, 2]).sortBy((x) => x, { ascending: false }).collect(); // [3, 2, 1]
   * ```
   * See `SortOptions` for the order.
   */
  sortBy<K>(f: (record: T) => K, options: SortOptions<K> = {}): Rdd<T> {
    checkTaskFunction(this.#engine, 'sortBy', 'f', f);
    const { order, numPartitions } = this.#checkSort('sortBy', options);
    const step: Step = { kind: 'key-by', f: f as (record: unknown) => unknown };
    const keyed = stepNode(this.#engine, 'sortBy', this.#node, step);
    const sorted = sortByKeyNode(this.#engine, 'sortBy', keyed, order, numPartitions);
    return this.#over(stepNode(this.#engine, 'sortBy', sorted, { kind: 'values' }));
  }

  /**
   * Records by what a function gives for them. Where the groups are reduced to one value at once, `reduceByKey` and
   * `aggregateByKey` shuffle less. Groups that have no room in memory are as those of `groupByKey`.
   *
   * ```ts
   * await session.parallelize([1, 2, 3], 1).groupBy((x) => x % 2).collect(); // [[1, [1, 3]], [0, [2]]]
   * ```
   */
  groupBy<K>(f: (record: T) => K, partitions?: PartitionArgument): Rdd<[K, T[]]> {
    checkTaskFunction(this.#engine, 'groupBy', 'f', f);
    const partitioner = choosePartitioner(this.#engine, 'groupBy', [this.#node], partitions);
    const step: Step = { kind: 'key-by', f: f as (record: unknown) => unknown };
    const keyed = stepNode(this.#engine, 'groupBy', this.#node, step);
    return this.#over(combineNode(this.#engine, 'groupBy', keyed, partitioner, GROUPING as Aggregator, false));
  }

  // ---------------------------------------------------------------- Pairs

  /**
   * Applies a function to the value of each pair; keys and partitioning stay.
   *
   * ```ts
   * await session.parallelize([['a', 1]]).mapValues((n) => n + 1).collect(); // [['a', 2]]
   * ```
   */
  mapValues<K, V, W>(this: Rdd<readonly [K, V]>, f: (value: V) => W): Rdd<[K, W]> {
    checkTaskFunction(this.#engine, 'mapValues', 'f', f);
    return this.#step('mapValues', { kind: 'map-values', f: f as (value: unknown) => unknown }, true);
  }

  /**
   * As `mapValues`, with any number of values for one.
   *
   * ```ts
   * await session.parallelize([['a', 2]]).flatMapValues((n) => [n, n]).collect(); // [['a', 2], ['a', 2]]
   * ```
   */
  flatMapValues<K, V, W>(this: Rdd<readonly [K, V]>, f: (value: V) => Iterable<W>): Rdd<[K, W]> {
    checkTaskFunction(this.#engine, 'flatMapValues', 'f', f);
    const step: Step = { kind: 'flat-map-values', f: f as (value: unknown) => Iterable<unknown> };
    return this.#step('flatMapValues', step, true);
  }

  /** The key of each pair. */
  keys<K>(this: Rdd<readonly [K, unknown]>): Rdd<K> {
    return this.#step('keys', { kind: 'keys' });
  }

  /** The value of each pair. */
  values<V>(this: Rdd<readonly [unknown, V]>): Rdd<V> {
    return this.#step('values', { kind: 'values' });
  }

  /**
   * Merges the values of each key, on the map side first.
   *
   * ```ts
   * const words = session.parallelize(['a', 'b', 'a'], 1).map((w) => [w, 1]);
   * await words.reduceByKey((a, b) => a + b).collect(); // [['a', 2], ['b', 1]]
   * ```
   * `f` must be associative. `partitions`, here and below: a number, or a partitioner; without it the largest
   * partitioner of the inputs where it is large enough, else as many partitions as the largest input. An input that is
   * partitioned alike already is not shuffled.
   */
  reduceByKey<K, V>(
    this: Rdd<readonly [K, V]> & OnlyLiterals<V>,
    f: (a: WidenedLiteral<V>, b: WidenedLiteral<V>) => WidenedLiteral<V>,
    partitions?: PartitionArgument,
  ): Rdd<[K, WidenedLiteral<V>]>;
  reduceByKey<K, V extends readonly unknown[] | []>(
    this: Rdd<readonly [K, V]> & OnlyNarrowTuples<V>,
    f: (a: WidenedItems<V>, b: WidenedItems<V>) => WidenedItems<V>,
    partitions?: PartitionArgument,
  ): Rdd<[K, WidenedItems<V>]>;
  reduceByKey<K, V extends readonly unknown[] | []>(
    this: Rdd<readonly [K, V]>,
    f: (a: V, b: V) => V,
    partitions?: PartitionArgument,
  ): Rdd<[K, V]>;
  reduceByKey<K, V>(this: Rdd<readonly [K, V]>, f: (a: V, b: V) => V, partitions?: PartitionArgument): Rdd<[K, V]>;
  reduceByKey<K, V>(this: Rdd<readonly [K, V]>, f: (a: V, b: V) => V, partitions?: PartitionArgument): Rdd<[K, V]> {
    checkTaskFunction(this.#engine, 'reduceByKey', 'f', f);
    return this.#combine('reduceByKey', reducing(f as (a: unknown, b: unknown) => unknown), partitions);
  }

  /**
   * As `reduceByKey`, starting from a zero for each key and partition.
   *
   * ```ts
   * await session.parallelize([['a', 1], ['a', 2]], 1).foldByKey(10, (a, b) => a + b).collect(); // [['a', 13]]
   * ```
   */
  foldByKey<K, V>(
    this: Rdd<readonly [K, V]> & OnlyLiterals<V>,
    zero: Zero<WidenedLiteral<NoInfer<V>>>,
    f: (a: WidenedLiteral<V>, b: WidenedLiteral<V>) => WidenedLiteral<V>,
    partitions?: PartitionArgument,
  ): Rdd<[K, WidenedLiteral<V>]>;
  foldByKey<K, V extends readonly unknown[] | []>(
    this: Rdd<readonly [K, V]> & OnlyNarrowTuples<V>,
    zero: Zero<WidenedItems<NoInfer<V>>>,
    f: (a: WidenedItems<V>, b: WidenedItems<V>) => WidenedItems<V>,
    partitions?: PartitionArgument,
  ): Rdd<[K, WidenedItems<V>]>;
  foldByKey<K, V extends readonly unknown[] | []>(
    this: Rdd<readonly [K, V]>,
    zero: Zero<V>,
    f: (a: V, b: V) => V,
    partitions?: PartitionArgument,
  ): Rdd<[K, V]>;
  foldByKey<K, V>(
    this: Rdd<readonly [K, V]>,
    zero: Zero<V>,
    f: (a: V, b: V) => V,
    partitions?: PartitionArgument,
  ): Rdd<[K, V]>;
  foldByKey<K, V>(
    this: Rdd<readonly [K, V]>,
    zero: Zero<V>,
    f: (a: V, b: V) => V,
    partitions?: PartitionArgument,
  ): Rdd<[K, V]> {
    checkTaskFunction(this.#engine, 'foldByKey', 'f', f);
    const make = this.#zero('foldByKey', zero);
    const merge = f as (a: unknown, b: unknown) => unknown;
    return this.#combine('foldByKey', { ...reducing(merge), createCombiner: startFrom(make, merge) }, partitions);
  }

  /**
   * Aggregates the values of each key into another type. The functions may change and give back their first argument.
   *
   * ```ts
   * await session.parallelize([['a', 1], ['a', 2]], 1)
   *   .aggregateByKey(() => [] as number[], (list, n) => (list.push(n), list), (a, b) => [...a, ...b])
   *   .collect(); // [['a', [1, 2]]]
   * ```
   */
  aggregateByKey<K, V, U extends readonly unknown[] | []>(
    this: Rdd<readonly [K, V]>,
    zero: Zero<U>,
    seqOp: (combined: U, value: V) => U,
    combOp: (a: U, b: U) => U,
    partitions?: PartitionArgument,
  ): Rdd<[K, U]>;
  aggregateByKey<K, V, U>(
    this: Rdd<readonly [K, V]>,
    zero: Zero<U>,
    seqOp: (combined: U, value: V) => U,
    combOp: (a: U, b: U) => U,
    partitions?: PartitionArgument,
  ): Rdd<[K, U]>;
  aggregateByKey<K, V, U>(
    this: Rdd<readonly [K, V]>,
    zero: Zero<U>,
    seqOp: (combined: U, value: V) => U,
    combOp: (a: U, b: U) => U,
    partitions?: PartitionArgument,
  ): Rdd<[K, U]> {
    checkTaskFunction(this.#engine, 'aggregateByKey', 'seqOp', seqOp);
    checkTaskFunction(this.#engine, 'aggregateByKey', 'combOp', combOp);
    const make = this.#zero('aggregateByKey', zero);
    const aggregator = { mergeValue: seqOp, mergeCombiners: combOp } as Omit<Aggregator, 'createCombiner'>;
    const createCombiner = startFrom(make, aggregator.mergeValue);
    return this.#combine('aggregateByKey', { createCombiner, ...aggregator }, partitions);
  }

  /**
   * The general form: how a combiner is made of a first value, takes another one, and merges with another combiner.
   * `mapSideCombine: false` sends values instead of combiners: better when combining saves little.
   *
   * ```ts
   * await session.parallelize([['a', 1], ['a', 2]], 1)
   *   .combineByKey((v) => `${v}`, (c, v) => `${c}+${v}`, (a, b) => `${a}|${b}`)
   *   .collect(); // [['a', '1+2']]
   * ```
   */
  combineByKey<K, V, C>(
    this: Rdd<readonly [K, V]>,
    createCombiner: (value: V) => C,
    mergeValue: (combined: C, value: V) => C,
    mergeCombiners: (a: C, b: C) => C,
    options: {
      readonly partitions?: PartitionArgument | undefined;
      readonly mapSideCombine?: boolean | undefined;
    } = {},
  ): Rdd<[K, C]> {
    checkTaskFunction(this.#engine, 'combineByKey', 'createCombiner', createCombiner);
    checkTaskFunction(this.#engine, 'combineByKey', 'mergeValue', mergeValue);
    checkTaskFunction(this.#engine, 'combineByKey', 'mergeCombiners', mergeCombiners);
    checkOptions('combineByKey', options, ['partitions', 'mapSideCombine']);
    const aggregator: Aggregator<V, C> = { createCombiner, mergeValue, mergeCombiners };
    return this.#combine('combineByKey', aggregator as Aggregator, options.partitions, options.mapSideCombine ?? true);
  }

  /**
   * All values of each key, as an array. Where they have no room in memory the array reads them from disk, piece by piece,
   * as it is gone through: it cannot be changed then (SPILLED_GROUP_READ_ONLY; `[...values]` makes a copy), and is good in
   * the task that made it. What is collected, cached or stored is an array like any other.
   *
   * ```ts
   * await session.parallelize([['a', 1], ['b', 2], ['a', 3]], 1).groupByKey().collect(); // [['a', [1, 3]], ['b', [2]]]
   * ```
   */
  groupByKey<K, V>(this: Rdd<readonly [K, V]>, partitions?: PartitionArgument): Rdd<[K, V[]]> {
    return this.#combine('groupByKey', GROUPING as Aggregator, partitions, false);
  }

  /**
   * For each key of any of the datasets, the arrays of its values: this one's first, then each other one's.
   *
   * ```ts
   * const ages = session.parallelize([['ann', 41]], 1);
   * const towns = session.parallelize([['ann', 'Bern'], ['bob', 'Rome']], 1);
   * await ages.cogroup([towns]).collect(); // [['ann', [[41], ['Bern']]], ['bob', [[], ['Rome']]]]
   * ```
   * `others`: one to three datasets, or one alone. Arrays that have no room in memory are as those of `groupByKey`.
   */
  cogroup<K, V, W>(
    this: Rdd<readonly [K, V]>,
    other: Rdd<readonly [K, W]>,
    partitions?: PartitionArgument,
  ): Rdd<[K, [V[], W[]]]>;
  cogroup<K, V, W>(
    this: Rdd<readonly [K, V]>,
    others: readonly [Rdd<readonly [K, W]>],
    partitions?: PartitionArgument,
  ): Rdd<[K, [V[], W[]]]>;
  cogroup<K, V, W1, W2>(
    this: Rdd<readonly [K, V]>,
    others: readonly [Rdd<readonly [K, W1]>, Rdd<readonly [K, W2]>],
    partitions?: PartitionArgument,
  ): Rdd<[K, [V[], W1[], W2[]]]>;
  cogroup<K, V, W1, W2, W3>(
    this: Rdd<readonly [K, V]>,
    others: readonly [Rdd<readonly [K, W1]>, Rdd<readonly [K, W2]>, Rdd<readonly [K, W3]>],
    partitions?: PartitionArgument,
  ): Rdd<[K, [V[], W1[], W2[], W3[]]]>;
  cogroup(
    others: Rdd<readonly [unknown, unknown]> | readonly Rdd<readonly [unknown, unknown]>[],
    partitions?: PartitionArgument,
  ): Rdd<[unknown, unknown[][]]> {
    return this.#coGroup('cogroup', others, partitions);
  }

  /** `cogroup` by its other name. */
  groupWith<K, V, W>(this: Rdd<readonly [K, V]>, other: Rdd<readonly [K, W]>): Rdd<[K, [V[], W[]]]>;
  groupWith<K, V, W1, W2>(
    this: Rdd<readonly [K, V]>,
    other1: Rdd<readonly [K, W1]>,
    other2: Rdd<readonly [K, W2]>,
  ): Rdd<[K, [V[], W1[], W2[]]]>;
  groupWith<K, V, W1, W2, W3>(
    this: Rdd<readonly [K, V]>,
    other1: Rdd<readonly [K, W1]>,
    other2: Rdd<readonly [K, W2]>,
    other3: Rdd<readonly [K, W3]>,
  ): Rdd<[K, [V[], W1[], W2[], W3[]]]>;
  groupWith(...others: Rdd<readonly [unknown, unknown]>[]): Rdd<[unknown, unknown[][]]> {
    return this.#coGroup('groupWith', others, undefined);
  }

  /**
   * Pairs of values of the keys both datasets have, every combination.
   *
   * ```ts
   * const ages = session.parallelize([['ann', 41], ['bob', 7]], 1);
   * const towns = session.parallelize([['ann', 'Bern']], 1);
   * await ages.join(towns).collect(); // [['ann', [41, 'Bern']]]
   * ```
   * Keys are compared by value: see `distinct`. null and undefined are ordinary keys.
   */
  join<K, V, W>(
    this: Rdd<readonly [K, V]>,
    other: Rdd<readonly [K, W]>,
    partitions?: PartitionArgument,
  ): Rdd<[K, [V, W]]> {
    return this.#join('join', other, partitions, { left: false, right: false });
  }

  /** As `join`, with `undefined` for the other's value where it has none. */
  leftOuterJoin<K, V, W>(
    this: Rdd<readonly [K, V]>,
    other: Rdd<readonly [K, W]>,
    partitions?: PartitionArgument,
  ): Rdd<[K, [V, W | undefined]]> {
    return this.#join('leftOuterJoin', other, partitions, { left: true, right: false });
  }

  /** As `join`, with `undefined` for this dataset's value where it has none. */
  rightOuterJoin<K, V, W>(
    this: Rdd<readonly [K, V]>,
    other: Rdd<readonly [K, W]>,
    partitions?: PartitionArgument,
  ): Rdd<[K, [V | undefined, W]]> {
    return this.#join('rightOuterJoin', other, partitions, { left: false, right: true });
  }

  /** As `join`, with `undefined` for whichever value is missing. */
  fullOuterJoin<K, V, W>(
    this: Rdd<readonly [K, V]>,
    other: Rdd<readonly [K, W]>,
    partitions?: PartitionArgument,
  ): Rdd<[K, [V | undefined, W | undefined]]> {
    return this.#join('fullOuterJoin', other, partitions, { left: true, right: true });
  }

  /**
   * The pairs whose key the other dataset does not have; duplicates stay.
   *
   * ```ts
   * const ages = session.parallelize([['ann', 41], ['bob', 7]], 1);
   * await ages.subtractByKey(session.parallelize([['ann', 0]], 1)).collect(); // [['bob', 7]]
   * ```
   */
  subtractByKey<K, V>(
    this: Rdd<readonly [K, V]>,
    other: Rdd<readonly [K, unknown]>,
    partitions?: PartitionArgument,
  ): Rdd<[K, V]> {
    const method = 'subtractByKey';
    const right = this.#nodeOfOther(method, 'other', other);
    const partitioner =
      partitions === undefined
        ? (this.#node.partitioner ?? new HashPartitioner(Math.max(this.#partitionCount(), 1)))
        : givenPartitioner(this.#engine, method, partitions);
    const origin = this.#engine.origin(method);
    return this.#over(new SubtractNode(origin, this.#node, right, partitioner, () => this.#engine.nextShuffleId()));
  }

  /**
   * Spreads each key over `count` keys `[key, salt]`, dealt out in turn: for keys that hold so many records that one
   * partition has most of the work. What is combined under salted keys is combined again without them:
   *
   * ```ts
   * const visits = session.parallelize([['home', 1], ['home', 1], ['help', 1], ['home', 1]], 1);
   * const partly = visits.saltKeys(2).reduceByKey((a, b) => a + b);
   * (await partly.unsaltKeys().reduceByKey((a, b) => a + b).collect()).sort(); // [['help', 1], ['home', 3]]
   * ```
   * A join of salted keys needs the other side under every salt: see `replicateKeys`. The same records get the same
   * salts each time. Raises NOT_A_PAIR in the job.
   */
  saltKeys<K, V>(this: Rdd<readonly [K, V]>, count: number): Rdd<[[K, number], V]> {
    const method = 'saltKeys';
    checkInteger(method, 'count', count, 1);
    const dealt = stepNode(this.#engine, method, this.#node, { kind: 'deal', numPartitions: count });
    return this.#over(stepNode(this.#engine, method, dealt, { kind: 'map', f: addSalt(count) }));
  }

  /**
   * Each pair once for every salt, `[[key, 0], value]` to `[[key, count - 1], value]`: the small side of a join whose
   * large side has salted keys.
   *
   * ```ts
   * const visits = session.parallelize([['home', 7], ['home', 9], ['help', 8]], 1);
   * const titles = session.parallelize([['home', 'Welcome'], ['help', 'Help']], 1);
   * const joined = visits.saltKeys(2).join(titles.replicateKeys(2)).unsaltKeys();
   * (await joined.values().collect()).sort(); // [[7, 'Welcome'], [8, 'Help'], [9, 'Welcome']]
   * ```
   */
  replicateKeys<K, V>(this: Rdd<readonly [K, V]>, count: number): Rdd<[[K, number], V]> {
    const method = 'replicateKeys';
    checkInteger(method, 'count', count, 1);
    return this.#step(method, { kind: 'flat-map', f: addEverySalt(count) });
  }

  /** Takes the salt of `saltKeys` or `replicateKeys` off: `[[key, salt], value]` becomes `[key, value]`. */
  unsaltKeys<K, V>(this: Rdd<readonly [readonly [K, number], V]>): Rdd<[K, V]> {
    return this.#step('unsaltKeys', { kind: 'map', f: dropSalt });
  }

  /**
   * Sends each pair to the partition of its key. Gives this dataset when it is partitioned so already.
   *
   * ```ts
   * pairs.partitionBy(8).partitioner; // 'hash(8)'
   * ```
   */
  partitionBy<K, V>(this: Rdd<readonly [K, V]>, partitions: PartitionArgument): Rdd<[K, V]> {
    const partitioner = givenPartitioner(this.#engine, 'partitionBy', partitions);
    if (this.#node.partitioner?.equals(partitioner) === true) return this.#over(this.#node);
    return this.#shuffle('partitionBy', partitioner, undefined);
  }

  /**
   * As `partitionBy`, with the pairs of each partition in order of their keys: cheaper than sorting afterwards.
   * Always shuffles.
   */
  repartitionAndSortWithinPartitions<K, V>(
    this: Rdd<readonly [K, V]>,
    partitions: PartitionArgument,
    options: Omit<SortOptions<K>, 'numPartitions'> = {},
  ): Rdd<[K, V]> {
    const method = 'repartitionAndSortWithinPartitions';
    const partitioner = givenPartitioner(this.#engine, method, partitions);
    return this.#shuffle(method, partitioner, this.#checkSort(method, options).order);
  }

  /**
   * Sorts pairs by key, as `sortBy` does.
   *
   * ```ts
   * await session.parallelize([['b', 1], ['a', 2]]).sortByKey().collect(); // [['a', 2], ['b', 1]]
   * ```
   */
  sortByKey<K, V>(this: Rdd<readonly [K, V]>, options: SortOptions<K> = {}): Rdd<[K, V]> {
    const { order, numPartitions } = this.#checkSort('sortByKey', options);
    return this.#over(sortByKeyNode(this.#engine, 'sortByKey', this.#node, order, numPartitions));
  }

  /**
   * A random sample in which each key has a fraction of its own; the job fails with INVALID_ARGUMENT at a key that has
   * none.
   *
   * ```ts
   * pairs.sampleByKey(false, new Map([['common', 0.01], ['rare', 1]]), 7);
   * ```
   */
  sampleByKey<K, V>(
    this: Rdd<readonly [K, V]>,
    withReplacement: boolean,
    fractions: ReadonlyMap<K, number>,
    seed?: number,
  ): Rdd<[K, V]> {
    const method = 'sampleByKey';
    checkBoolean(method, 'withReplacement', withReplacement);
    if (!(fractions instanceof Map)) throw invalidArgument(method, 'fractions', 'a Map from key to number', fractions);
    const entries = [...(fractions as ReadonlyMap<K, number>)];
    for (const [key, fraction] of entries) {
      const max = withReplacement ? MAX_INT : 1;
      checkNumber(method, `the fraction of ${describeValue(key)}`, fraction, 0, max);
    }
    checkSeed(method, seed);
    const chosen = seed ?? freshSeed();
    return this.#mapPartitions(method, stratified(entries, withReplacement, chosen), true);
  }

  // ---------------------------------------------------------------- Actions: records

  /**
   * All records, by partition. They must fit in memory; `result.maxBytes` stops a job whose results do not.
   *
   * ```ts
   * await session.parallelize([1, 2, 3]).collect(); // [1, 2, 3]
   * ```
   * Every action rejects with JOB_FAILED when a task fails for good, JOB_CANCELLED when it is cancelled, and
   * SESSION_CLOSED after its session has ended.
   */
  async collect(options: ActionOptions = {}): Promise<T[]> {
    return await this.#collect('collect', options);
  }

  /** How many records there are. */
  async count(options: ActionOptions = {}): Promise<number> {
    return await this.#count('count', options);
  }

  /** The first record. Rejects with EMPTY_DATASET when there is none. */
  async first(options: ActionOptions = {}): Promise<T> {
    const records = await this.#take('first', 1, options);
    if (records.length === 0) throw emptyDataset('first');
    return records[0] as T;
  }

  /**
   * The first `count` records. Looks at one partition first, and at more of them in further jobs while it has too few,
   * at most four times as many each round.
   *
   * ```ts
   * await session.range(1_000_000).take(3); // [0, 1, 2]
   * ```
   */
  async take(count: number, options: ActionOptions = {}): Promise<T[]> {
    checkInteger('take', 'count', count, 0);
    return await this.#take('take', count, options);
  }

  /** Whether there is no record. */
  async isEmpty(options: ActionOptions = {}): Promise<boolean> {
    return (await this.#take('isEmpty', 1, options)).length === 0;
  }

  /**
   * The `count` smallest records in ascending order; of equal ones the first.
   *
   * ```ts
   * await session.parallelize([5, 1, 4]).takeOrdered(2); // [1, 4]
   * ```
   */
  async takeOrdered(count: number, options: OrderOptions<T> = {}): Promise<T[]> {
    return await this.#smallest('takeOrdered', count, options, false);
  }

  /**
   * The `count` largest records in descending order; of equal ones the first.
   *
   * ```ts
   * await session.parallelize([5, 1, 4]).top(2); // [5, 4]
   * ```
   */
  async top(count: number, options: OrderOptions<T> = {}): Promise<T[]> {
    return await this.#smallest('top', count, options, true);
  }

  /**
   * Records one partition at a time, each computed by a job of its own when the iterator gets there: only the largest
   * partition must fit in memory. Leaving the loop stops it.
   *
   * ```ts
   * for await (const record of rdd.toLocalIterator()) if (record === wanted) break;
   * ```
   */
  async *toLocalIterator(options: ActionOptions = {}): AsyncGenerator<T, void, undefined> {
    const count = this.#partitionCount();
    for (let partition = 0; partition < count; partition++) {
      const [records] = await this.#run('toLocalIterator', { kind: 'collect' }, options, [partition]);
      yield* records as T[];
    }
  }

  /**
   * Calls a function with each record, in tasks. For what it does elsewhere: with worker threads, changes to captured
   * variables are lost. Nobody would await what a function starts: for that there are `foreachPartition` and `mapAsync`,
   * and a promise fails the job with INVALID_ARGUMENT.
   */
  async foreach(f: (record: T) => void, options: ActionOptions = {}): Promise<void> {
    checkTaskFunction(this.#engine, 'foreach', 'f', f);
    const visit = visitRecord(f as (record: unknown) => unknown);
    await this.#run('foreach', { kind: 'foreach', visit }, options);
  }

  /**
   * Calls a function with the iterator of each partition; the function may be asynchronous, and the task waits for it.
   *
   * ```ts
   * await rdd.foreachPartition(async (records) => { await insertAll([...records]); });
   * ```
   */
  async foreachPartition(
    f: (records: Records<T>) => void | PromiseLike<void>,
    options: ActionOptions = {},
  ): Promise<void> {
    checkAnyFunction('foreachPartition', 'f', f);
    checkTravels(this.#engine, f);
    const visit = visitPartition(f as (records: Records<unknown>) => unknown);
    await this.#run('foreachPartition', { kind: 'iterate', visit }, options);
  }

  // ---------------------------------------------------------------- Actions: files

  /**
   * Writes records that are plain objects, as CSV or as JSON lines.
   *
   * ```ts
   * await session.parallelize([{ id: 1, name: 'ann' }]).write.csv('out/people', { mode: 'overwrite' });
   * ```
   */
  get write(): DataWriter {
    return new DataWriter(this.#engine, this.#node);
  }

  /**
   * Writes a directory of text files, `part-00000` and so on: one a partition, one line a record, `String(record)` in
   * UTF-8. Map objects to texts first. Readers see the whole directory or none of it; `_SUCCESS` marks it complete.
   *
   * ```ts
   * await session.range(1000).map((n) => JSON.stringify({ n })).saveAsTextFile('out/numbers', { compression: 'gzip' });
   * ```
   * Rejects with OUTPUT_EXISTS when something is there and `overwrite` is not set; what is replaced stays until the new
   * content is complete.
   */
  async saveAsTextFile(path: string, options: SaveTextOptions = {}): Promise<void> {
    checkActionOptions('saveAsTextFile', options);
    const { compression = 'none' } = options;
    if (compression !== 'none' && compression !== 'gzip') {
      throw invalidArgument('saveAsTextFile', 'compression', "'none' or 'gzip'", compression);
    }
    await this.#save('saveAsTextFile', path, { kind: 'text', compression }, options);
  }

  /**
   * Writes a directory of files that `Session.objectFile` reads: records of any kind that can be stored, checksummed.
   * Published as by `saveAsTextFile`.
   *
   * ```ts
   * await session.parallelize([{ at: new Date(0) }]).saveAsObjectFile('out/objects');
   * await session.objectFile('out/objects').collect(); // [{ at: new Date(0) }]
   * ```
   * Rejects with OUTPUT_EXISTS; with VALUE_NOT_SERIALIZABLE in the job for records such as functions.
   */
  async saveAsObjectFile(path: string, options: SaveObjectOptions = {}): Promise<void> {
    checkActionOptions('saveAsObjectFile', options);
    const { codec = 'none' } = options;
    if (codec !== 'none' && codec !== 'zstd' && codec !== 'deflate') {
      throw invalidArgument('saveAsObjectFile', 'codec', "'none', 'zstd' or 'deflate'", codec);
    }
    await this.#save('saveAsObjectFile', path, { kind: 'objects', codec }, options);
  }

  // ---------------------------------------------------------------- Actions: one value

  /**
   * Merges all records with an associative function: within each partition, then over partitions in their order.
   *
   * ```ts
   * await session.parallelize([1, 2, 3]).reduce((a, b) => a + b); // 6
   * ```
   * Rejects with EMPTY_DATASET when there are no records.
   */
  async reduce(f: (a: T, b: T) => T, options: ActionOptions = {}): Promise<T> {
    checkTaskFunction(this.#engine, 'reduce', 'f', f);
    return await this.#reduce('reduce', f, options);
  }

  /**
   * As `reduce`, from a zero: used once for each partition and once for the whole.
   *
   * ```ts
   * await session.parallelize([1, 2], 2).fold(10, (a, b) => a + b); // 33
   * ```
   */
  async fold(zero: Zero<T>, f: (a: T, b: T) => T, options: ActionOptions = {}): Promise<T> {
    checkTaskFunction(this.#engine, 'fold', 'f', f);
    return await this.#aggregate('fold', this.#zero('fold', zero), f, f, options);
  }

  /**
   * Aggregates the records into another type: `seqOp` takes in a record, `combOp` merges the results of partitions, in
   * their order. Both may change and give back their first argument.
   *
   * ```ts
   * await session.parallelize(['a', 'bc'], 2).aggregate(0, (n, s) => n + s.length, (a, b) => a + b); // 3
   * ```
   */
  aggregate<U extends readonly unknown[] | []>(
    zero: Zero<U>,
    seqOp: (accumulated: U, record: T) => U,
    combOp: (a: U, b: U) => U,
    options?: ActionOptions,
  ): Promise<U>;
  aggregate<U>(
    zero: Zero<U>,
    seqOp: (accumulated: U, record: T) => U,
    combOp: (a: U, b: U) => U,
    options?: ActionOptions,
  ): Promise<U>;
  async aggregate<U>(
    zero: Zero<U>,
    seqOp: (accumulated: U, record: T) => U,
    combOp: (a: U, b: U) => U,
    options: ActionOptions = {},
  ): Promise<U> {
    checkTaskFunction(this.#engine, 'aggregate', 'seqOp', seqOp);
    // Merges here, in the session's thread.
    checkFunction('aggregate', 'combOp', combOp);
    return await this.#aggregate('aggregate', this.#zero('aggregate', zero), seqOp, combOp, options);
  }

  /** As `reduce`, merging the results of partitions in tasks, over `depth` levels (default 2). */
  async treeReduce(
    f: (a: T, b: T) => T,
    options: ActionOptions & { readonly depth?: number | undefined } = {},
  ): Promise<T> {
    const { depth = 2 } = options;
    checkTaskFunction(this.#engine, 'treeReduce', 'f', f);
    checkInteger('treeReduce', 'depth', depth, 1);
    // An empty partition has nothing to merge: results are arrays of one record or none.
    const g = f as (a: unknown, b: unknown) => unknown;
    const merge = mergeFound(g) as (a: readonly T[], b: readonly T[]) => readonly T[];
    const result = await this.#tree<readonly T[]>('treeReduce', () => [], reduceFound(g), merge, depth, options);
    if (result.length === 0) throw emptyDataset('treeReduce');
    return result[0] as T;
  }

  /**
   * As `aggregate`, merging the results of partitions in tasks, over `depth` levels (default 2): for many partitions
   * with large results.
   */
  treeAggregate<U extends readonly unknown[] | []>(
    zero: Zero<U>,
    seqOp: (accumulated: U, record: T) => U,
    combOp: (a: U, b: U) => U,
    options?: ActionOptions & { readonly depth?: number | undefined },
  ): Promise<U>;
  treeAggregate<U>(
    zero: Zero<U>,
    seqOp: (accumulated: U, record: T) => U,
    combOp: (a: U, b: U) => U,
    options?: ActionOptions & { readonly depth?: number | undefined },
  ): Promise<U>;
  async treeAggregate<U>(
    zero: Zero<U>,
    seqOp: (accumulated: U, record: T) => U,
    combOp: (a: U, b: U) => U,
    options: ActionOptions & { readonly depth?: number | undefined } = {},
  ): Promise<U> {
    const { depth = 2 } = options;
    checkTaskFunction(this.#engine, 'treeAggregate', 'seqOp', seqOp);
    checkTaskFunction(this.#engine, 'treeAggregate', 'combOp', combOp);
    checkInteger('treeAggregate', 'depth', depth, 1);
    const make = this.#zero('treeAggregate', zero);
    const fold = foldFrom(make, seqOp as (folded: unknown, record: unknown) => unknown);
    return await this.#tree('treeAggregate', make, fold, combOp, depth, options);
  }

  /** The least record in natural order, or that of `compare`; of equal ones the first. Rejects with EMPTY_DATASET. */
  async min(options: OrderOptions<T> = {}): Promise<T> {
    const compare = comparatorOf(this.#engine, 'min', options.compare);
    return await this.#reduce('min', lesserBy(compare) as (a: T, b: T) => T, options);
  }

  /** The greatest record in natural order, or that of `compare`; of equal ones the first. Rejects with EMPTY_DATASET. */
  async max(options: OrderOptions<T> = {}): Promise<T> {
    const compare = comparatorOf(this.#engine, 'max', options.compare);
    return await this.#reduce('max', greaterBy(compare) as (a: T, b: T) => T, options);
  }

  // ---------------------------------------------------------------- Actions: numbers

  /**
   * The sum of the numbers, 0 of none: each partition from left to right, then partitions in their order.
   * This and the methods that follow fail with NOT_A_NUMBER in the job for records that are not numbers.
   */
  async sum(this: Rdd<number>, options: ActionOptions = {}): Promise<number> {
    return await this.#aggregate<number>('sum', startAtZero, addNumber, addNumber, options);
  }

  /** Count, sum, mean, variances, deviations and extremes, in one job and numerically stable. */
  async stats(this: Rdd<number>, options: ActionOptions = {}): Promise<StatCounter> {
    return await this.#stats('stats', options);
  }

  /** The mean; 0 of no numbers, as in Spark. */
  async mean(this: Rdd<number>, options: ActionOptions = {}): Promise<number> {
    return (await this.#stats('mean', options)).mean;
  }

  /** The variance of the numbers as a whole population; NaN of none. */
  async variance(this: Rdd<number>, options: ActionOptions = {}): Promise<number> {
    return (await this.#stats('variance', options)).variance;
  }

  /** The variance of the numbers as a sample; NaN of fewer than two. */
  async sampleVariance(this: Rdd<number>, options: ActionOptions = {}): Promise<number> {
    return (await this.#stats('sampleVariance', options)).sampleVariance;
  }

  /** The standard deviation of the numbers as a whole population; NaN of none. */
  async stdev(this: Rdd<number>, options: ActionOptions = {}): Promise<number> {
    return (await this.#stats('stdev', options)).stdev;
  }

  /** The standard deviation of the numbers as a sample; NaN of fewer than two. */
  async sampleStdev(this: Rdd<number>, options: ActionOptions = {}): Promise<number> {
    return (await this.#stats('sampleStdev', options)).sampleStdev;
  }

  /**
   * Counts numbers by bucket: `buckets` of equal width between the least and the greatest number (found by a job of its
   * own), or between the boundaries given. A bucket holds its lower boundary, the last one its upper boundary too;
   * NaN and what lies outside of the boundaries is not counted.
   *
   * ```ts
   * await session.parallelize([1, 2, 3, 50]).histogram([0, 3, 10]); // { buckets: [0, 3, 10], counts: [2, 1] }
   * ```
   * Rejects with HISTOGRAM_RANGE_UNKNOWN when buckets are to be found for no numbers, NaN or an infinite one, and with
   * INVALID_ARGUMENT unless boundaries are at least two and ascend.
   */
  async histogram(
    this: Rdd<number>,
    buckets: number | readonly number[],
    options: ActionOptions = {},
  ): Promise<Histogram> {
    const method = 'histogram';
    if (typeof buckets !== 'number') {
      if (!Array.isArray(buckets) || buckets.length < 2) {
        throw invalidArgument(method, 'buckets', 'a number of buckets, or at least two boundaries', buckets);
      }
      const boundaries = [...(buckets as readonly number[])];
      for (let i = 0; i < boundaries.length; i++) {
        const boundary: unknown = boundaries[i];
        if (
          typeof boundary !== 'number' ||
          Number.isNaN(boundary) ||
          !(i === 0 || boundary > (boundaries[i - 1] as number))
        ) {
          throw invalidArgument(method, `buckets[${i}]`, 'a number above the one before it', boundary);
        }
      }
      return await this.#histogram(boundaries, false, options);
    }
    checkInteger(method, 'buckets', buckets, 1);
    const { min, max } = await this.#stats(method, options);
    if (!Number.isFinite(min) || !Number.isFinite(max)) throw new CairnError('HISTOGRAM_RANGE_UNKNOWN', { buckets });
    return await this.#histogram(evenBuckets(min, max, buckets), true, options);
  }

  // ---------------------------------------------------------------- Actions: counts and maps

  /**
   * How often each record occurs, in order of first appearance. Records are compared by value: see `distinct`.
   *
   * ```ts
   * await session.parallelize(['a', 'b', 'a']).countByValue(); // Map { 'a' => 2, 'b' => 1 }
   * ```
   */
  async countByValue(options: ActionOptions = {}): Promise<Map<T, number>> {
    return await this.#countBy<T>('countByValue', identity, options);
  }

  /**
   * How many distinct records there are, approximately: from a HyperLogLog of fixed size instead of the records.
   * `relativeSD` (default 0.05) is the standard deviation of the answer relative to the truth, from about 0.00026 up;
   * each partition's result takes about `1.1 / relativeSD²` bytes.
   *
   * ```ts
   * await session.range(100_000).countApproxDistinct(); // within a few percent of 100000, the same each time
   * ```
   */
  async countApproxDistinct(relativeSD = 0.05, options: ActionOptions = {}): Promise<number> {
    const method = 'countApproxDistinct';
    checkNumber(method, 'relativeSD', relativeSD, MIN_RELATIVE_SD, 1);
    const precision = precisionFor(relativeSD);
    const sketches = await this.#gather(method, emptySketchOf(precision), addToSketch, identity, options);
    return estimateDistinct(sketches.reduce(mergeSketches, emptySketch(precision)));
  }

  /** How many pairs each key has, in order of first appearance. Keys are compared by value: see `distinct`. */
  async countByKey<K>(this: Rdd<readonly [K, unknown]>, options: ActionOptions = {}): Promise<Map<K, number>> {
    return await this.#countBy<K>('countByKey', keyOf, options);
  }

  /**
   * The pairs as a `Map`, the last value of each key. A `Map` finds keys that are arrays or objects by identity only.
   *
   * ```ts
   * await session.parallelize([['a', 1], ['a', 2]]).collectAsMap(); // Map { 'a' => 2 }
   * ```
   */
  async collectAsMap<K, V>(this: Rdd<readonly [K, V]>, options: ActionOptions = {}): Promise<Map<K, V>> {
    const found = new KeyMap<K, V>();
    for (const pair of await this.#collect('collectAsMap', options)) {
      const [key, value] = checkPair(pair);
      found.set(key as K, value as V);
    }
    return new Map(found.entries());
  }

  /** As `reduceByKey`, with the result as a `Map` here: no shuffle, but every partition sends all of its keys. */
  reduceByKeyLocally<K, V>(
    this: Rdd<readonly [K, V]> & OnlyLiterals<V>,
    f: (a: WidenedLiteral<V>, b: WidenedLiteral<V>) => WidenedLiteral<V>,
    options?: ActionOptions,
  ): Promise<Map<K, WidenedLiteral<V>>>;
  reduceByKeyLocally<K, V extends readonly unknown[] | []>(
    this: Rdd<readonly [K, V]> & OnlyNarrowTuples<V>,
    f: (a: WidenedItems<V>, b: WidenedItems<V>) => WidenedItems<V>,
    options?: ActionOptions,
  ): Promise<Map<K, WidenedItems<V>>>;
  reduceByKeyLocally<K, V extends readonly unknown[] | []>(
    this: Rdd<readonly [K, V]>,
    f: (a: V, b: V) => V,
    options?: ActionOptions,
  ): Promise<Map<K, V>>;
  reduceByKeyLocally<K, V>(
    this: Rdd<readonly [K, V]>,
    f: (a: V, b: V) => V,
    options?: ActionOptions,
  ): Promise<Map<K, V>>;
  async reduceByKeyLocally<K, V>(
    this: Rdd<readonly [K, V]>,
    f: (a: V, b: V) => V,
    options: ActionOptions = {},
  ): Promise<Map<K, V>> {
    checkTaskFunction(this.#engine, 'reduceByKeyLocally', 'f', f);
    const add = mergeByKey(f as (a: unknown, b: unknown) => unknown);
    const parts = await this.#gather('reduceByKeyLocally', emptyKeyMap, add, entriesOf, options);
    const result = new KeyMap<K, V>();
    for (const part of parts) for (const [key, value] of part) result.merge(key as K, value as V, f);
    return new Map(result.entries());
  }

  /**
   * The values of one key. Where the dataset has a partitioner, only the key's partition is computed.
   *
   * ```ts
   * await session.parallelize([['a', 1], ['b', 2], ['a', 3]]).lookup('a'); // [1, 3]
   * ```
   */
  async lookup<K, V>(this: Rdd<readonly [K, V]>, key: K, options: ActionOptions = {}): Promise<V[]> {
    const add = valuesOfKey(keyIdentity(key));
    const { partitioner } = this.#node;
    const partitions = partitioner === undefined ? undefined : await this.#partitionOf(key, partitioner, options);
    const parts = await this.#gather('lookup', emptyList, add, identity, options, partitions);
    return parts.flat() as V[];
  }

  // ---------------------------------------------------------------- Inside

  async #materialize(method: string, signal: AbortSignal | undefined): Promise<this> {
    await this.#engine.materialize(this.#node, { method, signal });
    return this;
  }

  #over<U>(node: LineageNode): Rdd<U> {
    return new Rdd<U>(this.#engine, node);
  }

  #step<U>(method: string, step: Step, keepsPartitioning = false): Rdd<U> {
    return this.#over(stepNode(this.#engine, method, this.#node, step, { keepsPartitioning }));
  }

  #mapPartitions<U>(method: string, f: PartitionFunction, keepsPartitioning: boolean): Rdd<U> {
    return this.#over(new MapPartitionsNode(this.#engine.origin(method), this.#node, f, { keepsPartitioning }));
  }

  /** What makes the zeros of a fold. */
  #zero<U>(method: string, zero: Zero<U>): () => U {
    const make = zeroMaker(method, zero);
    checkTravels(this.#engine, make);
    return make;
  }

  #partitionCount(): number {
    return findPartitions(this.#node).length;
  }

  #nodeOfOther(method: string, argument: string, other: unknown): LineageNode {
    if (!(other instanceof Rdd)) throw invalidArgument(method, argument, 'a dataset', other);
    if (other.#engine !== this.#engine) throw startAtCaller(new CairnError('OTHER_SESSION', { method, argument }));
    return other.#node;
  }

  #checkSort<K>(method: string, options: SortOptions<K>): { readonly order: KeyOrder; readonly numPartitions: number } {
    const isRepartition = method === 'repartitionAndSortWithinPartitions';
    checkOptions(method, options, ['ascending', ...(isRepartition ? [] : ['numPartitions']), 'compare']);
    const { ascending = true, numPartitions, compare } = options;
    checkBoolean(method, 'ascending', ascending);
    if (numPartitions !== undefined) checkInteger(method, 'numPartitions', numPartitions, 1);
    const order: KeyOrder = {
      compare: comparatorOf(this.#engine, method, compare),
      ascending,
      natural: compare === undefined,
    };
    return { order, numPartitions: numPartitions ?? this.#partitionCount() };
  }

  #combine<K, C>(
    method: string,
    aggregator: Aggregator,
    partitions: PartitionArgument | undefined,
    mapSideCombine = true,
  ): Rdd<[K, C]> {
    const partitioner = choosePartitioner(this.#engine, method, [this.#node], partitions);
    return this.#over(combineNode(this.#engine, method, this.#node, partitioner, aggregator, mapSideCombine));
  }

  #shuffle<K, V>(method: string, partitioner: Partitioner, keyOrder: KeyOrder | undefined): Rdd<[K, V]> {
    const shuffleId = this.#engine.nextShuffleId();
    const origin = this.#engine.origin(method);
    return this.#over(new ShuffledNode(origin, this.#node, partitioner, { shuffleId, keyOrder }));
  }

  #coGroup<R>(method: string, others: unknown, partitions: PartitionArgument | undefined): Rdd<R> {
    const list: readonly unknown[] = Array.isArray(others) ? others : [others];
    if (list.length < 1 || list.length > 3) throw invalidArgument(method, 'others', 'one to three datasets', others);
    const nodes = [this.#node, ...list.map((other, i) => this.#nodeOfOther(method, `others[${i}]`, other))];
    const partitioner = choosePartitioner(this.#engine, method, nodes, partitions);
    return this.#over(coGroupNode(this.#engine, method, nodes, partitioner));
  }

  #join<R>(
    method: string,
    other: unknown,
    partitions: PartitionArgument | undefined,
    outer: { readonly left: boolean; readonly right: boolean },
  ): Rdd<R> {
    const right = this.#nodeOfOther(method, 'other', other);
    const partitioner = choosePartitioner(this.#engine, method, [this.#node, right], partitions);
    return this.#over(joinNode(this.#engine, method, [this.#node, right], partitioner, outer));
  }

  async #run(
    method: string,
    action: ResultAction,
    options: ActionOptions,
    partitions?: readonly number[],
  ): Promise<unknown[]> {
    return await runOn(this.#engine, this.#node, method, action, options, partitions);
  }

  /** One result a partition: what `add` gathers from its records, made plain by `finish`. */
  async #gather<A, R>(
    method: string,
    zero: () => A,
    add: (gathered: A, record: unknown) => A,
    finish: (gathered: A) => R,
    options: ActionOptions,
    partitions?: readonly number[],
  ): Promise<R[]> {
    const action: ResultAction = {
      kind: 'aggregate',
      zero,
      merge: add as (gathered: unknown, record: unknown) => unknown,
      finish: finish as (gathered: unknown) => unknown,
    };
    return (await this.#run(method, action, options, partitions)) as R[];
  }

  async #save(method: string, path: string, format: SaveAction['format'], options: SaveOptions): Promise<void> {
    const { signal, overwrite } = options;
    await saveOutput(this.#engine, this.#node, path, format, {
      method,
      signal,
      overwrite: overwrite === true,
      append: false,
    });
  }

  async #collect(method: string, options: ActionOptions): Promise<T[]> {
    return ((await this.#run(method, { kind: 'collect' }, options)) as T[][]).flat() as T[];
  }

  async #count(method: string, options: ActionOptions): Promise<number> {
    const counts = (await this.#run(method, { kind: 'count' }, options)) as number[];
    return counts.reduce((a, b) => a + b, 0);
  }

  async #take(method: string, count: number, options: ActionOptions): Promise<T[]> {
    const found: T[] = [];
    const total = count === 0 ? 0 : this.#partitionCount();
    let scanned = 0;
    while (found.length < count && scanned < total) {
      const left = count - found.length;
      let next = 1;
      if (scanned > 0) {
        const most = scanned * TAKE_SCALE_UP;
        next = found.length === 0 ? most : Math.min(most, Math.ceil((1.5 * left * scanned) / found.length));
      }
      const last = Math.min(scanned + next, total);
      const partitions = Array.from({ length: last - scanned }, (_, i) => scanned + i);
      const parts = (await this.#run(method, { kind: 'take', limit: left }, options, partitions)) as T[][];
      for (const part of parts) for (const record of part) if (found.length < count) found.push(record);
      scanned = last;
    }
    return found;
  }

  async #smallest(method: string, count: number, options: OrderOptions<T>, reversed: boolean): Promise<T[]> {
    checkInteger(method, 'count', count, 0);
    const compare = comparatorOf(this.#engine, method, options.compare);
    const order = reversed ? reversedOrder(compare) : compare;
    if (count === 0) return [];
    const none = smallestOf(count, order);
    const parts = await this.#gather(method, none, addToSmallest, recordsOfSmallest, options);
    const all = none();
    for (const part of parts) for (const record of part) all.add(record);
    return all.records() as T[];
  }

  async #reduce(method: string, f: (a: T, b: T) => T, options: ActionOptions): Promise<T> {
    const merge = f as (a: unknown, b: unknown) => unknown;
    const parts = (await this.#run(method, { kind: 'reduce', merge }, options)) as ({ value: T } | undefined)[];
    const found = parts.filter((part) => part !== undefined);
    if (found.length === 0) throw emptyDataset(method);
    return found.map(({ value }) => value).reduce((a, b) => f(a, b));
  }

  async #aggregate<U>(
    method: string,
    make: () => U,
    seqOp: (accumulated: U, record: T) => U,
    combOp: (a: U, b: U) => U,
    options: ActionOptions,
  ): Promise<U> {
    const merge = seqOp as (accumulated: unknown, record: unknown) => unknown;
    const parts = (await this.#run(method, { kind: 'aggregate', zero: zeroOfPartition(make), merge }, options)) as U[];
    let result = make();
    for (const part of parts) result = combOp(result, part);
    return result;
  }

  async #tree<U>(
    method: string,
    make: () => U,
    fold: PartitionFunction,
    combOp: (a: U, b: U) => U,
    depth: number,
    options: ActionOptions,
  ): Promise<U> {
    const merge = combOp as (a: unknown, b: unknown) => unknown;
    const node = treeNode(this.#engine, method, this.#node, fold, merge, depth);
    const parts = (await runOn(this.#engine, node, method, { kind: 'collect' }, options)) as U[][];
    let result = make();
    for (const part of parts) for (const value of part) result = combOp(result, value);
    return result;
  }

  async #stats(method: string, options: ActionOptions): Promise<StatCounter> {
    const action: ResultAction = {
      kind: 'aggregate',
      zero: emptyStats,
      merge: addToStats as (accumulated: unknown, record: unknown) => unknown,
    };
    const parts = (await this.#run(method, action, options)) as StatState[];
    return new StatCounter(parts.reduce(mergeStats, emptyStats()));
  }

  async #histogram(buckets: readonly number[], isEven: boolean, options: ActionOptions): Promise<Histogram> {
    const none = emptyBuckets(buckets.length - 1);
    const parts = await this.#gather('histogram', none, countInBuckets(buckets, isEven), identity, options);
    const counts = none();
    for (const part of parts) for (let i = 0; i < counts.length; i++) (counts[i] as number) += part[i] as number;
    return { buckets, counts };
  }

  async #countBy<K>(method: string, of: (record: unknown) => unknown, options: ActionOptions): Promise<Map<K, number>> {
    const parts = await this.#gather(method, emptyKeyMap, countKeys(of), entriesOf, options);
    const counts = new KeyMap<K, number>();
    for (const part of parts) for (const [key, count] of part) counts.merge(key as K, count as number, addCount);
    return new Map(counts.entries());
  }

  /** The partition of a key; ranges are sampled first where that has not been done. */
  async #partitionOf(key: unknown, partitioner: Partitioner, options: ActionOptions): Promise<number[]> {
    if (partitioner.numPartitions === 0) return [];
    if (partitioner instanceof RangePartitioner && !partitioner.isReady) {
      for (const pending of pendingPreparations(this.#node)) {
        await pending.prepare((node, action, partitions) =>
          runOn(this.#engine, node, 'lookup', action, options, partitions),
        );
      }
    }
    return [partitioner.partitionOf(key)];
  }
}

driverOnly('dataset', Rdd);

async function runOn(
  engine: Engine,
  node: LineageNode,
  method: string,
  action: ResultAction,
  actionOptions: ActionOptions,
  partitions?: readonly number[],
): Promise<unknown[]> {
  checkActionOptions(method, actionOptions);
  const { signal } = actionOptions;
  const options: JobOptions = { method, signal };
  return await engine.runJob(node, action, partitions === undefined ? options : { ...options, partitions });
}

/** What actions take beside a signal. */
const OPTIONS_OF_ACTIONS: Readonly<Record<string, readonly string[]>> = {
  min: ['compare'],
  max: ['compare'],
  top: ['compare'],
  takeOrdered: ['compare'],
  treeReduce: ['depth'],
  treeAggregate: ['depth'],
  saveAsTextFile: ['overwrite', 'compression'],
  saveAsObjectFile: ['overwrite', 'codec'],
};

function checkActionOptions(method: string, options: ActionOptions): void {
  checkOptions(method, options, [...(OPTIONS_OF_ACTIONS[method] ?? []), 'signal']);
  checkSignal(method, options.signal);
}

/** Errors of what the user asked for start at the user's line. */
function atCaller<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof CairnError ? startAtCaller(error) : error;
  }
}

function emptyDataset(method: string): CairnError {
  return startAtCaller(new CairnError('EMPTY_DATASET', { method }));
}

/** The order that a user asks for; records of other types never reach the user's. */
function comparatorOf<T>(engine: Engine, method: string, compare: Comparator<T> | undefined): Comparator<unknown> {
  if (compare === undefined) return compareNatural;
  checkTaskFunction(engine, method, 'compare', compare);
  return checkedOrder(method, compare as Comparator<unknown>);
}

/** A permutation in place, every one equally likely. */
function shuffleInPlace<T>(records: T[], random: XorShiftRandom): T[] {
  for (let i = records.length - 1; i > 0; i--) {
    const j = random.nextInt(i + 1);
    const held = records[i] as T;
    records[i] = records[j] as T;
    records[j] = held;
  }
  return records;
}
