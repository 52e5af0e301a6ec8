import { rowBatch } from '../../../../formats/schema/batch.ts';
import type { ShuffleDependency } from '../../../../lib/lineage/dependency.ts';
import { recordsOf } from '../../../../lib/lineage/records.ts';
import type { BatchIterator } from '../../../../lib/lineage/task-context.ts';
import { MemoryFileSystem } from '../../../support/memory-file-system.ts';
import { ScanTask } from '../../../support/scan-task.ts';

/** A task whose shuffles read their parents directly, and which groups by keys that are equal as text. */
export class GroupingTask extends ScanTask {
  /** What was asked for: `shuffle 0/1` is partition 1 of shuffle 0. */
  readonly asked: string[] = [];

  constructor() {
    super(new MemoryFileSystem());
  }

  override *readShuffle({ shuffleId, parent, partitioner }: ShuffleDependency, partition: number): BatchIterator {
    this.asked.push(`shuffle ${shuffleId}/${partition}`);
    for (const { index } of parent.partitions) {
      const pairs = [...recordsOf(this.iterate(parent, index))] as [unknown, unknown][];
      yield rowBatch(pairs.filter(([key]) => partitioner.partitionOf(key) === partition));
    }
  }

  override *coGroup(inputs: readonly BatchIterator[]): BatchIterator {
    const groups = new Map<string, [unknown, unknown[][]]>();
    inputs.forEach((input, i) => {
      for (const [key, value] of recordsOf(input) as IterableIterator<[unknown, unknown]>) {
        let group = groups.get(String(key));
        if (group === undefined) {
          group = [key, inputs.map(() => [])];
          groups.set(String(key), group);
        }
        group[1][i]?.push(value);
      }
    });
    yield rowBatch([...groups.values()]);
  }
}
