/** Merges sorted parts that are pairs of any kind, pair by pair. */
import { type RowBatch, rowBatch } from '../../formats/schema/batch.ts';
import type { SortSource } from './sort-source.ts';

type RowSource = SortSource<readonly unknown[]>;

/** Compares keys the way they are sorted. */
export type KeyCompare = (a: unknown, b: unknown) => number;

/**
 * All pairs in order, in batches of `batchRows`; of equal keys those of earlier parts come first. Sources are used up.
 * Raises what `compare` raises.
 */
export function* mergeRows(sources: readonly RowSource[], compare: KeyCompare, batchRows: number): Generator<RowBatch> {
  const heap = new SourceHeap(compare);
  sources.forEach((source, rank) => {
    if (source.next()) heap.push({ source, rank, key: headKey(source) });
  });
  let rows: unknown[] = [];
  for (let top = heap.top; top !== undefined && heap.size > 1; top = heap.top) {
    const { source } = top;
    rows.push(source.block[source.at++]);
    if (source.at < source.to || source.next()) {
      top.key = headKey(source);
      heap.sink();
    } else heap.pop();
    if (rows.length < batchRows) continue;
    const full = rows;
    rows = [];
    // Parts may go from memory to runs meanwhile: their next pairs are the same.
    yield rowBatch(full);
  }
  if (rows.length > 0) yield rowBatch(rows);
  const last = heap.top?.source;
  if (last !== undefined) yield* restOf(last, batchRows);
}

/** What is left of the last part, as it lies there. */
function* restOf(source: RowSource, batchRows: number): Generator<RowBatch> {
  do {
    while (source.at < source.to) {
      const { block, at } = source;
      source.at = Math.min(at + batchRows, source.to);
      yield rowBatch(block, at, source.at);
    }
  } while (source.next());
}

function headKey({ block, at }: RowSource): unknown {
  return (block[at] as readonly unknown[])[0];
}

interface Head {
  readonly source: RowSource;
  /** Of equal keys the lowest comes first. */
  readonly rank: number;
  key: unknown;
}

/** A binary heap of the next pairs of all parts. */
class SourceHeap {
  readonly #heads: Head[] = [];
  readonly #compare: KeyCompare;

  constructor(compare: KeyCompare) {
    this.#compare = compare;
  }

  get top(): Head | undefined {
    return this.#heads[0];
  }

  get size(): number {
    return this.#heads.length;
  }

  push(head: Head): void {
    const heads = this.#heads;
    let at = heads.length;
    heads.push(head);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(head, heads[parent] as Head)) break;
      heads[at] = heads[parent] as Head;
      at = parent;
    }
    heads[at] = head;
  }

  /** Removes the top. */
  pop(): void {
    const last = this.#heads.pop();
    if (last === undefined || this.#heads.length === 0) return;
    this.#heads[0] = last;
    this.sink();
  }

  /** Finds the place of a top that has changed. */
  sink(): void {
    const heads = this.#heads;
    const head = heads[0] as Head;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heads.length) break;
      if (child + 1 < heads.length && this.#isBefore(heads[child + 1] as Head, heads[child] as Head)) child++;
      if (!this.#isBefore(heads[child] as Head, head)) break;
      heads[at] = heads[child] as Head;
      at = child;
    }
    heads[at] = head;
  }

  #isBefore(a: Head, b: Head): boolean {
    const order = this.#compare(a.key, b.key);
    return order === 0 || Number.isNaN(order) ? a.rank < b.rank : order < 0;
  }
}
