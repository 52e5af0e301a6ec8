/**
 * One schema for several files: all columns of all of them, each in a type that holds what every file has. A column that
 * a file lacks is missing in its rows.
 *
 * Wider are: integers of more bits (unsigned ones in signed ones of more bits), float64 than float32 and than integers of
 * up to 32 bits, decimals of the same scale and more digits, structs with more fields. Nothing else is changed: text never
 * becomes a number, nor a 64-bit integer a double.
 */
import { CairnError } from '../../lib/base/errors.ts';
import { type DataType, equalTypes, type Field, formatType, type IntType, type Schema } from '../schema/data-type.ts';

/** A schema and the file it is of. */
export interface SourceSchema {
  readonly source: string;
  readonly schema: Schema;
}

/** The columns of all schemas, in order of first mention. Raises `SCHEMAS_DIFFER`. */
export function mergeSchemas(schemas: readonly SourceSchema[]): Schema {
  const [first, ...others] = schemas;
  if (first === undefined) return { fields: [] };
  /** Where each column was first seen. */
  const sources = new Map(first.schema.fields.map(({ name }) => [name, first.source]));
  let merged: readonly Field[] = [...byName(first.schema.fields).values()];
  for (const { source, schema } of others) {
    merged = mergeFields(merged, schema.fields, (name, a, b) => {
      const top = name.split('.')[0] as string;
      return new CairnError('SCHEMAS_DIFFER', {
        column: name,
        expected: formatType(a),
        first: sources.get(top) ?? first.source,
        found: formatType(b),
        other: source,
      });
    });
    for (const { name } of schema.fields) if (!sources.has(name)) sources.set(name, source);
  }
  return { fields: merged };
}

/** Names may stand twice in what others wrote: the first counts, as everywhere. */
function byName(fields: readonly Field[]): ReadonlyMap<string, Field> {
  const named = new Map<string, Field>();
  for (const each of fields) if (!named.has(each.name)) named.set(each.name, each);
  return named;
}

type Conflict = (name: string, a: DataType, b: DataType) => CairnError;

function mergeFields(a: readonly Field[], b: readonly Field[], conflict: Conflict, prefix = ''): readonly Field[] {
  const others = byName(b);
  const known = byName(a);
  const merged = [...known.values()].map((each): Field => {
    const other = others.get(each.name);
    // Missing in the rows of the other file.
    if (other === undefined) return { ...each, nullable: true };
    const type = mergeTypes(each.type, other.type, conflict, `${prefix}${each.name}`);
    return { name: each.name, type, nullable: each.nullable || other.nullable };
  });
  const added = [...others.values()]
    .filter(({ name }) => !known.has(name))
    .map((each): Field => ({ ...each, nullable: true }));
  return [...merged, ...added];
}

function mergeTypes(a: DataType, b: DataType, conflict: Conflict, name: string): DataType {
  if (equalTypes(a, b) || b.kind === 'null') return a;
  if (a.kind === 'null') return b;
  if (a.kind === 'struct' && b.kind === 'struct') {
    return { kind: 'struct', fields: mergeFields(a.fields, b.fields, conflict, `${name}.`) };
  }
  if (a.kind === 'list' && b.kind === 'list') {
    return { kind: 'list', element: mergeField(a.element, b.element, conflict, `${name}.element`) };
  }
  if (a.kind === 'map' && b.kind === 'map') {
    const key = mergeField(a.key, b.key, conflict, `${name}.key`);
    return { kind: 'map', key, value: mergeField(a.value, b.value, conflict, `${name}.value`) };
  }
  const wider = widerOf(a, b) ?? widerOf(b, a);
  if (wider === undefined) throw conflict(name, a, b);
  return wider;
}

function mergeField(a: Field, b: Field, conflict: Conflict, name: string): Field {
  return { name: a.name, type: mergeTypes(a.type, b.type, conflict, name), nullable: a.nullable || b.nullable };
}

/** The type that holds what both do, `a` being the narrower one; undefined where none does. */
function widerOf(a: DataType, b: DataType): DataType | undefined {
  if (a.kind === 'int' && b.kind === 'int') return widerInt(a, b);
  if (b.kind === 'float' && b.bits === 64) {
    if (a.kind === 'float' || (a.kind === 'int' && a.bits <= 32)) return b;
  }
  if (a.kind === 'float' && b.kind === 'float') return a.bits <= b.bits ? b : undefined;
  if (a.kind === 'decimal' && b.kind === 'decimal' && a.scale === b.scale) {
    return a.precision <= b.precision ? b : undefined;
  }
  if (a.kind === 'binary' && b.kind === 'binary') return { kind: 'binary', byteLength: undefined };
  return undefined;
}

function widerInt(a: IntType, b: IntType): DataType | undefined {
  if (a.signed === b.signed) return a.bits <= b.bits ? b : undefined;
  if (!b.signed) return undefined;
  // An unsigned and a signed one: twice the bits of the unsigned one hold both.
  const bits = Math.max(b.bits, a.bits * 2);
  return bits <= 64 ? { kind: 'int', bits: bits as IntType['bits'], signed: true } : undefined;
}
