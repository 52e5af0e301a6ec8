import type { Batch } from '../../formats/schema/batch.ts';
import type { FileSystem } from '../../storage/fs/file-system.ts';
import type { Aggregator, ShuffleDependency } from './dependency.ts';
import type { LineageNode } from './lineage-node.ts';

/** Whole numbers `start, start + step, …` as a batch that is never written out: loops count instead of reading. */
export interface RangeBatch {
  readonly kind: 'range';
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/**
 * "Not yet": the records behind it wait for a promise. Iterators stay synchronous; whoever can only pass batches on
 * passes this on too, and the task awaits it at the top before it asks again.
 */
export interface PendingBatch {
  readonly kind: 'pending';
  readonly ready: Promise<unknown>;
}

/** What a node hands to the next step. */
export type TaskBatch = Batch | RangeBatch | PendingBatch;

/**
 * Records of one partition, batch by batch. Whoever stops early calls `return()`, so that files are closed; `for of`
 * does it.
 */
export type BatchIterator = IterableIterator<TaskBatch>;

/**
 * What a node may ask of the task that computes it. Implemented by `lib/exec`; nodes never see the scheduler.
 */
export interface TaskContext {
  /** Records of a parent's partition: from its block, its map outputs, or computed now, its narrow steps fused. */
  iterate(node: LineageNode, partition: number): BatchIterator;
  /**
   * The reduce side of a shuffle for one partition: pairs, aggregated and ordered as the dependency says.
   * Without aggregator and order: all pairs, by map partition.
   */
  readShuffle(dependency: ShuffleDependency, partition: number): BatchIterator;
  /** Groups several inputs of pairs by key: batches of `[key, [values of input 0, values of input 1, …]]`. */
  coGroup(inputs: readonly BatchIterator[]): BatchIterator;
  /** Combines the pairs of one partition by key: batches of `[key, combiner]`, as the reduce side of a shuffle gives. */
  combineByKey(pairs: BatchIterator, aggregator: Aggregator): BatchIterator;
  readonly fileSystem: FileSystem;
  readonly partition: number;
  /** 0 for the first try of this partition in this stage. */
  readonly attempt: number;
  readonly stage: number;
  /** Records of an ordinary batch. */
  readonly batchRows: number;
  /** Counts bytes a source read, for the task's metrics. */
  countInput(bytes: number): void;
  /** Raises TASK_CANCELLED when the task should stop; nodes with long loops of their own call it now and then. */
  throwIfCancelled(): void;
  /** Runs when the task ends, however it ends; in reverse order. */
  onCompletion(action: () => void): void;
}
