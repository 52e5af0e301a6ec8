import { runId, shuffleId } from '../../../lib/base/ids.ts';
import type { LineageGraph } from '../../../lib/index.ts';
import { exampleEdge, exampleNode } from '../../storage/metadata/example-run.ts';

const run = runId('aaaa0001');

/** Nodes from 0; edges as [child, parent], or [child, parent, shuffle]. */
export function exampleGraph(
  nodes: number,
  edges: readonly (readonly [child: number, parent: number, shuffle?: number])[],
): LineageGraph {
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
