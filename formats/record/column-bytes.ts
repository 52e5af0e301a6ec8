import type { Column, ColumnBatch } from '../schema/batch.ts';
import { EncodedStrings } from './encoded-strings.ts';

/** A string's header and its slot in an array, in V8 with 64-bit pointers. */
const STRING_OVERHEAD = 24;
/** Array or object header with its map, and the slots V8 adds, rounded up. */
const OBJECT_OVERHEAD = 64;
/** How deep and how far values without a shape are looked into before the rest is guessed from what was seen. */
const VALUE_SAMPLE = 100;

/**
 * Bytes of memory a batch holds: exact for typed arrays and for their views (a view counts what it shows), by
 * V8's layout for strings and objects. Strings shared with the user's records count as held.
 */
export function columnBytes(batch: ColumnBatch): number {
  return OBJECT_OVERHEAD + bytesOf(batch.root);
}

function bytesOf(column: Column): number {
  const own = OBJECT_OVERHEAD + (column.nulls?.byteLength ?? 0);
  switch (column.kind) {
    case 'int':
    case 'double':
    case 'boolean':
    case 'date':
    case 'bigint':
      return own + column.values.byteLength;
    case 'dictionary':
      return own + column.codes.byteLength + stringBytes(column.dictionary);
    case 'string':
      return own + (column instanceof EncodedStrings ? column.heldBytes : stringBytes(column.values));
    case 'object':
      return column.fields.reduce((sum, field) => sum + bytesOf(field), own + 8 * column.names.length);
    case 'tuple':
      return column.items.reduce((sum, item) => sum + bytesOf(item), own);
    case 'list':
      return own + column.offsets.byteLength + bytesOf(column.item);
    case 'value':
      return own + estimateValues(column.values, 0);
  }
}

function stringBytes(texts: readonly string[]): number {
  let bytes = 0;
  for (let i = 0; i < texts.length; i++) {
    const text = texts[i] as string;
    bytes += STRING_OVERHEAD + (isWide(text) ? 2 * text.length : text.length);
  }
  return bytes;
}

/** V8 holds a string in two bytes a unit when any unit is over U+00FF; the first and last few stand for the rest. */
function isWide(text: string): boolean {
  const { length } = text;
  const head = Math.min(length, 8);
  for (let i = 0; i < head; i++) if (text.charCodeAt(i) > 255 || text.charCodeAt(length - 1 - i) > 255) return true;
  return false;
}

/** Memory of plain values, from a sample where there are many. */
function estimateValues(values: readonly unknown[], depth: number): number {
  const count = values.length;
  const step = Math.max(1, Math.floor(count / VALUE_SAMPLE));
  let bytes = 0;
  let seen = 0;
  for (let i = 0; i < count; i += step) {
    bytes += 8 + estimateValue(values[i], depth);
    seen++;
  }
  return seen === 0 ? 0 : Math.ceil((bytes / seen) * count);
}

function estimateValue(value: unknown, depth: number): number {
  switch (typeof value) {
    case 'number':
      return (value | 0) === value ? 0 : 16;
    case 'string':
      return STRING_OVERHEAD + (isWide(value) ? 2 : 1) * value.length;
    case 'bigint':
      return 24;
    case 'object':
      return value === null ? 0 : estimateObject(value, depth + 1);
    default:
      return 0;
  }
}

function estimateObject(value: object, depth: number): number {
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return 2 * OBJECT_OVERHEAD + value.byteLength;
  if (depth > 8) return OBJECT_OVERHEAD;
  if (Array.isArray(value)) return OBJECT_OVERHEAD + estimateValues(value, depth);
  if (value instanceof Map) return OBJECT_OVERHEAD + estimateValues([...value.keys(), ...value.values()], depth);
  if (value instanceof Set) return OBJECT_OVERHEAD + estimateValues([...value], depth);
  let bytes = OBJECT_OVERHEAD;
  for (const name of Object.keys(value)) {
    const field = Object.getOwnPropertyDescriptor(value, name);
    bytes += 8 + (field !== undefined && 'value' in field ? estimateValue(field.value, depth) : 0);
  }
  return bytes;
}
