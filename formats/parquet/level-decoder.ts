import type { Arena } from './arena.ts';
import { damaged, type FilePlace, unsupported } from './damage.ts';
import type { Encoding } from './metadata.ts';
import type { PageHeader } from './page-header.ts';
import { fillBits } from './rle.ts';
import type { LeafNode } from './schema-tree.ts';

/**
 * Decodes the levels of a leaf, page after page. A leaf with one definition level and no lists gets a bitmap, which is
 * made when the first value is missing; every other one a byte an entry.
 */
export class LevelDecoder {
  readonly #arena: Arena;
  readonly #where: FilePlace;
  readonly #maxDefinition: number;
  readonly #maxRepetition: number;
  readonly #total: number;
  readonly #isFlat: boolean;
  #count = 0;
  #bitmap = 0;
  #definitions = 0;
  #repetitions = 0;
  #end = 0;

  /** `total` is how many entries all pages have together. */
  constructor(arena: Arena, leaf: LeafNode, where: FilePlace, total: number) {
    this.#arena = arena;
    this.#where = where;
    this.#maxDefinition = leaf.definedAt;
    this.#maxRepetition = leaf.repetition;
    this.#total = total;
    this.#isFlat = leaf.repetition === 0 && leaf.definedAt === 1;
    if (this.#maxRepetition > 0) this.#repetitions = arena.keep(total);
    if (this.#maxDefinition > 0 && !this.#isFlat) this.#definitions = arena.keep(total);
  }

  get bitmap(): number {
    return this.#bitmap;
  }

  get definitions(): number {
    return this.#definitions;
  }

  get repetitions(): number {
    return this.#repetitions;
  }

  /** Where the levels of the page read last, of version 1, end. */
  get end(): number {
    return this.#end;
  }

  /** Bytes that the levels of a page of version 1 take when nothing is missing. */
  likelyBytes(count: number): number {
    if (this.#maxRepetition > 0 || this.#maxDefinition === 0) return 0;
    let bytes = 6;
    for (let rest = count * 2; rest > 127; rest /= 128) bytes++;
    return bytes;
  }

  /** Reads the levels in front of a page's values, and gives how many values are present. */
  readVersion1(header: PageHeader, from: number, to: number, offset: number): number {
    const { valueCount } = header;
    this.#end = from;
    if (valueCount === 0) return 0;
    if (this.#maxRepetition > 0) {
      this.#section(header.repetitionEncoding, this.#maxRepetition, valueCount, to, offset, (a, b) =>
        this.#readRepetitions(a, b, valueCount, offset),
      );
    }
    let present = valueCount;
    if (this.#maxDefinition > 0) {
      this.#section(header.definitionEncoding, this.#maxDefinition, valueCount, to, offset, (a, b) => {
        present = this.#readDefinitions(a, b, valueCount, offset);
      });
    }
    this.#count += valueCount;
    return present;
  }

