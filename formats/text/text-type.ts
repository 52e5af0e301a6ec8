/**
 * The types that fields of CSV and JSON are read as, by short names, and the JS values they become:
 *
 *     boolean     boolean
 *     int32       number
 *     int64       number; one that no number holds exactly raises VALUE_NOT_EXACT
 *     bigint      bigint, within 64 bits
 *     double      number
 *     string      string
 *     date        Date at midnight UTC
 *     timestamp   Date; text without a zone is counted as UTC
 */
import { type DataType, type Field, field, type Schema } from '../schema/data-type.ts';

export type ScalarType = 'boolean' | 'int32' | 'int64' | 'bigint' | 'double' | 'string' | 'date' | 'timestamp';

/** A type, for JSON also of arrays (`{ list: 'int32' }`) and of objects (`{ struct: { a: 'string' } }`). */
export type TextType = ScalarType | TextListType | TextStructType;

export interface TextListType {
  readonly list: TextType;
}

export interface TextStructType {
  readonly struct: TextFields;
}

/** Fields in order: as an object, or as pairs where names are numbers, which objects put first. */
export type TextFields = Readonly<Record<string, TextType>> | readonly TextField[];

export type TextField = readonly [name: string, type: TextType];

const SCALARS: Readonly<Record<ScalarType, DataType>> = {
  boolean: { kind: 'boolean' },
  int32: { kind: 'int', bits: 32, signed: true },
  int64: { kind: 'int', bits: 64, signed: true },
  bigint: { kind: 'int', bits: 64, signed: true },
  double: { kind: 'float', bits: 64 },
  string: { kind: 'string' },
  date: { kind: 'date' },
  timestamp: { kind: 'timestamp', unit: 'millis', withZone: true },
};

export function isScalarType(type: unknown): type is ScalarType {
  return typeof type === 'string' && Object.hasOwn(SCALARS, type);
}

/** Fields as pairs, in order. */
export function fieldPairs(fields: TextFields): readonly TextField[] {
  return isPairs(fields) ? fields : Object.entries(fields);
}

function isPairs(fields: TextFields): fields is readonly TextField[] {
  return Array.isArray(fields);
}

/** The fields as a schema; all of them may be missing. */
export function schemaOf(fields: readonly TextField[]): Schema {
  return { fields: fields.map(([name, type]) => field(name, dataTypeOf(type))) };
}

function dataTypeOf(type: TextType): DataType {
  if (typeof type === 'string') return SCALARS[type];
  if ('list' in type) return { kind: 'list', element: field('element', dataTypeOf(type.list)) };
  const fields: Field[] = fieldPairs(type.struct).map(([name, each]) => field(name, dataTypeOf(each)));
  return { kind: 'struct', fields };
}

const MAX_DEPTH = 100;

/**
 * Why something is no list of fields, or undefined when it is one: at least one, with names that differ, of types
 * there are. `nests`: lists and structs are among them.
 */
export function problemWithFields(fields: unknown, nests: boolean, depth = 0): string | undefined {
  if (depth > MAX_DEPTH) return `types nested over ${MAX_DEPTH} deep`;
  if (typeof fields !== 'object' || fields === null) return 'no object and no array';
  const pairs: readonly unknown[] = Array.isArray(fields) ? fields : Object.entries(fields);
  if (pairs.length === 0) return 'no field';
  const names = new Set<string>();
  for (const pair of pairs) {
    if (!Array.isArray(pair) || pair.length !== 2 || typeof pair[0] !== 'string') return 'a field that is no pair';
    const name: string = pair[0];
    if (names.has(name)) return `two fields '${name}'`;
    names.add(name);
    if (!Array.isArray(fields) && /^(0|[1-9]\d*)$/.test(name)) {
      return `the field '${name}', which objects put first: give [name, type] pairs`;
    }
    const problem = problemWithType(pair[1], nests, depth);
    if (problem !== undefined) return `${problem} for '${name}'`;
  }
  return undefined;
}

function problemWithType(type: unknown, nests: boolean, depth: number): string | undefined {
  if (isScalarType(type)) return undefined;
  if (nests && typeof type === 'object' && type !== null) {
    if ('list' in type) return problemWithType(type.list, nests, depth + 1);
    if ('struct' in type) return problemWithFields(type.struct, nests, depth + 1);
  }
  return typeof type === 'string' ? `the type '${type}'` : 'no type';
}
