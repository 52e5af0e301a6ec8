import { describe, expect, it } from 'vitest';
import { rowBatch } from '../../../formats/schema/batch.ts';
import { CombineFold } from '../../../lib/exec/combine-fold.ts';
import type { Aggregator } from '../../../lib/lineage/dependency.ts';
import { AggregationLevel } from '../../../lib/shuffle/aggregation-level.ts';
import { rowsOf } from '../../../lib/shuffle/numbered-pairs.ts';
import { gatheringTask } from '../../support/gathering-task.ts';

const LISTS: Aggregator = {
  createCombiner: (value) => [value],
  mergeValue: (all, value) => [...(all as unknown[]), value],
  mergeCombiners: (a, b) => [...(a as unknown[]), ...(b as unknown[])],
};
const SUMS: Aggregator = {
  createCombiner: (value) => value,
  mergeValue: (a, b) => (a as number) + (b as number),
  mergeCombiners: (a, b) => (a as number) + (b as number),
};

function newLevel(
  shareBytes: number,
  aggregator: Aggregator,
  { depth = 0, rowCount = undefined as number | undefined },
) {
  const task = gatheringTask(shareBytes);
  const memory = task.memory.register({ name: 'combine by key', spill: () => {} });
  const level = new AggregationLevel(
    {
      memory: task.memory,
      spills: task.spills,
      batchRows: 10,
      rowCount,
      newFold: (host, isNumbered) =>
        new CombineFold({ aggregator, isMerging: false, run: undefined, host, isNumbered }),
    },
    memory,
    depth,
    false,
    rowCount,
    () => {},
  );
  const add = (pairs: unknown[]) => level.add({ batch: rowBatch(pairs), kind: 'values', numbers: undefined });
  return { task, memory, level, add };
}
const keysOf = (level: AggregationLevel) =>
  [...level.take(0, 7)].flatMap(({ pairs }) => rowsOf(pairs).map((pair) => (pair as unknown[])[0]));

describe('AggregationLevel', () => {
  it('makes as many partitions as what is left seems to need', () => {
    const pairs = Array.from({ length: 4000 }, (_, i) => [i, 1]);
    const partitions = (options: { depth?: number; rowCount?: number }) => {
      const { level, add } = newLevel(64 * 1024, SUMS, options);
      add(pairs);
      return level.finish()?.numPartitions;
    };
    expect(partitions({})).toBe(16);
    expect(partitions({ rowCount: 4000 })).toBe(2);
    expect(partitions({ rowCount: 1000 })).toBe(1);
    expect(partitions({ rowCount: 1e9 })).toBeLessThanOrEqual(64);
    expect(partitions({ depth: 8, rowCount: 1e9 })).toBe(1);
  });

  it('writes nothing while all fits', () => {
    const { level, add, memory } = newLevel(1e6, SUMS, {});
    add([
      [1, 2],
      ['a', 3],
    ]);
    expect([level.finish(), keysOf(level), memory.spilledBytes]).toEqual([undefined, [1, 'a'], 0]);
  });

  it('counts what it writes when it writes it, for errors that say who filled the disk', () => {
    const { add, task, memory } = newLevel(16_000, SUMS, {});
    add(Array.from({ length: 4000 }, (_, i) => [i, 1]));
    expect(memory.spilledBytes).toBeGreaterThan(0);
    expect(task.memory.describeSpilled()).toMatch(/^combine by key /);
  });

  it('puts the younger half of its keys out when combiners grow', () => {
    const { level, add, memory } = newLevel(30_000, LISTS, {});
    const keys = Array.from({ length: 64 }, (_, i) => `key ${i}`);
    for (let value = 0; value < 60; value++) add(keys.map((key) => [key, value]));
    const left = keysOf(level);
    expect(left.length).toBeLessThan(64);
    expect(left).toEqual(keys.slice(0, left.length));
    expect(memory.heldBytes).toBeLessThan(45_000);
    const run = level.finish();
    // What was put out last is older, and comes first.
    const written = Array.from({ length: run?.numPartitions ?? 0 }, (_, partition) =>
      [...(run?.read(partition) ?? [])].map(({ kind }) => kind),
    );
    expect(written.some((kinds) => kinds[0] === 'combiners' && kinds.includes('values'))).toBe(true);
    for (const kinds of written)
      expect(kinds.lastIndexOf('combiners')).toBeLessThanOrEqual(kinds.filter((k) => k === 'combiners').length);
    level.clear();
    expect(memory.heldBytes).toBe(0);
    run?.remove();
  });

  it('gives back what is asked for, and keeps a key', () => {
    const { level, add, memory } = newLevel(4e6, SUMS, {});
    add(Array.from({ length: 60_000 }, (_, i) => [i, 1]));
    const before = memory.heldBytes;
    level.giveBack(before / 2);
    expect(memory.heldBytes).toBeLessThanOrEqual(before / 2);
    level.giveBack(1e9);
    expect(level.fold.size).toBe(1);
    level.finish()?.remove();
  });
});
