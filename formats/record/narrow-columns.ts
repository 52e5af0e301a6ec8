/**
 * The last step of building columns: from full-width buffers to the narrowest column that holds them exactly.
 * What comes out depends on the values alone, not on how wide the buffers were.
 */
import type { Column, DictionaryColumn, IntColumn, NullMarks, StringColumn } from '../schema/batch.ts';
import { type ColumnArrays, FRESH_ARRAYS } from './column-arrays.ts';

/** A dictionary of more strings than this costs more to build than it saves. */
const MAX_DICTIONARY = 65_536;
/** Strings looked at before a dictionary is built, and how many when they are long (hashing costs their length). */
const SAMPLE = 256;
const LONG_SAMPLE = 64;
const LONG_TEXT = 64;

/** Marks, or undefined when none of the first `count` is set. */
export function narrowNulls(
  marks: Uint8Array | undefined,
  count: number,
  arrays: ColumnArrays = FRESH_ARRAYS,
): NullMarks | undefined {
  if (marks === undefined) return undefined;
  for (let i = 0; i < count; i++) if (marks[i] !== 0) return arrays.trim(marks, count);
  return undefined;
}

/**
 * The first `count` numbers in the narrowest array. `sign` is all values or-ed together, `magnitude` all of
 * `x ^ (x >> 31)`: their highest bits say how wide the array must be.
 */
export function narrowInts(
  values: Int32Array,
  count: number,
  sign: number,
  magnitude: number,
  nulls: NullMarks | undefined,
  arrays: ColumnArrays = FRESH_ARRAYS,
): IntColumn {
  const part = values.length === count ? values : values.subarray(0, count);
  if (sign >= 0) {
    if (magnitude <= 0xff) return { kind: 'int', values: new Uint8Array(part), nulls };
    if (magnitude <= 0xffff) return { kind: 'int', values: new Uint16Array(part), nulls };
  } else {
    if (magnitude <= 0x7f) return { kind: 'int', values: new Int8Array(part), nulls };
    if (magnitude <= 0x7fff) return { kind: 'int', values: new Int16Array(part), nulls };
  }
  return { kind: 'int', values: arrays.trim(values, count), nulls };
}

/** The first `count` numbers as an int column when all are int32 and none is -0, else as doubles. */
export function narrowDoubles(
  values: Float64Array,
  count: number,
  nulls: NullMarks | undefined,
  arrays: ColumnArrays = FRESH_ARRAYS,
): Column {
  let sign = 0;
  let magnitude = 0;
  for (let i = 0; i < count; i++) {
    const value = values[i] as number;
    const int = value | 0;
    if (int !== value || (int === 0 && 1 / value < 0))
      return { kind: 'double', values: arrays.trim(values, count), nulls };
    sign |= int;
    magnitude |= int ^ (int >> 31);
  }
  return narrowInts(new Int32Array(values.subarray(0, count)), count, sign, magnitude, nulls);
}

/** A dictionary where it pays, else the strings as they are. The array becomes part of the column. */
export function narrowStrings(values: string[], nulls: NullMarks | undefined): DictionaryColumn | StringColumn {
  return buildDictionary(values, nulls) ?? { kind: 'string', values, nulls };
}

function buildDictionary(values: readonly string[], nulls: NullMarks | undefined): DictionaryColumn | undefined {
  const count = values.length;
  if (count < 2) return undefined;
  const limit = Math.min(MAX_DICTIONARY, count >>> 1);
  if (!mayRepeat(values, nulls, limit)) return undefined;
  const codeOf = new Map<string, number>();
  const codes = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    if (nulls !== undefined && nulls[i] !== 0) continue;
    const text = values[i] as string;
    let code = codeOf.get(text);
    if (code === undefined) {
      code = codeOf.size;
      if (code >= limit) return undefined;
      codeOf.set(text, code);
    }
    codes[i] = code;
  }
  const size = codeOf.size;
  return {
    kind: 'dictionary',
    codes: size <= 0x100 ? new Uint8Array(codes) : size <= 0x10000 ? new Uint16Array(codes) : codes,
    dictionary: [...codeOf.keys()],
    nulls,
  };
}

/**
 * Whether a sample makes it likely that `count` strings have at most `limit` different ones. Among k strings drawn
 * from D, about k² / 2D repeat an earlier one; so the repeats tell D (the birthday estimate).
 */
function mayRepeat(values: readonly string[], nulls: NullMarks | undefined, limit: number): boolean {
  const count = values.length;
  let size = Math.min(SAMPLE, count);
  const step = count / size;
  const seen = new Set<string>();
  let drawn = 0;
  let units = 0;
  for (let k = 0; k < size; k++) {
    const i = Math.floor(k * step);
    if (nulls !== undefined && nulls[i] !== 0) continue;
    const text = values[i] as string;
    seen.add(text);
    drawn++;
    units += text.length;
    if (drawn === 16 && units > 16 * LONG_TEXT) size = Math.min(size, LONG_SAMPLE);
  }
  const repeats = drawn - seen.size;
  if (drawn === count) return seen.size <= limit;
  return repeats > 0 && (drawn * drawn) / (2 * repeats) <= 2 * limit;
}
