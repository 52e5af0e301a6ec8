/**
 * The lines of a byte range of a text.
 *
 * Ranges are cut without looking at the text, so a range owns the lines that begin after its first byte, up to and
 * including one that begins exactly at its end; the first range also owns the line at 0. A reader skips to the first
 * terminator, and finishes its last line beyond the end of its range: every line is read once, whatever the cuts.
 * This is what Hadoop's `LineRecordReader` does, down to `\r\n` with the cut between its bytes.
 */
import type { ByteStream } from './byte-stream.ts';
import { DEFAULT_MAX_LINE_BYTES, LineCutter, nextTerminator } from './line-cutter.ts';

const CHUNK_BYTES = 256 * 1024;

/** What finishing the last line reads at a time at first: most lines are short, and the bytes belong to another task. */
const TAIL_BYTES = 4 * 1024;

export interface LineReaderOptions {
  /** Names the text in errors. */
  readonly path: string;
  /** Bytes from the stream's first that are the range; unlimited when absent. */
  readonly length?: number;
  /** The stream begins at the text's first byte: nothing is skipped, and a byte-order mark is dropped. */
  readonly atStart: boolean;
  /** The longest line, in bytes, 64 MiB unless said. A longer one raises LIMIT_EXCEEDED. */
  readonly maxLineBytes?: number;
  /** Bytes read at a time, 256 KiB unless said. */
  readonly chunkBytes?: number;
}

/** Reads the lines of a range, some thousand at a time, in memory bounded by the chunk and the longest line. */
export class LineReader {
  readonly #stream: ByteStream;
  readonly #cutter: LineCutter;
  readonly #chunk: Uint8Array;
  #left: number;
  #bytesRead = 0;
  #state: 'start' | 'range' | 'done';

  /** `stream` begins at the first byte of the range and goes on beyond its end. */
  constructor(stream: ByteStream, options: LineReaderOptions) {
    const maxLineBytes = options.maxLineBytes ?? DEFAULT_MAX_LINE_BYTES;
    this.#stream = stream;
    this.#left = options.length ?? Number.POSITIVE_INFINITY;
    this.#cutter = new LineCutter(options.path, maxLineBytes, !options.atStart);
    // A line within one chunk is not measured, so a chunk is never longer than the longest line.
    this.#chunk = new Uint8Array(Math.max(1, Math.min(options.chunkBytes ?? CHUNK_BYTES, maxLineBytes)));
    this.#state = options.atStart ? 'start' : 'range';
  }

  /** Bytes taken from the stream so far. */
  get bytesRead(): number {
    return this.#bytesRead;
  }

  /**
   * The next lines as an array of the caller's own; empty when the chunk held no end of a line, undefined at the end
   * of the range.
   */
  next(): string[] | undefined {
    if (this.#state === 'done') return undefined;
    const lines: string[] = [];
    if (this.#state === 'start') {
      this.#state = 'range';
      this.#readStart(lines);
    } else if (this.#left > 0) {
      this.#readRange(lines);
    } else {
      this.#state = 'done';
      if (!this.#cutter.skipping) this.#readTail(lines);
    }
    return lines;
  }

  /** The first bytes of the text, which may be a byte-order mark. */
  #readStart(lines: string[]): void {
    const start = new Uint8Array(3);
    let count = 0;
    while (count < 3) {
      const got = this.#read(start.subarray(count));
      if (got === 0) break;
      count += got;
    }
    const isMark = count === 3 && start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf;
    const own = start.subarray(isMark ? 3 : 0, isMark ? 3 : Math.min(count, this.#left));
    this.#cutter.push(own, lines);
    // A range shorter than three bytes has been read past its end: the rest is its tail.
    const beyond = isMark ? start.subarray(3) : start.subarray(own.length, count);
    this.#left = Math.max(0, this.#left - count);
    if (this.#left === 0) {
      this.#state = 'done';
      if (!this.#pushTail(beyond, lines)) this.#readTail(lines);
    }
  }

  #readRange(lines: string[]): void {
    const target = this.#left < this.#chunk.length ? this.#chunk.subarray(0, this.#left) : this.#chunk;
    const count = this.#read(target);
    if (count === 0) {
      this.#state = 'done';
      this.#cutter.finish(lines);
      return;
    }
    this.#left -= count;
    this.#cutter.push(target.subarray(0, count), lines);
  }

  /** The rest of the line that the range ends in, or the line that begins at its end. */
  #readTail(lines: string[]): void {
    for (let size = Math.min(TAIL_BYTES, this.#chunk.length); ; size = Math.min(size * 4, this.#chunk.length)) {
      const target = this.#chunk.subarray(0, size);
      const count = this.#read(target);
      if (count === 0) {
        this.#cutter.finish(lines);
        return;
      }
      if (this.#pushTail(target.subarray(0, count), lines)) return;
    }
  }

  /** Takes bytes beyond the range up to the first terminator; true when the range is complete. */
  #pushTail(bytes: Uint8Array, lines: string[]): boolean {
    if (bytes.length === 0) return false;
    // Where the range ends between \r and \n, the \n is all there is to take: the line after it begins past the end.
    const end = nextTerminator(bytes, 0);
    this.#cutter.push(end < 0 ? bytes : bytes.subarray(0, end + 1), lines);
    return end >= 0;
  }

  #read(target: Uint8Array): number {
    const count = this.#stream.read(target);
    this.#bytesRead += count;
    return count;
  }
}
