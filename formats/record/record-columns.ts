/**
 * Rows of a table as records: from the vectors of a file (formats/schema/vector.ts) to columns of records
 * (formats/schema/batch.ts), which generated loops and `materializeRows` read. What each type becomes as a JS value is
 * told in docs/types.md, "Columns of files"; nothing is lost in silence.
 *
 * Columns own their memory: each value is moved once, from where a reader decodes, and decodes again, to where it stays.
 * What is made when someone asks for it, as strings are, is made from bytes of their own.
 */
import { unreachable } from '../../lib/base/invariant.ts';
import type { Column, ColumnBatch, NullMarks, ObjectColumn, ValueColumn } from '../schema/batch.ts';
import type { Field, IntType, StructType } from '../schema/data-type.ts';
import {
  bigInts,
  type Int64Vector,
  type ListVector,
  type MapVector,
  type NumberVector,
  type StructVector,
  type TableBatch,
  type Vector,
} from '../schema/vector.ts';
import { decimalColumn } from './decimal-column.ts';
import { notExact } from './not-exact.ts';
import { rowAt } from './row-at.ts';
import { dateColumn, timestampColumn } from './timestamp-column.ts';
import { binaryColumn, stringColumn, uuidColumn } from './vector-strings.ts';

export interface RecordMapping {
  /**
   * What 64-bit integers become: bigints, or numbers, or numbers for the columns in a set (by path: `a`, `s.x`,
   * `l.element`) and bigints for all others. A number must hold the value exactly.
   */
  readonly int64: 'bigint' | 'number' | ReadonlySet<string>;
  /** What timestamps become: dates, which must be exact; dates that drop what is below a millisecond; or bigints. */
  readonly timestamp: 'date' | 'truncate' | 'bigint';
  /** What decimals become: text such as `'12.50'`; numbers, the nearest there is; or bigints, without their point. */
  readonly decimal: 'string' | 'number' | 'bigint';
}

/** What is safe for every file. */
export const EXACT_RECORDS: RecordMapping = { int64: 'bigint', timestamp: 'date', decimal: 'string' };

/**
 * The records of a batch: an object for each row, with a property for each column. Raises `VALUE_NOT_EXACT` for a value
 * that what it becomes cannot hold, also when a column of strings is first read.
 */
export function recordColumns(batch: TableBatch, mapping: RecordMapping = EXACT_RECORDS): ColumnBatch {
  const root = objectColumn(batch.fields, batch.vectors, batch.rowCount, undefined, mapping, '');
  return { kind: 'columns', rowCount: batch.rowCount, root };
}

function toColumn(vector: Vector, mapping: RecordMapping, path: string): Column {
  const { type, length } = vector;
  const nulls = nullMarks(vector);
  switch (vector.layout) {
    case 'null':
      return { kind: 'int', values: new Uint8Array(length), nulls: new Uint8Array(length).fill(1) };
    case 'boolean':
      return { kind: 'boolean', values: new Uint8Array(vector.values.subarray(0, length)), nulls };
    case 'number':
      if (type.kind === 'decimal') return decimalColumn(vector, type, mapping.decimal, nulls);
      return type.kind === 'date' ? dateColumn(vector, nulls, path) : numberColumn(vector, nulls);
    case 'int64':
      if (type.kind === 'decimal') return decimalColumn(vector, type, mapping.decimal, nulls);
      if (type.kind === 'timestamp') {
        if (mapping.timestamp !== 'bigint') return timestampColumn(vector, type, mapping.timestamp, nulls, path);
        return bigIntColumn(vector, true, nulls);
      }
      return int64Column(vector, mapping, nulls, path);
    case 'wide':
      // Wide vectors are decimals.
      return type.kind === 'decimal' ? decimalColumn(vector, type, mapping.decimal, nulls) : unreachable(type as never);
    case 'bytes':
    case 'dictionary':
      if (type.kind === 'string') return stringColumn(vector, nulls, path);
      return type.kind === 'uuid' ? uuidColumn(vector, nulls) : binaryColumn(vector);
    case 'list':
      return listColumn(vector, nulls, mapping, path);
    case 'map':
      return mapColumn(vector, nulls, mapping, path);
    case 'struct':
      return structColumn(vector, nulls, mapping, path);
    default:
      return unreachable(vector);
  }
}

function nullMarks(vector: Vector): NullMarks | undefined {
  const { validity, length } = vector;
  if (validity === undefined || vector.nullCount === 0) return undefined;
  const marks = new Uint8Array(length);
  for (let i = 0; i < length; i++) marks[i] = (((validity[i >> 3] as number) >> (i & 7)) & 1) ^ 1;
  return marks;
}

function numberColumn(vector: NumberVector, nulls: NullMarks | undefined): Column {
  const values = vector.values.subarray(0, vector.length);
  if (values instanceof Int32Array) return { kind: 'int', values: new Int32Array(values), nulls };
  return { kind: 'double', values: new Float64Array(values), nulls };
}

