/**
 * Merges streams of pairs, each in order of its numbers, into one: how keys that were combined partition by partition
 * come back into the order of their first appearance. No number comes twice.
 *
 * It goes by rounds: all pairs up to the least of the last numbers that were read can be put in order at once. Numbers
 * are counts of records, so that most of them, or every few, are there: each pair is put where its number says, and
 * they are gone through from end to end. Comparing the heads of two dozen streams takes four times as long.
 */
import { rowBatch } from '../../formats/schema/batch.ts';
import { invariant } from '../base/invariant.ts';
import { numberTuples } from './number-columns.ts';
import { type NumberedPairs, numberColumns, rowsOf } from './numbered-pairs.ts';

/** Places for numbers that are not there, at most so many for each that is. */
const SPARSE = 8;

/** The merged pairs in batches of at most `batchRows`, with their numbers. Closes the streams when it is closed. */
export function* mergeNumbered(
  streams: readonly Iterator<NumberedPairs, unknown, undefined>[],
  batchRows: number,
): Generator<NumberedPairs, void, undefined> {
  const heads = streams.map((stream) => new Head(stream));
  const round = new Round();
  try {
    for (;;) {
      let limit = Number.POSITIVE_INFINITY;
      let first = Number.POSITIVE_INFINITY;
      for (const head of heads) {
        if (head.at === head.count) head.load();
        if (head.count === 0) continue;
        first = Math.min(first, head.numbers[head.at] as number);
        limit = Math.min(limit, head.numbers[head.count - 1] as number);
      }
      if (first === Number.POSITIVE_INFINITY) return;
      round.begin(heads);
      for (const head of heads) round.take(head, limit);
      round.order(first, limit);
      for (let at = 0; at < round.count; at += batchRows) yield round.give(at, Math.min(at + batchRows, round.count));
    }
  } finally {
    for (const stream of streams) stream.return?.();
  }
}

/** What was read of a stream and not given yet. Pairs of numbers are kept in arrays of one kind, used again. */
class Head {
  isTyped = false;
  numbers = new Float64Array(0);
  keys = new Float64Array(0);
  values = new Float64Array(0);
  rows: readonly unknown[] = [];
  at = 0;
  count = 0;
  #isDone = false;
  readonly #stream: Iterator<NumberedPairs, unknown, undefined>;

  constructor(stream: Iterator<NumberedPairs, unknown, undefined>) {
    this.#stream = stream;
  }

  /** Reads on; there is nothing then at the end. */
  load(): void {
    this.at = 0;
    this.count = 0;
    while (this.count === 0 && !this.#isDone) {
      const read = this.#stream.next();
      this.rows = [];
      if (read.done === true) this.#isDone = true;
      else this.#fill(read.value);
    }
  }

  #fill({ numbers = [], pairs }: NumberedPairs): void {
    this.count = numbers.length;
    if (this.numbers.length < this.count) {
      this.numbers = new Float64Array(this.count);
      this.keys = new Float64Array(this.count);
      this.values = new Float64Array(this.count);
    }
    this.numbers.set(numbers);
    const columns = numberColumns(pairs);
    this.isTyped = columns !== undefined;
    this.rows = [];
    if (columns === undefined) {
      this.rows = rowsOf(pairs);
    } else {
      this.keys.set(columns.keys);
      this.values.set(columns.values);
    }
  }
}

/** The pairs of one round, first as they were read, then in order. */
class Round {
  count = 0;
  #isTyped = true;
  #numbers = new Float64Array(0);
  #keys = new Float64Array(0);
  #values = new Float64Array(0);
  #pairs: unknown[] = [];
  /** Where the pairs are, in order of their numbers. */
  #order = new Int32Array(0);
  #places = new Int32Array(0);

  begin(heads: readonly Head[]): void {
    let most = 0;
    this.#isTyped = true;
    for (const head of heads) {
      most += head.count - head.at;
      if (head.count > 0 && !head.isTyped) this.#isTyped = false;
    }
    if (this.#numbers.length < most) {
      this.#numbers = new Float64Array(most);
      this.#keys = new Float64Array(most);
      this.#values = new Float64Array(most);
      this.#order = new Int32Array(most);
    }
    this.#pairs = [];
    this.count = 0;
  }

  /** Takes the pairs of a head up to `limit`. */
  take(head: Head, limit: number): void {
    const { numbers, keys, values, count } = head;
    let at = head.at;
    let to = this.count;
    for (; at < count && (numbers[at] as number) <= limit; at++, to++) {
      this.#numbers[to] = numbers[at] as number;
      if (this.#isTyped) {
        this.#keys[to] = keys[at] as number;
        this.#values[to] = values[at] as number;
      } else {
        this.#pairs.push(head.isTyped ? [keys[at], values[at]] : head.rows[at]);
      }
    }
    this.count = to;
    head.at = at;
  }

  /** Puts them in order, all of whose numbers are from `first` to `last`. */
  order(first: number, last: number): void {
    const { count } = this;
    const span = last - first + 1;
    if (span <= count * SPARSE) this.#orderByPlace(first, span);
    else this.#orderBySorting(first, span);
  }

  /** The pairs from `from` to `to - 1` in order. */
  give(from: number, to: number): NumberedPairs {
    const order = this.#order.subarray(from, to);
    const numbers = taken(this.#numbers, order);
    if (this.#isTyped) {
      return { numbers, pairs: numberTuples([taken(this.#keys, order), taken(this.#values, order)], order.length) };
    }
    return { numbers, pairs: rowBatch(Array.from(order, (at) => this.#pairs[at])) };
  }

  #orderByPlace(first: number, span: number): void {
    if (this.#places.length < span) this.#places = new Int32Array(span);
    const places = this.#places;
    places.fill(0, 0, span);
    for (let i = 0; i < this.count; i++) places[(this.#numbers[i] as number) - first] = i + 1;
    let to = 0;
    for (let place = 0; place < span; place++) {
      const i = places[place] as number;
      if (i > 0) this.#order[to++] = i - 1;
    }
  }

  #orderBySorting(first: number, span: number): void {
    const { count } = this;
    invariant(span * count <= Number.MAX_SAFE_INTEGER, 'numbers and places fit into one number');
    const sorted = new Float64Array(count);
    for (let i = 0; i < count; i++) sorted[i] = ((this.#numbers[i] as number) - first) * count + i;
    sorted.sort();
    for (let i = 0; i < count; i++) this.#order[i] = (sorted[i] as number) % count;
  }
}

function taken(array: Float64Array, order: Int32Array): Float64Array {
  const found = new Float64Array(order.length);
  for (let i = 0; i < order.length; i++) found[i] = array[order[i] as number] as number;
  return found;
}
