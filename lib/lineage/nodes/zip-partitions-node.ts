import { attemptAll } from '../../base/attempt-all.ts';
import { CairnError } from '../../base/errors.ts';
import { ComputedNode, type LineageNode, type NodeOrigin } from '../lineage-node.ts';
import type { Partition } from '../partition.ts';
import { recordsOf, settle } from '../records.ts';
import type { BatchIterator, TaskContext } from '../task-context.ts';
import { batchRecords } from './map-partitions-node.ts';

/** Partition i is made by a function of the i-th partitions of all parents, which have equally many. */
export class ZipPartitionsNode extends ComputedNode {
  readonly kind = 'zip-partitions';
  readonly className: string;
  readonly f: (...iterators: IterableIterator<unknown>[]) => Iterable<unknown>;

  constructor(
    origin: NodeOrigin,
    parents: readonly LineageNode[],
    f: (...iterators: IterableIterator<unknown>[]) => Iterable<unknown>,
    className = `ZippedPartitionsRDD${parents.length}`,
  ) {
    super(
      origin,
      parents.map((parent) => ({ kind: 'narrow', parent })),
    );
    this.f = f;
    this.className = className;
  }

  get parents(): readonly LineageNode[] {
    return this.allParents();
  }

  protected override computePartitions(): readonly Partition[] {
    const { parents } = this;
    const counts = parents.map((parent) => parent.partitions.length);
    const first = counts[0] as number;
    if (counts.some((count) => count !== first)) {
      throw new CairnError('PARTITION_COUNTS_DIFFER', { counts: counts.join(', ') });
    }
    return (parents[0] as LineageNode).partitions.map(({ index }) => ({ index, split: undefined }));
  }

  override *compute(partition: Partition, task: TaskContext): BatchIterator {
    const iterators: IterableIterator<unknown>[] = [];
    const { parents } = this;
    try {
      for (const parent of parents) {
        iterators.push(recordsOf(yield* settle(parent, partition.index, task)));
      }
      yield* batchRecords(this.f(...iterators), task.batchRows, 'zipPartitions');
    } finally {
      attemptAll(iterators.map((iterator) => () => void iterator.return?.()));
    }
  }
}

/** `zip`'s function: pairs of records by position; unequal lengths are an error, as in Spark. */
export function* zipRecords(left: Iterator<unknown>, right: Iterator<unknown>): Generator<unknown[]> {
  for (;;) {
    const a = left.next();
    const b = right.next();
    if (a.done === true && b.done === true) return;
    if (a.done === true || b.done === true) {
      throw new CairnError('PARTITION_LENGTHS_DIFFER', { shorter: a.done === true ? 'left' : 'right' });
    }
    yield [a.value, b.value];
  }
}
