import { describe, expect, it } from 'vitest';
import { CollectionNode } from '../../../../lib/lineage/nodes/collection-node.ts';
import {
  batchRecords,
  MapPartitionsNode,
  type PartitionFunction,
} from '../../../../lib/lineage/nodes/map-partitions-node.ts';
import { MemoryFileSystem } from '../../../support/memory-file-system.ts';
import { origin, partitionsOfNode, ScanTask } from '../../../support/scan-task.ts';

const task = new ScanTask(new MemoryFileSystem(), 2);
const parent = new CollectionNode(origin(), [1, 2, 3, 4, 5], 2);
const run = (f: PartitionFunction) => partitionsOfNode(new MapPartitionsNode(origin(), parent, f), task);

describe('MapPartitionsNode', () => {
  it('gives each partition to the function as one iterator, with its index', () => {
    expect(run((records, index) => [[index, ...records]])).toEqual([[[0, 1, 2]], [[1, 3, 4, 5]]]);
  });

  it('takes arrays, generators, sets and the iterator itself', () => {
    expect(run((records) => records)).toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
    expect(run(() => new Set(['a']))).toEqual([['a'], ['a']]);
    expect(
      run(function* (records) {
        for (const record of records) yield -(record as number);
      }),
    ).toEqual([
      [-1, -2],
      [-3, -4, -5],
    ]);
  });

  it('lets a function stop early, or not read at all', () => {
    expect(run((records) => [records.next().value])).toEqual([[1], [3]]);
    expect(run(() => [])).toEqual([[], []]);
  });

  it.each([undefined, null, 7, {}, Promise.resolve([1])])('says what to give in place of %s', (result) => {
    expect(() => run(() => result as never)).toThrow(/INVALID_ARGUMENT.*iterable/s);
  });
});

describe('batchRecords', () => {
  it('cuts records into batches of the size asked for, and closes the source when it is left', () => {
    let closed = false;
    function* source() {
      try {
        for (let n = 0; ; n++) yield n;
      } finally {
        closed = true;
      }
    }
    const batches = batchRecords(source(), 3, 'spec');
    expect(batches.next().value).toMatchObject({ kind: 'rows', rows: [0, 1, 2] });
    expect(batches.next().value).toMatchObject({ rows: [3, 4, 5] });
    expect(closed).toBe(false);
    batches.return?.();
    expect(closed).toBe(true);
  });
});
