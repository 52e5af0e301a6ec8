/**
 * Merges streams of pairs, each in order of its numbers, into one: how keys that were combined partition by partition
 * come back into the order of their first appearance. No number comes twice.
 *
 * The heads of the streams are compared one after another: there are a few dozen, all in typed arrays.
 */
import { rowBatch } from '../../formats/schema/batch.ts';
import { numberTuples } from './number-columns.ts';
import { type NumberedPairs, numberColumns, rowsOf } from './numbered-pairs.ts';

/** The merged pairs in batches of at most `batchRows`, with their numbers. Closes the streams when it is closed. */
export function* mergeNumbered(
  streams: readonly Iterator<NumberedPairs, unknown, undefined>[],
  batchRows: number,
): Generator<NumberedPairs, void, undefined> {
  const heads = streams.map((stream) => new Head(stream));
  const out = new Output(batchRows);
  try {
    const next = Float64Array.from(heads, (head) => head.load());
    for (;;) {
      let first = 0;
      let second = Number.POSITIVE_INFINITY;
      for (let i = 1; i < next.length; i++) {
        if ((next[i] as number) < (next[first] as number)) {
          second = next[first] as number;
          first = i;
        } else if ((next[i] as number) < second) {
          second = next[i] as number;
        }
      }
      if (next.length === 0 || next[first] === Number.POSITIVE_INFINITY) break;
      const head = heads[first] as Head;
      if (out.isTyped !== head.isTyped && out.count > 0) yield out.take();
      out.isTyped = head.isTyped;
      next[first] = out.copy(head, second);
      if (out.count === batchRows) yield out.take();
    }
    if (out.count > 0) yield out.take();
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
  readonly #stream: Iterator<NumberedPairs, unknown, undefined>;

  constructor(stream: Iterator<NumberedPairs, unknown, undefined>) {
    this.#stream = stream;
  }

  /** Reads on; gives the first number, or infinity at the end. */
  load(): number {
    this.at = 0;
    this.count = 0;
    while (this.count === 0) {
      const read = this.#stream.next();
      if (read.done === true) {
        this.rows = [];
        return Number.POSITIVE_INFINITY;
      }
      this.#fill(read.value);
    }
    return this.numbers[0] as number;
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

class Output {
  isTyped = false;
  count = 0;
  readonly #numbers: Float64Array;
  readonly #keys: Float64Array;
  readonly #values: Float64Array;
  #rows: unknown[] = [];

  constructor(batchRows: number) {
    this.#numbers = new Float64Array(batchRows);
    this.#keys = new Float64Array(batchRows);
    this.#values = new Float64Array(batchRows);
  }

  /** Takes pairs below `limit` from a head while there is room; gives the head's next number. */
  copy(head: Head, limit: number): number {
    const { numbers, keys, values, rows } = head;
    const end = Math.min(head.count, head.at + this.#numbers.length - this.count);
    let at = head.at;
    let { count } = this;
    if (head.isTyped) {
      for (; at < end && (numbers[at] as number) < limit; at++, count++) {
        this.#numbers[count] = numbers[at] as number;
        this.#keys[count] = keys[at] as number;
        this.#values[count] = values[at] as number;
      }
    } else {
      for (; at < end && (numbers[at] as number) < limit; at++, count++) {
        this.#numbers[count] = numbers[at] as number;
        this.#rows.push(rows[at]);
      }
    }
    this.count = count;
    head.at = at;
    return at === head.count ? head.load() : (numbers[at] as number);
  }

  take(): NumberedPairs {
    const { count } = this;
    const rows = this.#rows;
    this.count = 0;
    this.#rows = [];
    const pairs = this.isTyped ? numberTuples([this.#keys, this.#values], count) : rowBatch(rows);
    return { numbers: this.#numbers.slice(0, count), pairs };
  }
}
