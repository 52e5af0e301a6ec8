import { dirname, join } from 'node:path';
import { CairnError } from '../../lib/base/errors.ts';
import type { FileSystem } from '../fs/file-system.ts';
import { kindOfName, MANIFEST_NAME } from './checkpoint-names.ts';

/** What a removal did. */
export interface CheckpointRemoval {
  readonly removedFiles: number;
  readonly removedBytes: number;
  /** Names that are not the engine's: they stay, and with them the directory. */
  readonly foreign: readonly string[];
}

/**
 * Removes a checkpoint, complete or not. The manifest goes first, durably: one that is half removed is none. A link in
 * place of a file is removed, not what it leads to. Nothing there is no error, so that a removal that was cut short can be
 * done again. Raises CHECKPOINT_NOT_FOUND for a path that is no directory itself, and what the file system raises.
 */
export function removeCheckpoint(fileSystem: FileSystem, directory: string): CheckpointRemoval {
  const found = fileSystem.stat(directory);
  if (found === undefined) return { removedFiles: 0, removedBytes: 0, foreign: [] };
  if (found.kind !== 'directory') {
    throw new CairnError('CHECKPOINT_NOT_FOUND', { path: directory, reason: `it is a ${found.kind}` });
  }
  const entries = fileSystem.list(directory);
  const manifest = join(directory, MANIFEST_NAME);
  let removedFiles = 0;
  let removedBytes = 0;
  const remove = (path: string): void => {
    removedBytes += fileSystem.stat(path)?.sizeBytes ?? 0;
    fileSystem.removeFile(path);
    removedFiles++;
  };
  if (entries.some(({ name }) => name === MANIFEST_NAME)) {
    remove(manifest);
    fileSystem.syncDirectory(directory);
  }
  const foreign: string[] = [];
  for (const { name, kind } of entries) {
    if (name === MANIFEST_NAME) continue;
    if (kindOfName(name) === 'foreign' || kind === 'directory') foreign.push(name);
    else remove(join(directory, name));
  }
  if (foreign.length === 0) {
    fileSystem.removeTree(directory);
    fileSystem.syncDirectory(dirname(directory));
  }
  return { removedFiles, removedBytes, foreign };
}
