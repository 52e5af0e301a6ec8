/** What becomes of a lineage when a checkpoint takes its place. */
import v8 from 'node:v8';
import vm from 'node:vm';
import { describe, expect, it } from 'vitest';
import { rowBatch } from '../../../formats/schema/batch.ts';
import { nodeId, shuffleId } from '../../../lib/base/ids.ts';
import { pipelineOf } from '../../../lib/exec/pipeline.ts';
import { explainLineage } from '../../../lib/lineage/explain-lineage.ts';
import { findPartitions } from '../../../lib/lineage/find-partitions.ts';
import type { ComputedNode, LineageNode } from '../../../lib/lineage/lineage-node.ts';
import { allNarrowReads } from '../../../lib/lineage/narrow-reads.ts';
import { CartesianNode } from '../../../lib/lineage/nodes/cartesian-node.ts';
import { CoalesceNode } from '../../../lib/lineage/nodes/coalesce-node.ts';
import { LocalCheckpointNode } from '../../../lib/lineage/nodes/local-checkpoint-node.ts';
import { MapAsyncNode } from '../../../lib/lineage/nodes/map-async-node.ts';
import { MapPartitionsNode } from '../../../lib/lineage/nodes/map-partitions-node.ts';
import { PipeNode } from '../../../lib/lineage/nodes/pipe-node.ts';
import { RangeNode } from '../../../lib/lineage/nodes/range-node.ts';
import { ShuffledNode } from '../../../lib/lineage/nodes/shuffled-node.ts';
import { StepNode } from '../../../lib/lineage/nodes/step-node.ts';
import { PartitionerAwareUnionNode, UnionNode } from '../../../lib/lineage/nodes/union-node.ts';
import { ZipPartitionsNode } from '../../../lib/lineage/nodes/zip-partitions-node.ts';
import type { Partition } from '../../../lib/lineage/partition.ts';
import { HashPartitioner } from '../../../lib/lineage/partitioner.ts';
import { pendingPreparations, preparation } from '../../../lib/lineage/preparation.ts';
import { recordsOf } from '../../../lib/lineage/records.ts';
import { shufflesReadBy } from '../../../lib/scheduler/stage-builder.ts';
import { BatchesNode } from '../../support/batches-node.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { origin, ScanTask } from '../../support/scan-task.ts';

v8.setFlagsFromString('--expose-gc');
const collectGarbage = vm.runInNewContext('gc') as () => void;

const range = () => new RangeNode(origin(), 0, 10, 1, 4);
const step = (parent: LineageNode) => new StepNode(origin(), parent, { kind: 'map', f: (x) => x });

function truncate(node: LineageNode): LineageNode {
  const checkpoint = new LocalCheckpointNode(origin(), node.id, findPartitions(node).length, node.partitioner);
  node.truncate(checkpoint);
  return checkpoint;
}

const hash = new HashPartitioner(4);
const nothingStored = () => ({ cachedPartitions: 0, memoryBytes: 0, diskBytes: 0 });

