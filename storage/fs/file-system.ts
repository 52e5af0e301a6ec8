/**
 * Every byte on disk goes through this interface; only its Node implementation imports `node:fs`.
 *
 * Synchronous on purpose: tasks run in threads of their own, and one synchronous call costs a fraction of an
 * asynchronous one (docs/decisions/001-synchronous-file-system.md). All errors are `CairnError`s with the path:
 * FILE_NOT_FOUND, DISK_FULL, PERMISSION_DENIED, TOO_MANY_OPEN_FILES, IO_ERROR, and FILE_EXISTS where a new name was
 * asked for.
 */

/** How a file is opened. `create` refuses an existing file; `overwrite` truncates one; `append` writes at the end. */
export type OpenMode = 'read' | 'create' | 'overwrite' | 'append';

/** Who may read a file that is made: nobody but its user, or whom the umask lets. */
export type FileAccess = 'private' | 'shared';

/**
 * An open file. The opener closes it, best with `using`; closing twice does nothing, any other use after it raises
 * INTERNAL. A file opened to be written can also be read.
 */
export interface FileHandle extends Disposable {
  readonly path: string;
  /** Reads up to `target.length` bytes at `position`; fewer only at the end of the file. Gives the number read. */
  read(target: Uint8Array, position: number): number;
  /** Writes all chunks one after another at the current end of what this handle wrote. Short writes are completed. */
  write(...chunks: readonly Uint8Array[]): void;
  /** Makes what was written durable (fsync). */
  sync(): void;
  sizeBytes(): number;
  close(): void;
}

export interface FileStat {
  readonly kind: 'file' | 'directory' | 'symlink' | 'other';
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

export interface DirectoryEntry {
  readonly name: string;
  readonly kind: FileStat['kind'];
}

export interface FileSystem {
  /** A new file is `private` (0600) unless said: `shared` is as the process's umask has it, for what users asked for. */
  open(path: string, mode: OpenMode, access?: FileAccess): FileHandle;
  /** The whole file. Raises LIMIT_EXCEEDED before it allocates when the file is larger than `limitBytes`. */
  readFile(path: string, limitBytes?: number): Uint8Array;
  /** Creates the directory and its parents, each with `mode` (0700 unless said); an existing one is left alone. */
  makeDirectory(path: string, mode?: number): void;
  /** Entries sorted by name (code units), so that listings are the same on every machine. */
  list(path: string): readonly DirectoryEntry[];
  /** Undefined when nothing is there. Does not follow a symbolic link unless `follow` is set. */
  stat(path: string, options?: { readonly follow?: boolean }): FileStat | undefined;
  /** Replaces `to` atomically. */
  rename(from: string, to: string): void;
  /**
   * Gives the file `existing` a second name. Raises FILE_EXISTS when `path` is there: the only call that makes a
   * file appear complete, and to one caller alone.
   */
  link(existing: string, path: string): void;
  /** Removes a file; a missing one is no error. */
  removeFile(path: string): void;
  /** Removes a directory and all below it, without following links; a missing one is no error. */
  removeTree(path: string): void;
  /** Makes the creation, renaming and removal of a directory's entries durable. */
  syncDirectory(path: string): void;
  /** The path with links resolved. */
  realPath(path: string): string;
  /** Bytes free for this user on the volume of `path`. */
  freeBytes(path: string): number;
}
