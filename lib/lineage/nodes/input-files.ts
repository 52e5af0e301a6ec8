import { join } from 'node:path';
import type { InputFile } from '../../../formats/scan/file-splits.ts';
import type { FileHandle, FileSystem } from '../../../storage/fs/file-system.ts';
import { expandGlob } from '../../../storage/fs/glob.ts';
import { CairnError } from '../../base/errors.ts';

/** A path, a pattern (`logs/2024-*.txt`), or several of them. */
export type InputPath = string | readonly string[];

/**
 * The files that a path stands for, as Hadoop's input formats take it: a file is itself, a directory is its files, a
 * pattern is whatever matches. In a directory names that begin with `_` or `.` are hidden, so that `_SUCCESS` and what
 * is being written are no input. Order is that of the paths, then of names.
 *
 * Raises FILE_NOT_FOUND for a path or pattern that nothing matches, INPUT_NOT_A_FILE for a directory in a directory.
 */
export function findInputFiles(fs: FileSystem, input: InputPath): InputFile[] {
  const patterns = typeof input === 'string' ? [input] : input;
  return patterns.flatMap((pattern) => {
    const matches = expandGlob(fs, pattern);
    if (matches.length === 0) throw new CairnError('FILE_NOT_FOUND', { path: pattern });
    return matches.flatMap((path) => filesAt(fs, path));
  });
}

function filesAt(fs: FileSystem, path: string): InputFile[] {
  const found = fs.stat(path, { follow: true });
  if (found === undefined) throw new CairnError('FILE_NOT_FOUND', { path });
  if (found.kind === 'file') return [{ path, sizeBytes: found.sizeBytes, modifiedMs: found.modifiedMs }];
  if (found.kind !== 'directory') throw new CairnError('INPUT_NOT_A_FILE', { path, found: found.kind });
  return fs
    .list(path)
    .filter(({ name }) => !name.startsWith('_') && !name.startsWith('.'))
    .map(({ name }) => {
      const child = join(path, name);
      const stat = fs.stat(child, { follow: true });
      if (stat === undefined) throw new CairnError('FILE_NOT_FOUND', { path: child });
      if (stat.kind !== 'file') throw new CairnError('INPUT_NOT_A_FILE', { path: child, found: stat.kind });
      return { path: child, sizeBytes: stat.sizeBytes, modifiedMs: stat.modifiedMs };
    });
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
