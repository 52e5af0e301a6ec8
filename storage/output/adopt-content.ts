/**
 * The old content of a directory that is added to: linked into the directory that takes its place, so that both are
 * complete at all times and nothing is copied where the volume has links.
 */
import { join } from 'node:path';
import { hasNoLinks } from '../fs/file-error.ts';
import type { FileSystem } from '../fs/file-system.ts';

const COPY_BYTES = 1024 * 1024;
const PART_NAME = /^part-(\d+)(\D.*)?$/;

/**
 * Puts all that `directory` holds, its marker of completeness excepted, into `staging`, whose parts are numbered anew to
 * come after those that are there. Nothing happens where the directory is not there. Gives what `contentOf` gave for it.
 */
export function adoptContent(fs: FileSystem, directory: string, staging: string): string {
  const content = contentOf(fs, directory);
  if (fs.stat(directory) === undefined) return content;
  renumber(fs, staging, 1 + lastNumber(fs, directory));
  for (const { name } of fs.list(directory)) {
    if (name !== '_SUCCESS') adopt(fs, join(directory, name), join(staging, name));
  }
  return content;
}

/** What a directory holds, as a text that changes with it: names, sizes and times of change, those inside it too. */
export function contentOf(fs: FileSystem, directory: string): string {
  return fs.stat(directory) === undefined ? '' : JSON.stringify(listContent(fs, directory));
}

function listContent(fs: FileSystem, directory: string): readonly unknown[] {
  return fs.list(directory).map(({ name }) => {
    const path = join(directory, name);
    const found = fs.stat(path);
    if (found?.kind === 'directory') return [name, listContent(fs, path)];
    return [name, found?.kind, found?.kind === 'file' ? found.sizeBytes : 0, found?.modifiedMs];
  });
}

/** The highest number of a part in a directory and those in it; -1 for none. */
function lastNumber(fs: FileSystem, directory: string): number {
  let last = -1;
  for (const { name, kind } of fs.list(directory)) {
    last = Math.max(last, kind === 'directory' ? lastNumber(fs, join(directory, name)) : numberOf(name));
  }
  return last;
}

/** Counts the parts in a directory, and those in it, from `first` on. */
function renumber(fs: FileSystem, directory: string, first: number): void {
  if (first === 0) return;
  const entries = fs.list(directory);
  for (const { name, kind } of entries) if (kind === 'directory') renumber(fs, join(directory, name), first);
  const parts = entries.filter(({ name, kind }) => kind !== 'directory' && numberOf(name) >= 0);
  // From the last one on: none takes the name of another that has still to move.
  for (const { name } of parts.toSorted((a, b) => numberOf(b.name) - numberOf(a.name))) {
    const [, , rest = ''] = PART_NAME.exec(name) ?? [];
    fs.rename(join(directory, name), join(directory, `part-${String(first + numberOf(name)).padStart(5, '0')}${rest}`));
  }
  fs.syncDirectory(directory);
}

function numberOf(name: string): number {
  const [, digits] = PART_NAME.exec(name) ?? [];
  return digits === undefined ? -1 : Number(digits);
}

function adopt(fs: FileSystem, from: string, to: string): void {
  const found = fs.stat(from);
  if (found?.kind === 'directory') {
    fs.makeDirectory(to, 0o777);
    for (const { name } of fs.list(from)) adopt(fs, join(from, name), join(to, name));
    fs.syncDirectory(to);
    return;
  }
  try {
    fs.link(from, to);
  } catch (error) {
    if (!hasNoLinks(error)) throw error;
    copy(fs, from, to);
  }
}

function copy(fs: FileSystem, from: string, to: string): void {
  using source = fs.open(from, 'read');
  using target = fs.open(to, 'create', 'shared');
  const bytes = new Uint8Array(COPY_BYTES);
  for (let at = 0; ; ) {
    const count = source.read(bytes, at);
    if (count === 0) break;
    target.write(bytes.subarray(0, count));
    at += count;
  }
  target.sync();
}
