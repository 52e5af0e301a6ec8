/**
 * The columns of CSV from a sample of its records.
 *
 * What is found does not depend on the order of the records: each field adds what it could be to its column, and the
 * column becomes the narrowest type that holds all of it. Integers with leading zeros stay strings, as codes and
 * telephone numbers lose them otherwise; so do integers beyond 64 bits, integers that no double holds beside numbers with
 * a fraction, and times with digits beyond the millisecond.
 */
import type { TextField } from '../text/text-type.ts';
import type { CsvBatch } from './csv-batch.ts';
import type { CsvValueOptions } from './csv-column-options.ts';
import { columnNames, numberedNames } from './csv-header.ts';
import { type CsvSettings, valueOptionsOf } from './csv-settings.ts';
import type { CsvSource } from './csv-source.ts';
import { ESCAPED, MISSING } from './csv-tokenizer.ts';
import {
  NOT_AN_INTEGER,
  parseBigInt,
  parseBoolean,
  parseDate,
  parseDouble,
  parseInteger,
  parseTimestamp,
  timestampTraits,
} from './csv-values.ts';

/** What CSV files were found to be. */
export interface CsvShape {
  /** A field of each record, in their order in the files. */
  readonly fields: readonly TextField[];
  /** The first line as it stands, where files have one. */
  readonly header: readonly string[] | undefined;
}

const INT32 = 1;
const INT64 = 2;
const BIGINT = 4;
const DOUBLE = 8;
const BOOLEAN = 16;
const DATE = 32;
const LOCAL_TIME = 64;
const ZONED_TIME = 128;
const STRING = 256;
/** An integer beyond what numbers count in ones, as JavaScript writes a double of that size. */
const LARGE = 512;

const BATCH_ROWS = 1024;

/**
 * Reads the header and a sample. `sources` are texts from their beginnings, in order, and are asked for one by one; what
 * comes after the sample is not read. Without a record and a header there are no fields.
 */
export function inferCsv(sources: Iterable<CsvSource>, settings: CsvSettings): CsvShape {
  let header: readonly string[] | undefined;
  let seen: number[] | undefined;
  let left = Math.max(settings.schema === undefined ? settings.sampleRows : 0, 0);
  const values = valueOptionsOf(settings);
  for (const source of sources) {
    if (settings.header) {
      const found = source.readFields();
      if (found === undefined) continue;
      header ??= found;
      seen ??= header.map(() => 0);
    } else if (seen === undefined) {
      // The first record tells how many columns there are: it is read for itself, and counts.
      const found = source.readFields();
      if (found === undefined) continue;
      seen = found.map((text) => (left > 0 ? kindOfText(text, values) : 0));
      left--;
    }
    while (left > 0) {
      const batch = source.next(seen.length, Math.min(left, BATCH_ROWS));
      if (batch === undefined) break;
      for (let i = 0; i < seen.length; i++)
        seen[i] = (seen[i] as number) | kindsOf(batch, i, seen[i] as number, values);
      left -= batch.rowCount;
    }
    if (left <= 0) break;
  }
  if (seen === undefined) return { fields: [], header: undefined };
  const names = header === undefined ? numberedNames(seen.length) : columnNames(header, settings.nullValues);
  return { fields: names.map((name, i) => [name, typeOf(seen[i] as number)] as const), header };
}

function typeOf(kinds: number): 'int32' | 'int64' | 'bigint' | 'double' | 'boolean' | 'date' | 'timestamp' | 'string' {
  const isWithin = (allowed: number): boolean => (kinds & ~allowed) === 0;
  if (kinds === 0) return 'string';
  if (isWithin(INT32)) return 'int32';
  if (isWithin(INT32 | INT64)) return 'int64';
  if (isWithin(INT32 | INT64 | BIGINT | LARGE)) return 'bigint';
  if (isWithin(INT32 | INT64 | LARGE | DOUBLE)) return 'double';
  if (isWithin(BOOLEAN)) return 'boolean';
  if (isWithin(DATE)) return 'date';
  // A date beside times is midnight, as in Spark; times with and without zones are not comparable.
  if (isWithin(DATE | LOCAL_TIME) || isWithin(ZONED_TIME)) return 'timestamp';
  return 'string';
}

/** What the fields of a column could be, on top of what was seen. */
function kindsOf(batch: CsvBatch, index: number, seen: number, values: CsvValueOptions): number {
  const { rowCount, bytes, tokens } = batch;
  const { starts, ends, columns } = tokens;
  let kinds = seen;
  for (let row = 0, slot = index; row < rowCount && (kinds & STRING) === 0; row++, slot += columns) {
    const start = starts[slot] as number;
    const kind = start & 3;
    const from = start >>> 2;
    const to = ends[slot] as number;
    if (kind === MISSING || from === to) continue;
    if (isNull(batch, from, to, values)) continue;
    kinds |= kind === ESCAPED ? STRING : kindOf(bytes, from, to, values, () => batch.textAt(from, to));
  }
  return kinds;
}

function isNull(batch: CsvBatch, from: number, to: number, { nullValues }: CsvValueOptions): boolean {
  if (nullValues.length === 1 && nullValues[0] === '') return false;
  return nullValues.includes(batch.textAt(from, to));
}

function kindOfText(text: string, values: CsvValueOptions): number {
  if (text === '' || values.nullValues.includes(text)) return 0;
  const bytes = new TextEncoder().encode(text);
  return kindOf(bytes, 0, bytes.length, values, () => text);
}

function kindOf(bytes: Uint8Array, from: number, to: number, values: CsvValueOptions, text: () => string): number {
  const { dateFormat, timestampFormat } = values;
  // A pattern says what is meant: `20260131` is a date, then.
  if (dateFormat !== undefined && !Number.isNaN(dateFormat.parse(text()))) return DATE;
  if (timestampFormat !== undefined && !Number.isNaN(timestampFormat.parse(text()))) {
    return timestampFormat.hasZone ? ZONED_TIME : LOCAL_TIME;
  }
  const integer = parseInteger(bytes, from, to);
  if (integer !== NOT_AN_INTEGER) {
    if (hasLeadingZero(bytes, from, to)) return STRING;
    return (integer | 0) === integer ? INT32 : INT64;
  }
  const large = parseBigInt(bytes, from, to);
  if (large !== undefined && large !== 0n) {
    if (hasLeadingZero(bytes, from, to)) return STRING;
    if (Number.isSafeInteger(Number(large))) return INT64;
    const isDouble = String(Number(large)) === String(large);
    if (BigInt.asIntN(64, large) === large) return isDouble ? LARGE : BIGINT;
    return isDouble ? DOUBLE : STRING;
  }
  if (parseDouble(bytes, from, to)) return DOUBLE;
  if (parseBoolean(bytes, from, to) >= 0) return BOOLEAN;
  if (dateFormat === undefined && !Number.isNaN(parseDate(bytes, from, to))) return DATE;
  if (timestampFormat === undefined && !Number.isNaN(parseTimestamp(bytes, from, to))) {
    if (!timestampTraits.isExact) return STRING;
    return timestampTraits.hasZone ? ZONED_TIME : LOCAL_TIME;
  }
  return STRING;
}

const ZERO = 48;
const MINUS = 45;
const PLUS = 43;

function hasLeadingZero(bytes: Uint8Array, from: number, to: number): boolean {
  const first = bytes[from] as number;
  if (first === PLUS) return true;
  const start = first === MINUS ? from + 1 : from;
  return bytes[start] === ZERO && to - start > 1;
}
