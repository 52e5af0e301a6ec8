/**
 * The file system of the machine: the only implementation that touches `node:fs`.
 *
 * Every call either does all that its contract says or raises a `CairnError`; short reads and writes are completed
 * here, so that nobody above has to think of them. A failed `sync` must never be tried again on the same handle: the
 * kernel may have dropped the dirty pages and would then report success for data that is lost.
 *
 * Threading: stateless apart from its handles; each worker thread uses its own.
 */
import { constants as bufferConstants } from 'node:buffer';
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  renameSync,
  type Stats,
  statfsSync,
  statSync,
  unlinkSync,
  writeSync,
  writevSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type * as fsExtra from 'fs-extra';
import { CairnError, describeValue, errorCodeOf } from '../../lib/base/errors.ts';
import { invariant } from '../../lib/base/invariant.ts';
import { loadWhenUsed } from '../../lib/base/load-when-used.ts';
import { fileError } from './file-error.ts';
import type { DirectoryEntry, FileAccess, FileHandle, FileStat, FileSystem, OpenMode } from './file-system.ts';

const extra = loadWhenUsed<typeof fsExtra>('fs-extra');

/** Data belongs to the user who runs the job: nobody else reads its files or lists its directories. */
const FILE_MODES: Readonly<Record<FileAccess, number>> = { private: 0o600, shared: 0o666 };
const DIRECTORY_MODE = 0o700;

/** Node refuses lengths of 2 GiB and more, and counts a larger writev wrongly; a gibibyte a call is no slower. */
const MAX_BYTES_PER_CALL = 1024 ** 3;

const OPEN_FLAGS: Readonly<Record<OpenMode, number>> = {
  read: constants.O_RDONLY,
  create: constants.O_RDWR | constants.O_CREAT | constants.O_EXCL,
  overwrite: constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC,
  append: constants.O_RDWR | constants.O_CREAT | constants.O_APPEND,
};

/** Runs one system call and turns its error into ours. */
function attempt<T>(operation: string, path: string, call: () => T, neededBytes?: () => number): T {
  try {
    return call();
  } catch (error) {
    throw translate(operation, path, error, neededBytes?.());
  }
}

function translate(operation: string, path: string, error: unknown, neededBytes?: number): unknown {
  const errno = errorCodeOf(error);
  if (error instanceof CairnError || errno === undefined) return error;
  if (errno === 'ERR_INVALID_ARG_VALUE') {
    const params = { method: operation, argument: 'path', expected: 'a path without NUL', found: describeValue(path) };
    return new CairnError('INVALID_ARGUMENT', params, { cause: error });
  }
  const full = errno === 'ENOSPC' || errno === 'EDQUOT';
  return fileError(errno, {
    operation,
    path,
    cause: error,
    ...(neededBytes === undefined ? {} : { neededBytes }),
    ...(full ? { freeBytes: freeBytesOrZero(path) } : {}),
  });
}

/** Free space for a message: an error while describing an error must not replace it. */
function freeBytesOrZero(path: string): number {
  try {
    return freeBytesAt(path);
  } catch {
    return 0;
  }
}

/** The volume of a path that does not exist yet is that of its nearest existing parent. */
function freeBytesAt(path: string): number {
  for (let at = path; ; at = dirname(at)) {
    try {
      const volume = statfsSync(at);
      return volume.bavail * volume.bsize;
    } catch (error) {
      if (errorCodeOf(error) !== 'ENOENT' || dirname(at) === at) throw translate('free space', path, error);
    }
  }
}

function kindOf(entry: { isFile(): boolean; isDirectory(): boolean; isSymbolicLink(): boolean }): FileStat['kind'] {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  return entry.isSymbolicLink() ? 'symlink' : 'other';
}

class NodeFileHandle implements FileHandle {
  readonly path: string;
  #fd: number;

  constructor(path: string, fd: number) {
    this.path = path;
    this.#fd = fd;
  }

  read(target: Uint8Array, position: number): number {
    const fd = this.#open();
    let done = 0;
    while (done < target.length) {
      const wanted = Math.min(target.length - done, MAX_BYTES_PER_CALL);
      const count = attempt('read', this.path, () => readSync(fd, target, done, wanted, position + done));
      if (count === 0) break;
      done += count;
    }
    return done;
  }

  write(...chunks: readonly Uint8Array[]): void {
    const fd = this.#open();
    let index = 0;
    let offset = 0;
    const remaining = () => chunks.slice(index).reduce((sum, chunk) => sum + chunk.length, -offset);
    for (;;) {
      while (index < chunks.length && offset === (chunks[index] as Uint8Array).length) {
        index++;
        offset = 0;
      }
      if (index === chunks.length) return;
      let written = attempt('write', this.path, () => writeSome(fd, chunks, index, offset), remaining);
      if (written === 0) throw fileError('EIO', { operation: 'write', path: this.path });
      // Short writes happen at signals, quotas and 2 GiB: go on where the kernel stopped.
      while (written > 0) {
        const left = (chunks[index] as Uint8Array).length - offset;
        if (written < left) {
          offset += written;
          break;
        }
        written -= left;
        index++;
        offset = 0;
      }
    }
  }

  sync(): void {
    const fd = this.#open();
    attempt('sync', this.path, () => fsyncSync(fd));
  }

  sizeBytes(): number {
    const fd = this.#open();
    return attempt('stat', this.path, () => fstatSync(fd).size);
  }

