import { describe, expect, it } from 'vitest';
import { digestOfRecords } from '../../../lib/lineage/fingerprint-collection.ts';

const many = (count: number, record: (i: number) => unknown): unknown[] =>
  Array.from({ length: count }, (_, i) => record(i));

describe('digestOfRecords', () => {
  it('is the same for the same values, however V8 holds them', () => {
    const holed: number[] = [];
    holed[2] = 3;
    holed[0] = 1;
    holed[1] = 2;
    const doubles = [1.5, 2, 3];
    doubles[0] = 1;
    expect(digestOfRecords(holed)).toBe(digestOfRecords([1, 2, 3]));
    expect(digestOfRecords(doubles)).toBe(digestOfRecords([1, 2, 3]));
    const odd = new Float64Array(new BigUint64Array([0x7ff8000000000001n]).buffer);
    expect(digestOfRecords([...odd])).toBe(digestOfRecords([Number.NaN]));
    expect(digestOfRecords([{ a: 'xéabc€'.slice(2, 5) }])).toBe(digestOfRecords([{ a: 'abc' }]));
  });

  it('tells apart values, kinds, orders and counts', () => {
    const lists: readonly (readonly unknown[])[] = [
      [],
      [undefined],
      [null],
      [0],
      [-0],
      [0n],
      [false],
      ['0'],
      [[0]],
      [{ a: 0 }],
      [{ a: 0, b: 0 }],
      [{ b: 0, a: 0 }],
      [1, 2],
      [2, 1],
      [1, 2, 2],
      [1, '2'],
      ['1', 2],
      [new Date(0)],
      [new Map([[1, 2]])],
      [new Uint8Array([1])],
      many(8192, () => 1),
      many(8193, () => 1),
      [...many(8192, () => 1), '1'],
      ['1', ...many(8192, () => 1)],
    ];
    expect(new Set(lists.map(digestOfRecords)).size).toBe(lists.length);
  });

  it('sees a change anywhere in a long collection', () => {
    const records = many(20_000, (i) => ({ id: i, name: `n${i}`, tags: ['x'] }));
    const digest = digestOfRecords(records);
    for (const at of [0, 8191, 8192, 19_999]) {
      const changed = records.with(at, { id: at, name: `n${at}`, tags: ['y'] });
      expect(digestOfRecords(changed)).not.toBe(digest);
    }
    expect(digestOfRecords(many(20_000, (i) => ({ id: i, name: `n${i}`, tags: ['x'] })))).toBe(digest);
  });

  it('leaves records that are no values to captures', () => {
    expect(digestOfRecords([1, () => 1])).toBe(undefined);
    const cycle: unknown[] = [];
    cycle.push(cycle);
    expect(digestOfRecords([cycle])).toBe(undefined);
    const failing = {
      get a(): number {
        throw new TypeError('no');
      },
    };
    expect(digestOfRecords([failing])).toBe(undefined);
  });
});
