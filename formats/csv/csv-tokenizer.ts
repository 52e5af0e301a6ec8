/**
 * Finds the records and fields in bytes of CSV: offsets only, no values.
 *
 * A field lies in a slot: `starts[slot] >> 2` is its first byte, `ends[slot]` the byte after its last one, without the
 * quotes, and `starts[slot] & 3` says what it is. Slots of record r begin at `r * columns`; fields a record lacks are
 * MISSING, those it has too many are counted and not kept. Columns are then parsed one after another, each in a loop of
 * its own (csv-columns.ts): the same type, the same branch, no value made that is not asked for.
 *
 * When changing this: a chunk may end anywhere, `\r\n` and escapes included. A record is given only once nothing that
 * follows could change it.
 */
import { CairnError } from '../../lib/base/errors.ts';
import type { CsvDialect } from './csv-dialect.ts';

/** A field as it stands. */
export const PLAIN = 0;
/** A field that was quoted. */
export const QUOTED = 1;
/** A field that was quoted and has escapes: see `unescapeField`. */
export const ESCAPED = 2;
/** The record ends before this field. */
export const MISSING = 3;

/** Instead of a record's number of fields, where a quote is not closed. */
export const UNCLOSED = -1;

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const TAB = 9;

const OTHER = 0;
const DELIMITER = 1;
const LINE_END = 2;
const QUOTE = 3;
const ESCAPE = 4;

export class CsvTokenizer {
  readonly columns: number;
  readonly maxRows: number;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Per record: its first byte, the byte after its last (without the line end), its number of fields or UNCLOSED. */
  readonly rowStarts: Int32Array;
  readonly rowEnds: Int32Array;
  readonly counts: Int32Array;
  /** Where the next record begins, after `tokenize`. */
  next = 0;
  readonly #dialect: CsvDialect;
  readonly #plainClasses = new Uint8Array(256);
  readonly #quotedClasses = new Uint8Array(256);
  readonly #maxFields: number;
  readonly #path: string;

