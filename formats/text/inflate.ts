/**
 * DEFLATE (RFC 1951), read as a stream and synchronously.
 *
 * Node decompresses streams asynchronously only, and whole buffers only without a bound on memory. Sources are read
 * by synchronous iterators in bounded memory, so the decoder is here: a pull of input gives a pull of output, and all
 * that is held is one window and one piece of output.
 */
import type { CairnError } from '../../lib/base/errors.ts';
import type { BitInput } from './bit-input.ts';

const WINDOW_BYTES = 32 * 1024;
const OUTPUT_BYTES = 256 * 1024;
const LONGEST_MATCH = 258;

const LENGTH_BASE = Uint16Array.of(
  ...[
    3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
  ],
);
const LENGTH_EXTRA = Uint8Array.of(
  ...[0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0],
);
const DISTANCE_BASE = Uint16Array.from({ length: 30 }, (_, i) =>
  i < 4 ? i + 1 : ((2 + (i & 1)) << ((i >> 1) - 1)) + 1,
);
const DISTANCE_EXTRA = Uint8Array.from({ length: 30 }, (_, i) => (i < 4 ? 0 : (i >> 1) - 1));
/** The order in which a dynamic block gives the lengths of the codes for lengths. */
const LENGTH_ORDER = Uint8Array.of(16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15);

/** Codes by their next `bits` bits: `symbol << 4 | length`, or 0 where no code begins so. */
interface CodeTable {
  readonly entries: Uint16Array;
  bits: number;
}

type BlockState = 'header' | 'stored' | 'coded' | 'done';

/** Decompresses one DEFLATE stream; the input is left at the first byte after it. */
export class Inflater {
  readonly #input: BitInput;
  readonly #output = new Uint8Array(WINDOW_BYTES + OUTPUT_BYTES);
  readonly #literals: CodeTable = { entries: new Uint16Array(1 << 15), bits: 0 };
  readonly #distances: CodeTable = { entries: new Uint16Array(1 << 15), bits: 0 };
  readonly #lengths = new Uint8Array(320);
  /** Where output goes on; the window before it reaches back at most to 0. */
  #out = 0;
  #state: BlockState = 'header';
  #isLast = false;
  #storedLeft = 0;

  constructor(input: BitInput) {
    this.#input = input;
  }

  /** Begins another stream where the input is. */
  restart(): void {
    this.#out = 0;
    this.#state = 'header';
    this.#isLast = false;
  }

  /**
   * The next piece of output, valid until the next call, or undefined at the end of the stream. Raises CORRUPT_FILE.
   */
  next(): Uint8Array | undefined {
    if (this.#out > WINDOW_BYTES) {
      this.#output.copyWithin(0, this.#out - WINDOW_BYTES, this.#out);
      this.#out = WINDOW_BYTES;
    }
    const from = this.#out;
    while (this.#state !== 'done' && this.#output.length - this.#out >= LONGEST_MATCH) {
      if (this.#state === 'header') this.#readHeader();
      else if (this.#state === 'stored') this.#copyStored();
      else this.#decodeBlock();
    }
    return this.#out === from ? undefined : this.#output.subarray(from, this.#out);
  }

  #endBlock(): void {
    this.#state = this.#isLast ? 'done' : 'header';
    if (this.#isLast) this.#input.align();
  }

  #readHeader(): void {
    const input = this.#input;
    this.#isLast = input.take(1) === 1;
    const type = input.take(2);
    switch (type) {
      case 0: {
        input.align();
        const length = input.take(16);
        if (input.take(16) !== (length ^ 0xffff)) throw input.damaged('a stored block', 'lengths that do not agree');
        this.#storedLeft = length;
        this.#state = 'stored';
        return;
      }
      case 1:
        this.#lengths.fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280, 288);
        this.#build(this.#literals, this.#lengths.subarray(0, 288), 'complete');
        this.#build(this.#distances, this.#lengths.fill(5, 0, 32).subarray(0, 32), 'complete');
        this.#state = 'coded';
        return;
      case 2:
        this.#readCodes();
        this.#state = 'coded';
        return;
      default:
        throw input.damaged('a block of type 0, 1 or 2', 'one of type 3');
    }
  }

  #readCodes(): void {
    const input = this.#input;
    const literalCount = input.take(5) + 257;
    const distanceCount = input.take(5) + 1;
    const lengthCount = input.take(4) + 4;
    if (literalCount > 286 || distanceCount > 30) throw input.damaged('at most 286 and 30 codes', 'more');
    const lengths = this.#lengths.fill(0);
    for (let i = 0; i < lengthCount; i++) lengths[LENGTH_ORDER[i] as number] = input.take(3);
    this.#build(this.#distances, lengths.subarray(0, 19), 'complete');
    lengths.fill(0);
    const total = literalCount + distanceCount;
    for (let i = 0; i < total; ) {
      const symbol = this.#symbol(this.#distances);
      if (symbol < 16) {
        lengths[i++] = symbol;
        continue;
      }
      if (symbol === 16 && i === 0) throw input.damaged('a code length', 'a repetition of nothing');
      const value = symbol === 16 ? (lengths[i - 1] as number) : 0;
      const repeat = symbol === 16 ? 3 + input.take(2) : symbol === 17 ? 3 + input.take(3) : 11 + input.take(7);
      if (i + repeat > total) throw input.damaged(`${total} code lengths`, 'more');
      lengths.fill(value, i, i + repeat);
      i += repeat;
    }
    if (lengths[256] === 0) throw input.damaged('a code for the end of the block', 'none');
    this.#build(this.#literals, lengths.subarray(0, literalCount), 'one-allowed');
    this.#build(this.#distances, lengths.subarray(literalCount, total), 'one-allowed');
  }

