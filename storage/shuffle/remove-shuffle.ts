import type { ShuffleId } from '../../lib/base/ids.ts';
import { findBlockId, shuffleDataFile, shuffleIndexFile } from '../block/block-id.ts';
import { HashedDirectory } from '../block/hashed-directory.ts';
import type { FileSystem } from '../fs/file-system.ts';
import type { MapOutput } from './map-output.ts';

/** Removes one map output: its index first, so that no index is left naming data that is gone. */
export function removeMapOutput(
  fileSystem: FileSystem,
  directory: string,
  output: Pick<MapOutput, 'shuffleId' | 'taskId'>,
): void {
  const files = new HashedDirectory(fileSystem, directory);
  fileSystem.removeFile(files.pathOf(shuffleIndexFile(output.shuffleId, output.taskId)));
  fileSystem.removeFile(files.pathOf(shuffleDataFile(output.shuffleId, output.taskId)));
}

/**
 * Removes all files of a shuffle, those of failed and superseded attempts and temporary ones included; gives their
 * number. No task of the shuffle may be running.
 */
export function removeShuffle(fileSystem: FileSystem, directory: string, shuffleId: ShuffleId): number {
  const found: { readonly path: string; readonly isIndex: boolean }[] = [];
  for (const { name, path } of new HashedDirectory(fileSystem, directory).files()) {
    const id = findBlockId(name.replace(/\.tmp$/, ''));
    if (id?.kind !== 'shuffle-data' && id?.kind !== 'shuffle-index') continue;
    if (id.shuffleId === shuffleId) found.push({ path, isIndex: id.kind === 'shuffle-index' });
  }
  for (const { path, isIndex } of found) if (isIndex) fileSystem.removeFile(path);
  for (const { path, isIndex } of found) if (!isIndex) fileSystem.removeFile(path);
  return found.length;
}
