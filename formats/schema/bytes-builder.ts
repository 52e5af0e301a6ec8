import { SlotBuilder } from './builder-parts.ts';
import type { BinaryType, StringType, UuidType } from './data-type.ts';
import type { BytesVector, DictionaryVector } from './vector.ts';

/** Bytes one after another, with where each begins and ends. */
class ByteHeap {
  #bytes = Buffer.alloc(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Room for `count` bytes at `length`. */
  reserve(count: number): Buffer {
    const needed = this.#length + count;
    if (needed > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(needed, 2 * this.#bytes.length, 4096));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    return this.#bytes;
  }

  advance(count: number): void {
    this.#length += count;
  }

  take(): Uint8Array {
    const bytes = new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset, this.#length);
    this.#bytes = Buffer.alloc(0);
    this.#length = 0;
    return bytes;
  }
}

/** Under this length a loop over characters beats a call into native code. */
const SHORT_TEXT = 24;
/** After so many values the share of those that are new tells whether a dictionary pays. */
const PROBE_VALUES = 2048;
const MAX_DISTINCT_SHARE = 0.5;
const MAX_DICTIONARY = 1 << 16;

/** Strings: through a dictionary for as long as they repeat, so that each is encoded once. */
export class StringBuilder extends SlotBuilder<StringType> {
  /** Codes, or where each string begins. */
  #starts = new Int32Array();
  #lengths = new Int32Array();
  #codes: Map<string, number> | undefined = new Map();
  readonly #entryStarts: number[] = [];
  readonly #entryLengths: number[] = [];
  readonly #heap = new ByteHeap();

  add(value: unknown): void {
    if (typeof value === 'string') {
      if (this.#codes === undefined) this.#addBytes(value);
      else this.#addCode(value, this.#codes);
    } else if (value === null || value === undefined) {
      const slot = this.nextNull();
      this.#starts[slot] = 0;
      this.#lengths[slot] = 0;
    } else throw this.notOfType(value);
  }

  take(): BytesVector | DictionaryVector {
    const starts = this.#starts;
    const lengths = this.#lengths;
    this.#starts = new Int32Array();
    this.#lengths = new Int32Array();
    const slots = this.takeSlots();
    const isCoded = this.#codes !== undefined;
    const entries = { starts: Int32Array.from(this.#entryStarts), lengths: Int32Array.from(this.#entryLengths) };
    this.#entryStarts.length = 0;
    this.#entryLengths.length = 0;
    const bytes = this.#heap.take();
    // What did not repeat in this vector will not in the next; what did is tried again.
    if (isCoded) this.#codes = new Map();
    if (!isCoded) return { layout: 'bytes', ...slots, bytes, starts, lengths };
    const count = entries.starts.length;
    return {
      layout: 'dictionary',
      ...slots,
      codes: starts,
      dictionary: {
        layout: 'bytes',
        type: this.type,
        length: count,
        validity: undefined,
        nullCount: 0,
        bytes,
        ...entries,
      },
    };
  }

  protected override grow(capacity: number): void {
    const starts = new Int32Array(capacity);
    starts.set(this.#starts);
    this.#starts = starts;
    const lengths = new Int32Array(capacity);
    lengths.set(this.#lengths);
    this.#lengths = lengths;
  }

  #addCode(value: string, codes: Map<string, number>): void {
    let code = codes.get(value);
    if (code === undefined) {
      code = codes.size;
      codes.set(value, code);
      this.#entryStarts.push(this.#heap.length);
      this.#entryLengths.push(this.#encode(value));
    }
    const slot = this.next();
    this.#starts[slot] = code;
    const isHopeless = slot >= PROBE_VALUES && codes.size > slot * MAX_DISTINCT_SHARE;
    if (isHopeless || codes.size >= MAX_DICTIONARY) this.#giveUp();
  }

  /** Codes become the places of what they stand for. */
  #giveUp(): void {
    this.#codes = undefined;
    for (let i = 0; i < this.length; i++) {
      const code = this.#starts[i] as number;
      this.#starts[i] = this.#entryStarts[code] ?? 0;
      this.#lengths[i] = this.#entryLengths[code] ?? 0;
    }
    this.#entryStarts.length = 0;
    this.#entryLengths.length = 0;
  }

  #addBytes(value: string): void {
    const start = this.#heap.length;
    const length = this.#encode(value);
    const slot = this.next();
    this.#starts[slot] = start;
    this.#lengths[slot] = length;
  }

  /** Appends the string in UTF-8, lone surrogates as U+FFFD, and gives its bytes. */
  #encode(value: string): number {
    const units = value.length;
    const bytes = this.#heap.reserve(3 * units);
    const start = this.#heap.length;
    if (units < SHORT_TEXT) {
      let i = 0;
      for (; i < units; i++) {
        const code = value.charCodeAt(i);
        if (code > 127) break;
        bytes[start + i] = code;
      }
      if (i === units) {
        this.#heap.advance(units);
        return units;
      }
    }
    const written = bytes.write(value, start, 'utf8');
    this.#heap.advance(written);
    return written;
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Bytes, and UUIDs as bytes or text. */
export class BinaryBuilder extends SlotBuilder<BinaryType | UuidType> {
  #starts = new Int32Array();
  #lengths = new Int32Array();
  readonly #heap = new ByteHeap();
  readonly #byteLength = this.type.kind === 'uuid' ? 16 : this.type.byteLength;

  add(value: unknown): void {
    if (value === null || value === undefined) {
      const slot = this.nextNull();
      this.#starts[slot] = 0;
      this.#lengths[slot] = 0;
      return;
    }
    const bytes = this.#bytesOf(value);
    const start = this.#heap.length;
    this.#heap.reserve(bytes.length).set(bytes, start);
    this.#heap.advance(bytes.length);
    const slot = this.next();
    this.#starts[slot] = start;
    this.#lengths[slot] = bytes.length;
  }

  take(): BytesVector {
    const starts = this.#starts;
    const lengths = this.#lengths;
    this.#starts = new Int32Array();
    this.#lengths = new Int32Array();
    return { layout: 'bytes', ...this.takeSlots(), bytes: this.#heap.take(), starts, lengths };
  }

  protected override grow(capacity: number): void {
    const starts = new Int32Array(capacity);
    starts.set(this.#starts);
    this.#starts = starts;
    const lengths = new Int32Array(capacity);
    lengths.set(this.#lengths);
    this.#lengths = lengths;
  }

  #bytesOf(value: unknown): Uint8Array {
    if (this.type.kind === 'uuid' && typeof value === 'string') {
      if (!UUID.test(value)) throw this.notOfType(value);
      return Buffer.from(value.replaceAll('-', ''), 'hex');
    }
    if (!(value instanceof Uint8Array)) throw this.notOfType(value);
    if (this.#byteLength !== undefined && value.length !== this.#byteLength) throw this.notExact(value);
    return value;
  }
}
