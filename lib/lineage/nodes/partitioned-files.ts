import type { InputFile } from '../../../formats/scan/file-splits.ts';
import { type PartitionEntry, parsePartitions } from '../../../formats/scan/partition-path.ts';
import type { FileSystem } from '../../../storage/fs/file-system.ts';
import { matchPaths } from '../../../storage/fs/glob.ts';
import { hasWildcard, isHiddenName } from '../../../storage/fs/glob-pattern.ts';
import { CairnError } from '../../base/errors.ts';
import { findInputFiles, type InputPath } from './input-files.ts';

/** A file of a table, and what the directories on the way to it say of its rows. */
export interface PartitionedFile {
  readonly file: InputFile;
  readonly entries: readonly PartitionEntry[];
}

/** Directories in directories: more are a mistake, or a trap. */
const MAX_DEPTH = 64;

/**
 * The files of a table, as they are now: what a path or a pattern names; of a directory all files below it, in the order
 * of their paths, but those whose names, or whose directories' names, begin with `.` or with `_` (unless they are
 * `name=value`). Links to directories are not followed.
 *
 * What directories say counts from the path that was given on down; of a pattern, from its first wildcard on:
 * `sales/year=*` has a column `year`, `sales/year=2001` has none.
 *
 * Raises FILE_NOT_FOUND for a path or pattern that nothing matches, INPUT_NOT_A_FILE for a pipe, a device and the like,
 * LIMIT_EXCEEDED for directories too deep.
 */
export function findPartitionedFiles(fs: FileSystem, input: InputPath): readonly PartitionedFile[] {
  const paths = typeof input === 'string' ? [input] : input;
  return paths.flatMap((path) => {
    // A path that exists is taken as it is, even when it looks like a pattern.
    const isPattern = hasWildcard(path) && fs.stat(path, { follow: true }) === undefined;
    return matchPaths(fs, path).flatMap((match) => {
      const isDirectory = fs.stat(match, { follow: true })?.kind === 'directory';
      const own = isPattern ? directoriesFromWildcard(path, match, isDirectory) : [];
      return isDirectory ? filesBelow(fs, match, own) : [fileAt(fs, match, own)];
    });
  });
}

function fileAt(fs: FileSystem, path: string, directories: readonly string[]): PartitionedFile {
  const [file] = findInputFiles(fs, path);
  if (file === undefined) throw new CairnError('FILE_NOT_FOUND', { path });
  return { file, entries: parsePartitions(directories) };
}

/** The names of a match from the level on that first has a wildcard; without that of a file. */
function directoriesFromWildcard(pattern: string, match: string, isDirectory: boolean): readonly string[] {
  const first = pattern.split('/').findIndex(hasWildcard);
  const levels = match.split('/').slice(first);
  return isDirectory ? levels : levels.slice(0, -1);
}

function filesBelow(fs: FileSystem, directory: string, directories: readonly string[]): PartitionedFile[] {
  if (directories.length > MAX_DEPTH) {
    throw new CairnError('LIMIT_EXCEEDED', {
      what: `the depth of the directories of ${directory}`,
      found: `over ${MAX_DEPTH}`,
      limit: MAX_DEPTH,
      remedy: 'name the files with a pattern',
    });
  }
  const prefix = directory === '' || directory.endsWith('/') ? directory : `${directory}/`;
  return fs.list(directory).flatMap(({ name, kind }) => {
    if (isHiddenName(name) && !(name.startsWith('_') && name.includes('=') && kind === 'directory')) return [];
    const path = `${prefix}${name}`;
    if (kind === 'directory') return filesBelow(fs, path, [...directories, name]);
    // A link to a directory, which may lead back here.
    if (kind === 'symlink' && fs.stat(path, { follow: true })?.kind === 'directory') return [];
    return [fileAt(fs, path, directories)];
  });
}
