import { copyShort, GrowingBytes, GrowingInts } from './write-buffers.ts';

const FIRST_SLOTS = 1024;

/** Byte arrays by code in the order of first use: open addressing over a table of codes. */
export class ByteArrayDictionary {
  readonly #bytes = new GrowingBytes();
  readonly #starts = new GrowingInts();
  readonly #lengths = new GrowingInts();
  readonly #hashes = new GrowingInts();
  /** Codes and one; 0 is a free slot. */
  #slots = new Int32Array(FIRST_SLOTS);

  get count(): number {
    return this.#starts.length;
  }

  /** Bytes of the values together. */
  get sizeBytes(): number {
    return this.#bytes.length;
  }

  /** The values by code: arrays that may be longer, and live until the next `codeOf`. */
  entries(): { readonly bytes: Uint8Array; readonly starts: Int32Array; readonly lengths: Int32Array } {
    return { bytes: this.#bytes.values, starts: this.#starts.values, lengths: this.#lengths.values };
  }

  clear(): void {
    this.#bytes.clear();
    this.#starts.clear();
    this.#lengths.clear();
    this.#hashes.clear();
    if (this.#slots.length > FIRST_SLOTS) this.#slots = new Int32Array(FIRST_SLOTS);
    else this.#slots.fill(0);
  }

  /** The code of a value, a new one where it was not seen before. `view` is over the bytes. */
  codeOf(bytes: Uint8Array, view: DataView, start: number, length: number): number {
    const hash = hashOf(bytes, view, start, length);
    const slots = this.#slots;
    const mask = slots.length - 1;
    let at = hash & mask;
    for (;;) {
      const code = (slots[at] as number) - 1;
      if (code < 0) break;
      if (
        (this.#hashes.values[code] as number) === hash &&
        (this.#lengths.values[code] as number) === length &&
        this.#isSame(code, bytes, view, start, length)
      ) {
        return code;
      }
      at = (at + 1) & mask;
    }
    return this.#add(at, hash, bytes, view, start, length);
  }

  #isSame(code: number, bytes: Uint8Array, view: DataView, start: number, length: number): boolean {
    const own = this.#bytes;
    const from = this.#starts.values[code] as number;
    let k = 0;
    for (; k + 4 <= length; k += 4) {
      if (own.view.getInt32(from + k, true) !== view.getInt32(start + k, true)) return false;
    }
    for (; k < length; k++) if (own.values[from + k] !== bytes[start + k]) return false;
    return true;
  }

  #add(at: number, hash: number, bytes: Uint8Array, view: DataView, start: number, length: number): number {
    const own = this.#bytes;
    own.reserve(length);
    copyShort(own, own.length, bytes, view, start, length);
    this.#starts.push(own.length);
    this.#lengths.push(length);
    this.#hashes.push(hash);
    own.length += length;
    const count = this.#starts.length;
    this.#slots[at] = count;
    if (count * 2 > this.#slots.length) this.#rehash();
    return count - 1;
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 4);
    const mask = slots.length - 1;
    const hashes = this.#hashes.values;
    for (let code = 0; code < this.#hashes.length; code++) {
      let at = (hashes[code] as number) & mask;
      while (slots[at] !== 0) at = (at + 1) & mask;
      slots[at] = code + 1;
    }
    this.#slots = slots;
  }
}

/** Four bytes at a time, with a last mix so that low bits depend on all. */
function hashOf(bytes: Uint8Array, view: DataView, start: number, length: number): number {
  let hash = length;
  const words = start + (length & ~3);
  let at = start;
  for (; at < words; at += 4) {
    hash = Math.imul(hash ^ view.getInt32(at, true), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (const end = start + length; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
