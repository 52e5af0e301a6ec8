import type { Arena } from './arena.ts';
import { tooMuch } from './chunk-pages.ts';
import { damaged, type FilePlace, unsupported } from './damage.ts';
import type { Encoding, PhysicalType } from './metadata.ts';
import type { LeafNode } from './schema-tree.ts';

/** Positions and lengths of byte arrays, as int32 in the arena. */
export interface ByteArrays {
  readonly count: number;
  readonly starts: number;
  readonly lengths: number;
}

/** Where the values of a leaf lie. INT96 and FIXED_LEN_BYTE_ARRAY are byte arrays here, as BYTE_ARRAY is. */
export type LeafStorage =
  | { readonly kind: 'fixed'; readonly width: 1 | 4 | 8; readonly at: number }
  | { readonly kind: 'bytes'; readonly starts: number; readonly lengths: number }
  | { readonly kind: 'codes'; readonly at: number; readonly dictionary: ByteArrays };

/** Bytes of a value; 0 for byte arrays. */
const WIDTHS: { readonly [K in PhysicalType]: 0 | 1 | 4 | 8 } = {
  BOOLEAN: 1,
  INT32: 4,
  INT64: 8,
  INT96: 0,
  FLOAT: 4,
  DOUBLE: 8,
  BYTE_ARRAY: 0,
  FIXED_LEN_BYTE_ARRAY: 0,
};

/** Of the values of a page of DELTA_BYTE_ARRAY, decoded. */
const MAX_JOINED_BYTES = 256 * 1024 * 1024;

interface Dictionary {
  readonly count: number;
  /** Of values of fixed width: where they lie. */
  readonly values: number;
  /** Of byte arrays. */
  readonly arrays: ByteArrays;
}

/** Decodes the values of a leaf, page after page, end to end. */
export class ValueDecoder {
  readonly #arena: Arena;
  readonly #where: FilePlace;
  readonly #type: PhysicalType;
  readonly #width: 0 | 1 | 4 | 8;
  /** Bytes of each byte array; 0 when they differ. */
  readonly #byteLength: number;
  readonly #total: number;
  #count = 0;
  #dictionary: Dictionary | undefined;
  #values = 0;
  #codes = 0;
  #starts = 0;
  #lengths = 0;

  /** `total` is the most values there can be. */
  constructor(arena: Arena, leaf: LeafNode, where: FilePlace, total: number) {
    this.#arena = arena;
    this.#where = where;
    this.#type = leaf.physicalType;
    this.#width = WIDTHS[leaf.physicalType];
    this.#byteLength = leaf.physicalType === 'INT96' ? 12 : leaf.typeLength;
    this.#total = total;
  }

  /** Values read so far. */
  get count(): number {
    return this.#count;
  }

  /** Whether values in this encoding stay where they are in their page, and point there. */
  refersToPages(encoding: Encoding | undefined): boolean {
    return this.#width === 0 && encoding !== 'PLAIN_DICTIONARY' && encoding !== 'RLE_DICTIONARY';
  }

