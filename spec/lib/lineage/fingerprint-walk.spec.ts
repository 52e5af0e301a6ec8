import { describe, expect, it } from 'vitest';
import { shuffleId } from '../../../lib/base/ids.ts';
import { fingerprintInputs, parentsOf, partitionersOf, walkInputs } from '../../../lib/lineage/fingerprint-walk.ts';
import type { LineageNode } from '../../../lib/lineage/lineage-node.ts';
import { LocalCheckpointNode } from '../../../lib/lineage/nodes/local-checkpoint-node.ts';
import { RangeNode } from '../../../lib/lineage/nodes/range-node.ts';
import { ShuffledNode } from '../../../lib/lineage/nodes/shuffled-node.ts';
import { StepNode } from '../../../lib/lineage/nodes/step-node.ts';
import { UnionNode } from '../../../lib/lineage/nodes/union-node.ts';
import { HashPartitioner, RangePartitioner } from '../../../lib/lineage/partitioner.ts';
import { rangePreparation } from '../../../lib/lineage/range-sampling.ts';
import { origin } from '../../support/scan-task.ts';

const source = (): RangeNode => new RangeNode(origin(), 0, 4, 1, 2);
const step = (parent: LineageNode): StepNode => new StepNode(origin(), parent, { kind: 'pass' });
const never = (): boolean => false;

describe('walkInputs', () => {
  it('gives inputs first, each once', () => {
    const shared = source();
    const [left, right] = [step(shared), step(shared)];
    const root = new UnionNode(origin(), [left, right]);
    const found = walkInputs(root, never);
    expect(found).toHaveLength(4);
    expect(found[0]).toBe(shared);
    expect(found.at(-1)).toBe(root);
  });

  it('stops where it is told to', () => {
    const first = source();
    const second = step(first);
    const third = step(second);
    expect(walkInputs(third, (node) => node === second)).toEqual([second, third]);
  });

  it('takes any depth', () => {
    let node: LineageNode = source();
    for (let i = 0; i < 100_000; i++) node = step(node);
    expect(walkInputs(node, never)).toHaveLength(100_001);
  });

  it('goes to what ranges are sampled from, unless only parents are asked for', () => {
    const sampled = source();
    const other = source();
    const ranges = new RangePartitioner(3, { compare: () => 0, ascending: true, natural: false });
    rangePreparation(ranges, sampled);
    const shuffled = new ShuffledNode(origin(), other, ranges, { shuffleId: shuffleId(0) });
    expect(new Set(fingerprintInputs(shuffled))).toEqual(new Set([sampled, other]));
    expect(parentsOf(shuffled)).toEqual([other]);
    expect(walkInputs(shuffled, never)).toContain(sampled);
    expect(walkInputs(shuffled, never, parentsOf)).not.toContain(sampled);
  });

  it('ends at a checkpoint', () => {
    const parent = source();
    const node = new ShuffledNode(origin(), parent, new HashPartitioner(2), { shuffleId: shuffleId(0) });
    expect(partitionersOf(node)).toHaveLength(1);
    node.truncate(new LocalCheckpointNode(origin(), node.id, 2, undefined));
    expect(walkInputs(node, never)).toEqual([node]);
    expect(partitionersOf(node)).toEqual([node.partitioner]);
  });
});
