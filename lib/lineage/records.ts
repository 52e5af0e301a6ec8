import { materializeRows } from '../../formats/record/materialize-rows.ts';
import { type Batch, rowBatch } from '../../formats/schema/batch.ts';
import { CairnError } from '../base/errors.ts';
import type { LineageNode } from './lineage-node.ts';
import type { BatchIterator, PendingBatch, TaskBatch, TaskContext } from './task-context.ts';

/** The records of a batch as an array and the part of it that counts. Nothing is copied where the batch holds rows. */
export function rowsOf(batch: Exclude<TaskBatch, PendingBatch>): {
  readonly rows: readonly unknown[];
  readonly from: number;
  readonly to: number;
} {
  switch (batch.kind) {
    case 'rows':
      return batch;
    case 'columns':
      return { rows: materializeRows(batch), from: 0, to: batch.rowCount };
    case 'range': {
      const rows = new Array<unknown>(batch.count);
      for (let i = 0; i < batch.count; i++) rows[i] = batch.start + i * batch.step;
      return { rows, from: 0, to: batch.count };
    }
  }
}

/** Records one by one. A class rather than a generator: two to three times as fast per record. */
class RecordIterator implements IterableIterator<unknown> {
  #batches: Iterator<TaskBatch>;
  readonly #check: () => void;
  #rows: readonly unknown[] = [];
  #at = 0;
  #to = 0;

  constructor(batches: Iterator<TaskBatch>, check: () => void) {
    this.#batches = batches;
    this.#check = check;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<unknown, undefined> {
    while (this.#at === this.#to) {
      this.#check();
      const next = this.#batches.next();
      if (next.done === true) {
        this.#rows = [];
        return { done: true, value: undefined };
      }
      this.#load(next.value);
    }
    return { done: false, value: this.#rows[this.#at++] };
  }

  return(): IteratorResult<unknown, undefined> {
    const batches = this.#batches;
    // Batches held in an array know no return: without this a user's second loop would go on where the first was left.
    this.#batches = [].values();
    this.#rows = [];
    this.#at = this.#to;
    batches.return?.();
    return { done: true, value: undefined };
  }

  #load(batch: TaskBatch): void {
    if (batch.kind === 'pending') {
      throw new CairnError('INTERNAL', { detail: 'records were read before an asynchronous step had settled' });
    }
    const { rows, from, to } = rowsOf(batch);
    this.#rows = rows;
    this.#at = from;
    this.#to = to;
  }
}

/**
 * Iterates the records of batches; `return()` closes the batches. The batches must not be pending: see `settle`.
 * `check` is asked before each batch and before the end, and raises where there is nothing to be had any more.
 */
export function recordsOf(batches: Iterable<TaskBatch>, check: () => void = () => {}): IterableIterator<unknown> {
  return new RecordIterator(batches[Symbol.iterator](), check);
}

/**
 * Batches of a parent's partition that can be read synchronously. Where an asynchronous step is upstream, passes its
 * pending batches on and gives the whole partition once it is there; otherwise the parent's own iterator.
 */
export function* settle(
  node: LineageNode,
  partition: number,
  task: TaskContext,
): Generator<PendingBatch, IterableIterator<TaskBatch>, undefined> {
  const batches = task.iterate(node, partition);
  if (!node.mayPend) return batches;
  const held: TaskBatch[] = [];
  for (const batch of batches) {
    if (batch.kind === 'pending') yield batch;
    else held.push(batch);
  }
  return held.values();
}

/** Range batches written out: what blocks and parts are made of. The batches must not be pending. */
export function* storable(batches: BatchIterator): Generator<Batch, void, undefined> {
  for (const batch of batches) {
    if (batch.kind === 'columns' || batch.kind === 'rows') yield batch;
    else if (batch.kind === 'range') yield { kind: 'rows', ...rowsOf(batch) };
    else throw new CairnError('INTERNAL', { detail: 'a block was stored before an asynchronous step had settled' });
  }
}

/** The records `rows[from] … rows[to - 1]` as batches of at most `batchRows`, without copying. */
export function* rowBatches(
  rows: readonly unknown[],
  batchRows: number,
  from = 0,
  to = rows.length,
): Generator<Batch, void, undefined> {
  for (let at = from; at < to; at += batchRows) yield rowBatch(rows, at, Math.min(at + batchRows, to));
}
