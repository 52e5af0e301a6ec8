import { isAscii } from 'node:buffer';
import { CairnError } from '../../lib/base/errors.ts';
import { openRecords, type RecordBuffer, type RecordRange } from '../text/record-buffer.ts';
import { isDeeper, JsonCutter, mayHoldLongInteger } from './json-cutter.ts';
import type { JsonSettings } from './json-settings.ts';
import { NOT_JSON, parseExact } from './parse-exact.ts';

const LINE_FEED = 10;

/** What stands for a record that is no JSON. */
export class NoJson {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/** The records of a range, parsed one by one. */
export class JsonSource {
  readonly #buffer: RecordBuffer;
  readonly #settings: JsonSettings;
  readonly #path: string;
  readonly #cutter: JsonCutter | undefined;
  #start = 0;
  #end = 0;
  #offset = 0;
  /** Up to where the bytes of the buffer are known to be ASCII. */
  #isAscii = false;
  #saidOpen = false;

  constructor(range: RecordRange, settings: JsonSettings) {
    this.#settings = settings;
    this.#path = range.path;
    this.#cutter = settings.multiLine ? new JsonCutter() : undefined;
    this.#buffer = openRecords(range, settings, false);
  }

  /** Where the last record begins, from the first byte of the range. */
  get offset(): number {
    return this.#offset;
  }

  /** The last record as it stands. */
  get text(): string {
    return this.#buffer.bytes.toString('utf8', this.#start, this.#end);
  }

  /**
   * The next record as `JSON.parse` gives it, with bigints for integers that no number holds; a `NoJson` for one that is
   * none; undefined at the end. Raises LIMIT_EXCEEDED for one that is longer or deeper than may be.
   */
  next(): unknown {
    const buffer = this.#buffer;
    for (;;) {
      if (this.#find()) {
        this.#offset = buffer.offsetOf(this.#start);
        return this.#parse();
      }
      if (buffer.isDone) return this.#atEnd();
      buffer.fill();
      this.#isAscii = isAscii(buffer.bytes.subarray(buffer.from, buffer.to));
    }
  }

  /** Where the array that the text is has no end, the text was cut: that must not pass for all there is. */
  #atEnd(): unknown {
    if (this.#cutter?.isOpen !== true || this.#saidOpen) return undefined;
    this.#saidOpen = true;
    this.#start = this.#end = this.#buffer.to;
    this.#offset = this.#buffer.offsetOf(this.#start);
    return new NoJson('the array has no end');
  }

  #find(): boolean {
    const buffer = this.#buffer;
    if (this.#cutter !== undefined) {
      const isFound = this.#cutter.find(buffer.bytes, buffer.from, buffer.to, buffer.isEnd);
      buffer.from = this.#cutter.next;
      this.#start = this.#cutter.start;
      this.#end = this.#cutter.end;
      return isFound;
    }
    while (!buffer.isDone) {
      const { bytes, from, to, isEnd } = buffer;
      const feed = bytes.indexOf(LINE_FEED, from);
      const isLine = feed >= 0 && feed < to;
      if (!isLine && !isEnd) return false;
      const end = isLine ? feed : to;
      buffer.from = isLine ? feed + 1 : to;
      if (isBlank(bytes, from, end)) continue;
      this.#start = from;
      this.#end = end;
      return true;
    }
    return false;
  }

  #parse(): unknown {
    if (this.#cutter?.isClosed === true) return new NoJson('something follows the end of the array');
    const { bytes } = this.#buffer;
    const { maxDepth } = this.#settings;
    if (isDeeper(bytes, this.#start, this.#end, maxDepth)) {
      throw new CairnError('LIMIT_EXCEEDED', {
        what: `the depth of a record of ${this.#path} at byte ${this.#offset}`,
        found: `over ${maxDepth}`,
        limit: maxDepth,
        remedy: "check that the file is what it should be; otherwise raise 'maxDepth'",
      });
    }
    const text = bytes.toString(this.#isAscii ? 'latin1' : 'utf8', this.#start, this.#end);
    if (mayHoldLongInteger(bytes, this.#start, this.#end)) {
      const value = parseExact(text);
      if (value !== NOT_JSON) return value;
    }
    try {
      return JSON.parse(text);
    } catch (error) {
      return new NoJson(error instanceof Error ? error.message : 'no JSON');
    }
  }
}

function isBlank(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x0d && byte !== 0x09) return false;
  }
  return true;
}
