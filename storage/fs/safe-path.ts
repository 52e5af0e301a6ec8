/**
 * Keeps paths inside their directory: names that come from a manifest, a catalog or a user are checked before they
 * become paths, and links are resolved before a file is trusted.
 */
import { join, sep } from 'node:path';
import { CairnError } from '../../lib/base/errors.ts';
import type { FileSystem } from './file-system.ts';

/** Every usual file system takes names up to here. */
const MAX_NAME_BYTES = 255;

const encoder = new TextEncoder();

/** True when a text can be the name of one file. The same on every system, but for what Windows alone forbids. */
function isPlainName(name: string): boolean {
  if (name === '' || name === '.' || name === '..') return false;
  if (/[/\\\0]/.test(name)) return false;
  // A lone surrogate has no UTF-8 form: two different names would become one file.
  if (/\p{Surrogate}/u.test(name)) return false;
  if (process.platform === 'win32' && /[:]|[ .]$/.test(name)) return false;
  return encoder.encode(name).length <= MAX_NAME_BYTES;
}

/**
 * `directory` joined with plain names, one a level. Raises PATH_OUTSIDE_DIRECTORY for a name that is empty, `.` or
 * `..`, absolute, longer than 255 bytes, or holds a separator (of any system), NUL or half a character.
 */
export function joinInside(directory: string, ...names: readonly string[]): string {
  for (const name of names) if (!isPlainName(name)) throw outside(directory, name);
  return join(directory, ...names);
}

/**
 * The real path of `path`, which must lie below `directory` after all links are resolved, or be it. Raises
 * PATH_OUTSIDE_DIRECTORY otherwise, FILE_NOT_FOUND when either is missing.
 *
 * Whoever can change the directory can change it after the check too: use the path that is returned, and a directory
 * that only its user may write (0700).
 */
export function resolveInside(fs: FileSystem, directory: string, path: string): string {
  const root = fs.realPath(directory);
  const real = fs.realPath(path);
  if (real !== root && !real.startsWith(root.endsWith(sep) ? root : `${root}${sep}`)) throw outside(directory, path);
  return real;
}

function outside(directory: string, name: string): CairnError {
  const text = JSON.stringify(name.length > 200 ? `${name.slice(0, 200)}…` : name);
  return new CairnError('PATH_OUTSIDE_DIRECTORY', { path: text.slice(1, -1), directory });
}
