import { rowBatch } from '../../../formats/schema/batch.ts';
import { ComputedNode, type LineageNode, type NarrowRead, type NodeOrigin } from '../lineage-node.ts';
import type { Partition } from '../partition.ts';
import { recordsOf, settle } from '../records.ts';
import type { BatchIterator, TaskContext } from '../task-context.ts';

interface CartesianSplit {
  readonly left: number;
  readonly right: number;
}

/** Every `[left, right]`; partition `i·m + j` pairs the left's i-th with the right's j-th of m. */
export class CartesianNode extends ComputedNode {
  readonly kind = 'cartesian';
  readonly className = 'CartesianRDD';

  constructor(origin: NodeOrigin, left: LineageNode, right: LineageNode) {
    super(origin, [
      { kind: 'narrow', parent: left },
      { kind: 'narrow', parent: right },
    ]);
  }

  get left(): LineageNode {
    return this.parentAt(0);
  }

  get right(): LineageNode {
    return this.parentAt(1);
  }

  protected override computePartitions(): readonly Partition<CartesianSplit>[] {
    const partitions: Partition<CartesianSplit>[] = [];
    const lefts = this.left.partitions.length;
    const rights = this.right.partitions.length;
    for (let left = 0; left < lefts; left++) {
      for (let right = 0; right < rights; right++) {
        partitions.push({ index: partitions.length, split: { left, right } });
      }
    }
    return partitions;
  }

  protected override parentReads(partition: number): readonly NarrowRead[] {
    const { left, right } = (this.partitions[partition] as Partition).split as CartesianSplit;
    return [
      { node: this.left, partition: left },
      { node: this.right, partition: right },
    ];
  }

  /** The right side is computed once and held; the left one streams. */
  override *compute(partition: Partition, task: TaskContext): BatchIterator {
    const { left, right } = partition.split as CartesianSplit;
    const leftNode = this.left;
    const settledRight = yield* settle(this.right, right, task);
    const rights = [...recordsOf(settledRight)];
    if (rights.length === 0) return;
    const limit = task.batchRows;
    let pairs: unknown[] = [];
    for (const batch of task.iterate(leftNode, left)) {
      if (batch.kind === 'pending') {
        yield batch;
        continue;
      }
      for (const a of recordsOf([batch])) {
        for (const b of rights) {
          pairs.push([a, b]);
          if (pairs.length === limit) {
            task.throwIfCancelled();
            yield rowBatch(pairs);
            pairs = [];
          }
        }
      }
    }
    if (pairs.length > 0) yield rowBatch(pairs);
  }
}
