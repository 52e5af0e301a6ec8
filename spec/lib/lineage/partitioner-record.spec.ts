import { describe, expect, it } from 'vitest';
import { compareNatural } from '../../../lib/lineage/natural-order.ts';
import {
  CustomPartitioner,
  HashPartitioner,
  type Partitioner,
  RangePartitioner,
  RoundRobinPartitioner,
} from '../../../lib/lineage/partitioner.ts';
import { fromPartitionerRecord, toPartitionerRecord } from '../../../lib/lineage/partitioner-record.ts';
import type { JsonValue } from '../../../storage/metadata/rows.ts';

const natural = { compare: compareNatural, ascending: true, natural: true };

function ranges(bounds: readonly unknown[], order = natural): RangePartitioner {
  const partitioner = new RangePartitioner(bounds.length + 1, order);
  partitioner.setBounds(bounds);
  return partitioner;
}

function again(partitioner: Partitioner | undefined): Partitioner | undefined {
  const record = JSON.parse(JSON.stringify(toPartitionerRecord(partitioner))) as JsonValue;
  return fromPartitionerRecord(record, partitioner?.numPartitions ?? 0);
}

describe('a partitioner as JSON', () => {
  it('places keys as before', () => {
    expect(again(new HashPartitioner(7))?.equals(new HashPartitioner(7))).toBe(true);
    const keys = ['', 'a', 'm', '\ud800', 'z', 5, NaN, null, undefined, new Date(3), 9n];
    for (const bounds of [['b', 'x'], [1, 2.5, Number.POSITIVE_INFINITY], [new Date(2)], [null, 4n]]) {
      for (const order of [natural, { ...natural, ascending: false }]) {
        const before = ranges(bounds, order);
        const after = again(before);
        expect(after?.describe()).toBe(before.describe());
        expect(keys.map((key) => after?.partitionOf(key))).toEqual(keys.map((key) => before.partitionOf(key)));
      }
    }
  });

  it('is null where nothing can make the partitioner again', () => {
    const own = { numPartitions: 2, getPartition: () => 0 };
    const compare = { ...natural, compare: () => 0, natural: false };
    const none = [undefined, new RoundRobinPartitioner(2), new CustomPartitioner(own), ranges(['a'], compare)];
    expect(none.map(toPartitionerRecord)).toEqual([null, null, null, null]);
    expect(toPartitionerRecord(new RangePartitioner(3, natural))).toBeNull();
    expect(toPartitionerRecord(ranges([() => {}]))).toBeNull();
  });

  it('is passed over where it is something else', () => {
    const good = toPartitionerRecord(ranges(['a', 'b'])) as Record<string, JsonValue>;
    const others: readonly JsonValue[] = [
      null,
      3,
      'hash',
      [],
      {},
      { kind: 'hash' },
      { kind: 'hash', numPartitions: 4 },
      { kind: 'other', numPartitions: 3 },
      { ...good, ascending: 1 },
      { ...good, bounds: 7 },
      { ...good, bounds: 'AAAA' },
      { ...good, bounds: (toPartitionerRecord(ranges(['a', 'b', 'c'])) as Record<string, JsonValue>).bounds as string },
    ];
    for (const other of others) expect(fromPartitionerRecord(other, 3)).toBeUndefined();
    expect(fromPartitionerRecord(good, 3)).toBeInstanceOf(RangePartitioner);
    expect(fromPartitionerRecord({ kind: 'hash', numPartitions: 0 }, 0)).toBeUndefined();
  });
});
