/**
 * A growing buffer that bytes are appended to, little-endian.
 *
 * One writer serves many frames: `reset()` keeps the buffer, and disposing of the writer gives it to a small pool of
 * its thread. What `bytes()` returns is a view: the next write may move or overwrite it.
 */
import { CairnError } from '../../lib/base/errors.ts';
import { isWellFormed, TEXT_ASCII, TEXT_UTF8, TEXT_UTF16, type TextEncodingTag } from './text.ts';

/** No buffer grows over this: 2 GiB less a page, under what `Buffer` takes on every supported Node. */
const MAX_BYTES = 2 ** 31 - 4096;
const SMALL = 64 * 1024;
/** A map task holds a buffer per reducer: the pool keeps those of one ordinary task for the next. */
const POOL_MAX_STORES = 256;
const POOL_MAX_BYTES = 64 * 1024 * 1024;
/** Below this length a loop over characters beats a call into native code (24 characters: about equal). */
const SHORT_TEXT = 24;

const pool: ArrayBuffer[] = [];
let pooledBytes = 0;

function takeFromPool(minBytes: number): ArrayBuffer | undefined {
  const index = pool.findLastIndex((store) => store.byteLength >= minBytes);
  if (index < 0) return undefined;
  const [store] = pool.splice(index, 1);
  pooledBytes -= store?.byteLength ?? 0;
  return store;
}

function giveToPool(store: ArrayBuffer): void {
  if (pool.length >= POOL_MAX_STORES || pooledBytes + store.byteLength > POOL_MAX_BYTES) return;
  pool.push(store);
  pooledBytes += store.byteLength;
}

export class ByteWriter implements Disposable {
  #store: ArrayBuffer;
  #buffer: Buffer;
  #view: DataView;
  #length = 0;
  /** What may be written without growing: the store, or the limit where a pooled store is larger. */
  #room: number;
  readonly #maxBytes: number;

