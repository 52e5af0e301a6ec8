import { describe, expect, it } from 'vitest';
import { printLineage } from '../../cli/lineage-text.ts';
import { exampleGraph as graph } from './support/example-graph.ts';

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

  it('tells of checkpoints, stages and fingerprints behind a dataset', () => {
    const { nodes, edges } = graph(2, [[1, 0, 0]]);
    const details = {
      stageAt: new Map([[0, 'stage 0: 1.2 s, 10 rows']]),
      checkpointOf: new Map([[1, 'checkpoint: 4 rows, 12 B']]),
    };
    const known = nodes.map((row) => ({ ...row, fingerprint: `${row.node}123456789abcdef` }));
    expect(printLineage({ nodes: known, edges }, details)).toBe(
      [
        '(2) MapPartitionsRDD[1] at map at job.ts:2  checkpoint: 4 rows, 12 B  #11234567',
        ' +-(2) MapPartitionsRDD[0] at map at job.ts:1  stage 0: 1.2 s, 10 rows  #01234567',
        '',
      ].join('\n'),
    );
  });
});
