import { join } from 'node:path';
import { readObjectFile } from '../../formats/binary/object-file-reader.ts';
import { materializeRows } from '../../formats/record/materialize-rows.ts';
import { ROWS } from '../../storage/database/encode-rows.ts';
import { openTarget, planTable, writeTable } from '../../storage/database/write-table.ts';
import type { FileSystem } from '../../storage/fs/file-system.ts';
import { abortOutput, beginOutput, type OutputJob, type OutputPart } from '../../storage/output/output-job.ts';
import { CairnError } from '../base/errors.ts';
import { freshSeed } from '../base/random.ts';
import type { LineageNode } from '../lineage/lineage-node.ts';
import type { Engine, JobOptions } from './engine.ts';
import { inferSchema } from './infer-schema.ts';
import type { DatabaseChoices } from './write-database-options.ts';

/**
 * Runs a job whose tasks write their partitions as parts in scratch space, and then adds all records to a table in one
 * transaction, from this thread. So a task that runs twice adds nothing twice, and a job that fails adds nothing. Raises
 * OUTPUT_EXISTS, TABLE_NOT_FOUND, COLUMN_NOT_FOUND, what the database says, and what the job raises.
 */
export async function saveDatabase(
  engine: Engine,
  node: LineageNode,
  choices: DatabaseChoices,
  job: JobOptions,
): Promise<void> {
  const { fileSystem } = engine;
  const { createTable, ...given } = choices;
  // A name for what is not yet in its place that no other writer has, in any process.
  const target = openTarget(fileSystem, given, Math.abs(freshSeed()).toString(36));
  const isThere = (await target.columns()) !== undefined;
  const isMade = !isThere || (given.mode === 'overwrite' && !given.keepsTable);
  // What the mode says comes before any job.
  const isWritten =
    planTable({ ...given, schema: createTable || isThere ? { fields: [] } : undefined }, isThere) !== undefined;
  if (!isWritten) return;
  const inferred = isMade && given.schema === undefined ? await inferSchema(engine, node, ROWS, job) : given.schema;
  const write = { ...given, schema: createTable || isThere ? inferred : undefined };
  planTable(write, isThere);
  const output = beginOutput(fileSystem, engine.newScratchPath('database'));
  try {
    const format = { kind: 'objects', codec: 'none' } as const;
    const parts = (await engine.runJob(node, { kind: 'save', output, format }, job)) as OutputPart[];
    await writeTable(target, write, recordsOf(fileSystem, output, parts), () => {
      if (job.signal?.aborted !== true) return;
      const reason = 'its signal aborted while rows were written; the table is as it was';
      throw new CairnError('JOB_CANCELLED', { job: job.method, name: given.table.join('.'), reason });
    });
  } finally {
    try {
      abortOutput(fileSystem, output);
    } catch {
      // It goes with the session's scratch space.
    }
  }
}

/** The records of the parts, in the order of the partitions, a batch at a time. */
function* recordsOf(
  fs: FileSystem,
  { staging }: OutputJob,
  parts: readonly OutputPart[],
): Generator<readonly unknown[]> {
  for (const { name } of parts.toSorted((a, b) => a.partition - b.partition)) {
    const path = join(staging, name);
    using handle = fs.open(path, 'read');
    for (const batch of readObjectFile(handle, handle.sizeBytes(), path)) {
      yield batch.kind === 'columns' ? materializeRows(batch) : batch.rows.slice(batch.from, batch.to);
    }
  }
}
