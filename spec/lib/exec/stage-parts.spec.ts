import { describe, expect, it } from 'vitest';
import { CairnError } from '../../../lib/base/errors.ts';
import { PartPacker, PartUnpacker } from '../../../lib/exec/stage-parts.ts';
import {
  CustomPartitioner,
  HashPartitioner,
  RangePartitioner,
  RoundRobinPartitioner,
} from '../../../lib/lineage/partitioner.ts';

const compare = (): number => 0;
const order = { compare, ascending: true, natural: false };

const arrive = (packer: PartPacker): PartUnpacker => new PartUnpacker(structuredClone(packer.parts), packer.roots);

describe('what nodes share', () => {
  it('has one number for one thing', () => {
    const packer = new PartPacker();
    const hash = new HashPartitioner(3);
    expect([packer.partitioner(hash), packer.partitioner(new HashPartitioner(3)), packer.partitioner(hash)]).toEqual([
      0, 1, 0,
    ]);
    expect([packer.root(compare), packer.order(order), packer.root(compare), packer.order(order)]).toEqual([
      0, 0, 0, 0,
    ]);
    const site = { method: 'map', location: 'a.ts:1', position: '/a.ts:1:1' };
    expect([packer.callSite(site), packer.callSite({ ...site }), packer.callSite({ ...site, method: 'x' })]).toEqual([
      0, 0, 1,
    ]);
    const unpacker = arrive(packer);
    expect(unpacker.partitioner(0)).toBe(unpacker.partitioner(0));
    expect(unpacker.partitioner(0).equals(unpacker.partitioner(1))).toBe(true);
  });

  it('has every kind of partitioner', () => {
    const packer = new PartPacker();
    const user = { numPartitions: 2, getPartition: () => 1 };
    const ranges = new RangePartitioner(3, order);
    ranges.setBounds([1n, 'b', null]);
    const all = [new HashPartitioner(4), new RoundRobinPartitioner(5), ranges, new CustomPartitioner(user)];
    const numbers = all.map((partitioner) => packer.partitioner(partitioner));
    const unpacker = arrive(packer);
    expect(numbers.map((number) => unpacker.partitioner(number))).toEqual(all);
    expect((unpacker.partitioner(2) as RangePartitioner).bounds).toEqual([1n, 'b', null]);
    // Primitive bounds are no roots: nothing has to be inspected for them.
    expect(packer.roots).toEqual([compare, user]);
  });

  it('has bounds that are objects among the roots', () => {
    const packer = new PartPacker();
    const ranges = new RangePartitioner(2, order);
    ranges.setBounds([new Date(5)]);
    packer.partitioner(ranges);
    expect(packer.roots).toEqual([compare, [new Date(5)]]);
    expect((arrive(packer).partitioner(0) as RangePartitioner).bounds).toEqual([new Date(5)]);
  });

  it('keeps aggregators and orders apart from what they are made of', () => {
    const packer = new PartPacker();
    const merge = (a: unknown): unknown => a;
    const aggregator = { createCombiner: merge, mergeValue: merge, mergeCombiners: merge };
    packer.aggregator(aggregator);
    expect(packer.roots).toEqual([merge]);
    expect(arrive(packer).aggregator(0)).toEqual(aggregator);
  });

  it('is a bug of ours where a number is unknown', () => {
    expect(() => arrive(new PartPacker()).partitioner(0)).toThrow(CairnError);
  });
});