  /**
   * Keeps up to `columns` fields a record, and `maxRows` records a call. A record of more than `maxFields` fields raises
   * LIMIT_EXCEEDED.
   */
  constructor(dialect: CsvDialect, columns: number, maxRows: number, maxFields: number, path: string) {
    this.#dialect = dialect;
    this.columns = columns;
    this.maxRows = maxRows;
    this.#maxFields = maxFields;
    this.#path = path;
    this.starts = new Int32Array(columns * maxRows);
    this.ends = new Int32Array(columns * maxRows);
    this.rowStarts = new Int32Array(maxRows);
    this.rowEnds = new Int32Array(maxRows);
    this.counts = new Int32Array(maxRows);
    for (const classes of [this.#plainClasses, this.#quotedClasses]) {
      classes[LINE_FEED] = LINE_END;
      classes[CARRIAGE_RETURN] = LINE_END;
    }
    this.#plainClasses[dialect.delimiter[0] as number] = DELIMITER;
    if (dialect.escape >= 0) this.#quotedClasses[dialect.escape] = ESCAPE;
    if (dialect.quote >= 0) this.#quotedClasses[dialect.quote] = QUOTE;
  }

  /**
   * Takes records from `bytes[from] … bytes[to - 1]` and gives their number; `next` is the first byte not taken.
   * `bytes[to]` must exist, and is overwritten. Records that begin after `lastStart` are left. `isEnd`: nothing follows
   * the bytes, so that the last record needs no line end.
   */
  tokenize(bytes: Uint8Array, from: number, to: number, isEnd: boolean, lastStart: number): number {
    const { columns, maxRows, starts, ends, rowStarts, rowEnds, counts } = this;
    const plain = this.#plainClasses;
    const { delimiter, quote, comment, trimsLeft, trimsRight } = this.#dialect;
    const delimiterLength = delimiter.length;
    const maxFields = this.#maxFields;
    // A line end behind the last byte ends every search there.
    bytes[to] = LINE_FEED;
    let row = 0;
    let begin = from;
    records: while (row < maxRows && begin < to && begin <= lastStart) {
      const first = bytes[begin] as number;
      if (first === comment) {
        const after = endOfLine(bytes, begin, to, isEnd);
        if (after < 0) break;
        begin = after;
        continue;
      }
      const firstSlot = row * columns;
      let count = 0;
      let isUnclosed = false;
      let at = begin;
      let end = 0;
      for (;;) {
        let start = at;
        if (trimsLeft) while (isBlank(bytes[start] as number) && plain[bytes[start] as number] === OTHER) start++;
        let kind = PLAIN;
        let stop = start;
        // The class of the byte that ends the field.
        let found = OTHER;
        if (bytes[start] === quote) {
          const close = this.#closingQuote(bytes, start + 1, to, isEnd);
          if (close === INCOMPLETE) break records;
          if (close < 0) {
            // Not closed: the field is what stands there, up to the end of the line or of the text.
            stop = at = ~close;
            isUnclosed = true;
          } else {
            at = close + 1;
            if (trimsRight) while (isBlank(bytes[at] as number) && plain[bytes[at] as number] === OTHER) at++;
            if (plain[bytes[at] as number] === LINE_END || isAt(bytes, at, delimiter)) {
              kind = this.#hasEscapes ? ESCAPED : QUOTED;
              start++;
              stop = close;
            } else {
              // Text behind the closing quote: the field as it stands, quotes included, as Spark's parser has it.
              at = this.#endOfPlain(bytes, at);
              stop = at;
            }
          }
          found = plain[bytes[at] as number] as number;
        } else {
          // Plain form of what follows: `at = this.#endOfPlain(bytes, start)`. Most bytes of most files are seen here.
          at = start;
          for (;;) {
            found = plain[bytes[at] as number] as number;
            while (found === OTHER) found = plain[bytes[++at] as number] as number;
            if (delimiterLength === 1 || found === LINE_END || isAt(bytes, at, delimiter)) break;
            at++;
          }
          stop = at;
          if (trimsRight) while (stop > start && isBlank(bytes[stop - 1] as number)) stop--;
        }
        if (count < columns) {
          starts[firstSlot + count] = (start << 2) | kind;
          ends[firstSlot + count] = stop;
        }
        count++;
        if (found === LINE_END) break;
        if (count > maxFields) throw this.#tooManyFields();
        at += delimiterLength;
      }
      end = at;
      if (at === to) {
        if (!isEnd) break;
      } else if (bytes[at] === CARRIAGE_RETURN) {
        if (at + 1 === to && !isEnd) break;
        at += at + 1 < to && bytes[at + 1] === LINE_FEED ? 2 : 1;
      } else {
        at++;
      }
      const recordStart = begin;
      begin = at;
      // Of one column, an empty line is a record: there is no other way to write that nothing is there.
      if (count === 1 && columns > 1 && !isUnclosed && isBlankLine(bytes, recordStart, end)) continue;
      for (let i = count; i < columns; i++) starts[firstSlot + i] = MISSING;
      rowStarts[row] = recordStart;
      rowEnds[row] = end;
      counts[row] = isUnclosed ? UNCLOSED : count;
      row++;
    }
    this.next = begin;
    return row;
  }

  /** Whether the field that `#closingQuote` went through has escapes. */
  #hasEscapes = false;

  /**
   * Where a quoted field closes, from its first byte; `~offset` of the line end that it runs into, or INCOMPLETE where
   * that cannot be told yet.
   */
  #closingQuote(bytes: Uint8Array, from: number, to: number, isEnd: boolean): number {
    const classes = this.#quotedClasses;
    const { quote, escape: escaping, multiLine } = this.#dialect;
    this.#hasEscapes = false;
    for (let at = from; ; ) {
      while (classes[bytes[at] as number] === OTHER) at++;
      const found = classes[bytes[at] as number];
      if (found === LINE_END) {
        if (at >= to) return isEnd ? ~to : INCOMPLETE;
        if (!multiLine) return ~at;
        at++;
      } else if (found === QUOTE) {
        if (at + 1 >= to && !isEnd) return INCOMPLETE;
        if (escaping !== quote || at + 1 >= to || bytes[at + 1] !== quote) return at;
        this.#hasEscapes = true;
        at += 2;
      } else {
        if (at + 1 >= to && !isEnd) return INCOMPLETE;
        this.#hasEscapes = true;
        // A line end is one even behind an escape, unless lines may go on.
        at += at + 1 < to && (multiLine || classes[bytes[at + 1] as number] !== LINE_END) ? 2 : 1;
      }
    }
  }

  #endOfPlain(bytes: Uint8Array, from: number): number {
    const plain = this.#plainClasses;
    for (let at = from; ; at++) {
      while (plain[bytes[at] as number] === OTHER) at++;
      if (plain[bytes[at] as number] === LINE_END || isAt(bytes, at, this.#dialect.delimiter)) return at;
    }
  }

  #tooManyFields(): CairnError {
    return new CairnError('LIMIT_EXCEEDED', {
      what: `the number of fields of a record of ${this.#path}`,
      found: `more than ${this.#maxFields}`,
      limit: this.#maxFields,
      remedy: "check the delimiter and that the file is CSV; otherwise raise 'maxColumns'",
    });
  }
}

/** No offset and no complement of one: buffers end before 2^29. */
const INCOMPLETE = -(2 ** 30);

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}

function isBlankLine(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (bytes[i] !== SPACE) return false;
  return true;
}

/** The line end behind the last byte is none of a delimiter's: none has line ends. */
function isAt(bytes: Uint8Array, at: number, delimiter: Uint8Array): boolean {
  for (let i = 0; i < delimiter.length; i++) if (bytes[at + i] !== delimiter[i]) return false;
  return true;
}

/** The first byte after the line of `from`, or -1 where the line does not end here. */
function endOfLine(bytes: Uint8Array, from: number, to: number, isEnd: boolean): number {
  for (let at = from; at < to; at++) {
    if (bytes[at] === LINE_FEED) return at + 1;
    if (bytes[at] !== CARRIAGE_RETURN) continue;
    if (at + 1 === to && !isEnd) return -1;
    return at + 1 < to && bytes[at + 1] === LINE_FEED ? at + 2 : at + 1;
  }
  return isEnd ? to : -1;
}