function int64Column(vector: Int64Vector, mapping: RecordMapping, nulls: NullMarks | undefined, path: string): Column {
  const { type } = vector;
  const isSigned = type.kind !== 'int' || (type as IntType).signed;
  // Times of a day are far below 2^53, whatever their unit.
  const isNumber =
    type.kind === 'time' || (typeof mapping.int64 === 'string' ? mapping.int64 === 'number' : mapping.int64.has(path));
  return isNumber ? safeColumn(vector, isSigned, nulls, path) : bigIntColumn(vector, isSigned, nulls);
}

/** Above these, in the high half, numbers are not exact; 2^53 itself is left out, as it is by `Number.isSafeInteger`. */
const MAX_HIGH = 2 ** 21;

function safeColumn(vector: Int64Vector, isSigned: boolean, nulls: NullMarks | undefined, path: string): Column {
  const { lanes, length } = vector;
  const values = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const low = (lanes[2 * i] as number) >>> 0;
    const high = isSigned ? (lanes[2 * i + 1] as number) : (lanes[2 * i + 1] as number) >>> 0;
    const isSafe = high < MAX_HIGH && (high > -MAX_HIGH || (high === -MAX_HIGH && low > 0));
    if (!isSafe && (nulls === undefined || nulls[i] === 0)) {
      const value = bigInts(vector)[i] as bigint;
      const exact = isSigned ? value : BigInt.asUintN(64, value);
      throw notExact(path, exact, 'a number', "read it with int64: 'bigint'");
    }
    values[i] = high * 2 ** 32 + low;
  }
  return { kind: 'double', values, nulls };
}

/** A column of 64-bit integers holds signed ones: unsigned ones beyond them are values. */
function bigIntColumn(vector: Int64Vector, isSigned: boolean, nulls: NullMarks | undefined): Column {
  const values = bigInts(vector);
  if (isSigned || values.every((value) => value >= 0n)) {
    return { kind: 'bigint', values: new BigInt64Array(values), nulls };
  }
  const all = Array.from(values, (value, i) => (nulls?.[i] === 1 ? null : BigInt.asUintN(64, value)));
  return { kind: 'value', values: all, nulls: undefined };
}

function listColumn(vector: ListVector, nulls: NullMarks | undefined, mapping: RecordMapping, path: string): Column {
  const offsets = vector.offsets.slice(0, vector.length + 1);
  return { kind: 'list', offsets, item: toColumn(vector.element, mapping, `${path}.element`), nulls };
}

/** Maps are JS values of their own: a later entry of a key replaces an earlier one, as `Map` has it. */
function mapColumn(vector: MapVector, nulls: NullMarks | undefined, mapping: RecordMapping, path: string): ValueColumn {
  const { offsets, length } = vector;
  const keys = toColumn(vector.keys, mapping, `${path}.key`);
  const entries = toColumn(vector.values, mapping, `${path}.value`);
  const values: unknown[] = [];
  for (let i = 0; i < length; i++) {
    if (nulls?.[i] === 1) {
      values.push(null);
      continue;
    }
    const map = new Map<unknown, unknown>();
    for (let k = offsets[i] as number; k < (offsets[i + 1] as number); k++) map.set(rowAt(keys, k), rowAt(entries, k));
    values.push(map);
  }
  return { kind: 'value', values, nulls: undefined };
}

function structColumn(
  vector: StructVector,
  nulls: NullMarks | undefined,
  mapping: RecordMapping,
  path: string,
): Column {
  const { fields } = vector.type as StructType;
  return objectColumn(fields, vector.fields, vector.length, nulls, mapping, path);
}

/** Of fields with the same name, the first one. */
function objectColumn(
  fields: readonly Field[],
  vectors: readonly Vector[],
  length: number,
  nulls: NullMarks | undefined,
  mapping: RecordMapping,
  path: string,
): Column {
  const columns = new Map<string, Column>();
  fields.forEach(({ name }, i) => {
    const below = path === '' ? name : `${path}.${name}`;
    if (!columns.has(name)) columns.set(name, toColumn(vectors[i] as Vector, mapping, below));
  });
  const column: ObjectColumn = { kind: 'object', names: [...columns.keys()], fields: [...columns.values()], nulls };
  return columns.has('__proto__') ? ownProperties(column, length) : column;
}

/** Records with a property `__proto__`, which assignment would take for something else. */
function ownProperties(column: ObjectColumn, length: number): ValueColumn {
  const { names, fields, nulls } = column;
  const values: unknown[] = [];
  for (let i = 0; i < length; i++) {
    if (nulls?.[i] === 1) {
      values.push(null);
      continue;
    }
    const entries = names.map((name, k) => [name, rowAt(fields[k] as Column, i)] as const);
    // Defines properties, whatever their names.
    values.push(Object.fromEntries(entries));
  }
  return { kind: 'value', values, nulls: undefined };
}
