import { types } from 'node:util';
import { describe, expect, it } from 'vitest';
import { rowBatch } from '../../../formats/schema/batch.ts';
import { ExternalGrouper } from '../../../lib/shuffle/external-grouper.ts';
import type { FileSystem } from '../../../storage/fs/file-system.ts';
import { FaultyFileSystem, failEveryCall } from '../../support/faulty-file-system.ts';
import { gatheringTask } from '../../support/gathering-task.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';

const SHARE = 16_384;
const FILE_CALLS = ['open', 'read', 'write', 'close', 'sizeBytes', 'removeFile'] as const;
const BATCH = 100;

/** 3,000 pairs: 700 keys in no order, and one that has a third of the records. */
const pairs = Array.from({ length: 3000 }, (_, i): [string, number] => [
  i % 3 === 0 ? 'hot' : `key ${(i * 7919) % 700}`,
  i,
]);
const expected = (() => {
  const groups = new Map<string, number[]>();
  for (const [key, value] of pairs) groups.set(key, [...(groups.get(key) ?? []), value]);
  return [...groups];
})();

function open(shareBytes: number, fileSystem?: FileSystem) {
  const task = gatheringTask(shareBytes, { batchRows: 16, ...(fileSystem === undefined ? {} : { fileSystem }) });
  const { memory, spills, spilledGroups } = task;
  const grouper = new ExternalGrouper({
    inputs: 1,
    form: 'values',
    memory,
    spills,
    spilledGroups,
    batchRows: 16,
    check: () => {},
  });
  return { task, grouper };
}

function feed(grouper: ExternalGrouper): void {
  for (let from = 0; from < pairs.length; from += BATCH) grouper.add(rowBatch(pairs.slice(from, from + BATCH)), 0);
}

/** The groups with their values read. */
const read = (rows: readonly unknown[]) => (rows as [string, readonly number[]][]).map(([key, all]) => [key, [...all]]);