  /** Raises `LIMIT_EXCEEDED` on the write that would take more than `maxBytes`. */
  constructor(options: { readonly initialBytes?: number; readonly maxBytes?: number } = {}) {
    const initial = options.initialBytes ?? SMALL;
    this.#maxBytes = Math.min(options.maxBytes ?? MAX_BYTES, MAX_BYTES);
    this.#store = takeFromPool(initial) ?? new ArrayBuffer(Math.max(initial, 64));
    this.#buffer = Buffer.from(this.#store);
    this.#view = new DataView(this.#store);
    this.#room = Math.min(this.#store.byteLength, this.#maxBytes);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  /** Makes room for `count` more bytes, so that writes up to there do not move the buffer. */
  reserve(count: number): void {
    if (this.#length + count > this.#room) this.#grow(count);
  }

  u8(value: number): void {
    this.reserve(1);
    this.#buffer[this.#length++] = value;
  }

  u16(value: number): void {
    this.reserve(2);
    this.#view.setUint16(this.#length, value, true);
    this.#length += 2;
  }

  u32(value: number): void {
    this.reserve(4);
    this.#view.setUint32(this.#length, value, true);
    this.#length += 4;
  }

  i32(value: number): void {
    this.reserve(4);
    this.#view.setInt32(this.#length, value, true);
    this.#length += 4;
  }

  f64(value: number): void {
    this.reserve(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  u64(value: bigint): void {
    this.reserve(8);
    this.#view.setBigUint64(this.#length, value, true);
    this.#length += 8;
  }

  /** A whole number from 0 to 2^53 - 1 in seven-bit groups, lowest first: one byte below 128, at most eight. */
  varint(value: number): void {
    this.reserve(8);
    const buffer = this.#buffer;
    let at = this.#length;
    let rest = value;
    while (rest > 0x7fffffff) {
      buffer[at++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    while (rest > 127) {
      buffer[at++] = (rest & 127) | 0x80;
      rest >>>= 7;
    }
    buffer[at++] = rest;
    this.#length = at;
  }

  /** An int32 as a varint with the sign in the lowest bit, so that small magnitudes of both signs are short. */
  zigzag(value: number): void {
    this.varint(((value << 1) ^ (value >> 31)) >>> 0);
  }

  /** A string after its length and encoding: `varint(byteLength * 4 + tag)`, then the bytes. Any string is kept. */
  string(text: string): void {
    const units = text.length;
    // Almost every string is short and ASCII: its length byte and its characters are written in one go.
    if (units < SHORT_TEXT) {
      this.reserve(units + 1);
      const buffer = this.#buffer;
      const start = this.#length + 1;
      let i = 0;
      for (; i < units; i++) {
        const code = text.charCodeAt(i);
        if (code > 127) break;
        buffer[start + i] = code;
      }
      if (i === units) {
        buffer[start - 1] = units * 4 + TEXT_ASCII;
        this.#length = start + units;
        return;
      }
    }
    const byteLength = Buffer.byteLength(text, 'utf8');
    if (byteLength === units) {
      this.varint(byteLength * 4 + TEXT_ASCII);
      this.#text(text, 'latin1', byteLength);
    } else if (isWellFormed(text)) {
      this.varint(byteLength * 4 + TEXT_UTF8);
      this.#text(text, 'utf8', byteLength);
    } else {
      this.varint(units * 2 * 4 + TEXT_UTF16);
      this.#text(text, 'utf16le', units * 2);
    }
  }

  /** The characters alone, without length; the reader must know byte length and the returned encoding. */
  text(text: string): TextEncodingTag {
    const units = text.length;
    if (units < SHORT_TEXT) {
      this.reserve(units);
      const buffer = this.#buffer;
      const start = this.#length;
      let i = 0;
      for (; i < units; i++) {
        const code = text.charCodeAt(i);
        if (code > 127) break;
        buffer[start + i] = code;
      }
      if (i === units) {
        this.#length = start + units;
        return TEXT_ASCII;
      }
    }
    // Three bytes a unit is the most that UTF-8 takes; beyond a megabyte the exact length is worth counting.
    this.reserve(units > 1 << 20 ? Buffer.byteLength(text, 'utf8') : units * 3);
    const written = this.#buffer.write(text, this.#length, 'utf8');
    if (written === units) {
      this.#length += written;
      return TEXT_ASCII;
    }
    if (isWellFormed(text)) {
      this.#length += written;
      return TEXT_UTF8;
    }
    this.#text(text, 'utf16le', units * 2);
    return TEXT_UTF16;
  }

  #text(text: string, encoding: 'latin1' | 'utf8' | 'utf16le', byteLength: number): void {
    this.reserve(byteLength);
    this.#buffer.write(text, this.#length, byteLength, encoding);
    this.#length += byteLength;
  }

  /** Copies the bytes of a typed array as the machine holds them. Call `align` first where a reader wants a view. */
  raw(source: ArrayBufferView): void {
    const count = source.byteLength;
    this.reserve(count);
    this.#buffer.set(
      source instanceof Uint8Array ? source : new Uint8Array(source.buffer, source.byteOffset, count),
      this.#length,
    );
    this.#length += count;
  }

  /** Writes zeros until the length, counted from `base`, is a multiple of `unit`. */
  align(unit: number, base = 0): void {
    const pad = (unit - ((this.#length - base) % unit)) % unit;
    this.reserve(pad);
    for (let i = 0; i < pad; i++) this.#buffer[this.#length++] = 0;
  }

  /**
   * Appends `count` int32 and gives the view to fill them in; the length must be a multiple of four. What the view
   * holds at first is unspecified. It is dead after the next write.
   */
  int32s(count: number): Int32Array {
    this.reserve(count * 4);
    const view = new Int32Array(this.#store, this.#length, count);
    this.#length += count * 4;
    return view;
  }

  /** As `int32s`, in bytes. */
  uint8s(count: number): Uint8Array {
    this.reserve(count);
    const view = new Uint8Array(this.#store, this.#length, count);
    this.#length += count;
    return view;
  }

  /** Overwrites a byte written before, at `offset`. */
  patchU8(offset: number, value: number): void {
    this.#buffer[offset] = value;
  }

  /** Overwrites four bytes written before, at `offset`. */
  patchU32(offset: number, value: number): void {
    this.#view.setUint32(offset, value, true);
  }

  /** Forgets everything after the first `length` bytes. */
  truncate(length: number): void {
    if (length < this.#length) this.#length = length;
  }

  /** Starts again with the same buffer. */
  reset(): void {
    this.#length = 0;
  }

  /** The bytes from `from` to `to`, as a view of the writer's buffer: dead after the next write or `reset`. */
  bytes(from = 0, to = this.#length): Uint8Array {
    return new Uint8Array(this.#store, from, to - from);
  }

  /** A copy of the bytes written, which the caller owns; it starts at offset 0 of its own buffer. */
  take(): Uint8Array {
    return this.bytes().slice();
  }

  /** Bytes of memory the writer holds, written or not. */
  get capacity(): number {
    return this.#store.byteLength;
  }

  /** Gives the buffer back to the pool. The writer, and every view it gave, must not be used afterwards. */
  [Symbol.dispose](): void {
    const store = this.#store;
    if (store.byteLength === 0) return;
    this.#store = new ArrayBuffer(0);
    this.#buffer = Buffer.from(this.#store);
    this.#view = new DataView(this.#store);
    this.#room = 0;
    this.#length = 0;
    giveToPool(store);
  }

  #grow(count: number): void {
    const needed = this.#length + count;
    if (needed > this.#maxBytes) {
      throw new CairnError('LIMIT_EXCEEDED', {
        what: 'the encoded size of a batch',
        found: `${needed} bytes`,
        limit: `${this.#maxBytes} bytes`,
        remedy: 'use more partitions, or smaller records',
      });
    }
    const store = new ArrayBuffer(Math.min(Math.max(needed, this.#store.byteLength * 2), this.#maxBytes));
    const buffer = Buffer.from(store);
    buffer.set(this.#buffer.subarray(0, this.#length));
    this.#store = store;
    this.#room = store.byteLength;
    this.#buffer = buffer;
    this.#view = new DataView(store);
  }
}
