import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rowBatch } from '../../../../formats/schema/batch.ts';
import type { ComputedNode, LineageNode } from '../../../../lib/lineage/lineage-node.ts';
import { CartesianNode } from '../../../../lib/lineage/nodes/cartesian-node.ts';
import { CoalesceNode } from '../../../../lib/lineage/nodes/coalesce-node.ts';
import { MapAsyncNode } from '../../../../lib/lineage/nodes/map-async-node.ts';
import { MapPartitionsNode } from '../../../../lib/lineage/nodes/map-partitions-node.ts';
import { PartitionerAwareUnionNode, UnionNode } from '../../../../lib/lineage/nodes/union-node.ts';
import { ZipPartitionsNode, zipRecords } from '../../../../lib/lineage/nodes/zip-partitions-node.ts';
import type { Partition } from '../../../../lib/lineage/partition.ts';
import { HashPartitioner } from '../../../../lib/lineage/partitioner.ts';
import type { BatchIterator } from '../../../../lib/lineage/task-context.ts';
import { BatchesNode } from '../../../support/batches-node.ts';
import { MemoryFileSystem } from '../../../support/memory-file-system.ts';
import { origin, ScanTask } from '../../../support/scan-task.ts';

const task = new ScanTask(new MemoryFileSystem(), 2);
const source = () => new BatchesNode([[rowBatch([1, 2]), rowBatch([3, 4]), rowBatch([5, 6])]]);

/** Nodes over one source, each with batches to spare after the first. */
const nodes: Record<string, (parent: LineageNode) => ComputedNode> = {
  cartesian: (parent) => new CartesianNode(origin(), parent, source()),
  coalesce: (parent) => new CoalesceNode(origin(), parent, 1),
  'map-partitions': (parent) => new MapPartitionsNode(origin(), parent, (records) => records),
  'map-async': (parent) => new MapAsyncNode(origin(), parent, (x) => x, 2),
  union: (parent) => new UnionNode(origin(), [parent]),
  'partitioner-aware-union': (parent) => new PartitionerAwareUnionNode(origin(), [parent], new HashPartitioner(1)),
  'zip-partitions': (parent) =>
    new ZipPartitionsNode(origin(), [parent, parent], (l, r) => zipRecords(l as never, r as never)),
};

describe('a node that is left early', () => {
  it.each(Object.keys(nodes))('closes what it reads: %s', (kind) => {
    const parent = source();
    const node = (nodes[kind] as (of: LineageNode) => ComputedNode)(parent);
    const batches = node.compute(node.partitions[0] as never, task);
    expect(batches.next().done).toBe(false);
    expect(parent.closed).toBe(0);
    batches.return?.();
    expect(parent.opened).toBeGreaterThan(0);
    expect(parent.closed).toBe(parent.opened);
  });
});

describe('a function of partitions', () => {
  const twoOf = (records: Iterator<unknown>) => [records.next().value, records.next().value];

  it('need not read its input to the end, nor close it', () => {
    const parent = source();
    const node = new MapPartitionsNode(origin(), parent, twoOf);
    expect([...node.compute(node.partitions[0] as never, task)]).toEqual([rowBatch([1, 2])]);
    expect([parent.opened, parent.closed]).toEqual([1, 1]);
    const zipped = new ZipPartitionsNode(origin(), [parent], twoOf as never);
    expect([...zipped.compute(zipped.partitions[0] as never, task)]).toEqual([rowBatch([1, 2])]);
    expect([parent.opened, parent.closed]).toEqual([2, 2]);
  });

  it('may throw in the middle of its input', () => {
    const parent = source();
    const failing = (records: Iterator<unknown>): never => {
      records.next();
      throw new RangeError('enough');
    };
    for (const node of [
      new MapPartitionsNode(origin(), parent, failing),
      new ZipPartitionsNode(origin(), [parent], failing),
    ]) {
      expect(() => [...node.compute(node.partitions[0] as never, task)]).toThrow('enough');
    }
    expect([parent.opened, parent.closed]).toEqual([2, 2]);
  });
});

describe('a node with several parents', () => {
  it('closes all of them, though closing one fails', () => {
    class Failing extends BatchesNode {
      override *compute(partition: Partition): BatchIterator {
        try {
          yield* super.compute(partition);
        } finally {
          this.fail();
        }
      }

      fail(): void {
        throw new RangeError('close');
      }
    }
    const parents = [new Failing([[rowBatch([1]), rowBatch([2])]]), source()];
    const zip = (l: Iterator<unknown>, r: Iterator<unknown>) => [[l.next().value, r.next().value]];
    const node = new ZipPartitionsNode(origin(), parents, zip as never);
    expect(() => [...node.compute(node.partitions[0] as never, task)]).toThrow('close');
    expect(parents.map(({ opened, closed }) => [opened, closed])).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });
});

describe('an asynchronous function', () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => {
    unhandled.push(reason);
  };
  let others: NodeJS.UnhandledRejectionListener[] = [];
  beforeEach(() => {
    others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection').on('unhandledRejection', note);
    unhandled.length = 0;
  });
  afterEach(() => {
    process.removeAllListeners('unhandledRejection');
    for (const listener of others) process.on('unhandledRejection', listener);
  });

  it('may fail after nobody waits for it any more, which does not end the process', async () => {
    const cancelled = new ScanTask(new MemoryFileSystem());
    cancelled.isCancelled = true;
    const node = new MapAsyncNode(origin(), source(), () => Promise.reject(new RangeError('late')), 2);
    for (const scan of [cancelled, task]) {
      const batches = node.compute(node.partitions[0] as never, scan);
      const pending = batches.next().value;
      expect(pending?.kind).toBe('pending');
      batches.return?.();
    }
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).toEqual([]);
  });

  it('fails for whoever waits for it', async () => {
    const node = new MapAsyncNode(origin(), source(), () => Promise.reject(new RangeError('late')), 2);
    const pending = node.compute(node.partitions[0] as never, task).next().value;
    await expect(pending?.kind === 'pending' ? pending.ready : undefined).rejects.toThrow('late');
  });
});
