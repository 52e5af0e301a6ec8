/**
 * A window of bytes over a stream, for parsers that take whole records out of it.
 *
 * The owner takes records from `bytes[from] … bytes[to - 1]`, moves `from` behind them, and calls `fill` when no whole
 * record is left: what is left moves to the front, and more follows. Memory is the longest record and a chunk.
 *
 * Ranges are cut as those of `LineReader`: a range owns the records that begin after its first byte, up to and including
 * one that begins exactly at its end; the first range also owns the one at 0. So a record may be taken while it begins
 * at `lastStart` or before.
 */
import { CairnError } from '../../lib/base/errors.ts';
import type { ByteStream } from './byte-stream.ts';
import { DecodedStream, isUtf8, refuseUtf16 } from './decoded-stream.ts';

const CHUNK_BYTES = 256 * 1024;
/** What finishing the last record reads at a time at first: the bytes belong to another task. */
const TAIL_BYTES = 4 * 1024;
/** Beyond the last byte: parsers put a line end there. */
const SLACK_BYTES = 8;

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

export interface RecordBufferOptions {
  /** Names the text in errors. */
  readonly path: string;
  /** Bytes from the stream's first that are the range; unlimited when absent. */
  readonly length?: number;
  /** The stream begins at the text's first byte: a byte-order mark is dropped. Else the first line is. */
  readonly atStart: boolean;
  /** The longest record, in bytes. */
  readonly maxRecordBytes: number;
  /** What the option is called that limits records. */
  readonly limitName: string;
  /** Whether a lone `\r` ends a line, too. */
  readonly isReturnLineEnd: boolean;
  /** Bytes read at a time, 256 KiB unless said. */
  readonly chunkBytes?: number;
}

/** A range of a text of records. */
export interface RecordRange extends Pick<RecordBufferOptions, 'path' | 'length' | 'atStart'> {
  /** From the first byte of the range on, beyond its end. Compressed content is decompressed by now. */
  readonly stream: ByteStream;
}

/** The records of a range, whatever the text's encoding, limited as the option `maxRecordBytes` says. */
export function openRecords(
  { stream, ...range }: RecordRange,
  { encoding, maxRecordBytes }: { readonly encoding: string; readonly maxRecordBytes: number },
  isReturnLineEnd: boolean,
): RecordBuffer {
  const utf8 = isUtf8(encoding) ? stream : new DecodedStream(stream, encoding);
  return new RecordBuffer(utf8, { ...range, maxRecordBytes, limitName: 'maxRecordBytes', isReturnLineEnd });
}

export class RecordBuffer {
  /** Overwritten by `fill`. */
  bytes: Buffer;
  /** The first byte that no one has taken. */
  from = 0;
  to = 0;
  /** Nothing follows `to`. */
  isEnd = false;
  readonly #stream: ByteStream;
  readonly #options: RecordBufferOptions;
  readonly #chunkBytes: number;
  /** Offset in the stream of `bytes[0]`. */
  #base = 0;
  #tailBytes: number;
  #state: 'start' | 'skipping' | 'records';

