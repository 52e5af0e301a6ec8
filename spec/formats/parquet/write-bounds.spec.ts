import { describe, expect, it } from 'vitest';
import { numberToHalf } from '../../../formats/bytes/half-float.ts';
import {
  booleanBounds,
  byteArrayBounds,
  compareBounds,
  fixedBounds,
  orderOf,
  type ValueOrder,
} from '../../../formats/parquet/write-bounds.ts';
import { ByteArrayStore } from '../../../formats/parquet/write-byte-arrays.ts';
import { FixedStore } from '../../../formats/parquet/write-fixed.ts';
import type { BytesVector, Vector } from '../../../formats/schema/vector.ts';

const hex = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex');
const common = (length: number) => ({ length, validity: undefined, nullCount: 0 });

function fixed(words: 1 | 2, bytes: ArrayBufferLike): FixedStore {
  const store = new FixedStore(words);
  const lanes = new Int32Array(bytes);
  const type = { kind: 'int', bits: 32, signed: true } as const;
  const vector: Vector =
    words === 1
      ? { layout: 'number', type, ...common(lanes.length), values: lanes }
      : { layout: 'int64', type, ...common(lanes.length / 2), lanes };
  store.appendAll(vector, 0, vector.length);
  return store;
}

function arrays(values: readonly (readonly number[])[], dictionaryBytes: number, fixedLength = 0): ByteArrayStore {
  const store = new ByteArrayStore({ fixedLength, dictionaryBytes });
  const lengths = Int32Array.from(values, (each) => each.length);
  const starts = Int32Array.from(values, (_, i) => values.slice(0, i).flat().length);
  const bytes = Uint8Array.from(values.flat());
  const vector: BytesVector = {
    layout: 'bytes',
    type: { kind: 'string' },
    ...common(values.length),
    bytes,
    starts,
    lengths,
  };
  store.append(vector, Int32Array.from(values.keys()), values.length);
  return store;
}

