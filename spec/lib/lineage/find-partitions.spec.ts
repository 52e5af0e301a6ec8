import { describe, expect, it } from 'vitest';
import { nodeId } from '../../../lib/base/ids.ts';
import { findPartitions } from '../../../lib/lineage/find-partitions.ts';
import type { LineageNode, NodeOrigin } from '../../../lib/lineage/lineage-node.ts';
import { CollectionNode } from '../../../lib/lineage/nodes/collection-node.ts';
import { MapPartitionsNode } from '../../../lib/lineage/nodes/map-partitions-node.ts';
import { StepNode } from '../../../lib/lineage/nodes/step-node.ts';
import { UnionNode } from '../../../lib/lineage/nodes/union-node.ts';

let next = 0;
const origin = (): NodeOrigin => ({
  id: nodeId(next++),
  callSite: { method: 'map', location: 'a.ts:1', position: '/a.ts:1:1' },
});

describe('findPartitions', () => {
  it('gives the partitions of a node, and finds them once', () => {
    const node = new UnionNode(origin(), [new CollectionNode(origin(), [1], 2), new CollectionNode(origin(), [1], 3)]);
    expect(node.arePartitionsKnown).toBe(false);
    expect(findPartitions(node)).toHaveLength(5);
    expect(node.arePartitionsKnown).toBe(true);
    expect(findPartitions(node)).toBe(node.partitions);
  });

  it('needs no deep call stack: 50,000 partition functions, steps and unions in a row', () => {
    let node: LineageNode = new CollectionNode(origin(), [], 3);
    for (let i = 0; i < 50_000; i++) {
      if (i % 3 === 0) node = new MapPartitionsNode(origin(), node, (x) => x);
      else if (i % 3 === 1) node = new StepNode(origin(), node, { kind: 'pass' });
      else node = new UnionNode(origin(), [node]);
    }
    expect(findPartitions(node)).toHaveLength(3);
  });
});
