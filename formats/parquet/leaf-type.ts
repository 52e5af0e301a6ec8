import type { DataType, TimeUnit } from '../schema/data-type.ts';
import { damaged, type FilePlace, unsupported } from './damage.ts';
import type { ConvertedType, LogicalType, PhysicalType, SchemaElement } from './metadata.ts';

/** Digits that 256 bits hold. */
const MAX_PRECISION = 76;

/** Converted types as the logical types they became. Times of before logical types are in UTC. */
const CONVERTED: { readonly [K in ConvertedType]?: LogicalType } = {
  UTF8: { kind: 'STRING' },
  ENUM: { kind: 'ENUM' },
  DATE: { kind: 'DATE' },
  TIME_MILLIS: { kind: 'TIME', isAdjustedToUtc: true, unit: 'millis' },
  TIME_MICROS: { kind: 'TIME', isAdjustedToUtc: true, unit: 'micros' },
  TIMESTAMP_MILLIS: { kind: 'TIMESTAMP', isAdjustedToUtc: true, unit: 'millis' },
  TIMESTAMP_MICROS: { kind: 'TIMESTAMP', isAdjustedToUtc: true, unit: 'micros' },
  UINT_8: { kind: 'INTEGER', bitWidth: 8, isSigned: false },
  UINT_16: { kind: 'INTEGER', bitWidth: 16, isSigned: false },
  UINT_32: { kind: 'INTEGER', bitWidth: 32, isSigned: false },
  UINT_64: { kind: 'INTEGER', bitWidth: 64, isSigned: false },
  INT_8: { kind: 'INTEGER', bitWidth: 8, isSigned: true },
  INT_16: { kind: 'INTEGER', bitWidth: 16, isSigned: true },
  INT_32: { kind: 'INTEGER', bitWidth: 32, isSigned: true },
  INT_64: { kind: 'INTEGER', bitWidth: 64, isSigned: true },
  JSON: { kind: 'JSON' },
  BSON: { kind: 'BSON' },
};

/**
 * The type of a leaf: what its annotation says where that goes with the physical type, else the physical type alone,
 * as the format asks for. INT96 is a timestamp, in microseconds as Spark reads it. INTERVAL, BSON, GEOMETRY and
 * GEOGRAPHY are binary as they lie; ENUM and JSON are strings.
 *
 * Raises `PARQUET_CORRUPT` for decimals that cannot be, `PARQUET_UNSUPPORTED` for those of more than 76 digits.
 */
export function leafType(element: SchemaElement, where: FilePlace): DataType {
  const logical = logicalTypeOf(element);
  const physical = element.type as PhysicalType;
  if (physical === 'FIXED_LEN_BYTE_ARRAY' && element.typeLength === undefined) {
    throw damaged(where, 0, `a length of ${element.name}`, 'none');
  }
  if (logical?.kind === 'NULL') return { kind: 'null' };
  if (logical?.kind === 'DECIMAL') {
    const type = decimalType(element, logical.precision, logical.scale, where);
    if (type !== undefined) return type;
  }
  switch (physical) {
    case 'BOOLEAN':
      return { kind: 'boolean' };
    case 'INT32':
      return int32Type(logical);
    case 'INT64':
      return int64Type(logical);
    case 'INT96':
      return { kind: 'timestamp', unit: 'micros', withZone: true };
    case 'FLOAT':
      return { kind: 'float', bits: 32 };
    case 'DOUBLE':
      return { kind: 'float', bits: 64 };
    case 'BYTE_ARRAY': {
      const isText = logical?.kind === 'STRING' || logical?.kind === 'ENUM' || logical?.kind === 'JSON';
      return isText ? { kind: 'string' } : { kind: 'binary', byteLength: undefined };
    }
    case 'FIXED_LEN_BYTE_ARRAY': {
      const byteLength = element.typeLength as number;
      if (logical?.kind === 'UUID' && byteLength === 16) return { kind: 'uuid' };
      if (logical?.kind === 'FLOAT16' && byteLength === 2) return { kind: 'float', bits: 16 };
      return { kind: 'binary', byteLength };
    }
  }
}

function logicalTypeOf(element: SchemaElement): LogicalType | undefined {
  const { logicalType, convertedType } = element;
  if (logicalType !== undefined && logicalType.kind !== 'UNKNOWN_LOGICAL') return logicalType;
  if (convertedType === 'DECIMAL') {
    return { kind: 'DECIMAL', precision: element.precision ?? 0, scale: element.scale ?? 0 };
  }
  return convertedType === undefined ? undefined : CONVERTED[convertedType];
}

function int32Type(logical: LogicalType | undefined): DataType {
  if (logical?.kind === 'DATE') return { kind: 'date' };
  if (logical?.kind === 'TIME' && logical.unit === 'millis') return { kind: 'time', unit: 'millis' };
  if (logical?.kind === 'INTEGER') {
    const { bitWidth: bits, isSigned: signed } = logical;
    if (bits === 8 || bits === 16 || bits === 32) return { kind: 'int', bits, signed };
  }
  return { kind: 'int', bits: 32, signed: true };
}

function int64Type(logical: LogicalType | undefined): DataType {
  if (logical?.kind === 'TIMESTAMP') {
    return { kind: 'timestamp', unit: logical.unit, withZone: logical.isAdjustedToUtc };
  }
  if (logical?.kind === 'TIME' && logical.unit !== 'millis') return { kind: 'time', unit: logical.unit as TimeUnit };
  const signed = logical?.kind !== 'INTEGER' || logical.bitWidth !== 64 || logical.isSigned;
  return { kind: 'int', bits: 64, signed };
}

/** Undefined where the physical type holds no decimals: the annotation is then none. */
function decimalType(element: SchemaElement, precision: number, scale: number, where: FilePlace): DataType | undefined {
  const digits = decimalDigits(element);
  if (digits === undefined) return undefined;
  if (precision < 1 || scale < 0 || scale > precision || precision > digits) {
    throw damaged(where, 0, `a decimal of at most ${digits} digits as ${element.name}`, `(${precision},${scale})`);
  }
  if (precision > MAX_PRECISION) throw unsupported(where, `the decimal ${element.name} of ${precision} digits`);
  return { kind: 'decimal', precision, scale };
}

/** The most digits that values of the leaf can have. */
function decimalDigits(element: SchemaElement): number | undefined {
  switch (element.type) {
    case 'INT32':
      return 9;
    case 'INT64':
      return 18;
    case 'BYTE_ARRAY':
      return Number.MAX_SAFE_INTEGER;
    case 'FIXED_LEN_BYTE_ARRAY':
      return Math.floor(((element.typeLength ?? 0) * 8 - 1) * Math.log10(2));
    default:
      return undefined;
  }
}
