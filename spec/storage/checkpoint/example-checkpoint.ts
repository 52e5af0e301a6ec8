import type { CodecName } from '../../../formats/bytes/compression.ts';
import { rowBatch } from '../../../formats/schema/batch.ts';
import type { CheckpointPart, CheckpointPlace } from '../../../storage/checkpoint/checkpoint-part.ts';
import {
  abortCheckpoint,
  beginCheckpoint,
  type CommittedCheckpoint,
  commitCheckpoint,
} from '../../../storage/checkpoint/commit.ts';
import type { CheckpointDescription } from '../../../storage/checkpoint/manifest.ts';
import { openCheckpoint, openCheckpointPart } from '../../../storage/checkpoint/open-checkpoint.ts';
import { CheckpointPartWriter } from '../../../storage/checkpoint/part-writer.ts';
import type { FileSystem } from '../../../storage/fs/file-system.ts';
import { rowsOf } from '../../support/stored-batches.ts';

/** Two partitions with records and one without. */
export const PARTITIONS: readonly (readonly unknown[])[] = [
  [
    { id: 1, name: 'a', at: 1.5 },
    { id: 2, name: 'b', at: -0 },
  ],
  [],
  [
    { id: 3, name: 'ü', at: Number.NaN },
    { id: 4, name: '😀', at: 2 ** 40 },
  ],
];

export const DIRECTORY = '/data/checkpoints/c1/rdd-7';

export function examplePlace(overrides: Partial<CheckpointPlace> = {}): CheckpointPlace {
  return { directory: DIRECTORY, owner: 'f00d', partitionCount: PARTITIONS.length, ...overrides };
}

export function exampleDescription(overrides: Partial<CheckpointDescription> = {}): CheckpointDescription {
  return {
    name: 'ratings',
    fingerprint: 'f00d',
    run: 'aaaa0001',
    node: 7,
    createdAtMs: 1_700_000_000_000,
    partitioner: { kind: 'hash', numPartitions: 3 },
    writer: 'cairn-engine 0.1.0',
    ...overrides,
  };
}

export interface PartSettings {
  readonly attempt?: number;
  readonly codec?: CodecName;
  readonly chunkBytes?: number;
}

/** Writes one part, each record a batch of its own when `chunkBytes` asks for many chunks. */
export function writePart(
  fileSystem: FileSystem,
  place: CheckpointPlace,
  partition: number,
  rows: readonly unknown[],
  settings: PartSettings = {},
): CheckpointPart {
  const { attempt = partition, codec = 'none', chunkBytes } = settings;
  using writer = new CheckpointPartWriter({
    ...{ fileSystem, place, partition, attempt, codec },
    ...(chunkBytes === undefined ? {} : { chunkBytes }),
  });
  if (chunkBytes === undefined) writer.write(rowBatch(rows));
  else for (const row of rows) writer.write(rowBatch([row]));
  return writer.commit();
}

/** Writes a whole checkpoint; when anything fails, aborts it and passes the error on. */
export function writeCheckpoint(
  fileSystem: FileSystem,
  place: CheckpointPlace = examplePlace(),
  partitions: readonly (readonly unknown[])[] = PARTITIONS,
  settings: PartSettings & { readonly description?: Partial<CheckpointDescription> } = {},
): CommittedCheckpoint {
  const job = beginCheckpoint(fileSystem, place);
  try {
    const parts = partitions.map((rows, partition) => writePart(fileSystem, job, partition, rows, settings));
    return commitCheckpoint(fileSystem, job, parts, exampleDescription(settings.description));
  } catch (error) {
    abortCheckpoint(fileSystem, job);
    throw error;
  }
}

/** Every record of a checkpoint by partition. */
export function readCheckpoint(fileSystem: FileSystem, directory = DIRECTORY): unknown[][] {
  const checkpoint = openCheckpoint(fileSystem, directory);
  return checkpoint.parts.map(({ partition }) => {
    using reader = openCheckpointPart(fileSystem, checkpoint, partition);
    return rowsOf(reader.batches());
  });
}
