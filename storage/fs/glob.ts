/**
 * From what a user names as input to the files it means, as Hadoop reads paths: a file is itself, a directory its plain
 * files, a pattern whatever it matches. The order never depends on the disk.
 */
import { CairnError } from '../../lib/base/errors.ts';
import type { DirectoryEntry, FileSystem } from './file-system.ts';
import { expandBraces, hasWildcard, isHiddenName, NamePattern } from './glob-pattern.ts';

/**
 * The files that a path, a pattern or a list of these names: those of one entry sorted by path (code units) and each
 * once, entries in the order given; an entry named twice is read twice.
 *
 * Patterns are those of `glob-pattern.ts`, and `**` for any number of directories, none included; it follows no links. A
 * directory, given or matched, means its files whose names do not begin with `_` or `.`; it is not entered deeper. A
 * path that exists is taken as it is, even when it looks like a pattern.
 *
 * Raises FILE_NOT_FOUND with the entry when nothing matches it. An empty directory is no error; a directory that is named
 * and holds directories alone is INPUT_NOT_A_FILE: whoever names it means what is in those.
 */
export function expandGlob(fs: FileSystem, input: string | readonly string[]): string[] {
  return typeof input === 'string' ? expandEntry(fs, input) : input.flatMap((entry) => expandEntry(fs, entry));
}

/**
 * The files and directories that a path or a pattern names, sorted by path: as `expandGlob`, but for directories, which
 * are given as they are. Raises FILE_NOT_FOUND when nothing matches.
 */
export function matchPaths(fs: FileSystem, entry: string): string[] {
  const matched = new Set<string>();
  if (statPath(fs, entry) !== undefined) matched.add(entry);
  else if (hasWildcard(entry)) {
    for (const pattern of expandBraces(entry)) for (const path of walk(fs, pattern)) matched.add(path);
  }
  if (matched.size === 0) throw new CairnError('FILE_NOT_FOUND', { path: entry });
  return [...matched].sort((a, b) => (a < b ? -1 : 1));
}

function expandEntry(fs: FileSystem, entry: string): string[] {
  const files = new Set<string>();
  for (const path of matchPaths(fs, entry)) {
    if (statPath(fs, path) === 'directory') for (const file of filesOf(fs, path)) files.add(file);
    else files.add(path);
  }
  if (files.size === 0) refuseNested(fs, entry);
  return [...files].sort((a, b) => (a < b ? -1 : 1));
}

/** What is at a path, links followed; undefined for nothing, also where a part of the path is no directory. */
function statPath(fs: FileSystem, path: string): 'directory' | 'file' | 'other' | undefined {
  if (path === '') return undefined;
  const kind = fs.stat(path, { follow: true })?.kind;
  return kind === 'symlink' ? 'other' : kind;
}

function filesOf(fs: FileSystem, directory: string): string[] {
  return fs
    .list(directory)
    .filter(({ name }) => !isHiddenName(name))
    .map(({ name }) => child(directory, name))
    .filter((path) => statPath(fs, path) === 'file');
}

function refuseNested(fs: FileSystem, entry: string): void {
  for (const { name } of listIfDirectory(fs, entry)) {
    const path = child(entry, name);
    if (isHiddenName(name) || statPath(fs, path) !== 'directory') continue;
    throw new CairnError('INPUT_NOT_A_FILE', { path, found: 'directory' });
  }
}

/** Every path that matches one pattern without braces. */
function walk(fs: FileSystem, pattern: string): Iterable<string> {
  const levels = pattern.split('/').filter((level, i) => level !== '' || i === 0);
  // An absolute pattern begins with an empty level; a relative one is found from the working directory.
  const absolute = levels[0] === '' && pattern.startsWith('/');
  let found = new Set([absolute ? '/' : '']);
  for (const level of absolute ? levels.slice(1) : levels) {
    const next = new Set<string>();
    for (const directory of found) for (const path of step(fs, directory, level)) next.add(path);
    found = next;
  }
  return [...found].filter((path) => statPath(fs, path) !== undefined);
}

/** The paths one level below `directory` that match; for `**`, the directory and all below it. */
function step(fs: FileSystem, directory: string, level: string): readonly string[] {
  if (level === '**') return withDescendants(fs, directory);
  const pattern = new NamePattern(level);
  if (pattern.literal !== undefined) return [child(directory, pattern.literal)];
  return listIfDirectory(fs, directory)
    .filter(({ name }) => pattern.matches(name))
    .map(({ name }) => child(directory, name));
}

function withDescendants(fs: FileSystem, directory: string): string[] {
  const found = [directory];
  // Grows while it is walked. Links are not followed: a link to a parent would never end.
  for (const path of found) {
    for (const { name, kind } of listIfDirectory(fs, path)) {
      if (kind === 'directory' && !isHiddenName(name)) found.push(child(path, name));
    }
  }
  return found;
}

function listIfDirectory(fs: FileSystem, directory: string): readonly DirectoryEntry[] {
  const path = directory === '' ? '.' : directory;
  return statPath(fs, path) === 'directory' ? fs.list(path) : [];
}

function child(directory: string, name: string): string {
  return directory === '' || directory.endsWith('/') ? `${directory}${name}` : `${directory}/${name}`;
}
