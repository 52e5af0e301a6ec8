/**
 * Cuts text that arrives in chunks of bytes into lines.
 *
 * A line ends with `\n`, `\r\n` or a lone `\r`, as Hadoop's `LineReader` has it; what follows the last terminator is a
 * line when it is not empty. Text is UTF-8, and invalid bytes become U+FFFD: terminators are ASCII, so a chunk may
 * end anywhere without changing what is decoded.
 */
import { CairnError } from '../../lib/base/errors.ts';
import { cutLines, decodeText } from './cut-lines.ts';

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** The longest line unless said otherwise, in bytes. */
export const DEFAULT_MAX_LINE_BYTES = 64 * 1024 * 1024;

export class LineCutter {
  readonly #path: string;
  readonly #maxLineBytes: number;
  /** The beginning of a line whose end has not come yet: the first `#carried` bytes. */
  #carry = Buffer.alloc(0);
  #carried = 0;
  #afterReturn = false;
  #skipping: boolean;

  /**
   * `path` names the text in errors. `skipFirst` drops everything up to the first terminator: the rest of a line that
   * belongs to someone else.
   */
  constructor(path: string, maxLineBytes = DEFAULT_MAX_LINE_BYTES, skipFirst = false) {
    this.#path = path;
    this.#maxLineBytes = maxLineBytes;
    this.#skipping = skipFirst;
  }

  /** No terminator has been seen yet by a cutter that skips its first line. */
  get skipping(): boolean {
    return this.#skipping;
  }

  /**
   * Appends the lines that end in `chunk`, which is not kept. Raises LIMIT_EXCEEDED when a line that began in an
   * earlier chunk grows beyond the limit.
   */
  push(chunk: Uint8Array, lines: string[]): void {
    if (chunk.length === 0) return;
    const bytes = asBuffer(chunk);
    let from = 0;
    if (this.#afterReturn) {
      this.#afterReturn = false;
      if (bytes[0] === LINE_FEED) from = 1;
    }
    if (this.#skipping) {
      const end = nextTerminator(bytes, from);
      if (end < 0) return;
      this.#skipping = false;
      from = afterTerminator(bytes, end);
    }
    const end = Math.max(bytes.lastIndexOf(LINE_FEED), bytes.lastIndexOf(CARRIAGE_RETURN));
    if (end >= 0) this.#afterReturn = end === bytes.length - 1 && bytes[end] === CARRIAGE_RETURN;
    if (end < from) {
      this.#keep(bytes.subarray(from));
      return;
    }
    if (this.#carried > 0) {
      const first = nextTerminator(bytes, from);
      this.#keep(bytes.subarray(from, first));
      lines.push(decodeText(this.#carry.subarray(0, this.#carried)));
      this.#carried = 0;
      from = afterTerminator(bytes, first);
    }
    if (from <= end) cutLines(bytes.subarray(from, end + 1), lines);
    if (end + 1 < bytes.length) this.#keep(bytes.subarray(end + 1));
  }

  /** Appends the last line when no terminator follows it. */
  finish(lines: string[]): void {
    if (this.#carried > 0) lines.push(decodeText(this.#carry.subarray(0, this.#carried)));
    this.#carried = 0;
    this.#carry = Buffer.alloc(0);
    this.#afterReturn = false;
  }

  #keep(bytes: Buffer): void {
    const needed = this.#carried + bytes.length;
    if (needed > this.#maxLineBytes) {
      throw new CairnError('LIMIT_EXCEEDED', {
        what: `the length in bytes of a line of ${this.#path}`,
        found: `at least ${needed}`,
        limit: this.#maxLineBytes,
        remedy: "check that the file is text; otherwise raise 'maxLineBytes'",
      });
    }
    if (needed > this.#carry.length) {
      const grown = Buffer.allocUnsafe(Math.min(Math.max(needed, this.#carry.length * 2, 256), this.#maxLineBytes));
      this.#carry.copy(grown, 0, 0, this.#carried);
      this.#carry = grown;
    }
    bytes.copy(this.#carry, this.#carried);
    this.#carried = needed;
  }
}

/** Index of the first `\n` or `\r` at or after `from`, or -1. */
export function nextTerminator(bytes: Uint8Array, from: number): number {
  const feed = bytes.indexOf(LINE_FEED, from);
  // Looks for \r only before the \n that was found: a chunk without \r would otherwise be searched whole each time.
  const back = (feed < 0 ? bytes : bytes.subarray(0, feed)).indexOf(CARRIAGE_RETURN, from);
  return back < 0 ? feed : back;
}

function afterTerminator(bytes: Uint8Array, at: number): number {
  return bytes[at] === CARRIAGE_RETURN && bytes[at + 1] === LINE_FEED ? at + 2 : at + 1;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
