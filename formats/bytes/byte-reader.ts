/**
 * Reads what `ByteWriter` wrote, from bytes that may be anything.
 *
 * Every length is compared with what remains before something is allocated for it, so that memory stays within a
 * constant factor of the input. Damage raises `CORRUPT_DATA` with the offset counted from `origin`.
 */
import { CairnError } from '../../lib/base/errors.ts';
import { TEXT_ASCII, TEXT_UTF8, TEXT_UTF16 } from './text.ts';

export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #buffer: Buffer;
  readonly #view: DataView;
  readonly #origin: number;
  #offset = 0;

  /** `origin` is what errors add to their offsets: where these bytes begin in their file. */
  constructor(bytes: Uint8Array, origin = 0) {
    this.#bytes = bytes;
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#origin = origin;
  }

  /** Bytes read so far, from the start of the bytes given. */
  get offset(): number {
    return this.#offset;
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  /** The `CORRUPT_DATA` error for the bytes at `offset` (of this reader; the current one if absent). */
  corrupt(expected: string, found: string | number, offset = this.#offset): CairnError {
    return new CairnError('CORRUPT_DATA', { offset: this.#origin + offset, expected, found });
  }

  /** Raises `CORRUPT_DATA` unless `count` more bytes remain. */
  need(count: number, what = 'bytes'): void {
    if (count > this.#bytes.length - this.#offset) throw this.corrupt(`${count} ${what}`, `${this.remaining} left`);
  }

  /** The next byte, which stays the next; undefined at the end. */
  peek(): number | undefined {
    return this.#bytes[this.#offset];
  }

  u8(): number {
    if (this.#offset >= this.#bytes.length) throw this.corrupt('1 byte', 'the end');
    return this.#bytes[this.#offset++] as number;
  }

  u16(): number {
    this.need(2);
    const value = this.#view.getUint16(this.#offset, true);
    this.#offset += 2;
    return value;
  }

  u32(): number {
    this.need(4);
    const value = this.#view.getUint32(this.#offset, true);
    this.#offset += 4;
    return value;
  }

  i32(): number {
    this.need(4);
    const value = this.#view.getInt32(this.#offset, true);
    this.#offset += 4;
    return value;
  }

  f64(): number {
    this.need(8);
    const value = this.#view.getFloat64(this.#offset, true);
    this.#offset += 8;
    return value;
  }

  u64(): bigint {
    this.need(8);
    const value = this.#view.getBigUint64(this.#offset, true);
    this.#offset += 8;
    return value;
  }

  /** The inverse of `ByteWriter.varint`; refuses what it would not write beyond 2^53 - 1. */
  varint(): number {
    const first = this.u8();
    if (first < 128) return first;
    const start = this.#offset - 1;
    let value = first & 127;
    let scale = 128;
    for (;;) {
      const byte = this.u8();
      value += (byte & 127) * scale;
      if (value > Number.MAX_SAFE_INTEGER) throw this.corrupt('a number below 2^53', 'a larger one', start);
      if (byte < 128) return value;
      scale *= 128;
      if (scale > 2 ** 49) throw this.corrupt('a number of at most eight bytes', 'a longer one', start);
    }
  }

  /** The inverse of `ByteWriter.zigzag`. */
  zigzag(): number {
    const start = this.#offset;
    const value = this.varint();
    if (value > 0xffffffff) throw this.corrupt('a 32-bit number', value, start);
    return (value >>> 1) ^ -(value & 1);
  }

  /**
   * A varint that counts things of which each takes at least `unitBytes` of what follows: more than fit are damage,
   * so the caller may allocate that many.
   */
  count(unitBytes = 1, what = 'entries'): number {
    const start = this.#offset;
    const count = this.varint();
    if (count * unitBytes > this.remaining) {
      throw this.corrupt(`${what} that fit the ${this.remaining} bytes left`, count, start);
    }
    return count;
  }

  string(): string {
    const start = this.#offset;
    const header = this.varint();
    const tag = header % 4;
    const byteLength = Math.floor(header / 4);
    if (byteLength > this.remaining)
      throw this.corrupt(`a string of ${byteLength} bytes`, `${this.remaining} left`, start);
    return this.text(byteLength, tag);
  }

  /**
   * `byteLength` bytes of text in the encoding `tag`. Ill-formed UTF-8 decodes with U+FFFD: finding damage is the
   * checksum's work, and any string is a harmless value.
   */
  text(byteLength: number, tag: number): string {
    this.need(byteLength, 'bytes of text');
    const start = this.#offset;
    const end = start + byteLength;
    this.#offset = end;
    switch (tag) {
      case TEXT_ASCII: {
        if (byteLength < 16) return shortLatin1(this.#bytes, start, end);
        return this.#buffer.toString('latin1', start, end);
      }
      case TEXT_UTF8:
        return this.#buffer.toString('utf8', start, end);
      case TEXT_UTF16:
        if (byteLength % 2 !== 0) throw this.corrupt('an even number of bytes of UTF-16', byteLength, start);
        return this.#buffer.toString('utf16le', start, end);
      default:
        throw this.corrupt('a text encoding from 0 to 2', tag, start);
    }
  }

  /** The next `count` bytes as a view of the input. */
  raw(count: number): Uint8Array {
    this.need(count);
    const view = this.#bytes.subarray(this.#offset, this.#offset + count);
    this.#offset += count;
    return view;
  }

  /** Skips the zeros that `ByteWriter.align` wrote; anything else there is damage. */
  align(unit: number): void {
    const pad = (unit - (this.#offset % unit)) % unit;
    this.need(pad, 'bytes of padding');
    for (let i = 0; i < pad; i++) {
      const byte = this.u8();
      if (byte !== 0) throw this.corrupt('zero padding', byte, this.#offset - 1);
    }
  }

  /** Raises `CORRUPT_DATA` when bytes are left. */
  end(): void {
    if (this.remaining > 0) throw this.corrupt('the end', `${this.remaining} more bytes`);
  }
}

/** Up to 15 characters: one call with that many arguments costs a third of a call into native code. */
function shortLatin1(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  let i = start;
  for (; i + 4 <= end; i += 4) {
    text += String.fromCharCode(
      bytes[i] as number,
      bytes[i + 1] as number,
      bytes[i + 2] as number,
      bytes[i + 3] as number,
    );
  }
  for (; i < end; i++) text += String.fromCharCode(bytes[i] as number);
  return text;
}
