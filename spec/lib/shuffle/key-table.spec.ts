import { describe, expect, it } from 'vitest';
import { CairnError } from '../../../lib/base/errors.ts';
import { KeyTable } from '../../../lib/shuffle/key-table.ts';

const idOf = (table: KeyTable, key: unknown): number => {
  const id = table.find(key);
  return id >= 0 ? id : table.insert(key);
};

describe('KeyTable', () => {
  it('gives ids in order of first appearance, through many growths', () => {
    const table = new KeyTable();
    const keys = Array.from({ length: 20_000 }, (_, i) => Math.imul(i, 0x9e3779b1) | 0);
    keys.forEach((key, i) => {
      expect(idOf(table, key)).toBe(i);
    });
    keys.forEach((key, i) => {
      expect(table.find(key)).toBe(i);
    });
    expect(table.find(12_345_678)).toBe(-1);
    expect(table.keys).toEqual(keys);
  });

  it('tells apart what a Map tells apart, and joins what it joins', () => {
    const table = new KeyTable();
    const keys = [1, '1', 1n, true, null, undefined, Number.NaN, 1.5, '', '__proto__', 2 ** 31, -1];
    expect(keys.map((key) => idOf(table, key))).toEqual(keys.map((_, i) => i));
    expect(table.find(Number.NaN)).toBe(6);
    expect(idOf(table, 0)).toBe(keys.length);
    expect(table.find(-0)).toBe(keys.length);
  });

  it('compares arrays, plain objects, dates and bytes by content', () => {
    const table = new KeyTable();
    const keys = () => [[1, 'a'], [1, ['a']], { a: 1, b: 2 }, new Date(5), new Uint8Array([1, 2]), [], {}];
    expect(keys().map((key) => idOf(table, key))).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(keys().map((key) => table.find(key))).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(table.find({ b: 2, a: 1 })).toBe(2);
    // A string that looks like an identity is not the array it would stand for.
    expect(table.find('\u0000[1,d1')).toBe(-1);
  });

  it('refuses what cannot be a key', () => {
    const table = new KeyTable();
    for (const key of [() => 1, Symbol('x'), new Map(), new (class A {})()]) {
      expect(() => table.find(key)).toThrow(CairnError);
    }
  });

  it('is empty after clear', () => {
    const table = new KeyTable();
    for (const key of [1, 'a', [1]]) idOf(table, key);
    table.clear();
    expect(table.size).toBe(0);
    expect([1, 'a', [1]].map((key) => table.find(key))).toEqual([-1, -1, -1]);
  });
});
