/** A task for the specs of nodes: reads through a given file system, counts, and can be cancelled. */

import { CairnError } from '../../lib/base/errors.ts';
import { nodeId } from '../../lib/base/ids.ts';
import { invariant } from '../../lib/base/invariant.ts';
import type { ShuffleDependency } from '../../lib/lineage/dependency.ts';
import { ComputedNode, type LineageNode, type NodeOrigin } from '../../lib/lineage/lineage-node.ts';
import { rowsOf } from '../../lib/lineage/records.ts';
import type { BatchIterator, TaskBatch, TaskContext } from '../../lib/lineage/task-context.ts';
import type { FileSystem } from '../../storage/fs/file-system.ts';

let next = 0;

export function origin(method = 'spec'): NodeOrigin {
  return { id: nodeId(next++), callSite: { method, location: 'job.ts:1', position: '/job.ts:1:1' } };
}

/** See the file header. */
export class ScanTask implements TaskContext {
  readonly fileSystem: FileSystem;
  readonly partition = 0;
  readonly attempt = 0;
  readonly stage = 0;
  readonly batchRows: number;
  inputBytes = 0;
  isCancelled = false;

  constructor(fileSystem: FileSystem, batchRows = 4) {
    this.fileSystem = fileSystem;
    this.batchRows = batchRows;
  }

  iterate(node: LineageNode, partition: number): BatchIterator {
    invariant(node instanceof ComputedNode, 'specs of nodes read from computed nodes');
    const found = node.partitions[partition];
    invariant(found !== undefined, `partition ${partition}`);
    return node.compute(found, this);
  }

  readShuffle(_dependency: ShuffleDependency, _partition: number): BatchIterator {
    return refuse();
  }

  coGroup(_inputs: readonly BatchIterator[]): BatchIterator {
    return refuse();
  }

  combineByKey(): BatchIterator {
    return refuse();
  }

  countInput(bytes: number): void {
    this.inputBytes += bytes;
  }

  throwIfCancelled(): void {
    if (this.isCancelled) throw new CairnError('TASK_CANCELLED', { task: 0 });
  }

  onCompletion(): void {
    refuse();
  }
}

function refuse(): never {
  throw new CairnError('INTERNAL', { detail: 'no node of these specs asks for this' });
}

/** The records of every partition, partition by partition; batches must not be pending. */
export function partitionsOfNode(node: ComputedNode, task: ScanTask): unknown[][] {
  return node.partitions.map((partition) => [...recordsOfBatches(node.compute(partition, task))]);
}

export function* recordsOfBatches(batches: Iterable<TaskBatch>): Generator<unknown> {
  for (const batch of batches) {
    invariant(batch.kind !== 'pending', 'a pending batch where none may be');
    const { rows, from, to } = rowsOf(batch);
    for (let i = from; i < to; i++) yield rows[i];
  }
}

/** The records of one partition, awaiting what is pending as a task does. */
export async function awaitRecords(batches: Iterable<TaskBatch>): Promise<unknown[]> {
  const records: unknown[] = [];
  for (const batch of batches) {
    if (batch.kind === 'pending') await batch.ready;
    else for (const record of recordsOfBatches([batch])) records.push(record);
  }
  return records;
}
