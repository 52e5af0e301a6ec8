import { describe, expect, it } from 'vitest';
import { stageBoxes } from '../../cli/stage-boxes.ts';
import { exampleGraph } from './support/example-graph.ts';

/** Sets of datasets that are in one box. */
function boxes(...of: Parameters<typeof exampleGraph>): number[][] {
  const found = new Map<number, number[]>();
  for (const [node, box] of stageBoxes(exampleGraph(...of))) found.set(box, [...(found.get(box) ?? []), node]);
  return [...found.values()];
}

describe('stageBoxes', () => {
  it('parts at shuffles', () => {
    expect(
      boxes(4, [
        [1, 0],
        [2, 1, 0],
        [3, 2],
      ]),
    ).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });

  it('joins what narrow dependencies connect, over whatever way', () => {
    expect(
      boxes(4, [
        [1, 0, 0],
        [2, 0],
        [2, 1],
      ]),
    ).toEqual([[0, 1, 2], [3]]);
  });

  it('joins boxes that lead to each other: they could not be above one another', () => {
    // 0 -shuffle-> 1 -shuffle-> 2, and 3 of 0 and 2; 4 hangs below.
    expect(
      boxes(5, [
        [1, 0, 0],
        [2, 1, 1],
        [3, 0],
        [3, 2],
        [4, 3, 2],
      ]),
    ).toEqual([[0, 1, 2, 3], [4]]);
  });

  it('may be ten thousand shuffles deep', () => {
    const edges = Array.from({ length: 10_000 }, (_, i) => [i + 1, i, i] as const);
    expect(boxes(10_001, edges)).toHaveLength(10_001);
  });

  it('passes over inputs that are not on record', () => {
    const { nodes, edges } = exampleGraph(2, [[1, 0]]);
    expect(stageBoxes({ nodes: nodes.slice(1), edges })).toEqual(new Map([[1, 1]]));
  });
});
