/**
 * From the decoded values of a leaf to a vector: what the logical type makes of them, and each in its slot.
 *
 * Room is made first, views last: the arena may move when it grows. What is given back is therefore a function that
 * makes the vector, to be called once nothing more is decoded into the arena.
 */
import type { DataType, DecimalType } from '../schema/data-type.ts';
import type { Vector } from '../schema/vector.ts';
import type { Arena } from './arena.ts';
import { damaged, type FilePlace } from './damage.ts';
import { readDecimals } from './decimals.ts';
import type { LeafValues } from './decode-chunk.ts';
import { readFloat16s, readInt96s } from './old-numbers.ts';
import type { LeafStorage } from './value-decoder.ts';

export type VectorMaker = () => Vector;

/** A part of a column that is complete in the arena. */
export interface Prepared {
  readonly length: number;
  readonly make: VectorMaker;
}

/** `offset` is where the chunk lies in the file. Raises `PARQUET_CORRUPT` and `VALUE_NOT_EXACT`. */
export function prepareLeaf(arena: Arena, values: LeafValues, where: FilePlace, offset: number): Prepared {
  const { leaf, presentCount } = values;
  const { type } = leaf;
  const { length, bitmap } = slotsOf(arena, values);
  const nullCount = length - presentCount;
  const place = (at: number, width: number) => {
    if (nullCount === 0) return;
    if (width <= 8) arena.kernels.spread(at, width, length, presentCount, bitmap);
    else spreadWide(arena, at, width, length, presentCount, bitmap);
  };
  const common = () => ({
    type,
    length,
    nullCount,
    validity: nullCount === 0 ? undefined : bits(arena, bitmap, length),
  });
  if (type.kind === 'null') {
    if (presentCount > 0) throw damaged(where, offset, 'no values in a column of nulls', presentCount);
    return { length, make: () => ({ layout: 'null', ...common() }) };
  }
  const storage = convert(arena, values, where, length);
  switch (storage.kind) {
    case 'fixed': {
      place(storage.at, storage.width);
      return { length, make: () => fixedVector(arena, storage, common()) };
    }
    case 'wide': {
      place(storage.at, storage.width * 4);
      const { at, width } = storage;
      return {
        length,
        make: () => ({ layout: 'wide', words: int32s(arena, at, length * width), width, ...common() }),
      };
    }
    case 'codes': {
      place(storage.at, 4);
      const { at, dictionary } = storage;
      return {
        length,
        make: () => ({
          layout: 'dictionary',
          codes: int32s(arena, at, length),
          dictionary: {
            ...{ layout: 'bytes', type, length: dictionary.count, validity: undefined, nullCount: 0 },
            bytes: arena.bytes,
            starts: int32s(arena, dictionary.starts, dictionary.count),
            lengths: int32s(arena, dictionary.lengths, dictionary.count),
          },
          ...common(),
        }),
      };
    }
    case 'bytes': {
      place(storage.starts, 4);
      place(storage.lengths, 4);
      const { starts, lengths } = storage;
      return {
        length,
        make: () => ({
          layout: 'bytes',
          bytes: arena.bytes,
          starts: int32s(arena, starts, length),
          lengths: int32s(arena, lengths, length),
          ...common(),
        }),
      };
    }
  }
}

type Converted = LeafStorage | { readonly kind: 'wide'; readonly width: 4 | 8; readonly at: number };

/** Numbers that lie as byte arrays become numbers; all else stays as it is. */
function convert(arena: Arena, values: LeafValues, where: FilePlace, length: number): Converted {
  const { storage, leaf, presentCount } = values;
  if (storage.kind === 'fixed' || !isNumberOfBytes(leaf.type)) return storage;
  const arrays = asByteArrays(arena, storage, presentCount);
  if (leaf.type.kind === 'decimal') return convertDecimals(arena, arrays, leaf.type, presentCount, length, where);
  if (leaf.type.kind === 'float') {
    const at = arena.keep(length * 4);
    readFloat16s(arena, arrays.starts, presentCount, at);
    return { kind: 'fixed', width: 4, at };
  }
  const at = arena.keep(length * 8);
  readInt96s(arena, arrays.starts, presentCount, at, leaf.path.join('.'));
  return { kind: 'fixed', width: 8, at };
}

