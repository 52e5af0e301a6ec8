import { rowBatch } from '../../../formats/schema/batch.ts';
import { ComputedNode, type LineageNode, type NodeOrigin } from '../lineage-node.ts';
import type { Partition } from '../partition.ts';
import { rowsOf } from '../records.ts';
import type { BatchIterator, TaskContext } from '../task-context.ts';

/** Applies an asynchronous function, at most `concurrency` records of a partition at a time; order is kept. */
export class MapAsyncNode extends ComputedNode {
  readonly kind = 'map-async';
  readonly className = 'MapPartitionsRDD';
  readonly f: (record: unknown) => unknown;
  readonly concurrency: number;

  constructor(origin: NodeOrigin, parent: LineageNode, f: (record: unknown) => unknown, concurrency: number) {
    super(origin, [{ kind: 'narrow', parent }], undefined, { isAsync: true });
    this.f = f;
    this.concurrency = concurrency;
  }

  get parent(): LineageNode {
    return this.parentAt(0);
  }

  protected override computePartitions(): readonly Partition[] {
    return this.parent.partitions.map(({ index }) => ({ index, split: undefined }));
  }

  override *compute(partition: Partition, task: TaskContext): BatchIterator {
    for (const batch of task.iterate(this.parent, partition.index)) {
      if (batch.kind === 'pending') {
        yield batch;
        continue;
      }
      const { rows, from, to } = rowsOf(batch);
      const results = new Array<unknown>(to - from);
      const ready = this.#mapAll(rows, from, to, results, task);
      // Whoever finds the task cancelled drops the batch: its rejection, which nobody awaits, must not end the process.
      ready.catch(() => {});
      yield { kind: 'pending', ready };
      yield rowBatch(results);
    }
  }

  /** Lanes take the next record as they get free; after a failure no lane starts another. */
  async #mapAll(rows: readonly unknown[], from: number, to: number, results: unknown[], task: TaskContext) {
    let next = from;
    let failed = false;
    const lane = async (): Promise<void> => {
      while (next < to && !failed) {
        const at = next++;
        try {
          task.throwIfCancelled();
          results[at - from] = await this.f(rows[at]);
        } catch (error) {
          failed = true;
          throw error;
        }
      }
    };
    const lanes = await Promise.allSettled(Array.from({ length: Math.min(this.concurrency, to - from) }, lane));
    for (const ended of lanes) if (ended.status === 'rejected') throw ended.reason;
  }
}
