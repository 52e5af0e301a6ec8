/**
 * Writes a file so that its name holds the old content or the new one, never a part of it.
 *
 * Order matters: the bytes are on disk before the name points to them, and the name is on disk before the caller goes
 * on. Without the first sync a power cut may leave the new name with an empty file; without the second, the old one.
 *
 * When changing this: update fixtures/storage/fs/atomic-write.trace.txt and read the diff line by line.
 */
import { basename, dirname, join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { CairnError } from '../../lib/base/errors.ts';
import type { FileAccess, FileHandle, FileSystem } from './file-system.ts';

export interface AtomicWriteOptions {
  /** Who may read the file; its user alone unless said. */
  readonly access?: FileAccess;
  /** A text that no other writer in the directory uses now; called again when the name is taken. */
  readonly unique?: () => string;
  /**
   * Called when the new content is durable under its temporary name and not yet there under its own: for what has to
   * be durable first. What it raises ends the write as any failure does.
   */
  readonly beforeRename?: () => void;
  /** Called between any two steps with `atomic-write.created`, `.written`, `.synced`, `.closed`, `.renamed`. */
  readonly failpoint?: (name: string) => void;
}

/** Temporary names end so, and begin with a dot: directory readers and sweepers know them by it. */
const TEMPORARY_SUFFIX = '.tmp';

/** Names that were taken in a row before it is taken for an error: dead processes leave a few at most. */
const MAX_NAME_ATTEMPTS = 1000;

/** The longest part of the final name that a temporary name repeats: file names end at 255 bytes. */
const MAX_NAME_UNITS = 64;

let counter = 0;

function nextUnique(): string {
  return `${process.pid}-${threadId}-${counter++}`;
}

/**
 * Calls `write` with a new file beside `path`, then makes it durable under `path`, replacing what was there.
 *
 * On any failure the temporary file is removed and the error passed on: `path` then holds what it held before, except
 * when the rename or the sync of the directory failed; then it may hold the new content, whole, but may lose it in a
 * power cut. The handle belongs to this function: `write` must not close it or keep it.
 */
export function atomicWrite(
  fs: FileSystem,
  path: string,
  write: (file: FileHandle) => void,
  options: AtomicWriteOptions = {},
): void {
  const { failpoint } = options;
  const directory = dirname(path);
  const file = createTemporary(fs, path, options.unique ?? nextUnique, options.access);
  try {
    failpoint?.('atomic-write.created');
    write(file);
    failpoint?.('atomic-write.written');
    file.sync();
    failpoint?.('atomic-write.synced');
    // Before the rename: some disks report a failed write only here.
    file.close();
    failpoint?.('atomic-write.closed');
    options.beforeRename?.();
    fs.rename(file.path, path);
  } catch (error) {
    discard(fs, file);
    throw error;
  }
  failpoint?.('atomic-write.renamed');
  fs.syncDirectory(directory);
}

function createTemporary(fs: FileSystem, path: string, unique: () => string, access?: FileAccess): FileHandle {
  const stem = basename(path).slice(0, MAX_NAME_UNITS);
  for (let attempt = 1; ; attempt++) {
    try {
      return fs.open(join(dirname(path), `.${stem}.${unique()}${TEMPORARY_SUFFIX}`), 'create', access);
    } catch (error) {
      if (attempt >= MAX_NAME_ATTEMPTS || !CairnError.is(error, 'FILE_EXISTS')) throw error;
    }
  }
}

/** Cleans up after a failure. Its own failures are dropped: the first error is the one that tells what happened. */
function discard(fs: FileSystem, file: FileHandle): void {
  for (const step of [() => file.close(), () => fs.removeFile(file.path)]) {
    try {
      step();
    } catch {
      // What stays behind has a temporary name, which the sweeper removes.
    }
  }
}
