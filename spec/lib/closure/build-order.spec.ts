import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findBuildOrder } from '../../../lib/closure/build-order.ts';

function order(
  edges: readonly (readonly number[])[],
  together: readonly (readonly number[])[] = [],
  units?: readonly number[],
) {
  return findBuildOrder({
    units: units ?? edges.map((_, i) => i),
    needsOf: (node) => edges[node] ?? [],
    together,
    compare: (a, b) => a - b,
  });
}

describe('findBuildOrder', () => {
  it('puts what is needed first, and what needs each other together', () => {
    expect(order([[1], [2], [1, 3], []])).toEqual([[3], [1, 2], [0]]);
  });

  it('looks through nodes that are no units', () => {
    expect(order([[1], [2], []], [], [0, 2])).toEqual([[2], [0]]);
  });

  it('keeps together what shares a variable', () => {
    expect(order([[], [], []], [[0, 2]])).toEqual([[0, 2], [1]]);
  });

  it('has no limit of depth', () => {
    const count = 100_000;
    const chain = Array.from({ length: count }, (_, i) => (i + 1 < count ? [i + 1] : []));
    expect(order(chain)[0]).toEqual([count - 1]);
  });

  it('holds every unit once, after all that it needs outside of its group', () => {
    const graphs = fc.array(fc.array(fc.nat(11), { maxLength: 4 }), { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(graphs, (edges) => {
        const groups = order(edges);
        expect(groups.flat().sort((a, b) => a - b)).toEqual(edges.map((_, i) => i));
        const at = new Map(groups.flatMap((group, i) => group.map((node) => [node, i] as const)));
        for (const [node, needs] of edges.entries()) {
          for (const other of needs) expect(at.get(other)).toBeLessThanOrEqual(at.get(node) as number);
        }
      }),
      { seed: 7 },
    );
  });
});
