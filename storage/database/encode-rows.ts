/**
 * From records to the values of statements. Of a column whose type is known, values are those that the type holds
 * exactly (vector-builder.ts says which); of others, what the database makes of the value is its own affair.
 */
import { materializeRows } from '../../formats/record/materialize-rows.ts';
import { recordColumns } from '../../formats/record/record-columns.ts';
import { describe, rowNotWritable } from '../../formats/schema/builder-parts.ts';
import { type DataType, field, type TimestampType } from '../../formats/schema/data-type.ts';
import { ownProperty } from '../../formats/schema/nested-builder.ts';
import { vectorBuilder } from '../../formats/schema/vector-builder.ts';
import { CairnError } from '../../lib/base/errors.ts';
import { instantText } from './bound-value.ts';
import type { DialectName } from './database-settings.ts';
import type { LiteralValue } from './sql-dialect.ts';

/** A column that is written to. */
export interface TargetColumn {
  readonly name: string;
  /** Undefined where values are given to the database as they are. */
  readonly type: DataType | undefined;
  /** Dates without a time of day are written as days, though any value may be in the column. */
  readonly holdsDays?: boolean;
}

/** A value of a statement. */
export type RowValue = LiteralValue | null;

/** What records are called in errors. */
export const ROWS = 'a row of a table';

/** The values of the records' own properties, a list a record. Raises ROW_NOT_WRITABLE and VALUE_NOT_EXACT. */
export function encodeRows(
  dialect: DialectName,
  columns: readonly TargetColumn[],
  rows: readonly object[],
): readonly RowValue[][] {
  const encoded = rows.map((): RowValue[] => new Array<RowValue>(columns.length));
  columns.forEach((column, c) => {
    // MySQL's booleans are integers.
    const isCount = dialect === 'mysql' && column.type?.kind === 'int';
    const own = rows.map((row) => {
      const value = ownProperty(row, column.name);
      return isCount && typeof value === 'boolean' ? Number(value) : value;
    });
    const values = column.type === undefined ? own : conform(column.type, column.name, own);
    for (let r = 0; r < values.length; r++) {
      (encoded[r] as RowValue[])[c] = encode(dialect, column, values[r]);
    }
  });
  return encoded;
}

/** The values as records of the type have them: checked, decimals and UUIDs in one form, times as whole units. */
function conform(type: DataType, name: string, values: readonly unknown[]): readonly unknown[] {
  const builder = vectorBuilder(type, name, ROWS);
  for (const value of values) builder.add(value);
  const table = { fields: [field(name, type)], rowCount: values.length, vectors: [builder.take()] };
  const mapping = { int64: 'bigint', timestamp: 'bigint', decimal: 'string' } as const;
  return materializeRows(recordColumns(table, mapping)).map((row) => ownProperty(row as object, name));
}

function encode(dialect: DialectName, column: TargetColumn, value: unknown): RowValue {
  const { name, type } = column;
  if (value === null || value === undefined) return null;
  switch (typeof value) {
    case 'boolean':
    case 'string':
      return value;
    case 'number':
      if (type?.kind === 'time') return clockText(type.unit, BigInt(value));
      if (Number.isNaN(value) ? dialect !== 'postgres' : !Number.isFinite(value) && dialect === 'mysql') {
        throw unfit(name, value, `${dialect} has no such number`);
      }
      return value;
    case 'bigint':
      if (type?.kind === 'timestamp') return momentText(dialect, type, name, value);
      if (type?.kind === 'time') return clockText(type.unit, value);
      if (dialect === 'sqlite' && BigInt.asIntN(64, value) !== value) {
        const target = 'an integer of SQLite';
        const remedy = 'write it as text';
        throw new CairnError('VALUE_NOT_EXACT', { column: name, value: String(value), target, remedy });
      }
      return value;
    default:
      if (value instanceof Date) return dateText(dialect, column, value);
      if (value instanceof Uint8Array) return value;
      throw unfit(name, value, 'no column takes it');
  }
}

function unfit(name: string, value: unknown, why: string): CairnError {
  return rowNotWritable(
    ROWS,
    `column '${name}' has ${describe(value)}, and ${why}`,
    'map records to other values first',
  );
}

const MILLIS: TimestampType = { kind: 'timestamp', unit: 'millis', withZone: true };

function dateText(dialect: DialectName, { name, type, holdsDays }: TargetColumn, value: Date): string {
  const millis = value.getTime();
  if (Number.isNaN(millis)) throw unfit(name, value, 'it is no time');
  const text = momentText(dialect, MILLIS, name, BigInt(millis));
  const isDay = type?.kind === 'date' || (holdsDays === true && millis % 86_400_000 === 0);
  return isDay ? text.slice(0, 10) : text;
}

/** With its zone for PostgreSQL alone: MySQL's sessions have it, and SQLite's texts are compared with such as have none. */
function momentText(dialect: DialectName, type: TimestampType, name: string, value: bigint): string {
  const text = instantText(dialect === 'postgres' ? type : { ...type, withZone: false }, value);
  if (text === undefined) throw unfit(name, value, 'databases write the years 1 to 9999');
  return text;
}

const PER_SECOND = { millis: 1000n, micros: 1_000_000n, nanos: 1_000_000_000n } as const;

function clockText(unit: keyof typeof PER_SECOND, value: bigint): string {
  const perSecond = PER_SECOND[unit];
  const seconds = Number(value / perSecond);
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const fraction = String(value % perSecond).padStart(String(perSecond).length - 1, '0');
  return `${clock.map((each) => String(each).padStart(2, '0')).join(':')}.${fraction}`;
}
