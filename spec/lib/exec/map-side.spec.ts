import { describe, expect, it } from 'vitest';
import { rowBatch } from '../../../formats/schema/batch.ts';
import { shuffleId, taskId } from '../../../lib/base/ids.ts';
import { FusedChain } from '../../../lib/exec/fused-chain.ts';
import { MapSide } from '../../../lib/exec/map-side.ts';
import type { Aggregator, ShuffleDependency } from '../../../lib/lineage/dependency.ts';
import { CollectionNode } from '../../../lib/lineage/nodes/collection-node.ts';
import { HashPartitioner } from '../../../lib/lineage/partitioner.ts';
import { ShuffleWriter } from '../../../lib/shuffle/shuffle-writer.ts';
import { MapOutputReader } from '../../../storage/shuffle/map-output-reader.ts';
import { MapOutputWriter } from '../../../storage/shuffle/map-output-writer.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { origin } from '../../support/scan-task.ts';
import { rowsOf } from '../../support/stored-batches.ts';

const PARTITIONS = 3;
const counting: Aggregator = {
  createCombiner: (value) => [value],
  mergeValue: (all, value) => [...(all as unknown[]), value],
  mergeCombiners: (a, b) => [...(a as unknown[]), ...(b as unknown[])],
};

/** Runs pairs through the map side; gives what is read back by partition, and whether it combined to the end. */
function run(pairs: readonly [unknown, unknown][], combine: boolean, memoryBytes: number, mode: 'on' | 'off') {
  const fileSystem = new MemoryFileSystem();
  for (const path of ['/scratch', '/shuffle']) fileSystem.makeDirectory(path);
  const ids = { shuffleId: shuffleId(0), mapIndex: 0, taskId: taskId(0) };
  using output = MapOutputWriter.open({ fileSystem, directory: '/shuffle', ...ids, partitionCount: PARTITIONS });
  let runs = 0;
  const newRunPath = () => `/scratch/${runs++}`;
  using writer = new ShuffleWriter({
    numPartitions: PARTITIONS,
    codec: 'none',
    memoryBytes,
    fileSystem,
    newRunPath,
    output,
  });
  const dependency: ShuffleDependency = {
    kind: 'shuffle',
    parent: new CollectionNode(origin(), [], 1),
    shuffleId: ids.shuffleId,
    partitioner: new HashPartitioner(PARTITIONS),
    aggregator: combine ? counting : undefined,
    mapSideCombine: combine,
    keyOrder: undefined,
  };
  const side = new MapSide(dependency, writer, memoryBytes);
  for (let from = 0; from < pairs.length; from += 1000) {
    const { sink } = side;
    const chain = new FusedChain([], sink.kind, mode, 'map-side');
    chain.run(rowBatch(pairs, from, Math.min(from + 1000, pairs.length)), chain.open(0), sink);
  }
  side.finish();
  const stillCombines = side.sink.kind === 'combine';
  const written = writer.commit();
  const reader = new MapOutputReader({ fileSystem, directory: '/shuffle' });
  const rows = Array.from({ length: PARTITIONS }, (_, p) => rowsOf(reader.readPartition(written, p)));
  return { rows: rows as [unknown, unknown][][], stillCombines };
}

describe.each(['on', 'off'] as const)('MapSide (codegen %s)', (mode) => {
  it.each([1 << 24, 20_000, 1])('deals pairs out in their order, with %i bytes', (memoryBytes) => {
    const pairs = Array.from({ length: 3000 }, (_, n): [unknown, unknown] => [n % 2 === 0 ? n : `k${n}`, n]);
    const { rows } = run(pairs, false, memoryBytes, mode);
    const partitioner = new HashPartitioner(PARTITIONS);
    const expected = [0, 1, 2].map((p) => pairs.filter(([key]) => partitioner.partitionOf(key) === p));
    expect(rows).toEqual(expected);
  });

  it.each([1 << 24, 20_000, 1])('combines keys that come again, with %i bytes', (memoryBytes) => {
    const pairs = Array.from({ length: 3000 }, (_, n): [unknown, unknown] => [n % 10, n]);
    const { rows, stillCombines } = run(pairs, true, memoryBytes, mode);
    const merged = new Map<unknown, unknown[]>();
    for (const [key, values] of rows.flat()) merged.set(key, [...(merged.get(key) ?? []), ...(values as unknown[])]);
    for (let key = 0; key < 10; key++) {
      expect(merged.get(key)).toEqual(pairs.filter(([k]) => k === key).map(([, n]) => n));
    }
    expect(rows.flat()).toHaveLength(10);
    expect(stillCombines).toBe(true);
  });

  it('gives combining up when keys hardly repeat, and still writes combiners', () => {
    const pairs = Array.from({ length: 20_000 }, (_, n): [unknown, unknown] => [n, n]);
    const { rows, stillCombines } = run(pairs, true, 1 << 24, mode);
    expect(stillCombines).toBe(false);
    expect(rows.flat()).toHaveLength(20_000);
    expect(rows.flat().every(([key, values]) => (values as unknown[])[0] === key)).toBe(true);
  });
});
