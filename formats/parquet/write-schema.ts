/**
 * How the types of a schema are written: as physical types with their annotations, both the logical ones and, for
 * readers of before 2018, the converted ones they replaced. Lists and maps have the three levels of LogicalTypes.md.
 */
import { CairnError } from '../../lib/base/errors.ts';
import { unreachable } from '../../lib/base/invariant.ts';
import type { DataType, DecimalType, Field, IntType, Schema, TimestampType, TimeType } from '../schema/data-type.ts';
import type { ConvertedType, LogicalType, PhysicalType, Repetition, SchemaElement } from './metadata.ts';

/** The element all others hang below, by the name the format suggests. */
const ROOT_NAME = 'schema';

/**
 * The elements of a file with these columns, the root first. Raises `PARQUET_NOT_WRITABLE` for what the format cannot
 * hold: no columns, structs without fields, two fields of one name, values of no bytes.
 */
export function schemaElements(schema: Schema, path: string): readonly SchemaElement[] {
  const out: SchemaElement[] = [];
  if (schema.fields.length === 0) throw notWritable(path, 'a schema without columns', 'give at least one column');
  out.push(group(ROOT_NAME, undefined, schema.fields.length));
  addFields(out, schema.fields, path);
  return out;
}

/** Bytes of a decimal of so many digits as an array of fixed length. */
export function decimalBytes(precision: number): number {
  // 10^precision - 1 and a sign: log2(10) = 3.3219… bits a digit.
  return Math.ceil((precision * Math.log2(10) + 1) / 8);
}

function addFields(out: SchemaElement[], fields: readonly Field[], path: string): void {
  const seen = new Set<string>();
  for (const each of fields) {
    if (seen.has(each.name)) throw notWritable(path, `two columns named '${each.name}'`, 'name each column once');
    seen.add(each.name);
    addField(out, each.name, each.type, each.nullable ? 'OPTIONAL' : 'REQUIRED', path);
  }
}

function addField(out: SchemaElement[], name: string, type: DataType, repetition: Repetition, path: string): void {
  switch (type.kind) {
    case 'list': {
      const { element } = type;
      out.push(group(name, repetition, 1, { convertedType: 'LIST', logicalType: { kind: 'LIST' } }));
      out.push(group('list', 'REPEATED', 1));
      addField(out, 'element', element.type, element.nullable ? 'OPTIONAL' : 'REQUIRED', path);
      return;
    }
    case 'map': {
      const { key, value } = type;
      out.push(group(name, repetition, 1, { convertedType: 'MAP', logicalType: { kind: 'MAP' } }));
      out.push(group('key_value', 'REPEATED', 2));
      addField(out, 'key', key.type, 'REQUIRED', path);
      addField(out, 'value', value.type, value.nullable ? 'OPTIONAL' : 'REQUIRED', path);
      return;
    }
    case 'struct':
      if (type.fields.length === 0) {
        throw notWritable(path, `the struct '${name}' without fields`, 'leave it out, or give it a field');
      }
      out.push(group(name, repetition, type.fields.length));
      addFields(out, type.fields, path);
      return;
    default:
      // Of nulls alone there is nothing that could be required.
      out.push(leaf(name, type, type.kind === 'null' ? 'OPTIONAL' : repetition, path));
  }
}

type Annotation = Partial<Pick<SchemaElement, 'typeLength' | 'convertedType' | 'logicalType' | 'precision' | 'scale'>>;

function group(
  name: string,
  repetition: Repetition | undefined,
  childCount: number,
  more: Annotation = {},
): SchemaElement {
  return { ...NOTHING, name, type: undefined, repetition, childCount, ...more };
}

const NOTHING = {
  ...{ typeLength: undefined, convertedType: undefined, scale: undefined },
  ...{ precision: undefined, fieldId: undefined, logicalType: undefined },
} as const;

function leaf(name: string, type: DataType, repetition: Repetition, path: string): SchemaElement {
  const [physical, more] = physicalOf(type, name, path);
  return { ...NOTHING, name, type: physical, repetition, childCount: 0, ...more };
}

function physicalOf(type: DataType, name: string, path: string): readonly [PhysicalType, Annotation] {
  switch (type.kind) {
    case 'null':
      return ['INT32', { logicalType: { kind: 'NULL' } }];
    case 'boolean':
      return ['BOOLEAN', {}];
    case 'int':
      return [type.bits === 64 ? 'INT64' : 'INT32', intAnnotation(type)];
    case 'float':
      if (type.bits === 16) return ['FIXED_LEN_BYTE_ARRAY', { typeLength: 2, logicalType: { kind: 'FLOAT16' } }];
      return [type.bits === 32 ? 'FLOAT' : 'DOUBLE', {}];
    case 'decimal':
      return decimalOf(type);
    case 'string':
      return ['BYTE_ARRAY', { convertedType: 'UTF8', logicalType: { kind: 'STRING' } }];
    case 'binary':
      if (type.byteLength === undefined) return ['BYTE_ARRAY', {}];
      if (type.byteLength < 1) throw notWritable(path, `'${name}' of values of no bytes`, 'write it as binary');
      return ['FIXED_LEN_BYTE_ARRAY', { typeLength: type.byteLength }];
    case 'uuid':
      return ['FIXED_LEN_BYTE_ARRAY', { typeLength: 16, logicalType: { kind: 'UUID' } }];
    case 'date':
      return ['INT32', { convertedType: 'DATE', logicalType: { kind: 'DATE' } }];
    case 'time':
      return [type.unit === 'millis' ? 'INT32' : 'INT64', timeAnnotation(type)];
    case 'timestamp':
      return ['INT64', timestampAnnotation(type)];
    case 'list':
    case 'map':
    case 'struct':
      return unreachable(type as never);
    default:
      return unreachable(type);
  }
}

/** Signed numbers of 32 and 64 bits are what the physical types are without a word. */
function intAnnotation({ bits, signed }: IntType): Annotation {
  if (signed && bits >= 32) return {};
  const convertedType: ConvertedType = `${signed ? 'INT' : 'UINT'}_${bits}`;
  return { convertedType, logicalType: { kind: 'INTEGER', bitWidth: bits, isSigned: signed } };
}

function decimalOf({ precision, scale }: DecimalType): readonly [PhysicalType, Annotation] {
  const annotation: Annotation = {
    ...{ convertedType: 'DECIMAL', precision, scale },
    logicalType: { kind: 'DECIMAL', precision, scale },
  };
  if (precision <= 9) return ['INT32', annotation];
  if (precision <= 18) return ['INT64', annotation];
  return ['FIXED_LEN_BYTE_ARRAY', { ...annotation, typeLength: decimalBytes(precision) }];
}

/** What a clock on the wall shows: there is no converted type for that. */
function timeAnnotation({ unit }: TimeType): Annotation {
  return { logicalType: { kind: 'TIME', isAdjustedToUtc: false, unit } };
}

function timestampAnnotation({ unit, withZone }: TimestampType): Annotation {
  const logicalType: LogicalType = { kind: 'TIMESTAMP', isAdjustedToUtc: withZone, unit };
  if (!withZone || unit === 'nanos') return { logicalType };
  return { logicalType, convertedType: unit === 'millis' ? 'TIMESTAMP_MILLIS' : 'TIMESTAMP_MICROS' };
}

function notWritable(path: string, what: string, remedy: string): CairnError {
  return new CairnError('PARQUET_NOT_WRITABLE', { path, what, remedy });
}