describe('bounds', () => {
  it('of integers go by sign or without', () => {
    const ints = fixed(1, Int32Array.of(5, -1, 3, 7).buffer);
    const bounds = (order: ValueOrder, from: number, to: number) => {
      const found = fixedBounds(ints, order, from, to);
      return [hex(found?.min), hex(found?.max)];
    };
    expect(bounds('int32', 0, 4)).toEqual(['ffffffff', '07000000']);
    expect(bounds('uint32', 0, 4)).toEqual(['03000000', 'ffffffff']);
    expect(bounds('int32', 2, 3)).toEqual(['03000000', '03000000']);
    expect(fixedBounds(ints, 'int32', 2, 2)).toBeUndefined();
    const longs = fixed(2, BigInt64Array.of(1n, -1n, 2n ** 32n, -(2n ** 63n), 2n ** 63n - 1n, 2n ** 31n).buffer);
    const signed = fixedBounds(longs, 'int64', 0, 6);
    expect([hex(signed?.min), hex(signed?.max)]).toEqual(['0000000000000080', 'ffffffffffffff7f']);
    const unsigned = fixedBounds(longs, 'uint64', 0, 6);
    expect([hex(unsigned?.min), hex(unsigned?.max)]).toEqual(['0100000000000000', 'ffffffffffffffff']);
  });

  it('of floats are none with a NaN, and hold both zeros', () => {
    const doubles = (...values: number[]) => fixed(2, Float64Array.from(values).buffer);
    const of = (...values: number[]) => {
      const found = fixedBounds(doubles(...values), 'float64', 0, values.length);
      return found && [found.min, found.max].map((each) => Buffer.from(each).readDoubleLE(0));
    };
    expect(of(1, 0, 2)).toEqual([-0, 2]);
    expect(of(-1, -0)).toEqual([-1, 0]);
    expect(of(Number.NEGATIVE_INFINITY, 3)).toEqual([Number.NEGATIVE_INFINITY, 3]);
    expect(of(1, Number.NaN)).toBeUndefined();
    expect(of(Number.NaN, 1)).toBeUndefined();
    const floats = fixed(1, Float32Array.of(1.5, -2).buffer);
    expect(hex(fixedBounds(floats, 'float32', 0, 2)?.min)).toBe('000000c0');
  });

  it.each([0, 1000])(
    'of bytes go by bytes without sign, of decimals by number; dictionary of %d',
    (dictionaryBytes) => {
      const texts = arrays([[0x61], [], [0xff], [0x61, 0], [0x7f]], dictionaryBytes);
      const bounds = byteArrayBounds(texts, 'bytes', 0, 5);
      expect([hex(bounds?.min), hex(bounds?.max)]).toEqual(['', 'ff']);
      expect(hex(byteArrayBounds(texts, 'bytes', 3, 5)?.min)).toBe('6100');
      expect(byteArrayBounds(texts, 'bytes', 3, 3)).toBeUndefined();
      const decimals = arrays(
        [
          [0, 1],
          [255, 255],
          [127, 0],
          [128, 0],
        ],
        dictionaryBytes,
        2,
      );
      const found = byteArrayBounds(decimals, 'decimal', 0, 4);
      expect([hex(found?.min), hex(found?.max)]).toEqual(['8000', '7f00']);
    },
  );

  it.each([0, 1000])('of half floats go by number, without NaN; dictionary of %d', (dictionaryBytes) => {
    const halves = (...values: number[]) => {
      const bytes = values.map((value) => [numberToHalf(value) & 255, numberToHalf(value) >> 8]);
      return byteArrayBounds(arrays(bytes, dictionaryBytes, 2), 'float16', 0, values.length);
    };
    const found = halves(1, -2, 0.5, Number.POSITIVE_INFINITY);
    expect([hex(found?.min), hex(found?.max)]).toEqual(['00c0', '007c']);
    const zeros = halves(0, 0);
    expect([hex(zeros?.min), hex(zeros?.max)]).toEqual(['0080', '0000']);
    expect(halves(1, Number.NaN)).toBeUndefined();
  });

  it('of booleans say whether there is one of each', () => {
    const values = Uint8Array.of(0, 0, 1);
    expect(booleanBounds(values, 0, 2)).toEqual({ min: Uint8Array.of(0), max: Uint8Array.of(0) });
    expect(booleanBounds(values, 0, 3)).toEqual({ min: Uint8Array.of(0), max: Uint8Array.of(1) });
    expect(booleanBounds(values, 3, 3)).toBeUndefined();
  });

  it('are compared as values are', () => {
    const sign = (order: ValueOrder, a: ArrayBufferView, b: ArrayBufferView) =>
      Math.sign(compareBounds(order, new Uint8Array(a.buffer), new Uint8Array(b.buffer)));
    expect(sign('int32', Int32Array.of(-1), Int32Array.of(1))).toBe(-1);
    expect(sign('uint32', Int32Array.of(-1), Int32Array.of(1))).toBe(1);
    expect(sign('int64', BigInt64Array.of(-1n), BigInt64Array.of(1n))).toBe(-1);
    expect(sign('uint64', BigInt64Array.of(-1n), BigInt64Array.of(1n))).toBe(1);
    expect(sign('float64', Float64Array.of(Number.POSITIVE_INFINITY), Float64Array.of(Number.POSITIVE_INFINITY))).toBe(
      0,
    );
    expect(sign('float32', Float32Array.of(-1), Float32Array.of(1))).toBe(-1);
    expect(sign('float16', Uint16Array.of(0xc000), Uint16Array.of(0x3c00))).toBe(-1);
    expect(sign('decimal', Uint8Array.of(255), Uint8Array.of(1))).toBe(-1);
    expect(sign('bytes', Uint8Array.of(255), Uint8Array.of(1))).toBe(1);
  });

  it('go by the type and how it lies', () => {
    expect(orderOf({ kind: 'int', bits: 64, signed: false }, 'INT64')).toBe('uint64');
    expect(orderOf({ kind: 'decimal', precision: 4, scale: 1 }, 'INT32')).toBe('int32');
    expect(orderOf({ kind: 'decimal', precision: 30, scale: 1 }, 'FIXED_LEN_BYTE_ARRAY')).toBe('decimal');
    expect(orderOf({ kind: 'uuid' }, 'FIXED_LEN_BYTE_ARRAY')).toBe('bytes');
    expect(orderOf({ kind: 'float', bits: 16 }, 'FIXED_LEN_BYTE_ARRAY')).toBe('float16');
    expect(orderOf({ kind: 'null' }, 'INT32')).toBe('none');
  });
});
