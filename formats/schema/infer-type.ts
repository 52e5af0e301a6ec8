/**
 * The schema of records, from their values: what types of columns hold all of them. States are plain data, for tasks
 * in any thread; those of several parts of the records are merged.
 *
 * Types are few and wide, so that runs over other records of the same kind come to the same schema: whole numbers and
 * bigints are int64, other numbers float64, Dates timestamps in milliseconds with a zone, and a column of nothing but
 * missing values is one of strings. Everything may be missing.
 */
import { unreachable } from '../../lib/base/invariant.ts';
import { describe, rowNotWritable } from './builder-parts.ts';
import { type DataType, field, type Schema } from './data-type.ts';

export type Inferred =
  | { readonly kind: 'none' | 'boolean' | 'whole' | 'double' | 'string' | 'date' | 'binary' }
  | { readonly kind: 'list'; readonly element: Inferred }
  | { readonly kind: 'map'; readonly key: Inferred; readonly value: Inferred }
  | InferredStruct;

interface InferredStruct {
  readonly kind: 'struct';
  readonly names: readonly string[];
  readonly fields: readonly Inferred[];
}

export const NOTHING_INFERRED: Inferred = { kind: 'none' };
const BOOLEAN: Inferred = { kind: 'boolean' };
const WHOLE: Inferred = { kind: 'whole' };
const DOUBLE: Inferred = { kind: 'double' };
const STRING: Inferred = { kind: 'string' };
const DATE: Inferred = { kind: 'date' };
const BINARY: Inferred = { kind: 'binary' };

/** What holds a value, too. Gives `state` itself where it does. Raises ROW_NOT_WRITABLE where nothing does. */
export function widen(state: Inferred, value: unknown, column: string, format: string): Inferred {
  switch (typeof value) {
    case 'undefined':
      return state;
    case 'boolean':
      return merge(state, BOOLEAN, column, format);
    case 'number': {
      const isWhole = Number.isSafeInteger(value) && !Object.is(value, -0);
      return merge(state, isWhole ? WHOLE : DOUBLE, column, format);
    }
    case 'bigint':
      return merge(state, WHOLE, column, format);
    case 'string':
      return merge(state, STRING, column, format);
    case 'object':
      break;
    default:
      throw unknownType(value, column, format);
  }
  if (value === null) return state;
  if (value instanceof Date) return merge(state, DATE, column, format);
  if (value instanceof Uint8Array) return merge(state, BINARY, column, format);
  if (Array.isArray(value)) return widenList(state, value, column, format);
  if (value instanceof Map) return widenMap(state, value, column, format);
  if (ArrayBuffer.isView(value) || value instanceof Set) throw unknownType(value, column, format);
  return widenStruct(state, value, column, format);
}

/** What holds the values of both. Raises ROW_NOT_WRITABLE. */
export function merge(a: Inferred, b: Inferred, column: string, format: string): Inferred {
  if (a === b || b.kind === 'none') return a;
  if (a.kind === 'none') return b;
  if (a.kind === 'list' && b.kind === 'list') {
    return { kind: 'list', element: merge(a.element, b.element, `${column}.element`, format) };
  }
  if (a.kind === 'map' && b.kind === 'map') {
    const key = merge(a.key, b.key, `${column}.key`, format);
    return { kind: 'map', key, value: merge(a.value, b.value, `${column}.value`, format) };
  }
  if (a.kind === 'struct' && b.kind === 'struct') return mergeStructs(a, b, column, format);
  if (a.kind === b.kind) return a;
  if (isNumber(a) && isNumber(b)) return DOUBLE;
  throw rowNotWritable(
    format,
    `column '${column}' has a ${nameOf(a)} in one record and a ${nameOf(b)} in another`,
    'map records so that a column has values of one type, or give the schema',
  );
}

/** The schema of records of that type. Raises ROW_NOT_WRITABLE where they are no objects with properties. */
export function inferredSchema(state: Inferred, format: string): Schema {
  if (state.kind === 'struct' && state.names.length > 0) {
    return { fields: state.names.map((name, i) => field(name, typeOf(state.fields[i] as Inferred))) };
  }
  const found = state.kind === 'none' ? 'there are no records' : `records are a ${nameOf(state)}`;
  throw rowNotWritable(
    format,
    `${found}, so that no columns can be told`,
    'give the schema, or map records to objects',
  );
}

