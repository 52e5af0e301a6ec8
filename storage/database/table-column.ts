import { type DataType, equalTypes, type Field } from '../../formats/schema/data-type.ts';

/**
 * How conditions on a column are said in SQL so that the database compares as bind-predicate.ts does: by the order of
 * which values. `equality` is of texts of which the database knows no order by bytes; `none` is compared here alone.
 */
export type ColumnOrder =
  | 'boolean'
  | 'integer'
  | 'float'
  | 'decimal'
  | 'text'
  | 'equality'
  | 'binary'
  | 'uuid'
  | 'date'
  | 'timestamp'
  | 'none';

/** A column of a table or of a query's result. Plain data. */
export interface TableColumn {
  readonly field: Field;
  readonly order: ColumnOrder;
  /** What the database calls its type, for the casts of literals: `int8`. */
  readonly native: string;
  /** Values come as bytes of their own instead of as text. */
  readonly isBinary: boolean;
  /** 64-bit integers become numbers; one that no number holds fails the task. */
  readonly asNumbers: boolean;
}

/** What decides about types, besides the table. */
export interface ColumnOptions {
  /** Types of columns that are given; the others are found out. */
  readonly schema: readonly Field[];
  /** Those of `schema` whose 64-bit integers were asked for as bigints. */
  readonly bigints: readonly string[];
  /** Rows that types are inferred from, where the database declares none. */
  readonly sampleRows: number;
  readonly int64: 'auto' | 'number' | 'bigint';
}

/** Whether a column of 64-bit integers gives numbers; `isSafe` is what is known of its values. */
export function asNumbers(
  { schema, bigints, int64 }: ColumnOptions,
  name: string,
  type: DataType,
  isSafe: boolean,
): boolean {
  if (type.kind !== 'int' || type.bits < 64 || bigints.includes(name)) return false;
  return int64 === 'number' || (int64 === 'auto' && (isSafe || schema.some((each) => each.name === name)));
}

/** A column as it is read: of the type that was given, whose order the database then need not share. */
export function columnAsGiven(column: TableColumn, options: ColumnOptions): TableColumn {
  const own = options.schema.find(({ name }) => name === column.field.name);
  const found = own ?? column.field;
  return {
    ...column,
    field: found,
    order: equalTypes(found.type, column.field.type) ? column.order : 'none',
    asNumbers: asNumbers(options, found.name, found.type, false),
  };
}
