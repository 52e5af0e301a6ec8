/**
 * Merges sorted parts that are pairs of numbers, by blocks rather than pair by pair: what comes before the least of the
 * last keys of all blocks at hand is complete, whatever the blocks after them hold. It is put together in the order of
 * the parts and sorted by radix, stably, a few thousand pairs that stay in the cache. Then pairs with just that key
 * follow, part by part. No branch depends on a comparison of two keys; with random keys a tree of losers takes 1.5 times
 * as long. Where parts do not overlap nothing is sorted. Pays in `bench` sort-spill.
 */
import type { ColumnBatch } from '../../formats/schema/batch.ts';
import { type NumberPairs, NumberSorter } from './number-sorter.ts';
import { numberBatch } from './pair-columns.ts';
import type { SortSource } from './sort-source.ts';

/** Pairs `from … to - 1` of a block, in order; kept, or good until the next piece is asked for. */
export interface NumberPiece {
  readonly pairs: NumberPairs;
  readonly from: number;
  readonly to: number;
  readonly isKept: boolean;
}

type NumberSource = SortSource<NumberPairs>;

/** Whether all pairs of a key come before those of another: negative, and 0 where the keys are equal. */
type NumberOrder = (a: number, b: number) => number;

function ascendingOrder(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  return a === b ? 0 : Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

/** All pairs in order; of equal keys those of earlier parts come first. Sources are used up. */
export function* mergeNumbers(sources: readonly NumberSource[], ascending: boolean): Generator<NumberPiece> {
  const order: NumberOrder = ascending ? ascendingOrder : (a, b) => ascendingOrder(b, a);
  const merged = new Merged(ascending);
  let live = sources.filter((source) => source.next());
  while (live.length > 1) {
    const bound = leastLast(live, order);
    for (const source of live) {
      const end = search(source, (key) => order(key, bound) >= 0);
      merged.add(source, end);
      source.at = end;
    }
    const piece = merged.take();
    if (piece !== undefined) yield piece;
    const left: NumberSource[] = [];
    for (const source of live) {
      if (yield* passEqual(source, (key) => order(key, bound) > 0)) left.push(source);
    }
    live = left;
  }
  for (const source of live) yield* passEqual(source, () => false);
}

/** Gives pairs up to the first whose key `isAfter`; false when that is the end of the source. */
function* passEqual(source: NumberSource, isAfter: (key: number) => boolean): Generator<NumberPiece, boolean> {
  do {
    const end = search(source, isAfter);
    if (end > source.at) {
      const piece = { pairs: source.block, from: source.at, to: end, isKept: source.isKept };
      source.at = end;
      yield piece;
    }
    if (source.at < source.to) return true;
  } while (source.next());
  return false;
}

/** The last key of the block that ends first. */
function leastLast(sources: readonly NumberSource[], order: NumberOrder): number {
  const last = ({ block, to }: NumberSource): number => block.keys[to - 1] as number;
  return sources.map(last).reduce((least, key) => (order(key, least) < 0 ? key : least));
}

/** The first pair from `at` on whose key `isAfter`, which is so for all that follow; `to` where there is none. */
function search({ block, at, to }: NumberSource, isAfter: (key: number) => boolean): number {
  let low = at;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isAfter(block.keys[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Puts pieces of several parts together. */
class Merged {
  readonly #ascending: boolean;
  readonly #sorter = new NumberSorter();
  #pieces: NumberPiece[] = [];
  #keys = new Float64Array(0);
  #values = new Float64Array(0);

  constructor(ascending: boolean) {
    this.#ascending = ascending;
  }

  add({ block, at, isKept }: NumberSource, to: number): void {
    if (to > at) this.#pieces.push({ pairs: block, from: at, to, isKept });
  }

  /** All that was added, in order; undefined when that is nothing. */
  take(): NumberPiece | undefined {
    const pieces = this.#pieces;
    this.#pieces = [];
    if (pieces.length <= 1) return pieces[0];
    const count = pieces.reduce((sum, { from, to }) => sum + to - from, 0);
    const isSame = pieces.every(({ pairs }) => pairs.keys === pairs.values);
    if (this.#keys.length < count) this.#keys = new Float64Array(roomFor(count));
    if (!isSame && this.#values.length < count) this.#values = new Float64Array(this.#keys.length);
    let at = 0;
    for (const { pairs, from, to } of pieces) {
      this.#keys.set(pairs.keys.subarray(from, to), at);
      if (!isSame) this.#values.set(pairs.values.subarray(from, to), at);
      at += to - from;
    }
    return { pairs: this.#sort(count, isSame), from: 0, to: count, isKept: false };
  }

  #sort(count: number, isSame: boolean): NumberPairs {
    if (!isSame) return this.#sorter.sortPairs(this.#keys, this.#values, count, this.#ascending);
    const keys = this.#sorter.sort(this.#keys, count, this.#ascending);
    return { keys, values: keys };
  }
}

/** Rounds up, so that few arrays are made while amounts vary. */
function roomFor(count: number): number {
  return 2 ** Math.ceil(Math.log2(count));
}

/**
 * Pieces as batches of `batchRows`, the last one shorter, of memory that is not written again: kept pieces are shown as
 * they are. `isSame`: in all of them each key is its own value.
 */
export function* numberBatches(
  pieces: Iterable<NumberPiece>,
  batchRows: number,
  isSame: boolean,
): Generator<ColumnBatch> {
  let out: NumberPairs | undefined;
  let count = 0;
  for (const { pairs, from, to, isKept } of pieces) {
    let at = from;
    while (at < to) {
      if (isKept && count === 0) {
        const end = Math.min(at + batchRows, to);
        const shown = at;
        at = end;
        yield numberBatch(pairs, shown, end);
        continue;
      }
      out ??= newPairs(batchRows, isSame);
      const taken = Math.min(batchRows - count, to - at);
      copy(pairs, at, at + taken, out, count);
      at += taken;
      count += taken;
      if (count < batchRows) continue;
      const full = out;
      out = undefined;
      count = 0;
      yield numberBatch(full, 0, batchRows);
    }
  }
  if (out !== undefined && count > 0) yield numberBatch(out, 0, count);
}

function newPairs(rows: number, isSame: boolean): NumberPairs {
  const keys = new Float64Array(rows);
  return { keys, values: isSame ? keys : new Float64Array(rows) };
}

function copy(from: NumberPairs, start: number, end: number, to: NumberPairs, at: number): void {
  to.keys.set(from.keys.subarray(start, end), at);
  if (to.values !== to.keys) to.values.set(from.values.subarray(start, end), at);
}
