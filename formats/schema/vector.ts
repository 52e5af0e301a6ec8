/**
 * Vectors: the columns of a table as they come from files and go into them. Typed arrays, a bitmap of what is there,
 * strings as bytes, 64-bit integers as pairs of int32: no JS value is made for a value until someone asks for it.
 *
 * Relation to `Column` (batch.ts): that is how *records* of a dataset lie, with a mark a value for `null` and
 * `undefined`, and JS strings; `recordBatch` (vector-records.ts) gives the one for the other and shares the
 * arrays where both have them in the same form.
 *
 * Slots of missing values hold zeros, or nothing: read them through `validity` alone. Arrays may be longer than
 * `length`; what lies beyond is unspecified. Who made a vector says how long its arrays live; `ownVector`
 * (own-vector.ts) copies what has to live longer. Holders never write to them.
 */
import type { DataType, Field } from './data-type.ts';

interface AnyVector {
  readonly type: DataType;
  /** Values, missing ones included. */
  readonly length: number;
  /** Bit `i & 7` of byte `i >> 3` is set where value i is there; undefined when all are. */
  readonly validity: Uint8Array | undefined;
  readonly nullCount: number;
}

/** Nothing but missing values. */
export interface NullVector extends AnyVector {
  readonly layout: 'null';
}

/** Booleans as 0 and 1, a byte each. */
export interface BooleanVector extends AnyVector {
  readonly layout: 'boolean';
  readonly values: Uint8Array;
}

/**
 * Whatever a number of 32 bits or a double holds: integers to 32 bits, floats, dates as days, times in milliseconds,
 * decimals as unscaled integers where the file has them in 32 bits.
 */
export interface NumberVector extends AnyVector {
  readonly layout: 'number';
  readonly values: Int32Array | Uint32Array | Float32Array | Float64Array;
}

/**
 * 64-bit integers in two's complement: the low half of value i is `lanes[2 * i]`, the high half `lanes[2 * i + 1]`.
 * For int64, uint64, timestamps, times in micro- and nanoseconds, and decimals of up to 18 digits (unscaled).
 * `bigInts` gives the same bytes as a BigInt64Array.
 */
export interface Int64Vector extends AnyVector {
  readonly layout: 'int64';
  /** Begins at a multiple of eight bytes. */
  readonly lanes: Int32Array;
}

/** Decimals of more than 18 digits: unscaled integers in two's complement, `width` int32 each, lowest first. */
export interface WideVector extends AnyVector {
  readonly layout: 'wide';
  readonly words: Int32Array;
  /** 4 to 38 digits, 8 to 76. */
  readonly width: 4 | 8;
}

/** Strings (UTF-8), binary and UUIDs: value i is `bytes[starts[i]] … bytes[starts[i] + lengths[i] - 1]`. */
export interface BytesVector extends AnyVector {
  readonly layout: 'bytes';
  readonly bytes: Uint8Array;
  readonly starts: Int32Array;
  /** 0 for missing values. */
  readonly lengths: Int32Array;
}

/** The same by code into a dictionary, whose values may repeat and need not all be used. */
export interface DictionaryVector extends AnyVector {
  readonly layout: 'dictionary';
  /** Below `dictionary.length`; 0 for missing values, also where the dictionary is empty. */
  readonly codes: Int32Array;
  /** Without missing values. */
  readonly dictionary: BytesVector;
}

/** List i holds elements `offsets[i] … offsets[i + 1] - 1`; the first offset is 0. Missing lists are empty. */
export interface ListVector extends AnyVector {
  readonly layout: 'list';
  readonly offsets: Int32Array;
  readonly element: Vector;
}

/** As a list, of entries. Keys are not compared: an entry may stand there twice. */
export interface MapVector extends AnyVector {
  readonly layout: 'map';
  readonly offsets: Int32Array;
  readonly keys: Vector;
  readonly values: Vector;
}

/** A vector of the same length a field, in the order of the type's fields; missing where the struct is missing. */
export interface StructVector extends AnyVector {
  readonly layout: 'struct';
  readonly fields: readonly Vector[];
}

export type Vector =
  | NullVector
  | BooleanVector
  | NumberVector
  | Int64Vector
  | WideVector
  | BytesVector
  | DictionaryVector
  | ListVector
  | MapVector
  | StructVector;

/** `rowCount` rows of a table: a vector for each of the fields, in their order. */
export interface TableBatch {
  readonly fields: readonly Field[];
  readonly rowCount: number;
  readonly vectors: readonly Vector[];
}

/** Whether value i is there. */
export function isValid(validity: Uint8Array | undefined, i: number): boolean {
  return validity === undefined || ((validity[i >> 3] as number) & (1 << (i & 7))) !== 0;
}

/** The values of an int64 vector as bigints are read from it: a view, missing values included. */
export function bigInts(vector: Int64Vector): BigInt64Array {
  return new BigInt64Array(vector.lanes.buffer, vector.lanes.byteOffset, vector.length);
}
