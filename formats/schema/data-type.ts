/**
 * The types that columns of files and tables have. What each becomes as a JS value is said in docs/types.md.
 *
 * A type says what values mean, a vector (vector.ts) how they lie in memory: the same type may lie in several ways.
 */

export type TimeUnit = 'millis' | 'micros' | 'nanos';

export interface NullType {
  readonly kind: 'null';
}

export interface BooleanType {
  readonly kind: 'boolean';
}

export interface IntType {
  readonly kind: 'int';
  readonly bits: 8 | 16 | 32 | 64;
  readonly signed: boolean;
}

export interface FloatType {
  readonly kind: 'float';
  readonly bits: 16 | 32 | 64;
}

/** `precision` digits, of which `scale` stand after the point: 0 <= scale <= precision. */
export interface DecimalType {
  readonly kind: 'decimal';
  readonly precision: number;
  readonly scale: number;
}

/** Text in UTF-8. */
export interface StringType {
  readonly kind: 'string';
}

export interface BinaryType {
  readonly kind: 'binary';
  /** Bytes of every value; undefined when they differ. */
  readonly byteLength: number | undefined;
}

/** 16 bytes, most significant first. */
export interface UuidType {
  readonly kind: 'uuid';
}

/** Days since 1970-01-01 in the proleptic Gregorian calendar. */
export interface DateType {
  readonly kind: 'date';
}

/** Time since midnight. */
export interface TimeType {
  readonly kind: 'time';
  readonly unit: TimeUnit;
}

/**
 * Time since 1970-01-01T00:00:00. With a zone it is an instant, counted in UTC; without one it is what a clock on the
 * wall showed, counted as if that clock had shown UTC.
 */
export interface TimestampType {
  readonly kind: 'timestamp';
  readonly unit: TimeUnit;
  readonly withZone: boolean;
}

export interface ListType {
  readonly kind: 'list';
  readonly element: Field;
}

export interface MapType {
  readonly kind: 'map';
  readonly key: Field;
  readonly value: Field;
}

export interface StructType {
  readonly kind: 'struct';
  readonly fields: readonly Field[];
}

export type DataType =
  | NullType
  | BooleanType
  | IntType
  | FloatType
  | DecimalType
  | StringType
  | BinaryType
  | UuidType
  | DateType
  | TimeType
  | TimestampType
  | ListType
  | MapType
  | StructType;

/** A named member of a schema, a struct, a list (`element`) or a map (`key`, `value`). */
export interface Field {
  readonly name: string;
  readonly type: DataType;
  readonly nullable: boolean;
}

/** The columns of a table in their order. Names may repeat in what others wrote; look-ups take the first. */
export interface Schema {
  readonly fields: readonly Field[];
}

export function field(name: string, type: DataType, nullable = true): Field {
  return { name, type, nullable };
}

/** A type as text, such as `list<struct<a: int32, b: decimal(9,2) not null>>`: for `explain`, `inspect` and goldens. */
export function formatType(type: DataType): string {
  switch (type.kind) {
    case 'int':
      return `${type.signed ? '' : 'u'}int${type.bits}`;
    case 'float':
      return `float${type.bits}`;
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`;
    case 'binary':
      return type.byteLength === undefined ? 'binary' : `binary(${type.byteLength})`;
    case 'time':
      return `time(${type.unit})`;
    case 'timestamp':
      return `timestamp(${type.unit}${type.withZone ? ', zone' : ''})`;
    case 'list':
      return `list<${formatType(type.element.type)}${formatNullable(type.element)}>`;
    case 'map':
      return `map<${formatType(type.key.type)}, ${formatType(type.value.type)}${formatNullable(type.value)}>`;
    case 'struct':
      return `struct<${type.fields.map(formatField).join(', ')}>`;
    default:
      return type.kind;
  }
}

/** A field as text: `name: type`, and `not null` where it is so. */
export function formatField(each: Field): string {
  return `${each.name}: ${formatType(each.type)}${formatNullable(each)}`;
}

function formatNullable(each: Field): string {
  return each.nullable ? '' : ' not null';
}

/** Whether two types are the same, names and nullability of nested fields included. */
export function equalTypes(a: DataType, b: DataType): boolean {
  switch (a.kind) {
    case 'int':
      return b.kind === 'int' && a.bits === b.bits && a.signed === b.signed;
    case 'float':
      return b.kind === 'float' && a.bits === b.bits;
    case 'decimal':
      return b.kind === 'decimal' && a.precision === b.precision && a.scale === b.scale;
    case 'binary':
      return b.kind === 'binary' && a.byteLength === b.byteLength;
    case 'time':
      return b.kind === 'time' && a.unit === b.unit;
    case 'timestamp':
      return b.kind === 'timestamp' && a.unit === b.unit && a.withZone === b.withZone;
    case 'list':
      return b.kind === 'list' && equalFields(a.element, b.element);
    case 'map':
      return b.kind === 'map' && equalFields(a.key, b.key) && equalFields(a.value, b.value);
    case 'struct':
      return (
        b.kind === 'struct' &&
        a.fields.length === b.fields.length &&
        a.fields.every((each, i) => equalFields(each, b.fields[i] as Field))
      );
    default:
      return a.kind === b.kind;
  }
}

function equalFields(a: Field, b: Field): boolean {
  return a.name === b.name && a.nullable === b.nullable && equalTypes(a.type, b.type);
}
