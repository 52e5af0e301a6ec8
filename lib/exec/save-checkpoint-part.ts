import type { CheckpointPart } from '../../storage/checkpoint/checkpoint-part.ts';
import { CheckpointPartWriter } from '../../storage/checkpoint/part-writer.ts';
import { describeCallSite } from '../lineage/call-site.ts';
import type { CheckpointTarget } from '../lineage/checkpoint-target.ts';
import type { LineageNode } from '../lineage/lineage-node.ts';
import { storable } from '../lineage/records.ts';
import type { RunningTask } from './running-task.ts';
import type { TaskDescription } from './task.ts';

/**
 * Computes a partition only to write it as a part of a checkpoint: for those that no task of the job itself has read to
 * the end. Gives what is pending for the caller to await, and `undefined` after each batch so that it can look at the
 * clock; returns the committed part. An attempt that fails or is left behind removes what it wrote.
 */
export function* saveCheckpointPart(
  running: RunningTask,
  task: TaskDescription,
  node: LineageNode,
  { place, codec }: CheckpointTarget,
): Generator<Promise<unknown> | undefined, CheckpointPart, undefined> {
  const { fileSystem, partition, metrics } = running;
  running.tees.claim(node, partition);
  using writer = new CheckpointPartWriter({ fileSystem, place, partition, attempt: task.taskId, codec });
  for (const batch of running.iterate(node, partition)) {
    running.throwIfCancelled();
    if (batch.kind === 'pending') {
      yield batch.ready;
      continue;
    }
    try {
      for (const stored of storable([batch].values())) writer.write(stored);
    } catch (error) {
      throw running.wrap(error, `checkpointing ${describeCallSite(node.callSite)}`, node);
    }
    yield undefined;
  }
  const part = writer.commit();
  metrics.rowsWritten += part.rows;
  metrics.bytesWritten += part.bytes;
  return part;
}
