import { join } from 'node:path';
import { checkpointPartName } from '../../storage/checkpoint/checkpoint-names.ts';
import type { CheckpointPart } from '../../storage/checkpoint/checkpoint-part.ts';
import { CheckpointPartWriter } from '../../storage/checkpoint/part-writer.ts';
import type { FileSystem } from '../../storage/fs/file-system.ts';
import { failpoint } from '../base/failpoint.ts';
import type { NodeId, TaskId } from '../base/ids.ts';
import type { CheckpointTarget } from '../lineage/checkpoint-target.ts';
import type { LineageNode } from '../lineage/lineage-node.ts';
import { storable } from '../lineage/records.ts';
import type { BatchIterator, PendingBatch, TaskBatch } from '../lineage/task-context.ts';
import type { MetricsCounter } from './metrics-counter.ts';

/** A part of a checkpoint that a task wrote on its way. Plain data. */
export interface WrittenPart {
  readonly node: NodeId;
  readonly part: CheckpointPart;
}

/**
 * Writes partitions of marked datasets down while a task attempt computes them for its own purpose, so that a
 * checkpoint costs no second computation.
 *
 * It never fails the task: what cannot be written, or is not read to its end, is left to a task of its own, which says
 * why. A part that another attempt has written already is not written again.
 */
export class CheckpointTees {
  /** What was written so far, each a complete part. */
  readonly written: WrittenPart[] = [];
  readonly #fileSystem: FileSystem;
  readonly #taskId: TaskId;
  readonly #metrics: MetricsCounter;
  /** A task may read one partition twice, even at once: one of them is written down. */
  readonly #begun = new Set<string>();

  constructor(fileSystem: FileSystem, taskId: TaskId, metrics: MetricsCounter) {
    this.#fileSystem = fileSystem;
    this.#taskId = taskId;
    this.#metrics = metrics;
  }

  /** The batches of a partition, written down on their way where its dataset is to be checkpointed. */
  copy(node: LineageNode, partition: number, batches: BatchIterator): BatchIterator {
    const target = node.checkpointTarget;
    return target !== undefined && this.claim(node, partition)
      ? this.#copy(node.id, target, partition, batches)
      : batches;
  }

  /** Whether nobody has claimed the partition before, in this attempt: whoever did writes it. */
  claim(node: LineageNode, partition: number): boolean {
    const key = `${node.id}/${partition}`;
    if (this.#begun.has(key)) return false;
    this.#begun.add(key);
    return true;
  }

  *#copy(node: NodeId, target: CheckpointTarget, partition: number, batches: BatchIterator): BatchIterator {
    let writer = this.#open(target, partition);
    try {
      for (const batch of batches) {
        // Before whoever comes next may change the records.
        if (batch.kind !== 'pending' && writer !== undefined && !writeBatch(writer, batch)) writer = close(writer);
        yield batch;
      }
      if (writer === undefined) return;
      const part = attempt(() => commit(writer));
      if (part === undefined) return;
      this.written.push({ node, part });
      this.#metrics.rowsWritten += part.rows;
      this.#metrics.bytesWritten += part.bytes;
    } finally {
      close(writer);
    }
  }

  #open({ place, codec }: CheckpointTarget, partition: number): CheckpointPartWriter | undefined {
    const fileSystem = this.#fileSystem;
    return attempt(() => {
      const isThere = fileSystem.stat(join(place.directory, checkpointPartName(partition))) !== undefined;
      if (isThere) return undefined;
      return new CheckpointPartWriter({ fileSystem, place, partition, attempt: this.#taskId, codec });
    });
  }
}

function writeBatch(writer: CheckpointPartWriter, batch: Exclude<TaskBatch, PendingBatch>): boolean {
  const done = attempt(() => {
    for (const stored of storable([batch].values())) writer.write(stored);
    return true;
  });
  return done === true;
}

function commit(writer: CheckpointPartWriter | undefined): CheckpointPart | undefined {
  const part = writer?.commit();
  failpoint('checkpoint/after-part');
  return part;
}

function close(writer: CheckpointPartWriter | undefined): undefined {
  attempt(() => writer?.abort());
}

/** What `action` gives; undefined when it raises: the task goes on without. */
function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
