import { describe, expect, it } from 'vitest';
import { type NodeId, nodeId, shuffleId } from '../../../lib/base/ids.ts';
import { type CachedBlocks, explainLineage } from '../../../lib/lineage/explain-lineage.ts';
import type { LineageNode, NodeOrigin } from '../../../lib/lineage/lineage-node.ts';
import { CoGroupNode } from '../../../lib/lineage/nodes/co-group-node.ts';
import { CollectionNode } from '../../../lib/lineage/nodes/collection-node.ts';
import { MapPartitionsNode } from '../../../lib/lineage/nodes/map-partitions-node.ts';
import { ShuffledNode } from '../../../lib/lineage/nodes/shuffled-node.ts';
import { StepNode } from '../../../lib/lineage/nodes/step-node.ts';
import { UnionNode } from '../../../lib/lineage/nodes/union-node.ts';
import { HashPartitioner } from '../../../lib/lineage/partitioner.ts';
import { STORAGE_LEVELS } from '../../../storage/block/storage-level.ts';
import { expectGolden } from '../../support/golden.ts';

const at = (id: number, method: string, line: number): NodeOrigin => ({
  id: nodeId(id),
  callSite: { method, location: `A.scala:${line}`, position: `/A.scala:${line}:1` },
});
const source = (id: number, slices: number, line = 1): LineageNode =>
  new CollectionNode(at(id, 'parallelize', line), [], slices);

/** A source by the name that Spark gives files. */
class FileLines extends CollectionNode {
  override readonly className: string = 'HadoopRDD';
}

const map = (id: number, parent: LineageNode, line: number, method = 'map'): LineageNode =>
  new StepNode(at(id, method, line), parent, { kind: 'pass' });
let shuffles = 0;
const shuffled = (id: number, parent: LineageNode, partitions: number, line: number, method = 'reduceByKey') =>
  new ShuffledNode(at(id, method, line), parent, new HashPartitioner(partitions), { shuffleId: shuffleId(shuffles++) });

const nothing: CachedBlocks = { cachedPartitions: 0, memoryBytes: 0, diskBytes: 0 };
const blocks =
  (cached: Record<number, CachedBlocks>) =>
  (id: NodeId): CachedBlocks =>
    cached[id] ?? nothing;
const explain = (node: LineageNode, cached: Record<number, CachedBlocks> = {}): string =>
  explainLineage(node, blocks(cached));

describe('explainLineage, against lineages that Spark printed', () => {
  it('prints word count', () => {
    const lines = new FileLines(at(0, 'textFile', 1), [], 2);
    const file = new StepNode(at(1, 'textFile', 1), lines, { kind: 'pass' });
    lines.name = 'in.txt';
    file.name = 'in.txt';
    const counted = shuffled(4, map(3, map(2, file, 2, 'flatMap'), 3), 2, 4);
    expectGolden('lib/lineage/explain-word-count.txt', explain(counted));
  });

  it('prints a join with two shuffled sides and two-digit counts', () => {
    const left = shuffled(2, map(1, source(0, 10), 2), 4, 3);
    let next = 10;
    const groups = new CoGroupNode(at(4, 'join', 5), [left, source(3, 2, 4)], new HashPartitioner(10), () =>
      shuffleId(next++),
    );
    expectGolden('lib/lineage/explain-join.txt', explain(map(6, map(5, groups, 5, 'join'), 5, 'join')));
  });

  it('prints what is cached, below the root and below a child, with the level of the root on every line', () => {
    const cached = map(1, source(0, 4), 2);
    cached.storageLevel = STORAGE_LEVELS.MEMORY_ONLY;
    const stored = { 1: { cachedPartitions: 4, memoryBytes: 432, diskBytes: 0 } };
    expectGolden('lib/lineage/explain-cached.txt', explain(cached, stored));
    expectGolden('lib/lineage/explain-cached-child.txt', explain(map(2, cached, 4, 'filter'), stored));
  });

  it('prints what is cached on the map side of a shuffle', () => {
    const cached = map(1, source(0, 2), 2);
    cached.storageLevel = STORAGE_LEVELS.MEMORY_AND_DISK;
    const stored = { 1: { cachedPartitions: 2, memoryBytes: 1024, diskBytes: 0 } };
    expectGolden('lib/lineage/explain-cached-map-side.txt', explain(shuffled(2, cached, 2, 4), stored));
  });

  it('prints a union whose second side hides a shuffle', () => {
    const right = shuffled(2, source(1, 2, 2), 2, 2, 'partitionBy');
    expectGolden('lib/lineage/explain-union.txt', explain(new UnionNode(at(3, 'union', 3), [source(0, 3), right])));
  });

  it('widens the gutter with the count', () => {
    const inner = shuffled(2, map(1, source(0, 4), 2), 4, 3);
    const outer = shuffled(5, map(4, inner, 7, 'mapValues'), 100, 8, 'partitionBy');
    expectGolden('lib/lineage/explain-hundred.txt', explain(outer));
  });
});

describe('explainLineage', () => {
  it('says nothing of blocks of a dataset that is not persisted, or has none', () => {
    const node = map(1, source(0, 1), 2);
    const stored = { 1: { cachedPartitions: 1, memoryBytes: 10, diskBytes: 0 } };
    expect(explain(node, stored)).not.toContain('Cached');
    node.storageLevel = STORAGE_LEVELS.DISK_ONLY;
    expect(explain(node)).not.toContain('Cached');
    expect(explain(node, stored)).toContain('[Disk Serialized 1x Replicated]');
    expect(explain(node, stored)).toContain('CachedPartitions: 1; MemorySize: 10.0 B; DiskSize: 0.0 B');
  });

  it('prints a shared ancestor once a path', () => {
    const shared = source(0, 2);
    const lines = explain(new UnionNode(at(1, 'union', 2), [shared, shared])).split('\n');
    expect(lines.filter((line) => line.includes('[0]'))).toHaveLength(2);
  });

  it('prints lineages of 10,000 steps, partitions functions and shuffles', () => {
    let steps: LineageNode = source(0, 1);
    for (let i = 1; i <= 10_000; i++) steps = map(i, steps, i);
    expect(explain(steps).split('\n')).toHaveLength(10_001);
    let functions: LineageNode = source(0, 1);
    for (let i = 1; i <= 10_000; i++) functions = new MapPartitionsNode(at(i, 'mapPartitions', i), functions, (x) => x);
    expect(explain(functions).split('\n')).toHaveLength(10_001);
    let deep: LineageNode = source(0, 1);
    for (let i = 1; i <= 2000; i++) deep = shuffled(i, deep, 1, i);
    expect(explain(deep).split('\n')).toHaveLength(2001);
  });

  it('stops after 100,000 lines of a lineage that doubles every round', () => {
    let node: LineageNode = source(0, 1);
    for (let i = 1; i <= 40; i++) node = new UnionNode(at(i, 'union', i), i < 18 ? [node, node] : [node]);
    const lines = explain(node).split('\n');
    expect(lines).toHaveLength(100_001);
    expect(lines.at(-1)).toBe('…');
  });
});
