/**
 * The fields of JSON records from a sample of them.
 *
 * As in Spark, types widen: integers and numbers with a fraction become doubles, lists and structs are joined item by
 * item and field by field, and whatever has nothing in common becomes a string. Fields are in the order in which they
 * are first met. Integers that no number holds are bigints, and strings beside numbers with a fraction.
 */
import { CairnError } from '../../lib/base/errors.ts';
import { CORRUPT_RECORD } from '../text/record-mode.ts';
import type { TextField, TextType } from '../text/text-type.ts';
import type { JsonSettings } from './json-settings.ts';
import { type JsonSource, NoJson } from './json-source.ts';

const BOOLEAN = 1;
const INT32 = 2;
const INT64 = 4;
const BIGINT = 8;
const DOUBLE = 16;
const STRING = 32;
const LIST = 64;
const STRUCT = 128;
/** An integer beyond what numbers count in ones, as JavaScript writes a double of that size. */
const LARGE = 256;

/** Distinct fields of a struct: beyond it names are data, and a schema of them no use. */
const MAX_FIELDS = 20_480;

/** What was seen of a value's place. */
class Seen {
  kinds = 0;
  item: Seen | undefined;
  fields: Map<string, Seen> | undefined;

  add(value: unknown): void {
    switch (typeof value) {
      case 'boolean':
        this.kinds |= BOOLEAN;
        return;
      case 'number':
        this.kinds |= kindOfNumber(value);
        return;
      case 'bigint':
        this.kinds |= kindOfBigInt(value);
        return;
      case 'string':
        this.kinds |= STRING;
        return;
    }
    if (Array.isArray(value)) {
      this.kinds |= LIST;
      this.item ??= new Seen();
      for (const each of value) this.item.add(each);
    } else if (typeof value === 'object' && value !== null) {
      this.kinds |= STRUCT;
      this.addFields(value);
    }
  }

  addFields(record: object): void {
    this.fields ??= new Map();
    for (const [name, value] of Object.entries(record)) {
      let field = this.fields.get(name);
      if (field === undefined) {
        field = new Seen();
        this.fields.set(name, field);
      }
      field.add(value);
    }
    if (this.fields.size > MAX_FIELDS) throw tooManyFields(this.fields.size);
  }

  type(): TextType {
    const isWithin = (allowed: number): boolean => (this.kinds & ~allowed) === 0;
    if (this.kinds === 0) return 'string';
    if (this.kinds === LIST && this.item !== undefined) return { list: this.item.type() };
    if (this.kinds === STRUCT && this.fields !== undefined && this.fields.size > 0) return { struct: this.pairs() };
    if (isWithin(BOOLEAN)) return 'boolean';
    if (isWithin(INT32)) return 'int32';
    if (isWithin(INT32 | INT64)) return 'int64';
    if (isWithin(INT32 | INT64 | BIGINT | LARGE)) return 'bigint';
    if (isWithin(INT32 | INT64 | LARGE | DOUBLE)) return 'double';
    return 'string';
  }

  pairs(): TextField[] {
    return Array.from(this.fields ?? [], ([name, field]) => [name, field.type()] as const);
  }
}

function kindOfNumber(value: number): number {
  if ((value | 0) === value) return Object.is(value, -0) ? DOUBLE : INT32;
  return Number.isSafeInteger(value) ? INT64 : DOUBLE;
}

function kindOfBigInt(value: bigint): number {
  const isDouble = String(Number(value)) === String(value);
  if (BigInt.asIntN(64, value) === value) return isDouble ? LARGE : BIGINT;
  return isDouble ? DOUBLE : STRING;
}

function tooManyFields(found: number): CairnError {
  return new CairnError('LIMIT_EXCEEDED', {
    what: 'the number of fields of JSON records',
    found,
    limit: MAX_FIELDS,
    remedy: "give the fields that are wanted with the option 'schema'",
  });
}

/**
 * Reads a sample. `sources` are texts from their beginnings, in order, asked for one by one; what comes after the sample
 * is not read. Where records of it are malformed and the mode is PERMISSIVE, a field for them comes last, as in Spark;
 * so it does where it was given a name.
 */
export function inferJson(sources: Iterable<JsonSource>, settings: JsonSettings): readonly TextField[] {
  const seen = new Seen();
  let isCorrupt = settings.columnNameOfCorruptRecord !== undefined;
  let left = settings.sampleRows;
  for (const source of sources) {
    while (left > 0) {
      const value = source.next();
      if (value === undefined) break;
      for (const record of Array.isArray(value) ? value : [value]) {
        if (isRecord(record)) seen.addFields(record);
        else if (settings.mode === 'PERMISSIVE') isCorrupt = true;
      }
      left--;
    }
    if (left <= 0) break;
  }
  const name = settings.columnNameOfCorruptRecord ?? CORRUPT_RECORD;
  const fields = seen.pairs();
  if (!isCorrupt) return fields;
  return [...fields.filter(([each]) => each !== name), [name, 'string']];
}

/** Whether a value can be a row: an object that is no array. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof NoJson);
}
