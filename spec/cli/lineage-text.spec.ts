import { describe, expect, it } from 'vitest';
import { printLineage } from '../../cli/lineage-text.ts';
import { runId, shuffleId } from '../../lib/base/ids.ts';
import type { LineageGraph } from '../../lib/index.ts';
import { exampleEdge, exampleNode } from '../storage/metadata/example-run.ts';

const run = runId('aaaa0001');

/** Nodes from 0; edges as [child, parent], or [child, parent, shuffle]. */
function graph(nodes: number, edges: readonly (readonly [number, number, number?])[]): LineageGraph {
  return {
    nodes: Array.from({ length: nodes }, (_, node) => ({ ...exampleNode(node), run })),
    edges: edges.map(([child, parent, shuffle], i) => ({
      ...exampleEdge(child, parent, { ordinal: i }),
      run,
      kind: shuffle === undefined ? 'narrow' : 'shuffle',
      shuffle: shuffle === undefined ? null : shuffleId(shuffle),
    })),
  };
}

describe('a lineage as text', () => {
  it('is empty for no lineage', () => {
    expect(printLineage(graph(0, []))).toBe('');
  });

  it('tells a dataset once, so that a diamond of diamonds stays small', () => {
    const edges: [number, number][] = [];
    for (let i = 1; i <= 60; i++) edges.push([i, i - 1], [i, i - 1]);
    const lines = printLineage(graph(61, edges)).trimEnd().split('\n');
    expect(lines).toHaveLength(121);
    expect(lines.filter((line) => line.endsWith('(above)'))).toHaveLength(59);
  });

  it('may be ten thousand shuffles deep: lines stay short', () => {
    const edges = Array.from({ length: 10_000 }, (_, i) => [i + 1, i, i] as const);
    const text = printLineage(graph(10_001, edges));
    const lines = text.trimEnd().split('\n');
    expect(lines).toHaveLength(10_001);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(300);
  });

  it('says which inputs are not on record', () => {
    const { nodes, edges } = graph(2, [[1, 0, 0]]);
    expect(printLineage({ nodes: nodes.slice(1), edges })).toBe(
      '(2) MapPartitionsRDD[1] at map at job.ts:2\n +-(?) [0] (not on record)\n',
    );
  });
});
