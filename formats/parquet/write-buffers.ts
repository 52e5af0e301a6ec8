/**
 * Arrays that grow while a row group is gathered, and are filled again for the next. `values` is another array after
 * each `reserve`; what lies at and after `length` is unspecified.
 */
import { CairnError } from '../../lib/base/errors.ts';

/** Positions are int32. */
const MAX_BYTES = 2 ** 31 - 4096;
/** Room after the end, so that values can be moved by words. */
const SLACK_BYTES = 16;
const LEAST = 1024;

export class GrowingInts {
  values = new Int32Array(LEAST);
  length = 0;

  /** Makes room for `count` more. */
  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.values.length) return;
    const larger = new Int32Array(roomFor(needed, this.values.length, MAX_BYTES / 4));
    larger.set(this.values.subarray(0, this.length));
    this.values = larger;
  }

  push(value: number): void {
    if (this.length === this.values.length) this.reserve(1);
    this.values[this.length++] = value;
  }

  clear(): void {
    this.length = 0;
  }
}

export class GrowingBytes {
  values = new Uint8Array(LEAST);
  view = new DataView(this.values.buffer);
  length = 0;

  /** Makes room for `count` more, and for moves that overshoot by up to 15 bytes. */
  reserve(count: number): void {
    const needed = this.length + count + SLACK_BYTES;
    if (needed <= this.values.length) return;
    const larger = new Uint8Array(roomFor(needed, this.values.length, MAX_BYTES));
    larger.set(this.values.subarray(0, this.length));
    this.values = larger;
    this.view = new DataView(larger.buffer);
  }

  clear(): void {
    this.length = 0;
  }
}

function roomFor(needed: number, now: number, most: number): number {
  if (needed > most) {
    throw new CairnError('LIMIT_EXCEEDED', {
      what: 'the size of a column of a Parquet row group in memory',
      found: `${needed} entries or bytes`,
      limit: `${most}`,
      remedy: 'write smaller row groups, or shorter values',
    });
  }
  return Math.min(Math.max(needed, 2 * now), most);
}

/**
 * Copies `length` bytes, four at a time where they are few. `target` has 16 bytes of slack after what is written; the
 * source is read beyond its value only where its array goes on.
 */
export function copyShort(
  target: GrowingBytes,
  at: number,
  source: Uint8Array,
  sourceView: DataView,
  from: number,
  length: number,
): void {
  if (length > 64 || from + length + 4 > source.length) {
    target.values.set(source.subarray(from, from + length), at);
    return;
  }
  const { view } = target;
  for (let k = 0; k < length; k += 4) view.setInt32(at + k, sourceView.getInt32(from + k, true), true);
}