  /** `stream` begins at the first byte of the range and goes on beyond its end. */
  constructor(stream: ByteStream, options: RecordBufferOptions) {
    this.#stream = stream;
    this.#options = options;
    // At least what a byte-order mark, and a line end of two bytes, take.
    this.#chunkBytes = Math.max(4, Math.min(options.chunkBytes ?? CHUNK_BYTES, options.maxRecordBytes));
    this.#tailBytes = Math.min(TAIL_BYTES, this.#chunkBytes);
    this.#state = options.atStart ? 'start' : 'skipping';
    this.bytes = Buffer.allocUnsafeSlow(this.#chunkBytes + SLACK_BYTES);
  }

  /** Where in `bytes` the last record of the range may begin. */
  get lastStart(): number {
    const { length } = this.#options;
    return length === undefined ? Number.MAX_SAFE_INTEGER : length - this.#base;
  }

  /** Where in the stream `bytes[at]` is. */
  offsetOf(at: number): number {
    return this.#base + at;
  }

  /** Whether there is no record of the range any more. */
  get isDone(): boolean {
    if (this.#state !== 'records') return false;
    return this.from > this.lastStart || (this.isEnd && this.from >= this.to);
  }

  /**
   * Reads more. Raises LIMIT_EXCEEDED when what is there is as long as a record may be, and TEXT_ENCODING for a text that
   * begins as UTF-16 does.
   */
  fill(): void {
    this.#compact();
    this.#read();
    if (this.#state === 'start') {
      while (this.to < 3 && !this.isEnd) this.#read();
      this.#state = 'records';
      refuseUtf16(this.bytes.subarray(0, this.to), this.#options.path);
      const { bytes } = this;
      if (this.to >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) this.from = 3;
    }
    while (this.#state === 'skipping') this.#skipLine();
  }

  #compact(): void {
    const left = this.to - this.from;
    if (left >= this.#options.maxRecordBytes) throw this.#tooLong(left);
    const { bytes } = this;
    if (left + this.#chunkBytes + SLACK_BYTES > bytes.length) {
      this.bytes = Buffer.allocUnsafeSlow(Math.max(left * 2, left + this.#chunkBytes) + SLACK_BYTES);
    }
    bytes.copy(this.bytes, 0, this.from, this.to);
    this.#base += this.from;
    this.from = 0;
    this.to = left;
  }

  /**
   * Fills the buffer, beyond the end of the range a little of it: streams may give a byte at a time, and a record that is
   * looked at anew after each would cost the square of its length.
   */
  #read(): void {
    const { length = Number.POSITIVE_INFINITY } = this.#options;
    const room = this.bytes.length - SLACK_BYTES - this.to;
    const left = length - (this.#base + this.to);
    let wanted = Math.min(room, left);
    if (left <= 0) {
      wanted = Math.min(room, Math.max(this.#tailBytes, this.to));
      this.#tailBytes = Math.min(this.#tailBytes * 4, this.#chunkBytes);
    }
    for (const end = this.to + wanted; this.to < end && !this.isEnd; ) {
      const count = this.#stream.read(this.bytes.subarray(this.to, end));
      this.to += count;
      if (count === 0) this.isEnd = true;
    }
  }

  /** Drops bytes up to the first line end: the rest of a record that belongs to someone else. */
  #skipLine(): void {
    const { bytes, to } = this;
    const end = this.#lineEnd();
    if (end < 0) {
      this.from = to;
    } else if (bytes[end] === LINE_FEED) {
      this.from = end + 1;
      this.#state = 'records';
      return;
    } else if (end + 1 < to) {
      this.from = bytes[end + 1] === LINE_FEED ? end + 2 : end + 1;
      this.#state = 'records';
      return;
    } else {
      // Whether the line end has another byte is told by the next one.
      this.from = end;
    }
    if (this.isEnd) {
      this.from = to;
      this.#state = 'records';
      return;
    }
    this.#compact();
    this.#read();
  }

  #lineEnd(): number {
    const window = this.bytes.subarray(0, this.to);
    const feed = window.indexOf(LINE_FEED, this.from);
    if (!this.#options.isReturnLineEnd) return feed;
    const back = (feed < 0 ? window : window.subarray(0, feed)).indexOf(CARRIAGE_RETURN, this.from);
    return back < 0 ? feed : back;
  }

  #tooLong(found: number): CairnError {
    const { path, maxRecordBytes, limitName } = this.#options;
    return new CairnError('LIMIT_EXCEEDED', {
      what: `the length in bytes of a record of ${path}`,
      found: `at least ${found}`,
      limit: maxRecordBytes,
      remedy: `check that the file is what it is read as; otherwise raise '${limitName}'`,
    });
  }
}
