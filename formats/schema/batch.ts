/**
 * Batches: what flows between steps, and what blocks, map outputs, spills and checkpoints are made of.
 *
 * A batch of records is held either as columns, when every record fits one inferred shape, or as plain JS values.
 * Both forms stand for the same records: `materializeRows` of one equals the other. Buffers of a column batch are
 * shared by whoever holds the batch and are never written after it is made.
 */

/** Marks per record in a column's `nulls`: 0 present, 1 `null`, 2 `undefined`. The value slot of 1 and 2 is unused. */
export type NullMarks = Uint8Array;

/**
 * Numbers that are all int32 (and not -0), in the narrowest array that holds them. A column of nothing but null and
 * undefined is one of these too, with zeros under its marks.
 */
export interface IntColumn {
  readonly kind: 'int';
  readonly values: Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array;
  readonly nulls: NullMarks | undefined;
}

/** Any numbers, -0 and NaN included. */
export interface DoubleColumn {
  readonly kind: 'double';
  readonly values: Float64Array;
  readonly nulls: NullMarks | undefined;
}

/** Booleans as 0 and 1. */
export interface BooleanColumn {
  readonly kind: 'boolean';
  readonly values: Uint8Array;
  readonly nulls: NullMarks | undefined;
}

/** Strings by code into a dictionary in order of first use. */
export interface DictionaryColumn {
  readonly kind: 'dictionary';
  readonly codes: Uint8Array | Uint16Array | Int32Array;
  readonly dictionary: readonly string[];
  readonly nulls: NullMarks | undefined;
}

/**
 * Strings that repeat too little for a dictionary; `values[i]` is '' where `nulls[i]` is not 0. In a batch read from a
 * frame `values` is a getter that decodes on first use: read it once, outside of loops.
 */
export interface StringColumn {
  readonly kind: 'string';
  readonly values: readonly string[];
  readonly nulls: NullMarks | undefined;
}

/** Dates as milliseconds since the epoch; an invalid date is NaN. */
export interface DateColumn {
  readonly kind: 'date';
  readonly values: Float64Array;
  readonly nulls: NullMarks | undefined;
}

/** Bigints that fit 64 bits. */
export interface BigIntColumn {
  readonly kind: 'bigint';
  readonly values: BigInt64Array;
  readonly nulls: NullMarks | undefined;
}

/** Plain objects (prototype `Object.prototype`) with the same own keys in the same order. */
export interface ObjectColumn {
  readonly kind: 'object';
  readonly names: readonly string[];
  readonly fields: readonly Column[];
  readonly nulls: NullMarks | undefined;
}

/** Arrays of one length whose i-th items share a shape: pairs, above all. */
export interface TupleColumn {
  readonly kind: 'tuple';
  readonly items: readonly Column[];
  readonly nulls: NullMarks | undefined;
}

/**
 * Arrays of any length over items of one shape: record i holds `item[offsets[i]] … item[offsets[i + 1] - 1]`.
 * There is one offset more than records; the first is 0, the last the number of items.
 */
export interface ListColumn {
  readonly kind: 'list';
  readonly offsets: Int32Array;
  readonly item: Column;
  readonly nulls: NullMarks | undefined;
}

/** Whatever has no narrower column; stored with the value codec. Nulls are in the values themselves. */
export interface ValueColumn {
  readonly kind: 'value';
  readonly values: readonly unknown[];
  readonly nulls: undefined;
}

export type Column =
  | IntColumn
  | DoubleColumn
  | BooleanColumn
  | DictionaryColumn
  | StringColumn
  | DateColumn
  | BigIntColumn
  | ObjectColumn
  | TupleColumn
  | ListColumn
  | ValueColumn;

/** `rowCount` records as columns; `root` has one entry a record. */
export interface ColumnBatch {
  readonly kind: 'columns';
  readonly rowCount: number;
  readonly root: Column;
}

/** The records `rows[from] … rows[to - 1]` as they are. The array is shared and never written. */
export interface RowBatch {
  readonly kind: 'rows';
  readonly rows: readonly unknown[];
  readonly from: number;
  readonly to: number;
}

export type Batch = ColumnBatch | RowBatch;

export function rowBatch(rows: readonly unknown[], from = 0, to = rows.length): RowBatch {
  return { kind: 'rows', rows, from, to };
}

export function batchLength(batch: Batch): number {
  return batch.kind === 'columns' ? batch.rowCount : batch.to - batch.from;
}
