import { resolve } from 'node:path';
import { nodeFileSystem } from '../../storage/fs/node-file-system.ts';
import type { CheckpointEntry } from '../../storage/metadata/checkpoint-catalog.ts';
import { CairnError } from '../base/errors.ts';
import { driverOnly } from '../closure/driver-only.ts';
import { openCatalog } from './run-catalog.ts';
import type { StoredCheckpointParts } from './stored-checkpoints.ts';

/** A directory, and its row where the data directory has one. */
export interface FoundCheckpoint {
  /** Absolute. */
  readonly directory: string;
  readonly entry: CheckpointEntry | undefined;
}

/**
 * Finds a checkpoint by its name, its number or its directory, as `Catalog.checkpoint` does. A directory needs no data
 * directory and no row: other programs write checkpoints too. Raises CHECKPOINT_UNKNOWN when neither a row nor a directory
 * is there, CATALOG_NOT_FOUND when there is no data directory to look in either, and what `openCatalog` raises.
 */
export function findCheckpoint(
  dataDirectory: string,
  reference: string,
  { fileSystem = nodeFileSystem }: StoredCheckpointParts = {},
): FoundCheckpoint {
  const directory = resolve(reference);
  const isThere = reference !== '' && fileSystem.stat(directory, { follow: true }) !== undefined;
  try {
    using catalog = openCatalog(dataDirectory, { fileSystem });
    const entry = catalog.checkpoint(reference);
    if (entry !== undefined) return { directory: entry.directory, entry };
    if (isThere) return { directory, entry: undefined };
    throw new CairnError('CHECKPOINT_UNKNOWN', { directory: catalog.directory, reference });
  } catch (error) {
    // A directory is enough, whatever the data directory is.
    if (!CairnError.is(error, 'CATALOG_NOT_FOUND') || !isThere) throw error;
    return { directory, entry: undefined };
  }
}

driverOnly('checkpoint function', findCheckpoint);
