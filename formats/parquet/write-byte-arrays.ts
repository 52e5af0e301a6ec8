/**
 * The values of a leaf of byte arrays while a row group is gathered: as codes into a dictionary for as long as that
 * pays, else as they will lie in PLAIN pages.
 *
 * The dictionary is built as values come, so that values that repeat are never copied. It is given up, for the whole
 * chunk, when it grows too large or when hardly a value repeats: pages of one chunk then have one encoding, and a
 * reader need not look at the pages to know that a dictionary holds every value.
 */
import { invariant } from '../../lib/base/invariant.ts';
import type { BytesVector, DictionaryVector, Vector } from '../schema/vector.ts';
import { copyShort, GrowingBytes, GrowingInts } from './write-buffers.ts';
import { ByteArrayDictionary } from './write-byte-dictionary.ts';
import { fixedByteArrays } from './write-fixed-bytes.ts';
import { bitWidth } from './write-hybrid.ts';

/** After so many values the share of those that are new tells whether a dictionary will pay. */
const PROBE_VALUES = 4096;
const MAX_DISTINCT_SHARE = 0.75;

export interface ByteArrayOptions {
  /** Bytes of every value; 0 where they differ. */
  readonly fixedLength: number;
  /** A larger dictionary is given up; 0 for none at all. */
  readonly dictionaryBytes: number;
}

export class ByteArrayStore {
  readonly kind = 'bytes';
  readonly fixedLength: number;
  readonly #maxDictionaryBytes: number;
  readonly #dictionary = new ByteArrayDictionary();
  readonly #codes = new GrowingInts();
  readonly #plain = new GrowingBytes();
  /** Where each value ends in `#plain`. */
  readonly #ends = new GrowingInts();
  #isCoded: boolean;
  #count = 0;

  constructor({ fixedLength, dictionaryBytes }: ByteArrayOptions) {
    this.fixedLength = fixedLength;
    this.#maxDictionaryBytes = dictionaryBytes;
    this.#isCoded = dictionaryBytes > 0;
  }

  get count(): number {
    return this.#count;
  }

  /** Bytes of what was gathered, about as they are written without compression. */
  get sizeBytes(): number {
    return this.#isCoded ? this.#dictionary.sizeBytes + 2 * this.#count : this.#plain.length;
  }

  /** The dictionary and a code a value; undefined where they are as they lie in PLAIN pages. */
  coded(): { readonly dictionary: ByteArrayDictionary; readonly codes: Int32Array } | undefined {
    return this.#isCoded ? { dictionary: this.#dictionary, codes: this.#codes.values } : undefined;
  }

