import { ComputedNode, type NodeOrigin } from '../lineage-node.ts';
import { type Partition, partitionsOf } from '../partition.ts';
import type { BatchIterator } from '../task-context.ts';

interface RangeSlice {
  readonly start: number;
  readonly count: number;
}

/** `start, start + step, …` below (or, with a negative step, above) `end`; never held in memory. */
export class RangeNode extends ComputedNode {
  readonly kind = 'range';
  readonly className = 'ParallelCollectionRDD';
  readonly start: number;
  readonly end: number;
  readonly step: number;
  readonly count: number;
  readonly numSlices: number;

  constructor(origin: NodeOrigin, start: number, end: number, step: number, numSlices: number) {
    super(origin, []);
    this.start = start;
    this.end = end;
    this.step = step;
    this.count = Math.max(0, Math.ceil((end - start) / step));
    this.numSlices = numSlices;
  }

  protected override computePartitions(): readonly Partition<RangeSlice>[] {
    return partitionsOf(this.numSlices, (i) => {
      const from = Math.floor((i * this.count) / this.numSlices);
      const to = Math.floor(((i + 1) * this.count) / this.numSlices);
      return { start: this.start + from * this.step, count: to - from };
    });
  }

  override *compute(partition: Partition): BatchIterator {
    const { start, count } = partition.split as RangeSlice;
    if (count > 0) yield { kind: 'range', start, step: this.step, count };
  }
}
