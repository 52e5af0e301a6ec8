import { TextDecoder, TextEncoder } from 'node:util';
import { CairnError } from '../../lib/base/errors.ts';
import type { ByteStream } from './byte-stream.ts';

const INPUT_BYTES = 64 * 1024;
/** A byte of input gives three of UTF-8 at the most: half a UTF-16 unit does less. */
const MOST_BYTES = 3;

/** The encodings that text is read from by name; whatever else `TextDecoder` knows goes by its own names. */
const UTF8_LABELS = new Set(['utf-8', 'utf8', 'unicode-1-1-utf-8']);

/** Whether an encoding is UTF-8, or ASCII as a part of it: no decoding stream is needed then. */
export function isUtf8(encoding: string | undefined): boolean {
  return encoding === undefined || UTF8_LABELS.has(encoding.toLowerCase());
}

/** Whether `TextDecoder` knows an encoding. */
export function isKnownEncoding(encoding: string): boolean {
  try {
    return new TextDecoder(encoding).encoding !== '';
  } catch {
    return false;
  }
}

/**
 * Text of another encoding as UTF-8, without its byte-order mark. What is invalid becomes U+FFFD. As the WHATWG has it,
 * `latin1` is windows-1252; `utf-16` is what the mark says, little-endian without one.
 */
export class DecodedStream implements ByteStream {
  readonly #stream: ByteStream;
  readonly #encoding: string;
  readonly #input = new Uint8Array(INPUT_BYTES);
  #decoder: TextDecoder | undefined;
  #piece: Uint8Array = new Uint8Array(0);
  #isEnd = false;

  /** The encoding must be known: see `isKnownEncoding`. */
  constructor(stream: ByteStream, encoding: string) {
    this.#stream = stream;
    this.#encoding = encoding.toLowerCase();
  }

  read(target: Uint8Array): number {
    while (this.#piece.length === 0) {
      if (this.#isEnd) return 0;
      this.#decode();
    }
    const count = Math.min(target.length, this.#piece.length);
    target.set(this.#piece.subarray(0, count));
    this.#piece = this.#piece.subarray(count);
    return count;
  }

  #decode(): void {
    let count = this.#stream.read(this.#input);
    if (count > 0 && this.#decoder === undefined) {
      // A mark has two bytes, and a stream may give one at a time.
      while (count < 2) {
        const more = this.#stream.read(this.#input.subarray(count));
        if (more === 0) break;
        count += more;
      }
      this.#decoder = new TextDecoder(this.#encodingOf(this.#input.subarray(0, count)));
    }
    this.#isEnd = count === 0;
    const text = this.#decoder?.decode(this.#input.subarray(0, count), { stream: !this.#isEnd }) ?? '';
    const bytes = new Uint8Array(text.length * MOST_BYTES);
    this.#piece = bytes.subarray(0, new TextEncoder().encodeInto(text, bytes).written);
  }

  #encodingOf(start: Uint8Array): string {
    if (this.#encoding !== 'utf-16') return this.#encoding;
    return start[0] === 0xfe && start[1] === 0xff ? 'utf-16be' : 'utf-16le';
  }
}

/** Raises TEXT_ENCODING when bytes that are to be UTF-8 begin with the mark of UTF-16. */
export function refuseUtf16(start: Uint8Array, path: string): void {
  const isBig = start[0] === 0xfe && start[1] === 0xff;
  const isLittle = start[0] === 0xff && start[1] === 0xfe;
  if (isBig || isLittle) throw new CairnError('TEXT_ENCODING', { path, found: 'UTF-16', expected: 'UTF-8' });
}
