import { describe, expect, it } from 'vitest';
import { CollectionNode } from '../../../../lib/lineage/nodes/collection-node.ts';
import { MemoryFileSystem } from '../../../support/memory-file-system.ts';
import { origin, partitionsOfNode, ScanTask } from '../../../support/scan-task.ts';

const task = new ScanTask(new MemoryFileSystem(), 3);

describe('CollectionNode', () => {
  it('cuts its records where Spark does', () => {
    const node = new CollectionNode(origin(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 3);
    expect(partitionsOfNode(node, task)).toEqual([
      [0, 1, 2],
      [3, 4, 5],
      [6, 7, 8, 9],
    ]);
    expect(node.className).toBe('ParallelCollectionRDD');
    expect(node.dependencies).toEqual([]);
  });

  it('has empty partitions when there are more of them than records', () => {
    const node = new CollectionNode(origin(), ['a', 'b'], 4);
    expect(partitionsOfNode(node, task)).toEqual([[], ['a'], [], ['b']]);
    expect(partitionsOfNode(new CollectionNode(origin(), [], 2), task)).toEqual([[], []]);
  });

  it('gives batches of batchRows records over the array itself, without copying', () => {
    const records = [0, 1, 2, 3, 4, 5, 6];
    const node = new CollectionNode(origin(), records, 1);
    const [partition] = node.partitions;
    const batches = [...node.compute(partition as never, task)];
    expect(batches).toEqual([
      { kind: 'rows', rows: records, from: 0, to: 3 },
      { kind: 'rows', rows: records, from: 3, to: 6 },
      { kind: 'rows', rows: records, from: 6, to: 7 },
    ]);
    expect(batches.every((batch) => batch.kind === 'rows' && batch.rows === records)).toBe(true);
  });
});
