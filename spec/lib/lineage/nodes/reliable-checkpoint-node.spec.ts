import { describe, expect, it } from 'vitest';
import { rowBatch } from '../../../../formats/schema/batch.ts';
import { ReliableCheckpointNode } from '../../../../lib/lineage/nodes/reliable-checkpoint-node.ts';
import type { CheckpointPart } from '../../../../storage/checkpoint/checkpoint-part.ts';
import { CheckpointPartWriter } from '../../../../storage/checkpoint/part-writer.ts';
import { MemoryFileSystem } from '../../../support/memory-file-system.ts';
import { origin, recordsOfBatches, ScanTask } from '../../../support/scan-task.ts';
import { writeFile } from '../../../support/write-file.ts';

const place = { directory: '/checkpoint', owner: 'spec', partitionCount: 2 };

function written(fileSystem: MemoryFileSystem, partition: number, rows: readonly unknown[]): CheckpointPart {
  using writer = new CheckpointPartWriter({ fileSystem, place, partition, attempt: 0, codec: 'none' });
  writer.write(rowBatch(rows));
  return writer.commit();
}

function checkpointed(): { readonly task: ScanTask; readonly node: ReliableCheckpointNode } {
  const fileSystem = new MemoryFileSystem();
  fileSystem.makeDirectory(place.directory);
  const parts = [written(fileSystem, 0, ['a', 'b']), written(fileSystem, 1, [])];
  return { task: new ScanTask(fileSystem), node: new ReliableCheckpointNode(origin(), place, parts, undefined) };
}

describe('ReliableCheckpointNode', () => {
  it('gives the records of each part, and counts what was read of it', () => {
    const { task, node } = checkpointed();
    const read = node.partitions.map((partition) => [...recordsOfBatches(node.compute(partition, task))]);
    expect(read).toEqual([['a', 'b'], []]);
    const sizes = node.partitions.map(({ split }) => (split as CheckpointPart).bytes);
    expect(task.inputBytes).toBe(sizes.reduce((a, b) => a + b));
  });

  it('says which file is damaged, and where', () => {
    const { task, node } = checkpointed();
    const bytes = Buffer.from(task.fileSystem.readFile('/checkpoint/part-00000', 10_000));
    bytes[60] = 255 - (bytes[60] as number);
    writeFile(task.fileSystem as MemoryFileSystem, '/checkpoint/part-00000', bytes);
    expect(() => node.compute(node.partitions[0] as never, task).next()).toThrow(/CORRUPT_FILE.*part-00000/s);
    expect([...node.compute(node.partitions[1] as never, task)]).toEqual([]);
  });

  it('stops when its task is cancelled', () => {
    const { task, node } = checkpointed();
    task.isCancelled = true;
    expect(() => node.compute(node.partitions[0] as never, task).next()).toThrow('TASK_CANCELLED');
  });
});
