import type { InputFile } from '../../../formats/scan/file-splits.ts';
import type { FileHandle, FileSystem } from '../../../storage/fs/file-system.ts';
import { expandGlob } from '../../../storage/fs/glob.ts';
import { CairnError } from '../../base/errors.ts';

/** A path, a pattern (`logs/2024-*.txt`), or several of them. */
export type InputPath = string | readonly string[];

/** As names of datasets and errors have it. */
export function describePath(path: InputPath): string {
  return typeof path === 'string' ? path : path.join(',');
}

/**
 * The files that a path stands for, as they are now; see `expandGlob` for what it means and for the order.
 *
 * Raises FILE_NOT_FOUND for a path or pattern that nothing matches, INPUT_NOT_A_FILE for a pipe, a device and the like.
 */
export function findInputFiles(fs: FileSystem, input: InputPath): InputFile[] {
  return expandGlob(fs, input).map((path) => {
    const found = fs.stat(path, { follow: true });
    if (found === undefined) throw new CairnError('FILE_NOT_FOUND', { path });
    if (found.kind !== 'file') throw new CairnError('INPUT_NOT_A_FILE', { path, found: found.kind });
    return { path, sizeBytes: found.sizeBytes, modifiedMs: found.modifiedMs };
  });
}

/** Opens one file to look into it. Raises FILE_NOT_FOUND, INPUT_NOT_A_FILE and what opening raises. */
export function openFile(fs: FileSystem, path: string): FileHandle {
  const found = fs.stat(path, { follow: true });
  if (found !== undefined && found.kind !== 'file')
    throw new CairnError('INPUT_NOT_A_FILE', { path, found: found.kind });
  return fs.open(path, 'read');
}

/**
 * Opens an input file to be read. Raises INPUT_CHANGED when it has become shorter than when the job was planned:
 * splits beyond its end would silently be empty. A file that has grown is read up to its old length.
 */
export function openInput(fs: FileSystem, file: InputFile): FileHandle {
  const handle = fs.open(file.path, 'read');
  try {
    const found = handle.sizeBytes();
    if (found < file.sizeBytes) {
      throw new CairnError('INPUT_CHANGED', { path: file.path, expected: file.sizeBytes, found });
    }
    return handle;
  } catch (error) {
    handle.close();
    throw error;
  }
}
