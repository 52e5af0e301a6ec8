import { describe, expect, it } from 'vitest';
import { RecordedLineage } from '../../../lib/api/recorded-lineage.ts';
import { jobId, nodeId, shuffleId } from '../../../lib/base/ids.ts';
import { findPartitions } from '../../../lib/lineage/find-partitions.ts';
import { Lineage } from '../scheduler/support/lineages.ts';

describe('the lineage on record', () => {
  it('takes parents before children, shared ones once, and names their shuffles', () => {
    const lineage = new Lineage();
    const source = lineage.collection(3);
    const counts = lineage.shuffled(lineage.map(source), 2);
    const join = lineage.coGroup(5, counts, source, lineage.map(counts));
    for (const node of [source, counts, join]) findPartitions(node);
    const recorded = new RecordedLineage();
    const { nodes, edges } = recorded.add(join, jobId(7));
    expect(nodes.map(({ node, partitionCount }) => [node, partitionCount])).toEqual([
      [0, 3],
      [1, 3],
      [2, 2],
      [3, 2],
      [4, 5],
    ]);
    expect(nodes.every(({ firstJob }) => firstJob === 7)).toBe(true);
    expect(edges.map(({ child, ordinal, parent, shuffle }) => [child, ordinal, parent, shuffle])).toEqual([
      [1, 0, 0, null],
      [2, 0, 1, 0],
      [3, 0, 2, null],
      [4, 0, 2, 1],
      [4, 1, 0, 2],
      [4, 2, 3, 3],
    ]);
    expect(recorded.shapeOf(shuffleId(2))).toEqual({ mapCount: 3, reducerCount: 5, node: 4 });
    expect(recorded.shapeOf(shuffleId(9))).toBeUndefined();
    expect([recorded.has(nodeId(4)), recorded.has(nodeId(5))]).toEqual([true, false]);
    expect(recorded.add(join, jobId(8))).toEqual({ nodes: [], edges: [] });
  });

  it('finds out no partitions: what no job needed to know is 0', () => {
    const lineage = new Lineage();
    const source = lineage.collection(3);
    const { nodes } = new RecordedLineage().add(lineage.map(source), jobId(0));
    expect(nodes.map(({ partitionCount }) => partitionCount)).toEqual([0, 0]);
    expect(source.arePartitionsKnown).toBe(false);
  });

  it('visits a ladder of ten thousand diamonds once', () => {
    const lineage = new Lineage();
    let node = lineage.collection(1);
    for (let i = 0; i < 10_000; i++) node = lineage.union(node, node);
    const { nodes, edges } = new RecordedLineage().add(node, jobId(0));
    expect([nodes.length, edges.length]).toEqual([10_001, 20_000]);
  });
});
