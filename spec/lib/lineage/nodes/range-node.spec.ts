import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RangeNode } from '../../../../lib/lineage/nodes/range-node.ts';
import { MemoryFileSystem } from '../../../support/memory-file-system.ts';
import { origin, partitionsOfNode, ScanTask } from '../../../support/scan-task.ts';

const task = new ScanTask(new MemoryFileSystem());
const range = (start: number, end: number, step: number, slices: number) =>
  partitionsOfNode(new RangeNode(origin(), start, end, step, slices), task);

describe('RangeNode', () => {
  it('counts from start up to but without end, cut evenly', () => {
    expect(range(0, 10, 1, 3)).toEqual([
      [0, 1, 2],
      [3, 4, 5],
      [6, 7, 8, 9],
    ]);
    expect(range(1, 10, 3, 2)).toEqual([[1], [4, 7]]);
  });

  it('counts down with a negative step, and gives nothing when the end is behind', () => {
    expect(range(5, 0, -2, 1)).toEqual([[5, 3, 1]]);
    expect(range(5, 5, 1, 2)).toEqual([[], []]);
    expect(range(5, 0, 1, 1)).toEqual([[]]);
  });

  it('gives ranges as batches, in pieces that can be written out, and none for an empty slice', () => {
    const node = new RangeNode(origin(), 0, 1e15, 1, 2);
    const batches = node.compute(node.partitions[1] as never);
    expect(batches.next().value).toEqual({ kind: 'range', start: 5e14, step: 1, count: 65_536 });
    expect(batches.next().value).toEqual({ kind: 'range', start: 5e14 + 65_536, step: 1, count: 65_536 });
    const short = new RangeNode(origin(), 10, 10 - 3 * 65_537, -3, 1);
    expect([...short.compute(short.partitions[0] as never)]).toEqual([
      { kind: 'range', start: 10, step: -3, count: 65_536 },
      { kind: 'range', start: 10 - 3 * 65_536, step: -3, count: 1 },
    ]);
    const empty = new RangeNode(origin(), 0, 0, 1, 1);
    expect([...empty.compute(empty.partitions[0] as never)]).toEqual([]);
  });

  it('agrees with a loop', () => {
    const whole = fc.integer({ min: -50, max: 50 });
    const step = fc.integer({ min: -7, max: 7 }).filter((n) => n !== 0);
    fc.assert(
      fc.property(whole, whole, step, fc.integer({ min: 1, max: 9 }), (start, end, by, slices) => {
        const expected: number[] = [];
        for (let n = start; by > 0 ? n < end : n > end; n += by) expected.push(n);
        const found = range(start, end, by, slices);
        expect(found).toHaveLength(slices);
        expect(found.flat()).toEqual(expected);
      }),
      { seed: 11, numRuns: 200 },
    );
  });
});
