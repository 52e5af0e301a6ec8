/**
 * From what drivers give (texts, bytes, SQLite's own values) to vectors. A value that its column's type does not hold
 * raises DATABASE_VALUE_TYPE with table, column and value: none is rounded, and none becomes null.
 */

import { placeLiteral } from '../../formats/scan/bind-literal.ts';
import { describe, type VectorBuilder } from '../../formats/schema/builder-parts.ts';
import { type DataType, formatType } from '../../formats/schema/data-type.ts';
import type { Vector } from '../../formats/schema/vector.ts';
import { vectorBuilder } from '../../formats/schema/vector-builder.ts';
import { CairnError } from '../../lib/base/errors.ts';
import type { TableColumn } from './table-column.ts';

/** A row as a driver gives it: null, text, bytes, or what SQLite holds. */
export type RawRow = readonly unknown[];

/** Not of the column's type. */
const MISMATCH = Symbol('a value of another type');

type Decode = (value: unknown) => unknown;

/** Makes vectors of rows, a column each. */
export class RawRows {
  readonly #columns: readonly TableColumn[];
  readonly #table: string;
  readonly #builders: readonly VectorBuilder[];
  readonly #decoders: readonly Decode[];

  /** `table` names it in errors. `isText`: see `decoderOf`. */
  constructor(columns: readonly TableColumn[], table: string, isText: boolean) {
    this.#columns = columns;
    this.#table = table;
    this.#builders = columns.map(({ field }) => vectorBuilder(field.type, field.name, 'a row'));
    this.#decoders = columns.map((each) => decoderOf(each, isText));
  }

  /** The vectors of the rows, which are the caller's. */
  vectors(rows: readonly RawRow[]): readonly Vector[] {
    return this.#builders.map((builder, c) => {
      const decode = this.#decoders[c] as Decode;
      for (const row of rows) {
        const value = row[c];
        try {
          const decoded = value === null || value === undefined ? null : decode(value);
          if (decoded === MISMATCH) throw this.#wrong(c, value);
          builder.add(decoded);
        } catch (error) {
          if (CairnError.is(error, 'ROW_NOT_WRITABLE') || CairnError.is(error, 'VALUE_NOT_EXACT')) {
            throw this.#wrong(c, value, error);
          }
          throw error;
        }
      }
      return builder.take();
    });
  }

  #wrong(index: number, value: unknown, cause?: unknown): CairnError {
    const { field } = this.#columns[index] as TableColumn;
    const shown = value instanceof Uint8Array ? `${value.length} bytes` : describe(value);
    return new CairnError(
      'DATABASE_VALUE_TYPE',
      {
        column: field.name,
        table: this.#table,
        type: formatType(field.type),
        value: shown,
        remedy: `give the column another type: { schema: { ${JSON.stringify(field.name)}: 'string' } }`,
      },
      cause === undefined ? {} : { cause },
    );
  }
}

/** `isText`: all values come as texts, or as bytes; else a text is one, and never a number. */
function decoderOf({ field: { type } }: TableColumn, isText: boolean): Decode {
  const holdsText = ['string', 'decimal', 'uuid', 'date', 'timestamp', 'time'].includes(type.kind);
  const fromText = isText || holdsText ? textDecoder(type) : () => MISMATCH;
  return (value) => {
    switch (typeof value) {
      case 'string':
        return fromText(value);
      case 'bigint':
        return fromInteger(type, value);
      case 'number':
        return fromFloat(type, value);
      default:
        if (!(value instanceof Uint8Array)) return MISMATCH;
        return type.kind === 'binary' || type.kind === 'uuid' ? value : MISMATCH;
    }
  };
}

const WHOLE = /^[+-]?\d{1,80}$/;
const FLOAT = /^([+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|[+-]?Infinity|NaN)$/i;

function textDecoder(type: DataType): (text: string) => unknown {
  switch (type.kind) {
    case 'boolean':
      return (text) => (/^(t|true|1)$/i.test(text) ? true : /^(f|false|0)$/i.test(text) ? false : MISMATCH);
    case 'int':
      return (text) => (WHOLE.test(text) ? BigInt(text) : MISMATCH);
    case 'float':
      return type.bits === 32
        ? // The shortest digits of a narrow float are those of no other one.
          (text) => (FLOAT.test(text) ? Math.fround(Number(text)) : MISMATCH)
        : (text) => (FLOAT.test(text) ? Number(text) : MISMATCH);
    case 'date':
      return (text) => {
        const days = instantOf(type, text);
        return days === undefined ? MISMATCH : new Date(Number(days) * 86_400_000);
      };
    case 'timestamp':
    case 'time':
      return (text) => instantOf(type, text) ?? MISMATCH;
    case 'decimal':
    case 'string':
    case 'uuid':
      return (text) => text;
    default:
      return () => MISMATCH;
  }
}

/** In the type's unit; undefined where it is none, or not exactly one. */
function instantOf(type: DataType, text: string): bigint | undefined {
  const place = placeLiteral(type, text.replace(/\+00(:?00)?$/, 'Z'));
  if (place === undefined || place.from === place.to) return undefined;
  return place.from as bigint;
}

function fromInteger(type: DataType, value: bigint): unknown {
  switch (type.kind) {
    case 'boolean':
      return value === 1n ? true : value === 0n ? false : MISMATCH;
    case 'float': {
      const number = Number(value);
      return BigInt(number) === value ? number : MISMATCH;
    }
    case 'int':
    case 'decimal':
    case 'timestamp':
    case 'time':
      return value;
    case 'string':
      return String(value);
    default:
      return MISMATCH;
  }
}

function fromFloat(type: DataType, value: number): unknown {
  switch (type.kind) {
    case 'float':
    case 'int':
    case 'decimal':
      return value;
    case 'string':
      return String(value);
    default:
      return MISMATCH;
  }
}
