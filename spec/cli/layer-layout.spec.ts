import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Item, type Link, layoutLayers, type Placed } from '../../cli/layer-layout.ts';

const GAPS = { x: 10, y: 20 };
const items = (count: number): Item[] => Array.from({ length: count }, (_, id) => ({ id, width: 40, height: 30 }));
const place = (layout: ReturnType<typeof layoutLayers>, id: number): Placed => layout.placed.get(id) as Placed;

describe('layoutLayers', () => {
  it('is nothing for nothing', () => {
    expect(layoutLayers([], [], GAPS)).toEqual({ width: 0, height: 0, placed: new Map() });
  });

  it('puts what leads to a box above it, and a chain below each other', () => {
    const layout = layoutLayers(
      items(3),
      [
        [0, 1],
        [1, 2],
      ],
      GAPS,
    ); // prettier-ignore
    expect([0, 1, 2].map((id) => [place(layout, id).x, place(layout, id).y])).toEqual([
      [0, 0],
      [0, 50],
      [0, 100],
    ]);
    expect([layout.width, layout.height]).toEqual([40, 130]);
  });

  it('puts a source right above what it leads to', () => {
    const layout = layoutLayers(
      items(5),
      [
        [0, 1],
        [1, 2],
        [2, 3],
        [4, 3],
      ],
      GAPS,
    );
    expect(place(layout, 4).y).toBe(place(layout, 2).y);
  });

  it('has lines cross no more than they must', () => {
    const layout = layoutLayers(
      items(4),
      [
        [0, 3],
        [1, 2],
      ],
      GAPS,
    );
    expect(place(layout, 0).x < place(layout, 1).x).toBe(place(layout, 3).x < place(layout, 2).x);
  });

  it('passes over links to nowhere and to the box itself', () => {
    const layout = layoutLayers(
      items(1),
      [
        [0, 0],
        [0, 7],
        [9, 0],
      ],
      GAPS,
    );
    expect([layout.width, layout.height]).toEqual([40, 30]);
  });

  it('never has boxes overlap, nor a link lead upwards, whatever the graph', () => {
    const graph = fc.integer({ min: 1, max: 40 }).chain((count) =>
      fc.record({
        boxes: fc.array(
          fc.record({ width: fc.integer({ min: 1, max: 90 }), height: fc.integer({ min: 1, max: 50 }) }),
          {
            minLength: count,
            maxLength: count,
          },
        ),
        links: fc.array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: 80 }),
      }),
    );
    fc.assert(
      fc.property(graph, ({ boxes, links }) => {
        const all = boxes.map((box, id) => ({ ...box, id }));
        const down = links.map(([a, b]): Link => [Math.min(a, b), Math.max(a, b)]);
        const layout = layoutLayers(all, down, GAPS);
        const placed = [...layout.placed.values()];
        expect(placed).toHaveLength(all.length);
        for (const [i, a] of placed.entries()) {
          expect(a.x >= 0 && a.y >= 0 && a.x + a.width <= layout.width && a.y + a.height <= layout.height).toBe(true);
          for (const b of placed.slice(i + 1)) {
            const areApart = a.x + a.width < b.x || b.x + b.width < a.x || a.y + a.height < b.y || b.y + b.height < a.y;
            expect(areApart).toBe(true);
          }
        }
        for (const [from, to] of down) {
          if (from !== to) expect(place(layout, from).y).toBeLessThan(place(layout, to).y);
        }
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it('lays out a chain of ten thousand', () => {
    const links = Array.from({ length: 9_999 }, (_, i): Link => [i, i + 1]);
    expect(layoutLayers(items(10_000), links, GAPS).height).toBe(10_000 * 50 - 20);
  });
});