  /** The same for version 2, whose levels begin at `from`, without lengths before them. */
  readVersion2(header: PageHeader, from: number, offset: number): number {
    const { valueCount, repetitionBytes, definitionBytes } = header;
    const middle = from + repetitionBytes;
    if (valueCount === 0) return 0;
    if (this.#maxRepetition > 0) this.#readRepetitions(from, middle, valueCount, offset);
    let present = valueCount;
    if (this.#maxDefinition > 0) {
      // Some writers leave out the levels of pages in which nothing is missing.
      const isWhole = this.#isFlat && definitionBytes === 0 && header.nullCount === 0;
      if (isWhole) this.#markPresent(valueCount);
      else present = this.#readDefinitions(middle, middle + definitionBytes, valueCount, offset);
    }
    this.#count += valueCount;
    return present;
  }

  #section(
    encoding: Encoding | undefined,
    max: number,
    count: number,
    to: number,
    offset: number,
    read: (from: number, to: number) => void,
  ): void {
    const at = this.#end;
    if (encoding === 'BIT_PACKED') {
      const bytes = Math.ceil((count * bitsOf(max)) / 8);
      if (bytes > to - at) throw damaged(this.#where, offset, `${bytes} bytes of levels`, to - at);
      const levels = this.#fromBitPacked(at, max, count, offset);
      read(levels, levels + 2 * count);
      this.#end = at + bytes;
      return;
    }
    if (encoding !== 'RLE') throw unsupported(this.#where, `levels in ${encoding ?? 'an unknown encoding'}`);
    const length = to - at >= 4 ? this.#arena.view.getUint32(at, true) : to;
    if (length > to - at - 4) throw damaged(this.#where, offset, 'levels within their page', `${length} bytes`);
    read(at + 4, at + 4 + length);
    this.#end = at + 4 + length;
  }

  /** The old encoding, highest bit first, as runs of one level each: rare, and small. */
  #fromBitPacked(at: number, max: number, count: number, offset: number): number {
    const width = bitsOf(max);
    const out = this.#arena.scratch(2 * count);
    const { bytes } = this.#arena;
    for (let i = 0, bit = at * 8; i < count; i++) {
      let level = 0;
      for (let k = 0; k < width; k++, bit++)
        level = (level << 1) | (((bytes[bit >> 3] as number) >> (7 - (bit & 7))) & 1);
      if (level > max) throw damaged(this.#where, offset, `levels up to ${max}`, level);
      bytes[out + 2 * i] = 2;
      bytes[out + 2 * i + 1] = level;
    }
    return out;
  }

  #readRepetitions(from: number, to: number, count: number, offset: number): void {
    this.#readBytes(from, to, count, this.#repetitions + this.#count, this.#maxRepetition, offset);
    if (this.#count === 0 && count > 0 && this.#arena.bytes[this.#repetitions] !== 0) {
      throw damaged(this.#where, offset, 'a row to begin', 'one that goes on');
    }
  }

  #readDefinitions(from: number, to: number, count: number, offset: number): number {
    if (this.#isFlat) return this.#readBits(from, to, count, offset);
    const at = this.#definitions + this.#count;
    this.#readBytes(from, to, count, at, this.#maxDefinition, offset);
    const { bytes } = this.#arena;
    const max = this.#maxDefinition;
    let present = 0;
    for (let i = at; i < at + count; i++) if (bytes[i] === max) present++;
    return present;
  }

  #readBytes(from: number, to: number, count: number, out: number, max: number, offset: number): void {
    if (this.#arena.kernels.levels(from, to, bitsOf(max), count, out, max) < 0) {
      throw damaged(this.#where, offset, `${count} levels up to ${max}`, 'others');
    }
  }

  #markPresent(count: number): void {
    if (this.#bitmap !== 0) fillBits(this.#arena.bytes, this.#bitmap, this.#count, count, 1);
  }

  #readBits(from: number, to: number, count: number, offset: number): number {
    const arena = this.#arena;
    if (isOneRunOfOnes(arena.bytes, from, to, count)) {
      this.#markPresent(count);
      return count;
    }
    if (this.#bitmap === 0) {
      this.#bitmap = arena.keep((this.#total >> 3) + 2);
      fillBits(arena.bytes, this.#bitmap, 0, this.#count, 1);
    }
    const present = arena.kernels.levelBits(from, to, count, this.#bitmap, this.#count);
    if (present < 0) throw damaged(this.#where, offset, `${count} levels up to 1`, 'others');
    return present;
  }
}

/** Whether levels are a single run that says that nothing is missing, as they mostly are. */
function isOneRunOfOnes(bytes: Uint8Array, from: number, to: number, count: number): boolean {
  let header = 0;
  for (let at = from, scale = 1; at < to && scale < 2 ** 35; scale *= 128) {
    const byte = bytes[at++] as number;
    header += (byte & 127) * scale;
    if (byte < 128) return header % 2 === 0 && header / 2 >= count && at < to && bytes[at] === 1;
  }
  return false;
}

function bitsOf(max: number): number {
  return 32 - Math.clz32(max);
}
