/** The closed set of tags of the value codec; FORMAT.md draws what follows each. A tag never changes its meaning. */
export const TAG_NULL = 0;
export const TAG_UNDEFINED = 1;
export const TAG_FALSE = 2;
export const TAG_TRUE = 3;
export const TAG_INT = 4;
export const TAG_DOUBLE = 5;
export const TAG_BIGINT_64 = 6;
export const TAG_BIGINT = 7;
export const TAG_STRING = 8;
export const TAG_DATE = 9;
export const TAG_ARRAY = 10;
export const TAG_SPARSE_ARRAY = 11;
export const TAG_OBJECT = 12;
export const TAG_NULL_OBJECT = 13;
export const TAG_INLINE_OBJECT = 14;
export const TAG_INLINE_NULL_OBJECT = 15;
export const TAG_MAP = 16;
export const TAG_SET = 17;
export const TAG_TYPED_ARRAY = 18;
export const TAG_ARRAY_BUFFER = 19;
export const TAG_BUFFER = 20;
export const TAG_DATA_VIEW = 21;
export const TAG_CLASS = 22;
export const TAG_REGEXP = 23;
export const TAG_ERROR = 24;
export const TAG_URL = 25;
/** Own enumerable properties of an array, Date, Map, Set or RegExp, then the value they belong to. */
export const TAG_WITH_PROPERTIES = 26;
/** 128 + n is the number n, from 0 to 127. */
export const TAG_SMALL_INT = 128;

/** Objects with more keys than this, and shapes after the table is full, carry their keys each time. */
export const MAX_SHAPE_KEYS = 256;
export const MAX_SHAPES = 4096;

/** What all typed arrays have in common here. */
export type TypedArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

/** By the number stored after `TAG_TYPED_ARRAY`. */
export const TYPED_ARRAYS = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
] as const;

/** By the number stored after `TAG_ERROR`. */
export const ERRORS = [
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
  AggregateError,
] as const;

/** Bits of the byte after an error's number: which parts follow. */
export const ERROR_HAS_MESSAGE = 1;
export const ERROR_HAS_STACK = 2;
export const ERROR_HAS_CAUSE = 4;
export const ERROR_HAS_ERRORS = 8;
/** These are parts of their own and not among the other properties. */
export const ERROR_PARTS: readonly string[] = ['message', 'stack', 'cause', 'errors'];
