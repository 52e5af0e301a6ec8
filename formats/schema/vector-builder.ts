/**
 * Makes vectors of JS values: a builder a column, which takes one value after another, `null` and `undefined` for what
 * is missing. What a type takes:
 *
 *     boolean      boolean
 *     int          whole numbers and bigints within its range; -0 is 0
 *     float        numbers that it holds exactly (every one for 64 bits)
 *     decimal      text such as '-1.50', bigints, and numbers by their shortest digits
 *     string       strings; a lone surrogate becomes U+FFFD
 *     binary       Uint8Array, of its length where there is one
 *     uuid         text in its usual form, or 16 bytes
 *     date         Dates at midnight UTC
 *     time         whole numbers and bigints of its unit
 *     timestamp    Dates, and bigints of its unit
 *     list         arrays
 *     map          Maps, and plain objects where keys are strings
 *     struct       objects: their own property of each field's name
 *
 * Nothing is rounded or cut: what does not fit raises VALUE_NOT_EXACT, what has another type ROW_NOT_WRITABLE.
 * Arrays grow with the number of values, and what `take` gives is the caller's.
 */
import { unreachable } from '../../lib/base/invariant.ts';
import type { VectorBuilder } from './builder-parts.ts';
import { BinaryBuilder, StringBuilder } from './bytes-builder.ts';
import type { DataType, Field } from './data-type.ts';
import { DecimalBuilder } from './decimal-builder.ts';
import { ListBuilder, MapBuilder, StructBuilder } from './nested-builder.ts';
import { BooleanBuilder, Int64Builder, NullBuilder, NumberBuilder } from './number-builder.ts';

/** `column` names it in errors: `a.element`. */
export function vectorBuilder(type: DataType, column: string, format: string): VectorBuilder {
  switch (type.kind) {
    case 'null':
      return new NullBuilder(type, column, format);
    case 'boolean':
      return new BooleanBuilder(type, column, format);
    case 'int':
      return type.bits === 64 ? new Int64Builder(type, column, format) : new NumberBuilder(type, column, format);
    case 'float':
    case 'date':
      return new NumberBuilder(type, column, format);
    case 'time':
      return type.unit === 'millis' ? new NumberBuilder(type, column, format) : new Int64Builder(type, column, format);
    case 'timestamp':
      return new Int64Builder(type, column, format);
    case 'decimal':
      return new DecimalBuilder(type, column, format);
    case 'string':
      return new StringBuilder(type, column, format);
    case 'binary':
    case 'uuid':
      return new BinaryBuilder(type, column, format);
    case 'list':
      return new ListBuilder(type, column, format, builderOf(type.element, `${column}.element`, format));
    case 'map': {
      const keys = builderOf(type.key, `${column}.key`, format);
      return new MapBuilder(type, column, format, keys, builderOf(type.value, `${column}.value`, format));
    }
    case 'struct': {
      const fields = type.fields.map((each) => builderOf(each, `${column}.${each.name}`, format));
      return new StructBuilder(type, column, format, fields);
    }
    default:
      return unreachable(type);
  }
}

function builderOf(each: Field, column: string, format: string): VectorBuilder {
  return vectorBuilder(each.type, column, format);
}
