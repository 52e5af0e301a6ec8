import { describe, expect, it } from 'vitest';
import { FixedStore } from '../../../formats/parquet/write-fixed.ts';
import type { DataType } from '../../../formats/schema/data-type.ts';
import type { NumberVector, Vector } from '../../../formats/schema/vector.ts';

const number = (type: DataType, values: NumberVector['values']): Vector => ({
  ...{ layout: 'number', type, length: values.length, validity: undefined, nullCount: 0, values },
});
const INT: DataType = { kind: 'int', bits: 32, signed: true };
const FLOAT: DataType = { kind: 'float', bits: 32 };
const DOUBLE: DataType = { kind: 'float', bits: 64 };
const DECIMAL: DataType = { kind: 'decimal', precision: 12, scale: 2 };

function stored(vector: Vector, words: 1 | 2, slots = Int32Array.of(0, 2)) {
  const store = new FixedStore(words);
  store.appendAll(vector, 0, vector.length);
  store.append(vector, slots, slots.length);
  expect(store.count).toBe(vector.length + slots.length);
  expect(store.sizeBytes).toBe(store.count * words * 4);
  return store.values.slice(0, store.count * words);
}

describe('FixedStore', () => {
  it('takes numbers as the words they are', () => {
    expect([...stored(number(INT, Int32Array.of(-1, 2, 3)), 1)]).toEqual([-1, 2, 3, -1, 3]);
    expect([...stored(number(INT, Uint32Array.of(2 ** 32 - 1, 0, 1)), 1)]).toEqual([-1, 0, 1, -1, 1]);
    expect([...new Float32Array(stored(number(FLOAT, Float32Array.of(0.5, -0, 2)), 1).buffer)]).toEqual([
      ...[0.5, -0, 2, 0.5, 2],
    ]);
    expect([...new Float64Array(stored(number(DOUBLE, Float64Array.of(0.1, Number.NaN, 2)), 2).buffer)]).toEqual([
      ...[0.1, Number.NaN, 2, 0.1, 2],
    ]);
  });

  it('takes numbers that lie in another width than they are written in', () => {
    expect([...new Float64Array(stored(number(DOUBLE, Float32Array.of(0.5, 1, 2)), 2).buffer)]).toEqual([
      ...[0.5, 1, 2, 0.5, 2],
    ]);
    const longs = stored(number(DECIMAL, Int32Array.of(-1, 5, 7)), 2);
    expect([...new BigInt64Array(longs.buffer)]).toEqual([-1n, 5n, 7n, -1n, 7n]);
    const lanes = new Int32Array(BigInt64Array.of(-3n, 4n, 5n).buffer);
    const narrow: Vector = {
      ...{ layout: 'int64', type: { kind: 'decimal', precision: 5, scale: 0 }, length: 3, validity: undefined },
      ...{ nullCount: 0, lanes },
    };
    expect([...stored(narrow, 1)]).toEqual([-3, 4, 5, -3, 5]);
    expect([...new BigInt64Array(stored(narrow, 2).buffer)]).toEqual([-3n, 4n, 5n, -3n, 5n]);
  });

  it('begins anew', () => {
    const store = new FixedStore(2);
    store.appendAll(number(DOUBLE, Float64Array.of(1)), 0, 1);
    store.clear();
    expect([store.count, store.sizeBytes]).toEqual([0, 0]);
  });
});
