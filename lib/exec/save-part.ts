import { initCompression } from '../../formats/bytes/compression.ts';
import { ArrowPartWriter } from '../../storage/output/arrow-part-writer.ts';
import { ObjectPartWriter } from '../../storage/output/object-part-writer.ts';
import type { OutputPart } from '../../storage/output/output-job.ts';
import { ParquetPartWriter } from '../../storage/output/parquet-part-writer.ts';
import { RowPartWriter } from '../../storage/output/row-part-writer.ts';
import type { TablePartWriter } from '../../storage/output/table-part-writer.ts';
import { TextPartWriter } from '../../storage/output/text-part-writer.ts';
import { unreachable } from '../base/invariant.ts';
import { describeCallSite } from '../lineage/call-site.ts';
import type { LineageNode } from '../lineage/lineage-node.ts';
import { rowsOf, storable } from '../lineage/records.ts';
import type { SaveAction } from '../lineage/result-action.ts';
import type { PendingBatch, TaskBatch } from '../lineage/task-context.ts';
import type { RunningTask } from './running-task.ts';
import type { TaskDescription } from './task.ts';

/**
 * Writes a partition as one part of a save, batch by batch. Gives what is pending for the caller to await, and
 * `undefined` after each batch so that it can look at the clock; returns the committed part. An attempt that fails or
 * is left behind removes what it wrote.
 */
export function* savePart(
  running: RunningTask,
  task: TaskDescription,
  node: LineageNode,
  { output, format }: SaveAction,
): Generator<Promise<unknown> | undefined, OutputPart, undefined> {
  const { partition } = running;
  if ('options' in format && format.options.codec === 'zstd') yield initCompression();
  using writer = openWriter(running, task, output, format);
  const write = (batch: Exclude<TaskBatch, PendingBatch>): void => {
    if (writer instanceof ObjectPartWriter) {
      for (const stored of storable([batch].values())) writer.write(stored);
      return;
    }
    const { rows, from, to } = rowsOf(batch);
    writer.write(rows, from, to);
  };
  for (const batch of running.iterate(node, partition)) {
    running.throwIfCancelled();
    if (batch.kind === 'pending') {
      yield batch.ready;
      continue;
    }
    try {
      write(batch);
    } catch (error) {
      throw running.wrap(error, `saving ${describeCallSite(node.callSite)}`, node);
    }
    yield undefined;
  }
  const part = writer.commit();
  running.metrics.rowsWritten += part.recordCount;
  running.metrics.bytesWritten += part.sizeBytes;
  return part;
}

function openWriter(
  { fileSystem, partition }: RunningTask,
  { taskId }: TaskDescription,
  output: SaveAction['output'],
  format: SaveAction['format'],
): TextPartWriter | ObjectPartWriter | RowPartWriter | TablePartWriter {
  switch (format.kind) {
    case 'text':
      return new TextPartWriter(fileSystem, output, partition, taskId, format.compression);
    case 'objects':
      return new ObjectPartWriter(fileSystem, output, partition, taskId, format.codec);
    case 'csv':
    case 'json':
      return new RowPartWriter(fileSystem, output, partition, taskId, format);
    case 'arrow':
      return new ArrowPartWriter(fileSystem, output, partition, taskId, format.options);
    case 'parquet':
      return new ParquetPartWriter(fileSystem, output, partition, taskId, format.options);
    default:
      return unreachable(format);
  }
}
