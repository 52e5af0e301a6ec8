import { describe, expect, it } from 'vitest';
import { shuffleId } from '../../../lib/base/ids.ts';
import type { LineageNode } from '../../../lib/lineage/lineage-node.ts';
import { allNarrowReads, type NarrowWalk, toBlocks } from '../../../lib/lineage/narrow-reads.ts';
import { CartesianNode } from '../../../lib/lineage/nodes/cartesian-node.ts';
import { CoGroupNode } from '../../../lib/lineage/nodes/co-group-node.ts';
import { CoalesceNode } from '../../../lib/lineage/nodes/coalesce-node.ts';
import { RangeNode } from '../../../lib/lineage/nodes/range-node.ts';
import { ShuffledNode } from '../../../lib/lineage/nodes/shuffled-node.ts';
import { StepNode } from '../../../lib/lineage/nodes/step-node.ts';
import { UnionNode } from '../../../lib/lineage/nodes/union-node.ts';
import { HashPartitioner } from '../../../lib/lineage/partitioner.ts';
import { STORAGE_LEVELS } from '../../../storage/block/storage-level.ts';
import { origin } from '../../support/scan-task.ts';

const range = (slices: number) => new RangeNode(origin(), 0, 100, 1, slices);
const pass = (parent: LineageNode) => new StepNode(origin(), parent, { kind: 'pass' });

function reads(node: LineageNode, partition: number, walk?: NarrowWalk): string[] {
  return [...allNarrowReads(node, partition, walk)].map((read) => `${read.node.kind} ${read.partition}`).sort();
}

describe('what a partition is computed from', () => {
  it('is itself, and the same partition of what it is a step of', () => {
    expect(reads(range(3), 2)).toEqual(['range 2']);
    expect(reads(pass(pass(range(3))), 2)).toEqual(['range 2', 'step 2', 'step 2']);
  });

  it('is as each kind of node cuts its parents', () => {
    expect(reads(new UnionNode(origin(), [range(2), range(3)]), 4)).toEqual(['range 2', 'union 4']);
    expect(reads(new CoalesceNode(origin(), range(5), 2), 1)).toEqual(['coalesce 1', 'range 2', 'range 3', 'range 4']);
    expect(reads(new CartesianNode(origin(), range(2), range(3)), 5)).toEqual(['cartesian 5', 'range 1', 'range 2']);
  });

  it('ends at shuffles', () => {
    const partitioner = new HashPartitioner(2);
    const shuffled = new ShuffledNode(origin(), range(3), partitioner, { shuffleId: shuffleId(0) });
    expect(reads(pass(shuffled), 1)).toEqual(['shuffled 1', 'step 1']);
    const groups = new CoGroupNode(origin(), [shuffled, range(3)], partitioner, () => shuffleId(1));
    expect(reads(groups, 1)).toEqual(['co-group 1', 'shuffled 1']);
  });

  it('ends where it is told, and there the node is named', () => {
    const kept = pass(range(2));
    kept.storageLevel = STORAGE_LEVELS.MEMORY_ONLY;
    const stopAt = (node: LineageNode) => node.isPersisted;
    expect(reads(pass(kept), 1, { stopAt })).toEqual(['step 1', 'step 1']);
    expect(reads(kept, 1, { stopAt })).toEqual(['step 1']);
  });

  it('passes over steps where it is told, and finds what is kept behind them', () => {
    const kept = pass(range(2));
    kept.storageLevel = STORAGE_LEVELS.MEMORY_ONLY;
    const union = new UnionNode(origin(), [pass(pass(kept)), pass(kept), pass(range(2))]);
    const walk = toBlocks(() => true);
    const walked = [...allNarrowReads(union, 1, walk)];
    expect(walked.map(({ node }) => node.kind)).toEqual(['union', 'step']);
    expect(walked[1]).toEqual({ node: kept, partition: 1 });
    expect(reads(pass(pass(range(3))), 2, { passOver: () => true })).toEqual(['range 2']);
  });

  it('goes on behind what is kept and has no block of the partition', () => {
    const [first, last] = [pass(range(2)), range(2)];
    const second = pass(pass(first));
    for (const node of [first, second, last]) node.storageLevel = STORAGE_LEVELS.MEMORY_ONLY;
    const walk = toBlocks((node, partition) => node !== second || partition === 1);
    const walked = [...allNarrowReads(new CoalesceNode(origin(), pass(second), 1), 0, walk)];
    expect(walked.slice(1)).toEqual([
      { node: second, partition: 1 },
      { node: second, partition: 0 },
      { node: first, partition: 0 },
    ]);
  });

  it('names what steps lead to once', () => {
    const source = range(2);
    expect(
      reads(new CoalesceNode(origin(), new UnionNode(origin(), [pass(source), pass(source)]), 1), 0, {
        passOver: () => true,
      }),
    ).toEqual(['coalesce 0', ...['range 0', 'range 1'], ...['union 0', 'union 1', 'union 2', 'union 3']]);
  });

  it('is named once, however many ways lead to it', () => {
    let node: LineageNode = range(1);
    for (let i = 0; i < 50; i++) node = new CoalesceNode(origin(), new UnionNode(origin(), [node, node]), 1);
    expect(reads(node, 0)).toHaveLength(1 + 50 * 3);
  });

  it('needs neither a deep stack nor many arguments', () => {
    let node: LineageNode = new CoalesceNode(origin(), range(200_000), 1);
    for (let i = 0; i < 20_000; i++) node = pass(node);
    expect(reads(node, 0)).toHaveLength(220_001);
  });
});