  /** Takes the `count` plain values from `from` to `to` for the dictionary. The bytes must stay. */
  setDictionary(from: number, to: number, count: number, offset: number): void {
    const width = this.#width;
    if (width === 1) throw damaged(this.#where, offset, 'booleans without a dictionary', 'a dictionary');
    if (width !== 0) {
      if (count * width > to - from) throw damaged(this.#where, offset, `${count} values`, `${to - from} bytes`);
      this.#dictionary = { count, values: from, arrays: { count: 0, starts: 0, lengths: 0 } };
      return;
    }
    const leastBytes = this.#isFixedLength() ? this.#byteLength : 4;
    if (count * leastBytes > to - from) throw damaged(this.#where, offset, `${count} values`, `${to - from} bytes`);
    const starts = this.#arena.keep(count * 4);
    const lengths = this.#arena.keep(count * 4);
    this.#plainByteArrays(from, to, count, starts, lengths, offset);
    this.#dictionary = { count, values: 0, arrays: { count, starts, lengths } };
  }

  /** Reads `present` values from `from` to `to`, those of a page with `entries` entries that begins at `offset`. */
  read(
    encoding: Encoding | undefined,
    from: number,
    to: number,
    present: number,
    entries: number,
    offset: number,
  ): void {
    if (present === 0) return;
    switch (encoding) {
      case 'PLAIN_DICTIONARY':
      case 'RLE_DICTIONARY':
        this.#readCodes(from, to, present, offset);
        break;
      case 'PLAIN':
        if (this.#width === 0) this.#readByteArrays(from, to, present, offset);
        else this.#readPlain(from, to, present, entries, offset);
        break;
      case 'RLE':
        this.#readBooleans(from, to, present, offset);
        break;
      case 'DELTA_BINARY_PACKED':
        this.#readDelta(from, to, present, offset);
        break;
      case 'DELTA_LENGTH_BYTE_ARRAY':
        this.#readDeltaLengths(from, to, present, offset);
        break;
      case 'DELTA_BYTE_ARRAY':
        this.#readDeltaByteArrays(from, to, present, offset);
        break;
      case 'BYTE_STREAM_SPLIT':
        this.#readByteStreams(from, to, present, offset);
        break;
      default:
        throw unsupported(this.#where, `values in ${encoding ?? 'an unknown encoding'}`);
    }
    this.#count += present;
  }

  finish(): LeafStorage {
    if (this.#width !== 0) return { kind: 'fixed', width: this.#width, at: this.#ownValues() };
    if (this.#codes !== 0) {
      return { kind: 'codes', at: this.#codes, dictionary: (this.#dictionary as Dictionary).arrays };
    }
    this.#ownByteArrays();
    return { kind: 'bytes', starts: this.#starts, lengths: this.#lengths };
  }

  #ownValues(): number {
    if (this.#values === 0) this.#values = this.#arena.keep(this.#total * this.#width);
    return this.#values;
  }

  /** Where the next values of byte arrays go; codes read before become byte arrays. */
  #ownByteArrays(): void {
    if (this.#starts !== 0) return;
    this.#starts = this.#arena.keep(this.#total * 4);
    this.#lengths = this.#arena.keep(this.#total * 4);
    if (this.#codes === 0) return;
    this.#expand(this.#codes, this.#count, this.#starts, this.#lengths);
    this.#codes = 0;
  }

  #expand(codes: number, count: number, starts: number, lengths: number): void {
    const { arrays } = this.#dictionary as Dictionary;
    const { kernels } = this.#arena;
    kernels.gather32(codes, count, arrays.starts, starts);
    kernels.gather32(codes, count, arrays.lengths, lengths);
  }

  #readCodes(from: number, to: number, present: number, offset: number): void {
    const dictionary = this.#dictionary;
    if (dictionary === undefined) throw damaged(this.#where, offset, 'a dictionary before coded values', 'none');
    const arena = this.#arena;
    const isKept = this.#width === 0 && this.#starts === 0;
    if (isKept && this.#codes === 0) this.#codes = arena.keep(this.#total * 4);
    const codes = isKept ? this.#codes + this.#count * 4 : arena.scratch(present * 4);
    const values = this.#width === 0 ? 0 : this.#ownValues() + this.#count * this.#width;
    const width = from < to ? (arena.bytes[from] as number) : 33;
    const end = width > 32 ? -1 : arena.kernels.codes(from + 1, to, width, present, codes, dictionary.count);
    if (end < 0) throw damaged(this.#where, offset, `${present} codes below ${dictionary.count}`, 'others');
    if (this.#width === 4) arena.kernels.gather32(codes, present, dictionary.values, values);
    else if (this.#width === 8) arena.kernels.gather64(codes, present, dictionary.values, values);
    else if (!isKept) {
      this.#expand(codes, present, this.#starts + this.#count * 4, this.#lengths + this.#count * 4);
    }
  }

  #readPlain(from: number, to: number, present: number, entries: number, offset: number): void {
    const width = this.#width;
    const arena = this.#arena;
    const bytes = width === 1 ? Math.ceil(present / 8) : present * width;
    if (bytes > to - from) throw damaged(this.#where, offset, `${present} values`, `${to - from} bytes`);
    if (width === 1) {
      arena.kernels.bits(from, present, this.#ownValues() + this.#count);
      return;
    }
    // A page that is the whole chunk, stays, and begins where its values are aligned, needs no copy.
    if (present === this.#total && entries === present && this.#values === 0 && from % 8 === 0 && arena.isKept(from)) {
      this.#values = from;
      return;
    }
    const at = this.#ownValues() + this.#count * width;
    arena.bytes.copyWithin(at, from, from + bytes);
  }

  #readBooleans(from: number, to: number, present: number, offset: number): void {
    const length = to - from >= 4 ? this.#arena.view.getUint32(from, true) : to;
    if (this.#type !== 'BOOLEAN' || length > to - from - 4) throw this.#wrong('RLE', offset);
    const out = this.#ownValues() + this.#count;
    const end = this.#arena.kernels.levels(from + 4, from + 4 + length, 1, present, out, 1);
    if (end < 0) throw this.#wrong('RLE', offset);
  }

  #readDelta(from: number, to: number, present: number, offset: number): void {
    if (this.#type !== 'INT32' && this.#type !== 'INT64') throw this.#wrong('DELTA_BINARY_PACKED', offset);
    const out = this.#ownValues() + this.#count * this.#width;
    const { kernels } = this.#arena;
    const end = this.#width === 4 ? kernels.delta32(from, to, present, out) : kernels.delta64(from, to, present, out);
    if (end < 0) throw this.#wrong('DELTA_BINARY_PACKED', offset);
  }

  #readByteArrays(from: number, to: number, present: number, offset: number): void {
    this.#ownByteArrays();
    const at = this.#count * 4;
    this.#plainByteArrays(from, to, present, this.#starts + at, this.#lengths + at, offset);
  }

  #isFixedLength(): boolean {
    return this.#type !== 'BYTE_ARRAY';
  }

  #plainByteArrays(from: number, to: number, count: number, starts: number, lengths: number, offset: number): void {
    const arena = this.#arena;
    if (!this.#isFixedLength()) {
      if (arena.kernels.byteArrays(from, to, count, starts, lengths) < 0) throw this.#wrong('PLAIN', offset);
      return;
    }
    const length = this.#byteLength;
    if (count * length > to - from) throw this.#wrong('PLAIN', offset);
    this.#layFixed(from, count, starts, lengths);
  }

  #layFixed(from: number, count: number, starts: number, lengths: number): void {
    const { words } = this.#arena;
    const length = this.#byteLength;
    words.fill(length, lengths >> 2, (lengths >> 2) + count);
    for (let i = 0, s = starts >> 2, at = from; i < count; i++, at += length) words[s++] = at;
  }

  #readDeltaLengths(from: number, to: number, present: number, offset: number): void {
    if (this.#type !== 'BYTE_ARRAY') throw this.#wrong('DELTA_LENGTH_BYTE_ARRAY', offset);
    this.#ownByteArrays();
    const starts = this.#starts + this.#count * 4;
    const lengths = this.#lengths + this.#count * 4;
    const { kernels } = this.#arena;
    const at = kernels.delta32(from, to, present, lengths);
    if (at < 0 || kernels.endToEnd(at, to, present, starts, lengths) < 0) {
      throw this.#wrong('DELTA_LENGTH_BYTE_ARRAY', offset);
    }
  }

  #readDeltaByteArrays(from: number, to: number, present: number, offset: number): void {
    if (this.#type !== 'BYTE_ARRAY' && this.#type !== 'FIXED_LEN_BYTE_ARRAY') {
      throw this.#wrong('DELTA_BYTE_ARRAY', offset);
    }
    this.#ownByteArrays();
    const arena = this.#arena;
    const prefixes = arena.scratch(present * 4);
    const starts = this.#starts + this.#count * 4;
    const lengths = this.#lengths + this.#count * 4;
    const second = arena.kernels.delta32(from, to, present, prefixes);
    const at = second < 0 ? -1 : arena.kernels.delta32(second, to, present, lengths);
    if (at < 0) throw this.#wrong('DELTA_BYTE_ARRAY', offset);
    const bytes = this.#joinedBytes(prefixes, lengths, present, offset);
    const out = arena.keep(bytes);
    const end = arena.kernels.joinPrefixes(at, to, present, prefixes, starts, lengths, out, out + bytes);
    if (end < 0) throw this.#wrong('DELTA_BYTE_ARRAY', offset);
    if (this.#isFixedLength()) this.#checkLengths(lengths, present, offset);
  }

  /** Bytes of all values with their prefixes, which may be much more than the page has: each repeats the one before. */
  #joinedBytes(prefixes: number, lengths: number, count: number, offset: number): number {
    const { words } = this.#arena;
    let bytes = 0;
    for (let i = 0, p = prefixes >> 2, l = lengths >> 2; i < count; i++) {
      const prefix = words[p++] as number;
      const rest = words[l++] as number;
      if (prefix < 0 || rest < 0) throw this.#wrong('DELTA_BYTE_ARRAY', offset);
      bytes += prefix + rest;
    }
    if (bytes > MAX_JOINED_BYTES) throw tooMuch(this.#where, 'the size of a page', bytes, MAX_JOINED_BYTES);
    return bytes;
  }

  #checkLengths(lengths: number, count: number, offset: number): void {
    const { words } = this.#arena;
    for (let i = lengths >> 2; i < (lengths >> 2) + count; i++) {
      if (words[i] !== this.#byteLength) throw this.#wrong('values of one length', offset);
    }
  }

  #readByteStreams(from: number, to: number, present: number, offset: number): void {
    const arena = this.#arena;
    const width = this.#width === 0 ? this.#byteLength : this.#width;
    const isAllowed = this.#type !== 'BYTE_ARRAY' && this.#type !== 'BOOLEAN' && this.#type !== 'INT96';
    if (!isAllowed || present * width > to - from) throw this.#wrong('BYTE_STREAM_SPLIT', offset);
    if (this.#width !== 0) {
      arena.kernels.byteStreams(from, present, width, this.#ownValues() + this.#count * width);
      return;
    }
    this.#ownByteArrays();
    const out = arena.keep(present * width);
    arena.kernels.byteStreams(from, present, width, out);
    this.#layFixed(out, present, this.#starts + this.#count * 4, this.#lengths + this.#count * 4);
  }

  #wrong(encoding: string, offset: number): Error {
    return damaged(this.#where, offset, `${this.#type} values in ${encoding}`, 'others');
  }
}