describe('a truncated node', () => {
  const kinds: readonly (readonly [string, () => LineageNode])[] = [
    ['step', () => step(range())],
    ['coalesce', () => new CoalesceNode(origin(), range(), 2)],
    ['union', () => new UnionNode(origin(), [range(), range()])],
    ['cartesian', () => new CartesianNode(origin(), range(), range())],
    ['zip', () => new ZipPartitionsNode(origin(), [range(), range()], (a) => a)],
    ['async', () => new MapAsyncNode(origin(), range(), (x) => x, 1)],
    ['shuffle', () => new ShuffledNode(origin(), range(), new HashPartitioner(3), { shuffleId: shuffleId(0) })],
  ];

  it.each(kinds)('(%s) keeps its partitions and its partitioner and reads its checkpoint alone', (_, make) => {
    const node = make();
    const { partitioner } = node;
    const count = findPartitions(node).length;
    const checkpoint = truncate(node);
    expect(node.partitions).toEqual(Array.from({ length: count }, (_, index) => ({ index, split: undefined })));
    expect(node.partitioner).toBe(partitioner);
    expect(node.dependencies).toEqual([{ kind: 'narrow', parent: checkpoint }]);
    expect(node.narrowReads(1)).toEqual([{ node: checkpoint, partition: 1 }]);
    expect([node.mayPend, node.isPrepared]).toEqual([false, true]);
    expect([...allNarrowReads(node, 1)].map((read) => read.node)).toEqual([node, checkpoint]);
    expect(shufflesReadBy(node, { isFullyCached: () => false })).toEqual([]);
  });

  it('has nothing to prepare any more', () => {
    const node = step(range());
    node.preparations.push(preparation(() => Promise.reject(new Error('not asked for'))));
    const child = step(node);
    expect(pendingPreparations(child)).toHaveLength(1);
    truncate(node);
    expect(pendingPreparations(child)).toEqual([]);
  });

  it('starts the chain of the steps after it, and is no part of one', () => {
    const node = step(step(range()));
    const child = step(step(node));
    expect(pipelineOf(child).steps).toHaveLength(4);
    truncate(node);
    expect(pipelineOf(child)).toMatchObject({ base: node });
    expect(pipelineOf(child).steps).toHaveLength(2);
    expect(pipelineOf(node)).toEqual({ base: node, steps: [] });
    expect(findPartitions(child)).toHaveLength(4);
  });

  it('is truncated once, and by a checkpoint of as many partitions', () => {
    const node = step(range());
    expect(() => node.truncate(new LocalCheckpointNode(origin(), nodeId(0), 3, undefined))).toThrow('4 partitions');
    truncate(node);
    expect(() => truncate(node)).toThrow('once');
    expect(() => node.parent).toThrow('parents of node');
  });

  it('lets go of its lineage: nobody holds it but who else did', async () => {
    const held = (() => {
      const source = range();
      const node = step(new ShuffledNode(origin(), source, new HashPartitioner(2), { shuffleId: shuffleId(9) }));
      truncate(node);
      return { node, source: new WeakRef(source) };
    })();
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    expect([held.source.deref(), held.node.formerDependencies]).toEqual([undefined, undefined]);
    const kept = step(range());
    const { dependencies } = kept;
    truncate(kept);
    expect(kept.formerDependencies).toBe(dependencies);
  });

  it('ends a lineage of any length, and its text', () => {
    let node: LineageNode = range();
    for (let i = 0; i < 10_000; i++) node = step(node);
    const checkpoint = truncate(node);
    let child = node;
    for (let i = 0; i < 10_000; i++) child = step(child);
    expect(findPartitions(child)).toHaveLength(4);
    expect([...allNarrowReads(child, 0)]).toHaveLength(10_002);
    const lines = explainLineage(child, nothingStored).split('\n');
    expect(lines).toHaveLength(10_002);
    expect(lines.at(-1)).toBe(` |  LocalCheckpointRDD[${checkpoint.id}] at spec at job.ts:1 []`);
  });
});

describe('a computation that has begun when its node is truncated', () => {
  const slow = () =>
    new BatchesNode(
      [0, 1, 2, 3].map((p) => [Promise.resolve(), rowBatch([p, p + 10]), Promise.resolve(), rowBatch([p + 20])]),
      { isAsync: true, partitioner: hash },
    );
  const kinds: readonly (readonly [string, () => ComputedNode])[] = [
    ['coalesce', () => new CoalesceNode(origin(), slow(), 2)],
    ['union', () => new UnionNode(origin(), [slow(), slow()])],
    ['partitioner-aware union', () => new PartitionerAwareUnionNode(origin(), [slow(), slow()], hash)],
    ['cartesian', () => new CartesianNode(origin(), slow(), slow())],
    ['zip', () => new ZipPartitionsNode(origin(), [slow(), slow()], (a, b) => [...a, ...b])],
    ['map partitions', () => new MapPartitionsNode(origin(), slow(), (records) => [...records])],
    ['async', () => new MapAsyncNode(origin(), slow(), async (x) => x, 2)],
    ['pipe', () => new PipeNode(origin(), slow(), 'cat')],
  ];

  it.each(kinds)('(%s) goes on with the parents it began with, wherever it is', async (_, make) => {
    const records = async (truncateAt: number): Promise<unknown[]> => {
      const node = make();
      const found: unknown[] = [];
      let turn = 0;
      for (const batch of node.compute(findPartitions(node)[1] as Partition, new ScanTask(new MemoryFileSystem()))) {
        if (batch.kind === 'pending') await batch.ready;
        else found.push(...recordsOf([batch]));
        if (turn++ === truncateAt) truncate(node);
      }
      return found;
    };
    const expected = await records(-1);
    expect(expected.length).toBeGreaterThan(0);
    for (let turn = 0; turn < 6; turn++) expect(await records(turn)).toEqual(expected);
  });
});
