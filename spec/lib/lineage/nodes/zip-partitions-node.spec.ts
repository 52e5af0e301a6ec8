import { describe, expect, it } from 'vitest';
import { rowBatch } from '../../../../formats/schema/batch.ts';
import { CollectionNode } from '../../../../lib/lineage/nodes/collection-node.ts';
import { ZipPartitionsNode, zipRecords } from '../../../../lib/lineage/nodes/zip-partitions-node.ts';
import type { Partition } from '../../../../lib/lineage/partition.ts';
import type { BatchIterator } from '../../../../lib/lineage/task-context.ts';
import { BatchesNode } from '../../../support/batches-node.ts';
import { MemoryFileSystem } from '../../../support/memory-file-system.ts';
import { origin, partitionsOfNode, ScanTask } from '../../../support/scan-task.ts';

const task = new ScanTask(new MemoryFileSystem(), 2);
const a = new CollectionNode(origin(), [1, 2, 3], 2);
const b = new CollectionNode(origin(), ['x', 'y', 'z'], 2);

describe('ZipPartitionsNode', () => {
  it('gives the function the partitions of equal index of all parents', () => {
    const node = new ZipPartitionsNode(origin(), [a, b, a], (...all) => [all.map((records) => [...records])]);
    expect(partitionsOfNode(node, task)).toEqual([
      [[[1], ['x'], [1]]],
      [
        [
          [2, 3],
          ['y', 'z'],
          [2, 3],
        ],
      ],
    ]);
    expect(node.className).toBe('ZippedPartitionsRDD3');
  });

  it('closes every parent that is left early, though closing one fails', () => {
    class Closing extends BatchesNode {
      override *compute(partition: Partition): BatchIterator {
        try {
          yield* super.compute(partition);
        } finally {
          // biome-ignore lint/correctness/noUnsafeFinally: what a user's generator may do
          throw new RangeError('not closed');
        }
      }
    }
    const parents = [Closing, BatchesNode].map((Kind) => new Kind([[rowBatch([1]), rowBatch([2])]]));
    const node = new ZipPartitionsNode(origin(), parents, (...all) => all.map((records) => records.next().value));
    expect(() => partitionsOfNode(node, task)).toThrow('not closed');
    expect(parents.map(({ opened, closed }) => [opened, closed])).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });

  it('refuses parents with different numbers of partitions', () => {
    const other = new CollectionNode(origin(), [1], 3);
    const node = new ZipPartitionsNode(origin(), [a, other], () => []);
    expect(() => node.partitions).toThrow(/PARTITION_COUNTS_DIFFER: .*2, 3/);
  });
});

describe('zipRecords', () => {
  it('pairs records by position', () => {
    const node = new ZipPartitionsNode(origin(), [a, b], (l, r) => zipRecords(l as never, r as never));
    expect(partitionsOfNode(node, task).flat()).toEqual([
      [1, 'x'],
      [2, 'y'],
      [3, 'z'],
    ]);
  });

  it('says which side ended first', () => {
    expect(() => [...zipRecords([1].values(), [1, 2].values())]).toThrow(/PARTITION_LENGTHS_DIFFER: .*left/);
    expect(() => [...zipRecords([1, 2].values(), [1].values())]).toThrow(/PARTITION_LENGTHS_DIFFER: .*right/);
    expect([...zipRecords([].values(), [].values())]).toEqual([]);
  });
});