  /** The values as they lie in PLAIN pages, and where each ends. */
  plain(): { readonly bytes: Uint8Array; readonly ends: Int32Array } {
    return { bytes: this.#plain.values, ends: this.#ends.values };
  }

  /** Bytes before each value in PLAIN pages. */
  get prefixBytes(): number {
    return this.fixedLength === 0 ? 4 : 0;
  }

  clear(): void {
    this.#dictionary.clear();
    this.#codes.clear();
    this.#plain.clear();
    this.#ends.clear();
    this.#count = 0;
    this.#isCoded = this.#maxDictionaryBytes > 0;
  }

  /** To be called once all values are there: gives the dictionary up where it takes more room than it saves. */
  settle(): void {
    if (!this.#isCoded || this.#count === 0) return;
    const { count, sizeBytes } = this.#dictionary;
    const entries = sizeBytes + count * this.prefixBytes;
    const coded = entries + (this.#count * bitWidth(count - 1)) / 8;
    if (coded >= this.#plainBytes()) this.#giveUp();
  }

  /** Appends the values of the slots `slots[0] … slots[count - 1]`, which are there. */
  append(vector: Vector, slots: Int32Array, count: number): void {
    switch (vector.layout) {
      case 'bytes':
        this.#appendBytes(vector, slots, count);
        return;
      case 'dictionary':
        this.#appendCoded(vector, slots, count);
        return;
      case 'number':
      case 'int64':
      case 'wide':
        this.#appendBytes(fixedByteArrays(vector, this.fixedLength), slots, count);
        return;
      default:
        invariant(false, `a vector of ${vector.layout} for byte arrays`);
    }
  }

  /** Values of another length would shift all that follow. */
  #checkLengths(lengths: Int32Array, slots: Int32Array, count: number): void {
    const { fixedLength } = this;
    if (fixedLength === 0) return;
    for (let k = 0; k < count; k++) {
      invariant(lengths[slots[k] as number] === fixedLength, `a value that has not ${fixedLength} bytes`);
    }
  }

  #appendBytes(vector: BytesVector, slots: Int32Array, count: number): void {
    let done = 0;
    const { bytes, starts, lengths } = vector;
    this.#checkLengths(lengths, slots, count);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    while (this.#isCoded && done < count) {
      const dictionary = this.#dictionary;
      const codes = this.#codes;
      // Until the next look at whether it pays.
      const until = Math.min(count, done + PROBE_VALUES);
      codes.reserve(until - done);
      for (; done < until; done++) {
        const i = slots[done] as number;
        codes.values[codes.length++] = dictionary.codeOf(bytes, view, starts[i] as number, lengths[i] as number);
      }
      this.#count = codes.length;
      if (this.#isTooLarge()) this.#giveUp();
    }
    if (done < count) this.#appendPlain(vector, view, slots, done, count);
  }

  #appendCoded(vector: DictionaryVector, slots: Int32Array, count: number): void {
    const entries = vector.dictionary;
    const { bytes, starts, lengths } = entries;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const entriesOf = new Int32Array(count);
    for (let k = 0; k < count; k++) entriesOf[k] = vector.codes[slots[k] as number] as number;
    this.#checkLengths(lengths, entriesOf, count);
    if (!this.#isCoded) {
      this.#appendPlain(entries, view, entriesOf, 0, count);
      return;
    }
    const known = new Int32Array(entries.length).fill(-1);
    const dictionary = this.#dictionary;
    const codes = this.#codes;
    codes.reserve(count);
    for (let k = 0; k < count; k++) {
      const entry = entriesOf[k] as number;
      let code = known[entry] as number;
      if (code < 0) {
        code = dictionary.codeOf(bytes, view, starts[entry] as number, lengths[entry] as number);
        known[entry] = code;
      }
      codes.values[codes.length++] = code;
    }
    this.#count = codes.length;
    if (this.#isTooLarge()) this.#giveUp();
  }

  #isTooLarge(): boolean {
    const { count, sizeBytes } = this.#dictionary;
    if (sizeBytes > this.#maxDictionaryBytes) return true;
    return this.#count >= PROBE_VALUES && count > this.#count * MAX_DISTINCT_SHARE;
  }

  /** What the values take in PLAIN pages, from their codes. */
  #plainBytes(): number {
    const { bytes: _, starts, lengths } = this.#dictionary.entries();
    const codes = this.#codes.values;
    let total = this.#count * this.prefixBytes;
    if (starts.length > 0) for (let i = 0; i < this.#count; i++) total += lengths[codes[i] as number] as number;
    return total;
  }

  #giveUp(): void {
    const { bytes, starts, lengths } = this.#dictionary.entries();
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const codes = this.#codes.values;
    const count = this.#count;
    this.#isCoded = false;
    this.#count = 0;
    this.#appendPlain({ bytes, starts, lengths }, view, codes, 0, count);
    this.#dictionary.clear();
    this.#codes.clear();
  }

  #appendPlain(
    source: Pick<BytesVector, 'bytes' | 'starts' | 'lengths'>,
    sourceView: DataView,
    slots: Int32Array,
    from: number,
    to: number,
  ): void {
    const { bytes, starts, lengths } = source;
    const plain = this.#plain;
    const ends = this.#ends;
    const prefix = this.prefixBytes;
    let total = (to - from) * prefix;
    for (let k = from; k < to; k++) total += lengths[slots[k] as number] as number;
    plain.reserve(total);
    ends.reserve(to - from);
    let at = plain.length;
    for (let k = from; k < to; k++) {
      const i = slots[k] as number;
      const length = lengths[i] as number;
      if (prefix !== 0) plain.view.setInt32(at, length, true);
      at += prefix;
      copyShort(plain, at, bytes, sourceView, starts[i] as number, length);
      at += length;
      ends.values[ends.length++] = at;
    }
    plain.length = at;
    this.#count = ends.length;
  }
}