function typeOf(state: Inferred): DataType {
  switch (state.kind) {
    case 'none':
    case 'string':
      return { kind: 'string' };
    case 'boolean':
      return { kind: 'boolean' };
    case 'whole':
      return { kind: 'int', bits: 64, signed: true };
    case 'double':
      return { kind: 'float', bits: 64 };
    case 'date':
      return { kind: 'timestamp', unit: 'millis', withZone: true };
    case 'binary':
      return { kind: 'binary', byteLength: undefined };
    case 'list':
      return { kind: 'list', element: field('element', typeOf(state.element)) };
    case 'map': {
      return { kind: 'map', key: field('key', typeOf(state.key), false), value: field('value', typeOf(state.value)) };
    }
    case 'struct':
      return { kind: 'struct', fields: state.names.map((name, i) => field(name, typeOf(state.fields[i] as Inferred))) };
    default:
      return unreachable(state);
  }
}

function widenList(state: Inferred, value: readonly unknown[], column: string, format: string): Inferred {
  const before = state.kind === 'list' ? state.element : NOTHING_INFERRED;
  let element = before;
  for (let i = 0; i < value.length; i++) element = widen(element, value[i], `${column}.element`, format);
  if (state.kind === 'list' && element === before) return state;
  return merge(state, { kind: 'list', element }, column, format);
}

function widenMap(state: Inferred, value: ReadonlyMap<unknown, unknown>, column: string, format: string): Inferred {
  const isMap = state.kind === 'map';
  let key = isMap ? state.key : NOTHING_INFERRED;
  let each = isMap ? state.value : NOTHING_INFERRED;
  for (const [k, v] of value) {
    key = widen(key, k, `${column}.key`, format);
    each = widen(each, v, `${column}.value`, format);
  }
  if (isMap && key === state.key && each === state.value) return state;
  return merge(state, { kind: 'map', key, value: each }, column, format);
}

function widenStruct(state: Inferred, value: object, column: string, format: string): Inferred {
  const isStruct = state.kind === 'struct';
  const names = isStruct ? state.names : [];
  const fields = isStruct ? state.fields : [];
  let moreNames: string[] | undefined;
  let moreFields: Inferred[] | undefined;
  const keys = Object.keys(value);
  for (let k = 0; k < keys.length; k++) {
    const name = keys[k] as string;
    // Records mostly have their properties in one order.
    const now = moreNames ?? names;
    const at = now[k] === name ? k : now.indexOf(name);
    const before = at < 0 ? NOTHING_INFERRED : ((moreFields ?? fields)[at] as Inferred);
    const place = column === '' ? name : `${column}.${name}`;
    const after = widen(before, (value as Readonly<Record<string, unknown>>)[name], place, format);
    if (at >= 0 && after === before) continue;
    moreNames ??= [...names];
    moreFields ??= [...fields];
    if (at < 0) moreNames.push(name);
    moreFields[at < 0 ? moreFields.length : at] = after;
  }
  if (isStruct && moreFields === undefined) return state;
  return isStruct || state.kind === 'none'
    ? { kind: 'struct', names: moreNames ?? names, fields: moreFields ?? fields }
    : merge(state, { kind: 'struct', names: moreNames ?? names, fields: moreFields ?? fields }, column, format);
}

function mergeStructs(a: InferredStruct, b: InferredStruct, column: string, format: string): InferredStruct {
  const names = [...a.names];
  const fields = [...a.fields];
  b.names.forEach((name, i) => {
    const at = names.indexOf(name);
    const other = b.fields[i] as Inferred;
    if (at < 0) {
      names.push(name);
      fields.push(other);
    } else {
      fields[at] = merge(fields[at] as Inferred, other, column === '' ? name : `${column}.${name}`, format);
    }
  });
  return { kind: 'struct', names, fields };
}

function isNumber(state: Inferred): boolean {
  return state.kind === 'whole' || state.kind === 'double';
}

const NAMES: Readonly<Record<string, string>> = { whole: 'whole number', double: 'number', date: 'Date', map: 'Map' };

function nameOf({ kind }: Inferred): string {
  return NAMES[kind] ?? kind;
}

function unknownType(value: unknown, column: string, format: string) {
  return rowNotWritable(
    format,
    `column '${column}' has ${describe(value)}, for which there is no type`,
    'map records to plain values first',
  );
}
