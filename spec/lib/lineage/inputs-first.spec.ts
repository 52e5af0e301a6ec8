import { describe, expect, it } from 'vitest';
import { inputsFirst } from '../../../lib/lineage/inputs-first.ts';
import type { LineageNode } from '../../../lib/lineage/lineage-node.ts';
import { RangeNode } from '../../../lib/lineage/nodes/range-node.ts';
import { StepNode } from '../../../lib/lineage/nodes/step-node.ts';
import { UnionNode } from '../../../lib/lineage/nodes/union-node.ts';
import { origin } from '../../support/scan-task.ts';

const range = () => new RangeNode(origin(), 0, 10, 1, 1);
const pass = (parent: LineageNode) => new StepNode(origin(), parent, { kind: 'pass' });
const parents = (node: LineageNode) => node.dependencies.map(({ parent }) => parent);

describe('a lineage, inputs first', () => {
  it('has every node once, after all it is made from', () => {
    const [left, right] = [range(), range()];
    const shared = pass(left);
    const root = new UnionNode(origin(), [shared, pass(shared), right]);
    const found = inputsFirst(root, parents);
    expect(found).toHaveLength(5);
    expect(found.at(-1)).toBe(root);
    for (const [i, node] of found.entries()) {
      for (const parent of parents(node)) expect(found.indexOf(parent)).toBeLessThan(i);
    }
    expect(found[0]).toBe(right);
  });

  it('ends where a node is said to have no inputs', () => {
    const kept = pass(range());
    const root = pass(kept);
    expect(inputsFirst(root, (node) => (node === kept ? [] : parents(node)))).toEqual([kept, root]);
  });

  it('needs no deep stack', () => {
    let node: LineageNode = range();
    for (let i = 0; i < 50_000; i++) node = pass(node);
    expect(inputsFirst(node, parents)).toHaveLength(50_001);
  });
});
