import { ComputedNode, type NodeOrigin } from '../lineage-node.ts';
import { type Partition, partitionsOf } from '../partition.ts';
import type { BatchIterator } from '../task-context.ts';

interface RangeSlice {
  readonly start: number;
  readonly count: number;
}

/** Records of one batch: no loop is slower for so many, and written out they are half a megabyte. */
const PIECE_ROWS = 1 << 16;

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

  /** In pieces: whoever needs records and not a range writes out one of them at a time. */
  override *compute(partition: Partition): BatchIterator {
    const { start, count } = partition.split as RangeSlice;
    for (let done = 0; done < count; done += PIECE_ROWS) {
      const piece = Math.min(PIECE_ROWS, count - done);
      yield { kind: 'range', start: start + done * this.step, step: this.step, count: piece };
    }
  }
}
