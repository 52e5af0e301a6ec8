/**
 * Partition directories, as Hive names them: `year=2001/month=6/part-0.parquet` holds rows of that year and month, and
 * no columns of these names. Pure: names in, columns and values out.
 *
 * Types are inferred from all values of a name, by Spark's rules: int32, int64, float64, date, timestamp, string. Names
 * and values are percent-decoded; `__HIVE_DEFAULT_PARTITION__` is a missing value.
 */
import { CairnError } from '../../lib/base/errors.ts';
import { type DataType, type Field, field } from '../schema/data-type.ts';
import { missingVector } from '../schema/take-rows.ts';
import type { Vector } from '../schema/vector.ts';
import { placeLiteral } from './bind-literal.ts';
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
 * The columns that the directories of all files make. Raises `PARTITIONS_DIFFER` unless all files have the same names in
 * the same order.
 */
export function partitionFields(
  files: readonly { readonly path: string; readonly entries: readonly PartitionEntry[] }[],
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
  return names.map((name, i) => {
    const texts = files.flatMap(({ entries }) => entries[i]?.[1] ?? []);
    return field(name, inferType(texts));
  });
}

const INT32: DataType = { kind: 'int', bits: 32, signed: true };
const INT64: DataType = { kind: 'int', bits: 64, signed: true };
const FLOAT64: DataType = { kind: 'float', bits: 64 };
const DATE: DataType = { kind: 'date' };
const TIMESTAMP: DataType = { kind: 'timestamp', unit: 'micros', withZone: true };
const STRING: DataType = { kind: 'string' };

function inferType(texts: readonly string[]): DataType {
  if (texts.length === 0) return STRING;
  const isAll = (test: (text: string) => boolean): boolean => texts.every(test);
  if (isAll((text) => isInteger(text, 32))) return INT32;
  if (isAll((text) => isInteger(text, 64))) return INT64;
  if (isAll(isDouble)) return FLOAT64;
  if (isAll((text) => /^\d{4}-\d\d-\d\d$/.test(text) && placeLiteral(DATE, text) !== undefined)) return DATE;
  if (isAll((text) => /^\d{4}-\d\d-\d\d[ T]\d/.test(text) && placeLiteral(TIMESTAMP, text) !== undefined)) {
    return TIMESTAMP;
  }
  return STRING;
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
