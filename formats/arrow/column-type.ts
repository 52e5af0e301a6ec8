import { unreachable } from '../../lib/base/invariant.ts';
import type { DataType, Field, TimeUnit } from '../schema/data-type.ts';
import { unsupported } from './damage.ts';
import type { ArrowField, ArrowTimeUnit, ArrowType } from './metadata.ts';

const READ_OTHERS = 'have the column written as another type';

/** Bytes of intervals, which become binary values, as those of Parquet do. */
const INTERVAL_BYTES = { months: 4, days: 8, 'months and nanos': 16 } as const;

/** A column, or a part of one, as it reads. Raises `ARROW_UNSUPPORTED`; `column` names it there. */
export function fieldOf(own: ArrowField, path: string, column = own.name): Field {
  return { name: own.name, type: typeOf(own, path, column), nullable: own.nullable };
}

/** How many children a type has; undefined for any number. */
function childCount(type: ArrowType): number | undefined {
  switch (type.kind) {
    case 'struct':
      return undefined;
    case 'list':
    case 'fixedList':
    case 'map':
      return 1;
    case 'runEndEncoded':
      return 2;
    default:
      return 0;
  }
}

function typeOf(own: ArrowField, path: string, column: string): DataType {
  const { type, children, extension } = own;
  const expected = childCount(type);
  const refuse = (what: string) => unsupported(path, `${what} in column ${column}`, READ_OTHERS);
  if (expected !== undefined && children.length !== expected) {
    throw refuse(`a type '${type.kind}' with ${children.length} fields in it`);
  }
  if (own.dictionary !== undefined && !isWidth(own.dictionary.bits)) {
    throw refuse(`codes of ${own.dictionary.bits} bits`);
  }
  switch (type.kind) {
    case 'null':
    case 'boolean':
      return { kind: type.kind };
    case 'int':
      if (isWidth(type.bits)) return { kind: 'int', bits: type.bits, signed: type.signed };
      throw refuse(`integers of ${type.bits} bits`);
    case 'float':
      return { kind: 'float', bits: type.bits as 16 | 32 | 64 };
    case 'decimal':
      return decimalOf(type, refuse);
    case 'date':
      // Milliseconds that should be whole days, and often are not: nothing is lost in a timestamp.
      return type.unit === 'day' ? { kind: 'date' } : { kind: 'timestamp', unit: 'millis', withZone: false };
    case 'time':
      if (type.bits !== (type.unit === 'seconds' || type.unit === 'millis' ? 32 : 64)) {
        throw refuse(`times in ${type.unit} of ${type.bits} bits`);
      }
      return { kind: 'time', unit: unitOf(type.unit) };
    case 'timestamp':
      return { kind: 'timestamp', unit: unitOf(type.unit), withZone: type.withZone };
    case 'duration':
      return { kind: 'int', bits: 64, signed: true };
    case 'interval':
      return { kind: 'binary', byteLength: INTERVAL_BYTES[type.unit] };
    case 'bytes':
      return type.isText ? { kind: 'string' } : { kind: 'binary', byteLength: undefined };
    case 'fixedBytes':
      if (type.byteLength < 0) throw refuse(`values of ${type.byteLength} bytes`);
      return extension === 'arrow.uuid' && type.byteLength === 16
        ? { kind: 'uuid' }
        : { kind: 'binary', byteLength: type.byteLength };
    case 'list':
    case 'fixedList':
      if (type.kind === 'fixedList' && type.size < 0) throw refuse(`lists of ${type.size} elements`);
      return {
        kind: 'list',
        element: { ...fieldOf(children[0] as ArrowField, path, `${column}.element`), name: 'element' },
      };
    case 'map':
      return mapOf(children[0] as ArrowField, path, column, refuse);
    case 'struct':
      return { kind: 'struct', fields: children.map((each) => fieldOf(each, path, `${column}.${each.name}`)) };
    case 'runEndEncoded':
      return fieldOf(children[1] as ArrowField, path, column).type;
    case 'other':
      throw refuse(`the type '${type.name}'`);
    default:
      return unreachable(type);
  }
}

function isWidth(bits: number): bits is 8 | 16 | 32 | 64 {
  return bits === 8 || bits === 16 || bits === 32 || bits === 64;
}

/** Digits that two's complement of so many bits holds. */
const MOST_DIGITS: Readonly<Record<number, number>> = { 32: 9, 64: 18, 128: 38, 256: 76 };

function decimalOf(
  { precision, scale, bits }: ArrowType & { readonly kind: 'decimal' },
  refuse: (what: string) => Error,
): DataType {
  const most = MOST_DIGITS[bits];
  if (most !== undefined && precision >= 1 && precision <= most && scale >= 0 && scale <= precision) {
    return { kind: 'decimal', precision, scale };
  }
  throw refuse(`decimals of ${precision} digits, ${scale} of them after the point, in ${bits} bits`);
}

/** Seconds become milliseconds, which hold them. */
function unitOf(unit: ArrowTimeUnit): TimeUnit {
  return unit === 'seconds' ? 'millis' : unit;
}

function mapOf(entries: ArrowField, path: string, column: string, refuse: (what: string) => Error): DataType {
  const [key, value] = entries.children;
  if (entries.type.kind !== 'struct' || key === undefined || value === undefined || entries.children.length !== 2) {
    throw refuse('a map without keys and values');
  }
  return {
    kind: 'map',
    key: { ...fieldOf(key, path, `${column}.key`), name: 'key' },
    value: { ...fieldOf(value, path, `${column}.value`), name: 'value' },
  };
}
