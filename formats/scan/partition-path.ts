/**
 * Partition directories, as Hive names them: `year=2001/month=6/part-0.parquet` holds rows of that year and month, and
 * no columns of these names. Pure: names in, columns and values out.
 *
 * Types are inferred from all values of a name: int32, int64, float64, date, timestamp, string. As Spark infers them, but
 * that nothing is lost: a column is one of numbers where each of them prints as its directory says, and one of times where
 * no two texts are the same time. `007` and `1.50` are text. Names and values are percent-decoded;
 * `__HIVE_DEFAULT_PARTITION__` is a missing value.
 */
import { CairnError, describeValue } from '../../lib/base/errors.ts';
import { type DataType, type Field, field, formatType } from '../schema/data-type.ts';
import { missingVector } from '../schema/take-rows.ts';
import type { Vector } from '../schema/vector.ts';
import { placeLiteral } from './bind-literal.ts';
import { columnNotFound } from './bind-predicate.ts';
import type { OrderedValue } from './value-set.ts';

/** A name and its value as text; null where it is missing. */
export type PartitionEntry = readonly [name: string, text: string | null];

const MISSING = '__HIVE_DEFAULT_PARTITION__';

/** What the directories on the way to a file say, from the outermost on; names without `=` say nothing. */
export function parsePartitions(directories: readonly string[]): readonly PartitionEntry[] {
  return directories.flatMap((name): PartitionEntry[] => {
    const at = name.indexOf('=');
    if (at <= 0) return [];
    const text = decode(name.slice(at + 1));
    return [[decode(name.slice(0, at)), text === MISSING ? null : text]];
  });
}

/** Percent signs that begin no escape are themselves. */
function decode(text: string): string {
  const bytes = text.replace(/(?:%[\da-f]{2})+/gi, (escaped) =>
    Buffer.from(escaped.replaceAll('%', ''), 'hex').toString('utf8'),
  );
  return bytes;
}

/**
 * The columns that the directories of all files make, of the types that are given, or else inferred. Raises
 * `PARTITIONS_DIFFER` unless all files have the same names in the same order; `COLUMN_NOT_FOUND` for a type of a column
 * that there is not, with `source` as the name of it all; `VALUE_NOT_EXACT` for a directory that is none of its type.
 */
export function partitionFields(
  files: readonly { readonly path: string; readonly entries: readonly PartitionEntry[] }[],
  given: readonly Field[] = [],
  source = '',
): readonly Field[] {
  const [first] = files;
  if (first === undefined) return [];
  const names = first.entries.map(([name]) => name);
  for (const { path, entries } of files) {
    const isSame = entries.length === names.length && entries.every(([name], i) => name === names[i]);
    if (isSame && new Set(names).size === names.length) continue;
    throw new CairnError('PARTITIONS_DIFFER', {
      path: first.path,
      expected: names.join(', ') || 'none',
      other: path,
      found: entries.map(([name]) => name).join(', ') || 'none',
    });
  }
  for (const { name } of given) {
    if (!names.includes(name)) throw columnNotFound({ fields: names.map((each) => field(each, STRING)) }, name, source);
  }
  return names.map((name, i) => {
    const texts = new Set(files.flatMap(({ entries }) => entries[i]?.[1] ?? []));
    const known = given.find((each) => each.name === name);
    if (known === undefined) return field(name, inferType([...texts]));
    for (const text of texts) if (!isOfType(text, known.type)) throw notOfType(known, text);
    return field(name, known.type);
  });
}

/** Whether a column of directories can be of a type that is given. */
export function isPartitionType(type: DataType): boolean {
  switch (type.kind) {
    case 'int':
      return type.signed && type.bits >= 32;
    case 'float':
      return type.bits === 64;
    case 'string':
    case 'date':
    case 'timestamp':
      return true;
    default:
      return false;
  }
}

function isOfType(text: string, type: DataType): boolean {
  if (type.kind === 'int') return isInteger(text, type.bits);
  if (type.kind === 'float') return isDouble(text) || NO_NUMBERS.has(text);
  return type.kind === 'string' || isExact(type, text);
}

