/**
 * The shape of records: the narrowest column types that hold a set of values exactly.
 *
 * Shapes form a lattice, and the shape of a set is the join of its members: it does not depend on their order, so
 * that the same records always give the same bytes. Widening goes unknown -> int -> double, tuple -> list, and
 * anything -> value.
 *
 * Only plain data goes the column road: objects with `Object.prototype`, arrays with `Array.prototype`, without holes
 * or named properties, real dates without properties. Frozen objects are plain (being frozen is not part of a
 * record); accessors are read, as the value codec does.
 */
import { types } from 'node:util';
import { MAX_COLUMN_DEPTH } from './limits.ts';
import { isStreamedArray } from './streamed-arrays.ts';

export type LeafKind = 'int' | 'double' | 'boolean' | 'string' | 'date' | 'bigint';

export interface LeafShape {
  readonly kind: LeafKind;
  readonly nullable: boolean;
}

/** Nothing seen yet, or nothing but null and undefined. */
export interface UnknownShape {
  readonly kind: 'unknown';
  readonly nullable: boolean;
}

export interface ObjectShape {
  readonly kind: 'object';
  readonly names: readonly string[];
  readonly fields: readonly Shape[];
  readonly nullable: boolean;
}

export interface TupleShape {
  readonly kind: 'tuple';
  readonly items: readonly Shape[];
  readonly nullable: boolean;
}

export interface ListShape {
  readonly kind: 'list';
  readonly item: Shape;
  readonly nullable: boolean;
}

/** No narrower shape; nulls are among the values. */
export interface ValueShape {
  readonly kind: 'value';
  readonly nullable: false;
}

export type Shape = UnknownShape | LeafShape | ObjectShape | TupleShape | ListShape | ValueShape;

/** Longer arrays, and arrays of different lengths, are lists. */
export const MAX_TUPLE_LENGTH = 8;
/** Objects with more keys are dictionaries in disguise: V8 holds them as tables, and so do values. */
export const MAX_OBJECT_KEYS = 256;

export const UNKNOWN: Shape = { kind: 'unknown', nullable: false };
const UNKNOWN_NULLABLE: Shape = { kind: 'unknown', nullable: true };
const VALUE: Shape = { kind: 'value', nullable: false };

const LEAVES = Object.fromEntries(
  (['int', 'double', 'boolean', 'string', 'date', 'bigint'] as const).map((kind) => [kind, { kind, nullable: false }]),
) as Record<LeafKind, LeafShape>;

/** True for an int32 that is not -0. */
export function isInt(value: number): boolean {
  return (value | 0) === value && !Object.is(value, -0);
}

/** The join of `shape` and the shape of `value`; `shape` itself when the value fits it. */
export function widenShape(shape: Shape, value: unknown, depth = 0): Shape {
  if (shape.kind === 'value') return shape;
  switch (typeof value) {
    case 'number':
      if (shape.kind === 'double' || (shape.kind === 'int' && isInt(value))) return shape;
      return joinShapes(shape, isInt(value) ? LEAVES.int : LEAVES.double);
    case 'string':
      return shape.kind === 'string' ? shape : joinShapes(shape, LEAVES.string);
    case 'boolean':
      return shape.kind === 'boolean' ? shape : joinShapes(shape, LEAVES.boolean);
    case 'undefined':
      return shape.nullable ? shape : joinShapes(shape, UNKNOWN_NULLABLE);
    case 'bigint':
      if (BigInt.asIntN(64, value) !== value) return VALUE;
      return shape.kind === 'bigint' ? shape : joinShapes(shape, LEAVES.bigint);
    case 'object':
      if (value === null) return shape.nullable ? shape : joinShapes(shape, UNKNOWN_NULLABLE);
      return depth >= MAX_COLUMN_DEPTH ? VALUE : widenByObject(shape, value, depth);
    default:
      return VALUE;
  }
}

function widenByObject(shape: Shape, value: object, depth: number): Shape {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Array.prototype && Array.isArray(value)) return widenByArray(shape, value, depth);
  if (prototype === Object.prototype) return widenByFields(shape, value as Record<string, unknown>, depth);
  if (prototype === Date.prototype && types.isDate(value) && Object.keys(value).length === 0) {
    return shape.kind === 'date' ? shape : joinShapes(shape, LEAVES.date);
  }
  return VALUE;
}

function widenByFields(shape: Shape, value: Record<string, unknown>, depth: number): Shape {
  const names = Object.keys(value);
  if (shape.kind === 'unknown') {
    if (names.length > MAX_OBJECT_KEYS || names.includes('__proto__')) return VALUE;
    const fields = names.map((name) => widenShape(UNKNOWN, value[name], depth + 1));
    return { kind: 'object', names, fields, nullable: shape.nullable };
  }
  if (shape.kind !== 'object' || !sameNames(shape.names, names)) return VALUE;
  const fields = widenEach(shape.fields, (i) => value[names[i] as string], depth + 1);
  return fields === shape.fields ? shape : { ...shape, fields };
}

