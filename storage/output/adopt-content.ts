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
  const first = 1 + Math.max(-1, ...fs.list(directory).map(({ name }) => numberOf(name)));
  const own = fs.list(staging).filter(({ name }) => numberOf(name) >= 0);
  // From the last one on: none takes the name of another that has still to move.
  for (const { name } of own.toSorted((a, b) => numberOf(b.name) - numberOf(a.name))) {
    const [, , rest = ''] = PART_NAME.exec(name) ?? [];
    const moved = `part-${String(first + numberOf(name)).padStart(5, '0')}${rest}`;
    if (moved !== name) fs.rename(join(staging, name), join(staging, moved));
  }
  for (const { name } of fs.list(directory)) {
    if (name !== '_SUCCESS') adopt(fs, join(directory, name), join(staging, name));
  }
  return content;
}

/** What a directory holds, as a text that changes with it: names, sizes and times of change. */
export function contentOf(fs: FileSystem, directory: string): string {
  if (fs.stat(directory) === undefined) return '';
  return JSON.stringify(
    fs.list(directory).map(({ name }) => {
      const found = fs.stat(join(directory, name));
      return [name, found?.kind, found?.kind === 'file' ? found.sizeBytes : 0, found?.modifiedMs];
    }),
  );
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
