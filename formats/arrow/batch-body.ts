import { CairnError } from '../../lib/base/errors.ts';
import { decompressLz4Frame, LZ4_MAX_RATIO } from '../bytes/lz4-frame.ts';
import type { RandomAccess } from '../bytes/random-access.ts';
import { decompressZstd } from '../text/zstd-bytes.ts';
import { type ArrowPlace, damaged, tooLarge } from './damage.ts';
import type { ArrowBuffer, ArrowCompression, ArrowNode, BatchHeader } from './metadata.ts';

/** What is read at once: buffers with less than this between them, as those of neighbouring columns. */
const MAX_GAP_BYTES = 4096;
/** Positions in vectors are int32. */
const MAX_BUFFER_BYTES = 2 ** 31 - 1;
/** Zstd has blocks of four bytes for 128 KiB of one byte. */
const MOST_RATIO = { lz4: LZ4_MAX_RATIO, zstd: 32_768 } as const;
const SMALL_BYTES = 1 << 16;
/** Values of which nothing lies in the file (nulls, runs, empty structs) that a batch may have without more. */
const FREE_VALUES = 16 * 1024 * 1024;
/** A value that does lie there takes a bit at least. */
const VALUES_A_BYTE = 8;

/**
 * The body of a record batch: its buffers, read as they are asked for, decompressed, each within what the file has.
 * Arrays that it gives are fresh, and stay.
 */
export class BatchBody {
  readonly where: ArrowPlace;
  readonly header: BatchHeader;
  readonly #source: RandomAccess;
  readonly #start: number;
  readonly #length: number;
  readonly #pieces = new Map<number, Uint8Array>();
  readonly #maxLength: number;

  /** The body is the `length` bytes at `start` of the source, which has been checked to have them. */
  constructor(source: RandomAccess, start: number, length: number, header: BatchHeader, where: ArrowPlace) {
    this.#source = source;
    this.#start = start;
    this.#length = length;
    this.header = header;
    this.where = where;
    this.#maxLength = Math.max(FREE_VALUES, length * VALUES_A_BYTE);
    this.checkLength(header.rowCount);
  }

  /** A part of a column. Raises `LIMIT_EXCEEDED`. */
  node(index: number): ArrowNode {
    const node = this.header.nodes[index] as ArrowNode;
    this.checkLength(node.length);
    return node;
  }

  /** Raises `LIMIT_EXCEEDED` for more values than a batch of this size has. */
  checkLength(length: number): void {
    if (length > this.#maxLength) {
      throw tooLarge(this.where, 'a column', `${length} values`, `${this.#maxLength}, for a batch of its size`);
    }
  }

  /** Reads buffers by their numbers, those that lie together at once. Raises `ARROW_CORRUPT`, `LIMIT_EXCEEDED`. */
  load(indexes: readonly number[]): void {
    const wanted = indexes
      .filter((index) => !this.#pieces.has(index))
      .map((index) => ({ index, ...this.#rangeOf(index) }))
      .sort((a, b) => a.offset - b.offset);
    for (let from = 0; from < wanted.length; ) {
      const start = (wanted[from] as ArrowBuffer).offset;
      let end = start;
      let to = from;
      for (; to < wanted.length; to++) {
        const { offset, length } = wanted[to] as ArrowBuffer;
        const next = Math.max(end, offset + length);
        if (to > from && (offset > end + MAX_GAP_BYTES || next - start > MAX_BUFFER_BYTES)) break;
        end = next;
      }
      const bytes = this.#read(start, end - start);
      for (const { index, offset, length } of wanted.slice(from, to)) {
        this.#pieces.set(index, bytes.subarray(offset - start, offset - start + length));
      }
      from = to;
    }
  }

  /** A buffer that was loaded, decompressed. Raises `ARROW_CORRUPT`, `LIMIT_EXCEEDED`. */
  buffer(index: number): Uint8Array {
    const bytes = this.#pieces.get(index) as Uint8Array;
    const { compression } = this.header;
    return compression === undefined || bytes.length === 0 ? bytes : this.#decompress(bytes, compression);
  }

  #rangeOf(index: number): ArrowBuffer {
    const buffer = this.header.buffers[index] as ArrowBuffer;
    const { offset, length } = buffer;
    if (length > MAX_BUFFER_BYTES) {
      throw tooLarge(this.where, 'a buffer', `${length} bytes`, `${MAX_BUFFER_BYTES} bytes`);
    }
    // The place of nothing is of no matter.
    if (length === 0) return { offset: 0, length };
    if (offset > this.#length - length) {
      throw damaged(this.where, `${length} bytes within ${this.#length}`, `a buffer at byte ${offset}`);
    }
    return buffer;
  }

  #read(offset: number, length: number): Uint8Array {
    if (length === 0) return new Uint8Array();
    const bytes = new Uint8Array(length);
    const count = this.#source.read(bytes, this.#start + offset);
    if (count !== length) throw damaged(this.where, `${length} bytes`, `${count}, and the end`);
    return bytes;
  }

  #decompress(bytes: Uint8Array, compression: ArrowCompression): Uint8Array {
    if (bytes.length < 8) throw damaged(this.where, 'the length of a compressed buffer', `${bytes.length} bytes`);
    const declared = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigInt64(0, true);
    const content = bytes.subarray(8);
    // Stored as it is, where compressing did not help.
    if (declared === -1n) return content;
    const most = Math.max(SMALL_BYTES, content.length * MOST_RATIO[compression]);
    if (declared < 0n || declared > BigInt(Math.min(most, MAX_BUFFER_BYTES))) {
      if (declared > most) throw damaged(this.where, `at most ${most} bytes in a buffer`, `${declared}`);
      throw tooLarge(this.where, 'a buffer', `${declared} bytes`, `${MAX_BUFFER_BYTES} bytes`);
    }
    const rawLength = Number(declared);
    try {
      const raw =
        compression === 'lz4'
          ? decompressLz4Frame(content, rawLength)
          : decompressZstd(content, rawLength, this.where.path);
      if (raw.length === rawLength) return raw;
    } catch (error) {
      const isDamage = CairnError.is(error, 'CORRUPT_DATA') || CairnError.is(error, 'CORRUPT_FILE');
      if (!isDamage) throw error;
    }
    throw damaged(this.where, `${rawLength} bytes of ${compression.toUpperCase()}`, 'bytes that are not');
  }
}
