import { describe, expect, it } from 'vitest';
import { rowBatch } from '../../../formats/schema/batch.ts';
import { shuffleId, taskId } from '../../../lib/base/ids.ts';
import { FusedChain } from '../../../lib/exec/fused-chain.ts';
import { MapSide } from '../../../lib/exec/map-side.ts';
import type { Aggregator, ShuffleDependency } from '../../../lib/lineage/dependency.ts';
import { CollectionNode } from '../../../lib/lineage/nodes/collection-node.ts';
import { HashPartitioner } from '../../../lib/lineage/partitioner.ts';
import { ShuffleWriter } from '../../../lib/shuffle/shuffle-writer.ts';
import type { TaskMemory } from '../../../storage/memory/task-memory.ts';
import { MapOutputReader } from '../../../storage/shuffle/map-output-reader.ts';
import { MapOutputWriter } from '../../../storage/shuffle/map-output-writer.ts';
import { gatheringTask } from '../../support/gathering-task.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { origin } from '../../support/scan-task.ts';
import { rowsOf } from '../../support/stored-batches.ts';

const PARTITIONS = 3;
const counting: Aggregator = {
  createCombiner: (value) => [value],
  mergeValue: (all, value) => [...(all as unknown[]), value],
  mergeCombiners: (a, b) => [...(a as unknown[]), ...(b as unknown[])],
};

/** The same, as it should be written: what there are many of must not be copied for each. */
const growing: Aggregator = {
  ...counting,
  mergeValue: (all, value) => {
    (all as unknown[]).push(value);
    return all;
  },
};

/** Notes how many records come at a time, for all partitions together. */
class WatchedWriter extends ShuffleWriter {
  readonly flushes: number[] = [];
  #last = Number.POSITIVE_INFINITY;

