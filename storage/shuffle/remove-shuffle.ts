import type { ShuffleId } from '../../lib/base/ids.ts';
import { findBlockId } from '../block/block-id.ts';
import { HashedDirectory } from '../block/hashed-directory.ts';
import type { FileSystem } from '../fs/file-system.ts';
import { mapOutputDataPath, mapOutputIndexPath, type PlacedMapOutput } from './map-output-place.ts';

/**
 * Removes one map output: its index first, so that no index is left naming data that is gone. `directory` is this run's;
 * of an output of another run that run's files go, and any row that names them has gone before.
 */
export function removeMapOutput(fileSystem: FileSystem, directory: string, output: PlacedMapOutput): void {
  fileSystem.removeFile(mapOutputIndexPath(directory, output));
  fileSystem.removeFile(mapOutputDataPath(directory, output));
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
