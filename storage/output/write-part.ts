import { threadId } from 'node:worker_threads';
import type { CodecName } from '../../formats/bytes/compression.ts';
import { rowBatch } from '../../formats/schema/batch.ts';
import type { FileSystem } from '../fs/file-system.ts';
import { ObjectPartWriter } from './object-part-writer.ts';
import type { OutputJob, OutputPart } from './output-job.ts';
import { type OutputCompression, TextPartWriter } from './text-part-writer.ts';

/** Records that are handed on at a time. */
const BATCH_ROWS = 4096;

let counter = 0;

/** A name for an attempt that no other attempt has, in any thread or process that runs now. */
export function newAttempt(): string {
  return `${process.pid}-${threadId}-${counter++}`;
}

/** Writes and commits a partition's part of a text directory. When anything fails, nothing of it is left. */
export function writeTextPart(
  fs: FileSystem,
  job: OutputJob,
  partition: number,
  records: Iterable<unknown>,
  compression: OutputCompression = 'none',
): OutputPart {
  using writer = new TextPartWriter(fs, job, partition, newAttempt(), compression);
  for (const rows of batches(records)) writer.write(rows);
  return writer.commit();
}

/** Writes and commits a partition's part of an object directory. When anything fails, nothing of it is left. */
export function writeObjectPart(
  fs: FileSystem,
  job: OutputJob,
  partition: number,
  records: Iterable<unknown>,
  codec: CodecName = 'none',
): OutputPart {
  using writer = new ObjectPartWriter(fs, job, partition, newAttempt(), codec);
  for (const rows of batches(records)) writer.write(rowBatch(rows));
  return writer.commit();
}

function* batches(records: Iterable<unknown>): Generator<readonly unknown[]> {
  let rows: unknown[] = [];
  for (const record of records) {
    rows.push(record);
    if (rows.length < BATCH_ROWS) continue;
    yield rows;
    rows = [];
  }
  if (rows.length > 0) yield rows;
}
