import { describe, expect, it } from 'vitest';
import { CollectionNode } from '../../../../lib/lineage/nodes/collection-node.ts';
import { MapAsyncNode } from '../../../../lib/lineage/nodes/map-async-node.ts';
import { StepNode } from '../../../../lib/lineage/nodes/step-node.ts';
import { origin } from '../../../support/scan-task.ts';
import { shuffledBy } from '../support/shuffled-by.ts';

const source = new CollectionNode(origin(), [1, 2, 3], 3);
const pass = { kind: 'pass' } as const;

describe('StepNode', () => {
  it('has the partitions of what feeds its chain, however long that is', () => {
    let node = new StepNode(origin(), source, pass);
    for (let i = 0; i < 20_000; i++) node = new StepNode(origin(), node, pass);
    expect(node.partitions).toBe(source.partitions);
  });

  it('keeps a partitioner only when told so', () => {
    const { node: parent, partitioner } = shuffledBy(source, 2);
    expect(new StepNode(origin(), parent, pass).partitioner).toBe(undefined);
    expect(new StepNode(origin(), parent, pass, { keepsPartitioning: true }).partitioner).toBe(partitioner);
  });

  it('may pend when an asynchronous step feeds it, and not behind a shuffle', () => {
    const slow = new MapAsyncNode(origin(), source, (n) => n, 1);
    expect(new StepNode(origin(), source, pass).mayPend).toBe(false);
    expect(new StepNode(origin(), slow, pass).mayPend).toBe(true);
    expect(new StepNode(origin(), shuffledBy(slow, 2).node, pass).mayPend).toBe(false);
  });

  it("is called as Spark's unless it says otherwise", () => {
    expect(new StepNode(origin(), source, pass).className).toBe('MapPartitionsRDD');
    expect(new StepNode(origin(), source, pass, { className: 'X' }).className).toBe('X');
  });
});
