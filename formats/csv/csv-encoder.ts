import { CairnError, describeValue } from '../../lib/base/errors.ts';
import { compileTimePattern, type TimePattern } from '../text/time-pattern.ts';

/** How CSV is written. Plain data, which travels to workers as it is. */
export interface CsvWriteSettings {
  readonly delimiter: string;
  readonly quote: string;
  readonly escape: string;
  readonly header: boolean;
  /** What is written for null and undefined. */
  readonly nullValue: string;
  /** Quote every field that is not null. */
  readonly quoteAll: boolean;
  /** For dates; ISO 8601 with milliseconds in UTC unless given. */
  readonly timestampFormat: string | undefined;
  /** The names of columns, in order; those of a part's first record unless given. */
  readonly columns: readonly string[] | undefined;
}

export const DEFAULT_CSV_WRITE_SETTINGS: CsvWriteSettings = {
  delimiter: ',',
  quote: '"',
  escape: '"',
  header: true,
  nullValue: '',
  quoteAll: false,
  timestampFormat: undefined,
  columns: undefined,
};

type Row = Readonly<Record<string, unknown>>;

/** Quick to tell that there is none: most texts have one byte a sign. */
const SURROGATE = /[\ud800-\udfff]/;
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Records as lines of CSV, without line ends. What is written reads back as the same texts, with the same settings and,
 * where texts have line ends in them, `multiLine`: a text that looks like the null value is quoted.
 */
export class CsvEncoder {
  readonly #settings: CsvWriteSettings;
  readonly #special: RegExp;
  readonly #pattern: TimePattern | undefined;
  readonly #isGiven: boolean;
  #columns: readonly string[] | undefined;

  constructor(settings: CsvWriteSettings) {
    this.#settings = settings;
    this.#columns = settings.columns;
    this.#isGiven = settings.columns !== undefined;
    this.#pattern = settings.timestampFormat === undefined ? undefined : compileTimePattern(settings.timestampFormat);
    const { delimiter, quote } = settings;
    // Blanks at the ends are kept by quoting them, whatever the reader trims. Of a long delimiter a part is enough: the
    // field may end with it, and the next delimiter would begin too early.
    this.#special = new RegExp(
      `${literal(String.fromCodePoint(delimiter.codePointAt(0) ?? 0))}|${literal(quote)}|[\\r\\n]|^[ \\t#]|[ \\t]$`,
    );
  }

  /** The columns, once there are any. */
  get columns(): readonly string[] | undefined {
    return this.#columns;
  }

  /** The line that names the columns; undefined where none is wanted, or known yet. */
  header(): string | undefined {
    if (!this.#settings.header || this.#columns === undefined) return undefined;
    return this.#columns.map((name) => this.#text(name, 'the header')).join(this.#settings.delimiter);
  }

  /**
   * A record, which must be an object. Raises ROW_NOT_WRITABLE for anything else, for values that are no text, number,
   * bigint, boolean, date or null, and for fields that are no columns, unless the columns were given.
   */
  line(record: unknown): string {
    if (typeof record !== 'object' || record === null || Array.isArray(record)) {
      throw this.#refused(`${describeValue(record)} is no object`, 'map records to plain objects first');
    }
    const row = record as Row;
    this.#columns ??= this.#columnsOf(row);
    const columns = this.#columns;
    if (!this.#isGiven) this.#checkNames(row, columns);
    let line = '';
    for (let i = 0; i < columns.length; i++) {
      const name = columns[i] as string;
      if (i > 0) line += this.#settings.delimiter;
      line += this.#field(Object.hasOwn(row, name) ? row[name] : undefined, name);
    }
    return line;
  }

  #columnsOf(row: Row): readonly string[] {
    const columns = Object.keys(row);
    if (columns.length > 0) return columns;
    throw this.#refused('the first record has no fields', "give the columns with the option 'columns'");
  }

  #checkNames(row: Row, columns: readonly string[]): void {
    const names = Object.keys(row);
    for (let i = 0; i < names.length; i++) {
      if (names[i] === columns[i] || columns.includes(names[i] as string)) continue;
      throw this.#refused(
        `its field ${describeValue(names[i])} is none of the first record's`,
        "give all columns with the option 'columns'",
      );
    }
  }

  #field(value: unknown, name: string): string {
    switch (typeof value) {
      case 'string':
        return this.#text(value, `the field '${name}'`);
      case 'number':
        return this.#plain(Object.is(value, -0) ? '-0' : String(value));
      case 'bigint':
      case 'boolean':
        return this.#plain(String(value));
      case 'undefined':
        return this.#settings.nullValue;
      case 'object':
        if (value === null) return this.#settings.nullValue;
        if (value instanceof Date && !Number.isNaN(value.getTime())) {
          return this.#plain(this.#pattern === undefined ? value.toISOString() : this.#pattern.format(value.getTime()));
        }
    }
    throw this.#refused(
      `its field '${name}' is ${describeValue(value)}`,
      'write JSON, or map such fields to texts first',
    );
  }

  /** What has no signs of its own; a number may be the null value, or hold the delimiter. */
  #plain(text: string): string {
    return this.#text(text, '');
  }

  #text(text: string, where: string): string {
    if (SURROGATE.test(text) && LONE_SURROGATE.test(text)) {
      throw this.#refused(
        `${where} has half a character, which UTF-8 has no bytes for`,
        'write JSON, which escapes it',
      );
    }
    const { quote, escape: escaping, nullValue, quoteAll } = this.#settings;
    if (!quoteAll && text !== '' && text !== nullValue && !this.#special.test(text)) return text;
    if (quote === '') {
      if (text === nullValue || !this.#special.test(text)) return text;
      throw this.#refused(`${where} has signs that must be quoted`, "set the option 'quote'");
    }
    const escaped = escaping === quote || escaping === '' ? text : text.replaceAll(escaping, escaping + escaping);
    return quote + escaped.replaceAll(quote, (escaping === '' ? quote : escaping) + quote) + quote;
  }

  #refused(reason: string, remedy: string): CairnError {
    return new CairnError('ROW_NOT_WRITABLE', { format: 'CSV', reason, remedy });
  }
}

function literal(text: string): string {
  // What matches nowhere, where there is no sign.
  return text === '' ? '[^\\s\\S]' : text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