  close(): void {
    if (this.#fd < 0) return;
    const fd = this.#fd;
    // Forgotten even when close fails: the kernel has released the number and may give it to another file.
    this.#fd = -1;
    attempt('close', this.path, () => closeSync(fd));
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #open(): number {
    invariant(this.#fd >= 0, `${this.path} was used after it was closed`);
    return this.#fd;
  }
}

/** One system call's worth of the chunks from `index`, whose first `offset` bytes are written; gives the bytes taken. */
function writeSome(fd: number, chunks: readonly Uint8Array[], index: number, offset: number): number {
  const first = chunks[index] as Uint8Array;
  if (chunks.length - index === 1 || first.length - offset >= MAX_BYTES_PER_CALL) {
    return writeSync(fd, first, offset, Math.min(first.length - offset, MAX_BYTES_PER_CALL));
  }
  const batch: Uint8Array[] = [first.subarray(offset)];
  let bytes = first.length - offset;
  for (let i = index + 1; i < chunks.length; i++) {
    const chunk = chunks[i] as Uint8Array;
    bytes += chunk.length;
    if (bytes > MAX_BYTES_PER_CALL) break;
    batch.push(chunk);
  }
  // More chunks than the system takes at once (1,024 on Linux) are split by libuv.
  return writevSync(fd, batch);
}

function openHandle(path: string, mode: OpenMode, access: FileAccess = 'private'): NodeFileHandle {
  const fd = attempt('open', path, () => openSync(path, OPEN_FLAGS[mode], FILE_MODES[access]));
  if (mode !== 'read') return new NodeFileHandle(path, fd);
  // A directory opens for reading and fails only at the first read: say so here, where the caller can tell why.
  try {
    if (fstatSync(fd).isDirectory()) throw fileError('EISDIR', { operation: 'open', path });
  } catch (error) {
    closeSync(fd);
    throw translate('open', path, error);
  }
  return new NodeFileHandle(path, fd);
}

/** The machine's file system. Files are created 0600, directories 0700, less the process's umask. */
export class NodeFileSystem implements FileSystem {
  open(path: string, mode: OpenMode, access?: FileAccess): FileHandle {
    return openHandle(path, mode, access);
  }

  readFile(path: string, limitBytes: number = bufferConstants.MAX_LENGTH): Uint8Array {
    using file = openHandle(path, 'read');
    const size = file.sizeBytes();
    if (size > limitBytes) {
      throw new CairnError('LIMIT_EXCEEDED', {
        what: `the size of ${path}`,
        found: size,
        limit: limitBytes,
        remedy: 'read it in parts, or check that it is the file that was meant',
      });
    }
    const bytes = new Uint8Array(size);
    const count = file.read(bytes, 0);
    return count === size ? bytes : bytes.subarray(0, count);
  }

  makeDirectory(path: string, mode: number = DIRECTORY_MODE): void {
    attempt('make directory', path, () => mkdirSync(path, { recursive: true, mode }));
  }

  list(path: string): readonly DirectoryEntry[] {
    const entries = attempt('list', path, () => readdirSync(path, { withFileTypes: true }));
    return entries
      .map((entry) => ({ name: entry.name, kind: kindOf(entry) }))
      .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  }

  stat(path: string, options?: { readonly follow?: boolean }): FileStat | undefined {
    let found: Stats;
    try {
      found = options?.follow === true ? statSync(path) : lstatSync(path);
    } catch (error) {
      const errno = errorCodeOf(error);
      if (errno === 'ENOENT' || errno === 'ENOTDIR') return undefined;
      throw translate('stat', path, error);
    }
    return { kind: kindOf(found), sizeBytes: found.size, modifiedMs: found.mtimeMs };
  }

  rename(from: string, to: string): void {
    attempt('rename', from, () => renameSync(from, to));
  }

  link(existing: string, path: string): void {
    try {
      linkSync(existing, path);
    } catch (error) {
      // The system says EEXIST of the new name and ENOENT of the old one.
      throw translate('link', errorCodeOf(error) === 'ENOENT' ? existing : path, error);
    }
  }

  removeFile(path: string): void {
    try {
      unlinkSync(path);
    } catch (error) {
      const errno = errorCodeOf(error);
      if (errno !== 'ENOENT' && errno !== 'ENOTDIR') throw translate('remove', path, error);
    }
  }

  removeTree(path: string): void {
    // A trailing separator would make the system follow a symbolic link.
    const plain = path.length > 1 ? path.replace(/[/\\]+$/, '') : path;
    attempt('remove', path, () => extra().removeSync(plain));
  }

  syncDirectory(path: string): void {
    // Windows has no such call; NTFS keeps its directory changes in order by itself.
    if (process.platform === 'win32') return;
    const fd = attempt('sync directory', path, () => openSync(path, constants.O_RDONLY | constants.O_DIRECTORY));
    try {
      fsyncSync(fd);
    } catch (error) {
      // Some network file systems cannot sync a directory and say so; there is nothing better to do on them.
      const errno = errorCodeOf(error);
      if (errno !== 'EINVAL' && errno !== 'ENOTSUP') throw translate('sync directory', path, error);
    } finally {
      closeSync(fd);
    }
  }

  realPath(path: string): string {
    return attempt('resolve', path, () => realpathSync.native(path));
  }

  freeBytes(path: string): number {
    return freeBytesAt(path);
  }
}

/** The one instance: it has no state. */
export const nodeFileSystem: FileSystem = new NodeFileSystem();
