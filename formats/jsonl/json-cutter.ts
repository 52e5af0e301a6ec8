/**
 * Finds the records in bytes of JSON that is an array of them, or one after another: brackets and quotes alone are looked
 * at, so that a record is parsed once and a file is never held. What is between brackets need not be JSON: who parses
 * the record finds out.
 */
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;

const OTHER = 0;
const STRING = 1;
const OPEN = 2;
const CLOSE = 3;
/** Blanks, commas. */
const BETWEEN = 4;

const CLASSES = new Uint8Array(256);
for (const byte of [0x20, 0x09, 0x0a, 0x0d, COMMA]) CLASSES[byte] = BETWEEN;
for (const byte of [OPEN_ARRAY, 0x7b]) CLASSES[byte] = OPEN;
for (const byte of [CLOSE_ARRAY, 0x7d]) CLASSES[byte] = CLOSE;
CLASSES[QUOTE] = STRING;

export class JsonCutter {
  /** Where the record that was found begins, and the byte after it. */
  start = 0;
  end = 0;
  /** The first byte that is not taken: a record that is not complete begins there. */
  next = 0;
  #state: 'start' | 'array' | 'values' | 'closed' = 'start';
  /** How far the record that is not complete was looked at, from its first byte, and what was open there. */
  #scanned = 0;
  #depth = 0;
  #isInString = false;

  /** Whether the array that the text is has not been closed. */
  get isOpen(): boolean {
    return this.#state === 'array';
  }

  /** Whether the array has been closed: what is found now does not belong there. */
  get isClosed(): boolean {
    return this.#state === 'closed';
  }

  /** Whether a record was found in `bytes[from] … bytes[to - 1]`. `isEnd`: nothing follows, so that the rest is one. */
  find(bytes: Uint8Array, from: number, to: number, isEnd: boolean): boolean {
    let at = this.#scanned > 0 ? from : this.#between(bytes, from, to);
    if (this.#scanned === 0 && this.#state === 'closed') {
      // Nothing should follow the array: all that does is one record, and no sound one.
      this.next = at;
      return isEnd && at < to && this.#found(at, to);
    }
    const start = at;
    at += this.#scanned;
    while (at < to) {
      const byte = bytes[at] as number;
      if (this.#isInString) {
        if (byte === BACKSLASH) at++;
        else if (byte === QUOTE) this.#isInString = false;
        at++;
        if (!this.#isInString && this.#depth === 0) return this.#found(start, at);
        continue;
      }
      const kind = CLASSES[byte];
      if (kind === STRING) {
        this.#isInString = true;
      } else if (kind === OPEN) {
        this.#depth++;
      } else if (kind === CLOSE) {
        // A bracket that closes nothing is a record for itself, unless it ends a number before it.
        if (this.#depth === 0) return this.#found(start, at > start ? at : at + 1);
        if (--this.#depth === 0) return this.#found(start, at + 1);
      } else if (kind === BETWEEN && this.#depth === 0) {
        // So is a comma where there is no array.
        return this.#found(start, at > start ? at : at + 1);
      }
      at++;
    }
    if (isEnd && start < to) return this.#found(start, to);
    this.next = start;
    // Behind a backslash at the end there is one byte more to pass over.
    this.#scanned = at - start;
    return false;
  }

  #found(start: number, end: number): boolean {
    this.start = start;
    this.end = end;
    this.next = end;
    this.#scanned = 0;
    this.#depth = 0;
    this.#isInString = false;
    return true;
  }

  /** Passes over what is between records; opens and closes the array that the text may be. */
  #between(bytes: Uint8Array, from: number, to: number): number {
    let at = from;
    for (; at < to; at++) {
      const byte = bytes[at] as number;
      if (CLASSES[byte] === BETWEEN && (byte !== COMMA || this.#state === 'array')) continue;
      if (this.#state === 'start') {
        this.#state = byte === OPEN_ARRAY ? 'array' : 'values';
        if (byte === OPEN_ARRAY) continue;
      } else if (this.#state === 'array' && byte === CLOSE_ARRAY) {
        this.#state = 'closed';
        continue;
      }
      break;
    }
    return at;
  }
}

const NINE = 57;
const ZERO = 48;
const MINUS = 45;
/** From here on an integer may be none that a double holds. */
const LONG = 16;

/**
 * Whether bytes may hold an integer of 16 digits or more. A run that long crosses a multiple of 16, so one byte in 16
 * is looked at; digits of fractions, exponents and strings are told by what stands around them.
 */
export function mayHoldLongInteger(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from + LONG - 1; at < to; at += LONG) {
    if (!isDigit(bytes[at] as number)) continue;
    let start = at;
    while (start > from && isDigit(bytes[start - 1] as number)) start--;
    let end = at + 1;
    while (end < to && isDigit(bytes[end] as number)) end++;
    if (end - start < LONG) continue;
    const before = start > from && bytes[start - 1] === MINUS ? start - 2 : start - 1;
    const isStart = before < from || CLASSES[bytes[before] as number] !== OTHER || bytes[before] === 0x3a;
    const isEnd = end === to || CLASSES[bytes[end] as number] !== OTHER;
    if (isStart && isEnd && (before < from || bytes[before] !== QUOTE)) return true;
  }
  return false;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

/** Whether arrays and objects are nested deeper than `most`. */
export function isDeeper(bytes: Uint8Array, from: number, to: number, most: number): boolean {
  // Every level takes two bytes.
  if (to - from < 2 * most) return false;
  let depth = 0;
  for (let at = from; at < to; at++) {
    const kind = CLASSES[bytes[at] as number];
    if (kind === OPEN) {
      if (++depth > most) return true;
    } else if (kind === CLOSE) {
      depth--;
    } else if (kind === STRING) {
      for (at++; at < to && bytes[at] !== QUOTE; at++) if (bytes[at] === BACKSLASH) at++;
    }
  }
  return false;
}