function notOfType({ name, type }: Field, text: string): CairnError {
  return new CairnError('VALUE_NOT_EXACT', {
    column: name,
    value: describeValue(text),
    target: formatType(type),
    remedy: "its directories have other values: give the column another type with 'partitionTypes', or none",
  });
}

const INT32: DataType = { kind: 'int', bits: 32, signed: true };
const INT64: DataType = { kind: 'int', bits: 64, signed: true };
const FLOAT64: DataType = { kind: 'float', bits: 64 };
const DATE: DataType = { kind: 'date' };
const TIMESTAMP: DataType = { kind: 'timestamp', unit: 'micros', withZone: true };
const STRING: DataType = { kind: 'string' };
const NO_NUMBERS: ReadonlySet<string> = new Set(['NaN', 'Infinity', '-Infinity']);

const DAY = /^\d{4}-\d\d-\d\d$/;
/** A zone but UTC would be lost. */
const DAY_OR_TIME = /^\d{4}-\d\d-\d\d([ T][\d:.]+Z?)?$/;

/** `texts` has each text once. */
function inferType(texts: readonly string[]): DataType {
  if (texts.length === 0) return STRING;
  const isAll = (test: (text: string) => boolean): boolean => texts.every(test);
  const isInt = (bits: number) => (text: string) => isInteger(text, bits) && String(BigInt(text)) === text;
  if (isAll(isInt(32))) return INT32;
  if (isAll(isInt(64))) return INT64;
  if (isAll((text) => isDouble(text) && String(Number(text)) === text)) return FLOAT64;
  if (isAll((text) => DAY.test(text) && isExact(DATE, text))) return DATE;
  if (isAll((text) => DAY_OR_TIME.test(text) && isExact(TIMESTAMP, text))) {
    // Written as days at midnight, and otherwise as times; the same time written twice is text.
    const times = new Set(texts.map((text) => partitionValue(TIMESTAMP, text)));
    if (times.size === texts.length) return TIMESTAMP;
  }
  return STRING;
}

/** Whether a text is a value of the type, of dates and times, and not between two of them. */
function isExact(type: DataType, text: string): boolean {
  const place = placeLiteral(type, text);
  return place?.from !== undefined && place.from !== place.to;
}

function isInteger(text: string, bits: number): boolean {
  return /^-?\d{1,19}$/.test(text) && BigInt.asIntN(bits, BigInt(text)) === BigInt(text);
}

/** Whole numbers beyond 2^53 are no doubles: they would come out as others. */
function isDouble(text: string): boolean {
  if (!/^-?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i.test(text)) return false;
  const value = Number(text);
  return Number.isFinite(value) && (!/^-?\d+$/.test(text) || Number.isSafeInteger(value));
}

/** The value of a partition column, as value sets order it. */
export function partitionValue(type: DataType, text: string | null): OrderedValue | null {
  if (text === null) return null;
  if (type.kind === 'int') return BigInt(text);
  if (type.kind === 'float') return Number(text);
  // A name of a file may be no text in UTF-8.
  return placeLiteral(type, text)?.from ?? new Uint8Array(Buffer.from(text));
}

/** A column with one value in all of its rows. */
export function constantVector(column: Field, text: string | null, length: number): Vector {
  const { type } = column;
  const value = partitionValue(type, text);
  if (value === null) return missingVector(column, length);
  const common = { type, length, validity: undefined, nullCount: 0 };
  if (typeof value === 'number') return { ...common, layout: 'number', values: new Float64Array(length).fill(value) };
  if (typeof value !== 'bigint') {
    const one = { starts: Int32Array.of(0), lengths: Int32Array.of(value.length), bytes: new Uint8Array(value) };
    const dictionary = { layout: 'bytes', ...common, length: 1, ...one } as const;
    return { ...common, layout: 'dictionary', codes: new Int32Array(length), dictionary };
  }
  if (type.kind === 'date' || (type.kind === 'int' && type.bits === 32)) {
    return { ...common, layout: 'number', values: new Int32Array(length).fill(Number(value)) };
  }
  const lanes = new Int32Array(new BigInt64Array(length).fill(value).buffer);
  return { ...common, layout: 'int64', lanes };
}