function widenByArray(shape: Shape, value: readonly unknown[], depth: number): Shape {
  if (!isPlainArray(value)) return VALUE;
  if (shape.kind === 'unknown') {
    if (value.length > MAX_TUPLE_LENGTH) return listOf(widenItem(UNKNOWN, value, depth + 1), shape.nullable);
    const items = value.map((item) => widenShape(UNKNOWN, item, depth + 1));
    return { kind: 'tuple', items, nullable: shape.nullable };
  }
  if (shape.kind === 'tuple') {
    if (value.length === shape.items.length) {
      const items = widenEach(shape.items, (i) => value[i], depth + 1);
      return items === shape.items ? shape : { ...shape, items };
    }
    const item = shape.items.reduce(joinShapes, UNKNOWN);
    return listOf(widenItem(item, value, depth + 1), shape.nullable);
  }
  if (shape.kind !== 'list') return VALUE;
  const item = widenItem(shape.item, value, depth + 1);
  return item === shape.item ? shape : listOf(item, shape.nullable);
}

function widenItem(item: Shape, value: readonly unknown[], depth: number): Shape {
  let shape = item;
  for (let i = 0; i < value.length && shape.kind !== 'value'; i++) shape = widenShape(shape, value[i], depth);
  return shape;
}

function widenEach(shapes: readonly Shape[], at: (i: number) => unknown, depth: number): readonly Shape[] {
  let widened: Shape[] | undefined;
  for (let i = 0; i < shapes.length; i++) {
    const before = shapes[i] as Shape;
    const after = widenShape(before, at(i), depth);
    if (after === before) continue;
    widened ??= [...shapes];
    widened[i] = after;
  }
  return widened ?? shapes;
}

/** A list of anything is no use as a column: it is a value. */
function listOf(item: Shape, nullable: boolean): Shape {
  return item.kind === 'value' ? VALUE : { kind: 'list', item, nullable };
}

/** The narrowest shape that holds what either holds. */
export function joinShapes(a: Shape, b: Shape): Shape {
  if (a.kind === 'value' || b.kind === 'value') return VALUE;
  const nullable = a.nullable || b.nullable;
  if (a.kind === 'unknown') return b.nullable === nullable ? b : { ...b, nullable };
  if (b.kind === 'unknown') return a.nullable === nullable ? a : { ...a, nullable };
  if (a.kind === 'object' || b.kind === 'object') {
    if (a.kind !== 'object' || b.kind !== 'object' || !sameNames(a.names, b.names)) return VALUE;
    const fields = a.fields.map((field, i) => joinShapes(field, b.fields[i] as Shape));
    return { kind: 'object', names: a.names, fields, nullable };
  }
  if (a.kind === 'tuple' && b.kind === 'tuple' && a.items.length === b.items.length) {
    return { kind: 'tuple', items: a.items.map((item, i) => joinShapes(item, b.items[i] as Shape)), nullable };
  }
  if ((a.kind === 'tuple' || a.kind === 'list') && (b.kind === 'tuple' || b.kind === 'list')) {
    return listOf(joinShapes(itemOf(a), itemOf(b)), nullable);
  }
  if (a.kind === 'tuple' || a.kind === 'list' || b.kind === 'tuple' || b.kind === 'list') return VALUE;
  if (a.kind === b.kind) return { kind: a.kind, nullable };
  const isNumber = (a.kind === 'int' || a.kind === 'double') && (b.kind === 'int' || b.kind === 'double');
  return isNumber ? { kind: 'double', nullable } : VALUE;
}

function itemOf(shape: TupleShape | ListShape): Shape {
  return shape.kind === 'list' ? shape.item : shape.items.reduce(joinShapes, UNKNOWN);
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** No holes and no named properties: as many own keys as items, the last one being the last index. */
export function isPlainArray(value: readonly unknown[]): boolean {
  if (isStreamedArray(value)) return true;
  const names = Object.keys(value);
  return names.length === value.length && (value.length === 0 || names[names.length - 1] === String(value.length - 1));
}

/** The join over `rows[from] … rows[to - 1]`, stopping at `value`. */
export function inferShape(rows: readonly unknown[], from: number, to: number): Shape {
  let shape = UNKNOWN;
  for (let i = from; i < to && shape.kind !== 'value'; i++) shape = widenShape(shape, rows[i]);
  return shape;
}

/** Identifies a shape: two shapes with the same text build the same columns. */
export function shapeSignature(shape: Shape): string {
  const mark = shape.nullable ? '?' : '';
  switch (shape.kind) {
    case 'object':
      return `{${shape.names.map((name, i) => `${JSON.stringify(name)}:${shapeSignature(shape.fields[i] as Shape)}`).join()}}${mark}`;
    case 'tuple':
      return `(${shape.items.map(shapeSignature).join()})${mark}`;
    case 'list':
      return `[${shapeSignature(shape.item)}]${mark}`;
    default:
      return shape.kind + mark;
  }
}

/** Columns without children in a shape: what generated code for it grows with. */
export function countLeaves(shape: Shape): number {
  switch (shape.kind) {
    case 'object':
      return shape.fields.reduce((sum, field) => sum + countLeaves(field), 1);
    case 'tuple':
      return shape.items.reduce((sum, item) => sum + countLeaves(item), 1);
    case 'list':
      return 1 + countLeaves(shape.item);
    default:
      return 1;
  }
}