  override write(partition: number, records: readonly unknown[]): void {
    if (partition <= this.#last) this.flushes.push(0);
    this.#last = partition;
    this.flushes.push((this.flushes.pop() ?? 0) + records.length);
    super.write(partition, records);
  }
}

/** Runs pairs through the map side; gives what is read back by partition, and whether it combined to the end. */
function run(
  pairs: readonly [unknown, unknown][],
  combine: boolean,
  memoryBytes: number,
  mode: 'on' | 'off',
  aggregator = counting,
  onGathered: (memory: TaskMemory) => void = () => {},
) {
  const fileSystem = new MemoryFileSystem();
  fileSystem.makeDirectory('/shuffle');
  const ids = { shuffleId: shuffleId(0), mapIndex: 0, taskId: taskId(0) };
  using output = MapOutputWriter.open({ fileSystem, directory: '/shuffle', ...ids, partitionCount: PARTITIONS });
  const { memory, spills } = gatheringTask(memoryBytes, { fileSystem });
  using writer = new WatchedWriter({ numPartitions: PARTITIONS, codec: 'none', memory, spills, output });
  const dependency: ShuffleDependency = {
    kind: 'shuffle',
    parent: new CollectionNode(origin(), [], 1),
    shuffleId: ids.shuffleId,
    partitioner: new HashPartitioner(PARTITIONS),
    aggregator: combine ? aggregator : undefined,
    mapSideCombine: combine,
    keyOrder: undefined,
  };
  const side = new MapSide(dependency, writer, memory);
  for (let from = 0; from < pairs.length; from += 1000) {
    const { sink } = side;
    const chain = new FusedChain([], sink.kind, mode, 'map-side');
    chain.run(rowBatch(pairs, from, Math.min(from + 1000, pairs.length)), chain.open(0), sink);
  }
  const { kind } = side.sink;
  onGathered(memory);
  side.finish();
  const stillCombines = kind === 'combine';
  const written = writer.commit();
  const reader = new MapOutputReader({ fileSystem, directory: '/shuffle' });
  const rows = Array.from({ length: PARTITIONS }, (_, p) => rowsOf(reader.readPartition(written, p)));
  return { rows: rows as [unknown, unknown][][], stillCombines, flushes: writer.flushes, uses: memory.uses() };
}

describe.each(['on', 'off'] as const)('MapSide (codegen %s)', (mode) => {
  it.each([1 << 24, 20_000, 1])('deals pairs out in their order, with %i bytes', (memoryBytes) => {
    const pairs = Array.from({ length: 3000 }, (_, n): [unknown, unknown] => [n % 2 === 0 ? n : `k${n}`, n]);
    const { rows } = run(pairs, false, memoryBytes, mode);
    const partitioner = new HashPartitioner(PARTITIONS);
    const expected = [0, 1, 2].map((p) => pairs.filter(([key]) => partitioner.partitionOf(key) === p));
    expect(rows).toEqual(expected);
  });

  it.each([
    ['numbers alone', (n: number): [unknown, unknown] => [n % 7 === 0 ? n / 3 : -n, n * 0.5]],
    ['numbers, then others', (n: number): [unknown, unknown] => [n, n < 30_000 ? n : `${n}`]],
    ['a fraction among ints', (n: number): [unknown, unknown] => [n, n === 20_000 ? 0.5 : n]],
  ])('deals pairs of numbers out in their order: %s', (_, pairOf) => {
    const pairs = Array.from({ length: 40_000 }, (__, n) => pairOf(n));
    const partitioner = new HashPartitioner(PARTITIONS);
    const expected = [0, 1, 2].map((p) => pairs.filter(([key]) => partitioner.partitionOf(key) === p));
    for (const memoryBytes of [1 << 24, 50_000]) expect(run(pairs, false, memoryBytes, mode).rows).toEqual(expected);
  });

  it.each([1 << 24, 20_000, 1])('combines keys that come again, with %i bytes', (memoryBytes) => {
    const pairs = Array.from({ length: 3000 }, (_, n): [unknown, unknown] => [n % 10, n]);
    const { rows, stillCombines } = run(pairs, true, memoryBytes, mode);
    const merged = new Map<unknown, unknown[]>();
    for (const [key, values] of rows.flat()) merged.set(key, [...(merged.get(key) ?? []), ...(values as unknown[])]);
    for (let key = 0; key < 10; key++) {
      expect(merged.get(key)).toEqual(pairs.filter(([k]) => k === key).map(([, n]) => n));
    }
    // What does not fit is written after each batch.
    expect(rows.flat()).toHaveLength(memoryBytes === 1 ? 30 : 10);
    expect(stillCombines).toBe(true);
  });

  it('goes on combining keys that come again, however few of them fit', () => {
    const pairs = Array.from({ length: 5000 }, (_, n): [unknown, unknown] => [Math.floor(n / 10), n]);
    const { rows, stillCombines } = run(pairs, true, 10_000, mode);
    expect(stillCombines).toBe(true);
    // A key is written again only when its table was emptied in the middle of it.
    expect(rows.flat().length).toBeLessThan(500 + 500 / 10);
    expect(rows.flat().flatMap(([, values]) => values as number[]).length).toBe(5000);
  });

  it('loses nothing and keeps the order of values where combining is given up in the middle', () => {
    // More than fits the buckets at a time: what was combined goes before it.
    const keys = (n: number) => (n < 18_000 ? n : n % 1000);
    const pairs = Array.from({ length: 58_000 }, (_, n): [unknown, unknown] => [keys(n), n]);
    const { rows, stillCombines } = run(pairs, true, 1 << 24, mode);
    expect(stillCombines).toBe(false);
    const merged = new Map<unknown, unknown[]>();
    for (const [key, values] of rows.flat()) merged.set(key, [...(merged.get(key) ?? []), ...(values as unknown[])]);
    expect(merged.size).toBe(18_000);
    for (const [key, values] of merged) {
      const later = Array.from({ length: 40 }, (_, i) => 18_000 + i * 1000 + (key as number));
      expect(values).toEqual((key as number) < 1000 ? [key, ...later] : [key]);
    }
  });

  it('holds no more records than fit a quarter of its memory, once it knows their size', () => {
    const pairs = Array.from({ length: 4000 }, (_, n): [unknown, unknown] => [n, `${n}`.padEnd(1000, 'x')]);
    const { flushes } = run(pairs, false, 400_000, mode);
    expect(flushes.length).toBeGreaterThan(25);
    expect(flushes[0]).toBe(1000);
    for (const rows of flushes.slice(1)) expect(rows).toBeLessThanOrEqual(100);
    expect(flushes.reduce((sum, rows) => sum + rows, 0)).toBe(4000);
  });

  it('measures combiners that grow, however few there are, and writes those that do not fit', () => {
    const pairs = Array.from({ length: 50_000 }, (_, n): [unknown, unknown] => [n % 4, n]);
    const peaks: number[] = [];
    const { rows, uses } = run(pairs, true, 100_000, mode, growing);
    peaks.push(...uses.filter(({ name }) => name === 'map side').map(({ peakBytes }) => peakBytes));
    // A batch of these takes 8 to 16 KB.
    expect(Math.max(...peaks)).toBeLessThan(150_000);
    expect(rows.flat().length).toBeGreaterThan(8);
    for (let key = 0; key < 4; key++) {
      const values = rows.flat().flatMap(([k, all]) => (k === key ? (all as number[]) : []));
      expect(values).toEqual(pairs.filter(([k]) => k === key).map(([, n]) => n));
    }
  });

  it.each([true, false])('hands all it has to the writer when others need the memory (combining: %s)', (combine) => {
    const pairs = Array.from({ length: 1000 }, (_, n): [unknown, unknown] => [`k${n % 500}`, n]);
    const { rows, uses } = run(pairs, combine, 200_000, mode, growing, (memory) => {
      using other = memory.register({ name: 'sort by key', spill: () => {} });
      const before = memory.heldBytes;
      expect(before).toBeGreaterThan(20_000);
      // The writer's encoded frames take less, and may be asked as well.
      other.hold(195_000);
      expect(memory.heldBytes - other.heldBytes).toBeLessThan(before / 2);
    });
    expect(uses.map(({ name }) => name)).toContain('map side');
    expect(rows.flat()).toHaveLength(combine ? 500 : 1000);
  });

  it('gives combining up when keys hardly repeat, and still writes combiners', () => {
    const pairs = Array.from({ length: 20_000 }, (_, n): [unknown, unknown] => [n, n]);
    const { rows, stillCombines } = run(pairs, true, 1 << 24, mode);
    expect(stillCombines).toBe(false);
    expect(rows.flat()).toHaveLength(20_000);
    expect(rows.flat().every(([key, values]) => (values as unknown[])[0] === key)).toBe(true);
  });
});
