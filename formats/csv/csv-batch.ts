import { isAscii } from 'node:buffer';
import type { CsvTokenizer } from './csv-tokenizer.ts';

/** V8 copies a `substring` shorter than this, and makes a longer one a view of the whole text. */
const SHORTEST_VIEW = 13;

/** Records that were tokenized, with the bytes they lie in. Valid until either is used again. */
export class CsvBatch {
  readonly tokens: CsvTokenizer;
  readonly bytes: Buffer;
  rowCount: number;
  /** Per record: 0, or 1 + the column whose field is of no use, or BAD_SHAPE. */
  readonly bad: Int32Array;
  #text: string | undefined;
  #isAscii: boolean | undefined;
  #textStart = 0;

  constructor(tokens: CsvTokenizer, bytes: Buffer, rowCount: number) {
    this.tokens = tokens;
    this.bytes = bytes;
    this.rowCount = rowCount;
    this.bad = new Int32Array(rowCount);
  }

  /** The text of a field that is not empty. A string of its own, which holds nothing else. */
  textAt(from: number, to: number): string {
    this.#isAscii ??= this.#look();
    if (!this.#isAscii) return this.bytes.toString('utf8', from, to);
    if (to - from >= SHORTEST_VIEW) return this.bytes.toString('latin1', from, to);
    // Short texts are cut from one that was decoded as a whole, which costs a fifth of decoding each.
    return (this.#text as string).substring(from - this.#textStart, to - this.#textStart);
  }

  #look(): boolean {
    const { rowStarts, rowEnds } = this.tokens;
    const start = rowStarts[0] as number;
    const region = this.bytes.subarray(start, rowEnds[this.rowCount - 1] as number);
    if (!isAscii(region)) return false;
    this.#textStart = start;
    this.#text = region.toString('latin1');
    return true;
  }
}

/** In `CsvBatch.bad`: the record has more or fewer fields than there are columns, or a quote that is not closed. */
export const BAD_SHAPE = -1;
