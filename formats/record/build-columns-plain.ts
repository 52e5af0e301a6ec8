/**
 * Columns from records without generated code: for small batches, wide shapes, and as the twin that the generated
 * builder (generate-builder.ts) is checked against. One column at a time, over an array of its values.
 */
import { unreachable } from '../../lib/base/invariant.ts';
import type { Column, NullMarks } from '../schema/batch.ts';
import { isInt, type LeafShape, type Shape, UNKNOWN } from './infer-columns.ts';
import { narrowDoubles, narrowInts, narrowNulls, narrowStrings } from './narrow-columns.ts';

/**
 * The column of `values`, which `shape` was inferred from. Undefined when they do not fit it after all: a getter
 * gave something else this time.
 */
export function buildColumn(shape: Shape, values: readonly unknown[]): Column | undefined {
  if (shape.kind === 'value') return { kind: 'value', values, nulls: undefined };
  const nulls = shape.nullable ? marksOf(values) : undefined;
  switch (shape.kind) {
    case 'unknown':
      if (nulls === undefined ? values.length > 0 : nulls.includes(0)) return undefined;
      return { kind: 'int', values: new Uint8Array(values.length), nulls };
    case 'object': {
      const fields: Column[] = [];
      for (let i = 0; i < shape.names.length; i++) {
        const name = shape.names[i] as string;
        const part = childValues(values, nulls, (value) => (value as Record<string, unknown>)[name], shape.fields[i]);
        const field = part && buildColumn(shape.fields[i] as Shape, part);
        if (field === undefined) return undefined;
        fields.push(field);
      }
      return { kind: 'object', names: shape.names, fields, nulls };
    }
    case 'tuple': {
      const items: Column[] = [];
      for (let i = 0; i < shape.items.length; i++) {
        const part = childValues(values, nulls, (value) => (value as readonly unknown[])[i], shape.items[i]);
        const item = part && buildColumn(shape.items[i] as Shape, part);
        if (item === undefined) return undefined;
        items.push(item);
      }
      return { kind: 'tuple', items, nulls };
    }
    case 'list': {
      const offsets = new Int32Array(values.length + 1);
      const flat: unknown[] = [];
      for (let i = 0; i < values.length; i++) {
        if (nulls === undefined || nulls[i] === 0) {
          if (!Array.isArray(values[i])) return undefined;
          for (const item of values[i] as readonly unknown[]) flat.push(item);
        }
        offsets[i + 1] = flat.length;
      }
      const item = buildColumn(shape.item, flat);
      return item && { kind: 'list', offsets, item, nulls };
    }
    default:
      return buildLeaf(shape, values, nulls);
  }
}

function buildLeaf(shape: LeafShape, values: readonly unknown[], nulls: NullMarks | undefined): Column | undefined {
  const count = values.length;
  switch (shape.kind) {
    case 'int': {
      const ints = new Int32Array(count);
      let sign = 0;
      let magnitude = 0;
      for (let i = 0; i < count; i++) {
        if (nulls !== undefined && nulls[i] !== 0) continue;
        const value = values[i];
        if (typeof value !== 'number' || !isInt(value)) return undefined;
        ints[i] = value;
        sign |= value;
        magnitude |= value ^ (value >> 31);
      }
      return narrowInts(ints, count, sign, magnitude, nulls);
    }
    case 'double':
    case 'date': {
      const doubles = new Float64Array(count);
      for (let i = 0; i < count; i++) {
        if (nulls !== undefined && nulls[i] !== 0) continue;
        const value = values[i];
        const number = shape.kind === 'date' && value instanceof Date ? value.getTime() : value;
        if (typeof number !== 'number') return undefined;
        doubles[i] = Number.isNaN(number) ? Number.NaN : number;
      }
      return shape.kind === 'date' ? { kind: 'date', values: doubles, nulls } : narrowDoubles(doubles, count, nulls);
    }
    case 'boolean': {
      const bits = new Uint8Array(count);
      for (let i = 0; i < count; i++) {
        if (nulls !== undefined && nulls[i] !== 0) continue;
        if (typeof values[i] !== 'boolean') return undefined;
        bits[i] = values[i] ? 1 : 0;
      }
      return { kind: 'boolean', values: bits, nulls };
    }
    case 'string': {
      const texts = new Array<string>(count);
      for (let i = 0; i < count; i++) {
        const value = nulls !== undefined && nulls[i] !== 0 ? '' : values[i];
        if (typeof value !== 'string') return undefined;
        texts[i] = value;
      }
      return narrowStrings(texts, nulls);
    }
    case 'bigint': {
      const longs = new BigInt64Array(count);
      for (let i = 0; i < count; i++) {
        if (nulls !== undefined && nulls[i] !== 0) continue;
        const value = values[i];
        if (typeof value !== 'bigint') return undefined;
        longs[i] = value;
      }
      return { kind: 'bigint', values: longs, nulls };
    }
    default:
      return unreachable(shape.kind);
  }
}

function marksOf(values: readonly unknown[]): NullMarks | undefined {
  const marks = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) marks[i] = values[i] === null ? 1 : values[i] === undefined ? 2 : 0;
  return narrowNulls(marks, values.length);
}

/** What a child column is built from; where the parent is null, a filler of the child's own kind. */
function childValues(
  values: readonly unknown[],
  nulls: NullMarks | undefined,
  pick: (value: unknown) => unknown,
  shape: Shape = UNKNOWN,
): readonly unknown[] | undefined {
  const filler = fillerOf(shape);
  const part = new Array<unknown>(values.length);
  for (let i = 0; i < values.length; i++) {
    if (nulls !== undefined && nulls[i] !== 0) part[i] = filler;
    else if (typeof values[i] !== 'object' || values[i] === null) return undefined;
    else part[i] = pick(values[i]);
  }
  return part;
}

/** A value that fits the shape, takes the least room and never shows: 0, '', empty. */
function fillerOf(shape: Shape): unknown {
  switch (shape.kind) {
    case 'int':
    case 'double':
      return 0;
    case 'boolean':
      return false;
    case 'string':
      return '';
    case 'date':
      return new Date(0);
    case 'bigint':
      return 0n;
    case 'list':
      return [];
    case 'object':
      return Object.fromEntries(shape.names.map((name, i) => [name, fillerOf(shape.fields[i] as Shape)]));
    case 'tuple':
      return shape.items.map(fillerOf);
    case 'unknown':
    case 'value':
      return undefined;
  }
}
