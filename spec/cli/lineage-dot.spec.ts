import { expect, it } from 'vitest';
import { printDot } from '../../cli/lineage-dot.ts';
import { runId } from '../../lib/base/ids.ts';
import { exampleNode } from '../storage/metadata/example-run.ts';

it('a graph of nothing is a graph', () => {
  expect(printDot({ nodes: [], edges: [] })).toBe(
    'digraph lineage {\n  node [shape=box, fontname="Helvetica", fontsize=11];\n}\n',
  );
});

it('names are no part of the language', () => {
  const row = { ...exampleNode(0, { name: 'a "b" \\N\n]; x -> y', partitionCount: 1 }), run: runId('a') };
  expect(printDot({ nodes: [row], edges: [] })).toContain(
    '  n0 [label="a \\"b\\" \\\\N?]; x -> y\\nMapPartitionsRDD[0]\\nmap at job.ts:1\\n1 partition"];\n',
  );
});
