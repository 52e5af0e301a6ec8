/** A source for the specs of nodes: gives the batches it was made with, and counts what was opened and closed. */
import type { Batch } from '../../formats/schema/batch.ts';
import { ComputedNode, type NodeOrigin } from '../../lib/lineage/lineage-node.ts';
import type { Partition } from '../../lib/lineage/partition.ts';
import type { Partitioner } from '../../lib/lineage/partitioner.ts';
import type { BatchIterator, RangeBatch } from '../../lib/lineage/task-context.ts';
import { origin } from './scan-task.ts';

/** What a partition gives in turn: a batch, a promise to wait for, or an error to raise. */
export type Scripted = Batch | RangeBatch | Promise<unknown> | Error;

export interface BatchesNodeOptions {
  readonly isAsync?: boolean;
  readonly partitioner?: Partitioner;
  readonly origin?: NodeOrigin;
}

/** See the file header. */
export class BatchesNode extends ComputedNode {
  readonly kind = 'spec-batches';
  readonly className = 'BatchesRDD';
  /** Iterators that gave something, and those that came to an end, by themselves or by `return`. */
  opened = 0;
  closed = 0;
  computedPartitions = 0;
  readonly #script: readonly (readonly Scripted[])[];

  constructor(script: readonly (readonly Scripted[])[], options: BatchesNodeOptions = {}) {
    super(options.origin ?? origin(), [], options.partitioner, { isAsync: options.isAsync ?? false });
    this.#script = script;
  }

  protected override computePartitions(): readonly Partition[] {
    this.computedPartitions++;
    return this.#script.map((_, index) => ({ index, split: undefined }));
  }

  override *compute(partition: Partition): BatchIterator {
    this.opened++;
    try {
      for (const next of this.#script[partition.index] ?? []) {
        if (next instanceof Error) throw next;
        yield next instanceof Promise ? { kind: 'pending', ready: next } : next;
      }
    } finally {
      this.closed++;
    }
  }
}
