import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NumberTable } from '../../../lib/shuffle/number-table.ts';

const keys = fc.oneof(
  fc.integer({ min: -40, max: 40 }),
  fc.integer(),
  fc.double(),
  fc.constantFrom(-0, Number.NaN, 2 ** 31, -(2 ** 31), 2 ** 53, 0.5),
);

function insertAll(table: NumberTable, all: readonly number[]): Map<number, number> {
  const model = new Map<number, number>();
  all.forEach((key, i) => {
    const id = table.find(key);
    expect(id).toBe(model.has(key) ? [...model.keys()].findIndex((each) => Object.is(each + 0, key + 0)) : -1);
    if (id >= 0) return;
    if (table.size === table.capacity) {
      const packed = table.packedBytes();
      if (i % 3 === 0 && packed !== undefined) table.pack();
      else table.grow(i % 2 === 0 ? 2 : 4);
    }
    table.insert(key, i, i * 2);
    model.set(key, i);
  });
  return model;
}

describe('NumberTable', () => {
  it('finds what a Map finds, in order of first appearance, through growing, packing and truncating', () => {
    fc.assert(
      fc.property(fc.array(keys, { maxLength: 200 }), fc.nat(200), fc.boolean(), (all, kept, keepsFirsts) => {
        const table = new NumberTable(keepsFirsts);
        const model = insertAll(table, all);
        const size = Math.min(kept, table.size);
        table.truncate(size);
        const left = [...model].slice(0, size);
        expect(table.size).toBe(size);
        for (const [id, [key, value]] of left.entries()) {
          expect(table.find(key)).toBe(id);
          expect([table.values[id], table.firsts?.[id]]).toEqual([value, keepsFirsts ? value * 2 : undefined]);
        }
        for (const [key] of [...model].slice(size)) expect(table.find(key)).toBe(-1);
        // And goes on.
        insertAll(new NumberTable(false), [...left.map(([key]) => key), ...all]);
      }),
      { seed: 26_01, numRuns: 60 },
    );
  });

  it('says what it takes, and what it will', () => {
    const table = new NumberTable(false);
    const arrays = () => table.slots.byteLength + table.keys.byteLength + table.values.byteLength;
    expect(table.byteLength).toBe(arrays());
    for (const grow of [() => table.grow(2), () => table.grow(16)]) {
      const before = arrays();
      const [twice, far] = [table.grownBytes(2), table.grownBytes(16)];
      grow();
      expect(table.byteLength).toBe(arrays());
      expect([twice, far]).toContain(before + arrays());
    }
    const packed = table.packedBytes() as number;
    const before = table.capacity;
    table.pack();
    expect([table.capacity, table.packedBytes()]).toEqual([before * 1.5, undefined]);
    expect(packed).toBeGreaterThanOrEqual(arrays());
    expect(table.byteLength).toBe(arrays());
  });
});