describe('ExternalGrouper', () => {
  it('refuses what is no pair, and what cannot be a key', () => {
    using grouper = open(SHARE).grouper;
    expect(() => grouper.add(rowBatch([7]), 0)).toThrow(/NOT_A_PAIR/);
    expect(() => grouper.add(rowBatch([[() => 1, 1]]), 0)).toThrow(/VALUE_NOT_SERIALIZABLE/);
    expect([...grouper.batches()]).toEqual([]);
  });

  it('writes nothing as long as there is room', () => {
    const { task, grouper } = open(Number.MAX_SAFE_INTEGER);
    feed(grouper);
    expect([...grouper.batches()].flatMap(read)).toEqual(expected);
    expect([task.runs(), task.spilledGroups.any]).toEqual([[], false]);
  });

  it('holds no more than its share and a batch, and leaves no run but that of the group whose values are there', () => {
    const { task, grouper } = open(SHARE);
    let most = 0;
    for (let from = 0; from < pairs.length; from += BATCH) {
      grouper.add(rowBatch(pairs.slice(from, from + BATCH)), 0);
      most = Math.max(most, task.memory.heldBytes);
    }
    expect(most).toBeLessThanOrEqual(SHARE);
    const found: unknown[] = [];
    for (const rows of grouper.batches()) found.push(...read(rows));
    expect(found).toEqual(expected);
    expect(task.runs()).toHaveLength(1);
    grouper[Symbol.dispose]();
    expect(task.runs()).toHaveLength(1);
    task.spills[Symbol.dispose]();
    expect(task.runs()).toEqual([]);
  });

  it.each([0, 1, 5, 30])('leaves no run when it is left after %i batches', (count) => {
    const { task, grouper } = open(SHARE);
    feed(grouper);
    const batches = grouper.batches();
    let lent = 0;
    for (let i = 0; i < count; i++) {
      const rows = batches.next().value as [string, readonly number[]][];
      if (rows.some(([key]) => key === 'hot')) lent = 1;
    }
    batches.return();
    grouper[Symbol.dispose]();
    expect(task.runs()).toHaveLength(lent);
    expect(task.memory.heldBytes).toBe(0);
  });

  it('gives memory back when it is asked to, while it gathers and while it gives, and goes on', () => {
    for (const at of [0, 1, 3, 20]) {
      const { task, grouper } = open(100_000_000);
      feed(grouper);
      if (at === 0) grouper.spill(1);
      const before = task.memory.heldBytes;
      const found: unknown[] = [];
      let given = 0;
      for (const rows of grouper.batches()) {
        found.push(...read(rows));
        if (++given === at) {
          grouper.spill(before);
          expect(task.memory.heldBytes).toBe(0);
          expect(task.runs()).toHaveLength(1);
        }
      }
      expect(found).toEqual(expected);
      expect(task.memory.uses()[0]?.spilledBytes ?? 0).toBeGreaterThan(0);
      expect(task.runs()).toEqual([]);
    }
  });

  it('reads numbers of an input that has none of a key, in the order of the inputs', () => {
    const task = gatheringTask(2048, { batchRows: 3 });
    const { memory, spills, spilledGroups } = task;
    using grouper = new ExternalGrouper({
      inputs: 3,
      form: 'values-by-input',
      memory,
      spills,
      spilledGroups,
      batchRows: 3,
      check: () => {},
    });
    const keys = Array.from({ length: 60 }, (_, i) => i);
    grouper.add(rowBatch(keys.map((k) => [k * 2, `a${k}`])), 0);
    grouper.add(rowBatch(keys.map((k) => [k * 3, `b${k}`])), 1);
    grouper.add(rowBatch(keys.map((k) => [k * 3, `c${k}`])), 1);
    const groups = [...grouper.batches()].flat() as [number, unknown[][]][];
    expect(groups.map(([key]) => key)).toEqual([...new Set([...keys.map((k) => k * 2), ...keys.map((k) => k * 3)])]);
    expect(groups.find(([key]) => key === 6)).toEqual([6, [['a3'], ['b2', 'c2'], []]]);
    expect(groups.find(([key]) => key === 9)).toEqual([9, [[], ['b3', 'c3'], []]]);
    expect(memory.uses()[0]?.spilledBytes).toBeGreaterThan(0);
  });

  it('gives groups on disk where their keys came first, also those that were found large in a partition only', () => {
    const { grouper } = open(SHARE);
    using _grouper = grouper;
    const early = Array.from({ length: 400 }, (_, i) => [`early ${i}`, i]);
    // Twelve large keys, which come when the table is full, and a small one after the first of each.
    const late = Array.from({ length: 12_000 }, (_, i) => [i % 13 === 12 ? `late ${i % 156}` : `large ${i % 13}`, i]);
    for (const all of [early, late]) {
      for (let from = 0; from < all.length; from += BATCH) grouper.add(rowBatch(all.slice(from, from + BATCH)), 0);
    }
    const groups = [...grouper.batches()].flat() as [string, readonly number[]][];
    expect(groups.map(([key]) => key)).toEqual([...new Set([...early, ...late].map(([key]) => key))]);
    expect(groups.filter(([, values]) => types.isProxy(values)).length).toBeGreaterThan(4);
  });

  it('says what failed, and leaves nothing, whichever call of the file system fails', () => {
    const few = pairs.slice(0, 400).map(([key, n], i) => [key === 'hot' ? key : i % 12, `value ${n}`]);
    const calls = failEveryCall({ errno: 'EIO', calls: FILE_CALLS }, (wrap) => {
      const fileSystem = new MemoryFileSystem();
      fileSystem.makeDirectory('/scratch');
      const { task, grouper } = open(4096, wrap(fileSystem));
      let found: unknown[] | undefined;
      try {
        grouper.add(rowBatch(few.slice(0, 200)), 0);
        grouper.add(rowBatch(few.slice(200)), 0);
        found = [];
        for (const rows of grouper.batches()) found.push(...read(rows));
      } catch (error) {
        expect(String(error)).toMatch(/IO_ERROR/);
        found = undefined;
      }
      if (found !== undefined) expect(found).toHaveLength(1 + 8);
      for (const held of [grouper, task.spilledGroups, task.spills, task.memory]) {
        try {
          held[Symbol.dispose]();
        } catch (error) {
          expect(String(error)).toMatch(/IO_ERROR/);
        }
      }
      expect(fileSystem.openHandles).toBe(0);
      expect(fileSystem.list('/scratch').length).toBeLessThanOrEqual(1);
      expect(task.memory.heldBytes).toBe(0);
    });
    expect(calls).toBeGreaterThan(50);
  });

  it('takes no damaged byte for a value', () => {
    const plain = new FaultyFileSystem(new MemoryFileSystem());
    const reads = (fileSystem: FaultyFileSystem) => {
      const { grouper } = open(8192, fileSystem);
      using _grouper = grouper;
      feed(grouper);
      return [...grouper.batches()].flatMap(read);
    };
    expect(reads(plain)).toEqual(expected);
    for (const at of [1, 7, 20, 40, 80]) {
      const damaged = new FaultyFileSystem(new MemoryFileSystem());
      damaged.flipBitOnRead(at, 12_345);
      expect(() => reads(damaged)).toThrow(/CORRUPT_FILE/);
    }
  });
});
