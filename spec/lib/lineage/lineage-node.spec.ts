import { describe, expect, it } from 'vitest';
import { CairnError } from '../../../lib/base/errors.ts';
import { shuffleId } from '../../../lib/base/ids.ts';
import { MapPartitionsNode } from '../../../lib/lineage/nodes/map-partitions-node.ts';
import { ShuffledNode } from '../../../lib/lineage/nodes/shuffled-node.ts';
import { UnionNode } from '../../../lib/lineage/nodes/union-node.ts';
import { ZipPartitionsNode } from '../../../lib/lineage/nodes/zip-partitions-node.ts';
import { HashPartitioner } from '../../../lib/lineage/partitioner.ts';
import { STORAGE_LEVELS } from '../../../storage/block/storage-level.ts';
import { BatchesNode } from '../../support/batches-node.ts';
import { origin } from '../../support/scan-task.ts';

const same = (records: Iterable<unknown>) => records;

describe('LineageNode', () => {
  it('finds its partitions out once, when first asked', () => {
    const node = new BatchesNode([[], []]);
    expect([node.arePartitionsKnown, node.computedPartitions]).toEqual([false, 0]);
    expect(node.partitions).toBe(node.partitions);
    expect([node.arePartitionsKnown, node.computedPartitions]).toEqual([true, 1]);
  });

  it('asks again after finding them out failed, as when a directory could not be read', () => {
    class Flaky extends BatchesNode {
      protected override computePartitions() {
        const found = super.computePartitions();
        if (this.computedPartitions === 1) throw new CairnError('INTERNAL', { detail: 'once' });
        return found;
      }
    }
    const node = new Flaky([[]]);
    expect(() => node.partitions).toThrow('once');
    expect(node.arePartitionsKnown).toBe(false);
    expect(node.partitions).toHaveLength(1);
  });

  it('has the partitions that its origin knows, and looks for none then', () => {
    const known = [{ index: 0, split: 'a' }];
    const node = new BatchesNode([[], []], { origin: { ...origin(), partitions: known } });
    expect([node.arePartitionsKnown, node.partitions, node.computedPartitions]).toEqual([true, known, 0]);
  });

  it('reads the same partition of each parent in place, unless its class says otherwise', () => {
    const parents = [new BatchesNode([[], []]), new BatchesNode([[], []])];
    const zipped = new ZipPartitionsNode(origin(), parents, (a) => a);
    expect(zipped.narrowReads(1)).toEqual(parents.map((node) => ({ node, partition: 1 })));
    const shuffled = new ShuffledNode(origin(), zipped, new HashPartitioner(2), { shuffleId: shuffleId(0) });
    expect(shuffled.narrowReads(1)).toEqual([]);
  });

  it('may pend when an ancestor of its stage does, and not across a shuffle', () => {
    const calm = new BatchesNode([[]]);
    const asynchronous = new BatchesNode([[]], { isAsync: true });
    const mapped = new MapPartitionsNode(origin(), asynchronous, same);
    const union = new UnionNode(origin(), [calm, mapped]);
    const shuffled = new ShuffledNode(origin(), union, new HashPartitioner(2), { shuffleId: shuffleId(0) });
    expect([calm, asynchronous, mapped, union, shuffled].map(({ mayPend }) => mayPend)).toEqual([
      false,
      true,
      true,
      true,
      false,
    ]);
  });

  it('is persisted at every level but NONE', () => {
    const node = new BatchesNode([]);
    expect(node.isPersisted).toBe(false);
    node.storageLevel = STORAGE_LEVELS.DISK_ONLY;
    expect(node.isPersisted).toBe(true);
    node.storageLevel = STORAGE_LEVELS.NONE;
    expect(node.isPersisted).toBe(false);
  });

  it('takes its id and call site from its origin and starts without a name or preparations', () => {
    const from = origin('cache');
    const node = new BatchesNode([], { origin: from });
    expect(node).toMatchObject({ id: from.id, callSite: from.callSite, preparations: [], isPrepared: false });
    expect(node.name).toBeUndefined();
  });
});