  /** Fills a table from code lengths. A set that leaves codes unused is damage, unless it is a single code or none. */
  #build(table: CodeTable, lengths: Uint8Array, mode: 'complete' | 'one-allowed'): void {
    const counts = new Uint16Array(16);
    let longest = 0;
    for (const length of lengths) {
      counts[length] = (counts[length] as number) + 1;
      if (length > longest) longest = length;
    }
    counts[0] = 0;
    const next = new Uint16Array(17);
    let left = 1;
    for (let length = 1; length <= 15; length++) {
      left = left * 2 - (counts[length] as number);
      if (left < 0) throw this.#input.damaged('a set of codes', 'more codes than fit');
      next[length + 1] = ((next[length] as number) + (counts[length] as number)) << 1;
    }
    if (left > 0 && !(mode === 'one-allowed' && longest <= 1)) {
      throw this.#input.damaged('a complete set of codes', 'an incomplete one');
    }
    table.bits = Math.max(1, longest);
    const size = 1 << table.bits;
    const { entries } = table;
    if (left > 0) entries.fill(0, 0, size);
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      const length = lengths[symbol] as number;
      if (length === 0) continue;
      const code = next[length] as number;
      next[length] = code + 1;
      // Codes come with their first bit lowest: reversed, they index the table, at every value of the bits after it.
      let reversed = 0;
      for (let bit = 0; bit < length; bit++) reversed |= ((code >> bit) & 1) << (length - 1 - bit);
      const entry = (symbol << 4) | length;
      for (let i = reversed; i < size; i += 1 << length) entries[i] = entry;
    }
  }

  /** One symbol, bit by careful bit: for headers. */
  #symbol(table: CodeTable): number {
    const input = this.#input;
    while (input.bits < table.bits && input.fill()) {
      input.hold |= (input.buffer[input.at++] as number) << input.bits;
      input.bits += 8;
    }
    const entry = table.entries[input.hold & ((1 << table.bits) - 1)] as number;
    const length = entry & 15;
    if (length > input.bits) throw input.truncated();
    if (length === 0) throw input.damaged('a code', 'bits that are none');
    input.hold >>>= length;
    input.bits -= length;
    return entry >> 4;
  }

  #copyStored(): void {
    const input = this.#input;
    const output = this.#output;
    while (this.#storedLeft > 0 && this.#out < output.length) {
      if (input.bits >= 8) {
        output[this.#out++] = input.byte();
        this.#storedLeft--;
        continue;
      }
      if (!input.fill()) throw input.truncated();
      const count = Math.min(this.#storedLeft, output.length - this.#out, input.end - input.at);
      output.set(input.buffer.subarray(input.at, input.at + count), this.#out);
      input.at += count;
      this.#out += count;
      this.#storedLeft -= count;
    }
    if (this.#storedLeft === 0) this.#endBlock();
  }

  /**
   * The hot loop, with the state of the input and the output in local variables. The hold has at least 25 bits before
   * each half of a match, unless the input ends: 15 of a code and 5 of a length, then 15 and 13 in two steps.
   */
  #decodeBlock(): void {
    const input = this.#input;
    const output = this.#output;
    const literals = this.#literals.entries;
    const distances = this.#distances.entries;
    const literalMask = (1 << this.#literals.bits) - 1;
    const distanceMask = (1 << this.#distances.bits) - 1;
    const limit = output.length - LONGEST_MATCH;
    const { buffer } = input;
    let { at, end, hold, bits } = input;
    let out = this.#out;
    const save = (): void => {
      input.at = at;
      input.hold = hold;
      input.bits = bits;
      this.#out = out;
    };
    const damaged = (expected: string, found: string): CairnError => {
      save();
      return input.damaged(expected, found);
    };
    const refill = (): void => {
      while (bits <= 24) {
        if (at === end) {
          save();
          const isMore = input.fill();
          at = input.at;
          end = input.end;
          if (!isMore) return;
        }
        hold |= (buffer[at++] as number) << bits;
        bits += 8;
      }
    };
    while (out <= limit) {
      if (bits < 20) refill();
      let entry = literals[hold & literalMask] as number;
      let length = entry & 15;
      hold >>>= length;
      bits -= length;
      let symbol = entry >> 4;
      if (bits < 0 || length === 0) throw bits < 0 ? input.truncated() : damaged('a code', 'bits that are none');
      if (symbol < 256) {
        output[out++] = symbol;
        continue;
      }
      if (symbol === 256) {
        save();
        this.#endBlock();
        return;
      }
      symbol -= 257;
      if (symbol > 28) throw damaged('a length code', 'one that is reserved');
      let extra = LENGTH_EXTRA[symbol] as number;
      const matchLength = (LENGTH_BASE[symbol] as number) + (hold & ((1 << extra) - 1));
      hold >>>= extra;
      bits -= extra;
      refill();
      entry = distances[hold & distanceMask] as number;
      length = entry & 15;
      hold >>>= length;
      bits -= length;
      if (bits < 0 || length === 0) throw bits < 0 ? input.truncated() : damaged('a code', 'bits that are none');
      symbol = entry >> 4;
      if (symbol > 29) throw damaged('a distance code', 'one that is reserved');
      extra = DISTANCE_EXTRA[symbol] as number;
      if (bits < extra) refill();
      const distance = (DISTANCE_BASE[symbol] as number) + (hold & ((1 << extra) - 1));
      hold >>>= extra;
      bits -= extra;
      if (bits < 0) throw input.truncated();
      if (distance > out) throw damaged('a distance within the data', `one of ${distance}`);
      const stop = out + matchLength;
      for (let from = out - distance; out < stop; ) output[out++] = output[from++] as number;
    }
    save();
  }
}