function isNumberOfBytes(type: DataType): boolean {
  return type.kind === 'decimal' || type.kind === 'float' || type.kind === 'timestamp';
}

function convertDecimals(
  arena: Arena,
  arrays: { readonly starts: number; readonly lengths: number },
  type: DecimalType,
  count: number,
  length: number,
  where: FilePlace,
): Converted {
  const words = type.precision <= 18 ? 2 : type.precision <= 38 ? 4 : 8;
  const at = arena.keep(length * words * 4);
  const wrong = readDecimals(arena, arrays.starts, arrays.lengths, count, at, words);
  if (wrong >= 0) throw damaged(where, 0, `decimals of ${type.precision} digits`, `one of ${wrong} bytes`);
  return words === 2 ? { kind: 'fixed', width: 8, at } : { kind: 'wide', width: words, at };
}

function asByteArrays(
  arena: Arena,
  storage: Exclude<LeafStorage, { readonly kind: 'fixed' }>,
  count: number,
): { readonly starts: number; readonly lengths: number } {
  if (storage.kind === 'bytes') return storage;
  const starts = arena.scratch(count * 4);
  const lengths = arena.scratch(count * 4);
  arena.kernels.gather32(storage.at, count, storage.dictionary.starts, starts);
  arena.kernels.gather32(storage.at, count, storage.dictionary.lengths, lengths);
  return { starts, lengths };
}

/** How many slots the leaf has, and the bitmap of those that hold something; 0 where all do. */
function slotsOf(arena: Arena, values: LeafValues): { readonly length: number; readonly bitmap: number } {
  const { leaf, entryCount, presentCount, definitions } = values;
  if (definitions === 0) return { length: entryCount, bitmap: values.bitmap };
  const bitmap = arena.keep((entryCount >> 3) + 1);
  const { bytes } = arena;
  bytes.fill(0, bitmap, bitmap + (entryCount >> 3) + 1);
  let slot = 0;
  for (let i = definitions; i < definitions + entryCount; i++) {
    const level = bytes[i] as number;
    if (level < leaf.slotAt) continue;
    if (level === leaf.definedAt) {
      const at = bitmap + (slot >> 3);
      bytes[at] = (bytes[at] as number) | (1 << (slot & 7));
    }
    slot++;
  }
  return { length: slot, bitmap: presentCount === slot ? 0 : bitmap };
}

function fixedVector(
  arena: Arena,
  storage: { readonly width: 1 | 4 | 8; readonly at: number },
  common: Pick<Vector, 'type' | 'length' | 'validity' | 'nullCount'>,
): Vector {
  const { at, width } = storage;
  const { type, length } = common;
  if (width === 1) return { layout: 'boolean', values: bits8(arena, at, length), ...common };
  if (type.kind === 'float') {
    const Floats = width === 4 ? Float32Array : Float64Array;
    return { layout: 'number', values: new Floats(arena.bytes.buffer, at, length), ...common };
  }
  if (width === 8) return { layout: 'int64', lanes: int32s(arena, at, length * 2), ...common };
  const isUnsigned = type.kind === 'int' && type.bits === 32 && !type.signed;
  const values = isUnsigned ? new Uint32Array(arena.bytes.buffer, at, length) : int32s(arena, at, length);
  return { layout: 'number', values, ...common };
}

function int32s(arena: Arena, at: number, length: number): Int32Array {
  return new Int32Array(arena.bytes.buffer, at, length);
}

function bits8(arena: Arena, at: number, length: number): Uint8Array {
  return new Uint8Array(arena.bytes.buffer, at, length);
}

/** The bitmap at a position as a vector has it. */
export function bits(arena: Arena, bitmap: number, length: number): Uint8Array {
  return bits8(arena, bitmap, (length + 7) >> 3);
}

/** As the kernel, for values of 16 and 32 bytes. */
function spreadWide(arena: Arena, at: number, width: number, slots: number, present: number, bitmap: number): void {
  const { bytes } = arena;
  let source = at + (present - 1) * width;
  for (let i = slots - 1; i >= 0; i--) {
    const target = at + i * width;
    if (((bytes[bitmap + (i >> 3)] as number) & (1 << (i & 7))) === 0) bytes.fill(0, target, target + width);
    else {
      bytes.copyWithin(target, source, source + width);
      source -= width;
    }
  }
}
