/** A file system around another one, with one method that sees every call: what recording and faults are built on. */
import type {
  DirectoryEntry,
  FileAccess,
  FileHandle,
  FileStat,
  FileSystem,
  OpenMode,
} from '../../storage/fs/file-system.ts';

/** One call of the seam. Calls on handles carry the path of their file; `readFile` is one call. */
export type FileCall =
  | { readonly kind: 'open'; readonly path: string; readonly mode: OpenMode }
  | { readonly kind: 'read'; readonly path: string; readonly target: Uint8Array; readonly position: number }
  | { readonly kind: 'write'; readonly path: string; readonly chunks: readonly Uint8Array[] }
  | { readonly kind: 'rename' | 'link'; readonly path: string; readonly to: string }
  | { readonly kind: PathCallKind; readonly path: string };

type PathCallKind =
  | 'sync'
  | 'sizeBytes'
  | 'close'
  | 'readFile'
  | 'makeDirectory'
  | 'list'
  | 'stat'
  | 'removeFile'
  | 'removeTree'
  | 'syncDirectory'
  | 'realPath'
  | 'freeBytes';

export type FileCallKind = FileCall['kind'];

/** Implement `around`: call `run` for the effect, and give its result. */
export abstract class WrappedFileSystem implements FileSystem {
  readonly #inner: FileSystem;

  constructor(inner: FileSystem) {
    this.#inner = inner;
  }

  /** Sees each call before it is made. For a `write` that shall be cut, `file` is the handle below. */
  protected abstract around<T>(call: FileCall, run: () => T, file?: FileHandle): T;

  open(path: string, mode: OpenMode, access?: FileAccess): FileHandle {
    const file = this.around({ kind: 'open', path, mode }, () => this.#inner.open(path, mode, access));
    let closed = false;
    const close = () => {
      // Closing twice does nothing, here as below: it is no call.
      if (closed) return;
      closed = true;
      this.around({ kind: 'close', path }, () => file.close(), file);
    };
    return {
      path,
      read: (target, position) =>
        this.around({ kind: 'read', path, target, position }, () => file.read(target, position), file),
      write: (...chunks) => this.around({ kind: 'write', path, chunks }, () => file.write(...chunks), file),
      sync: () => this.around({ kind: 'sync', path }, () => file.sync(), file),
      sizeBytes: () => this.around({ kind: 'sizeBytes', path }, () => file.sizeBytes(), file),
      close,
      [Symbol.dispose]: close,
    };
  }

  readFile(path: string, limitBytes?: number): Uint8Array {
    return this.around({ kind: 'readFile', path }, () => this.#inner.readFile(path, limitBytes));
  }

  makeDirectory(path: string, mode?: number): void {
    this.around({ kind: 'makeDirectory', path }, () => this.#inner.makeDirectory(path, mode));
  }

  list(path: string): readonly DirectoryEntry[] {
    return this.around({ kind: 'list', path }, () => this.#inner.list(path));
  }

  stat(path: string, options?: { readonly follow?: boolean }): FileStat | undefined {
    return this.around({ kind: 'stat', path }, () => this.#inner.stat(path, options));
  }

  rename(path: string, to: string): void {
    this.around({ kind: 'rename', path, to }, () => this.#inner.rename(path, to));
  }

  link(path: string, to: string): void {
    this.around({ kind: 'link', path, to }, () => this.#inner.link(path, to));
  }

  removeFile(path: string): void {
    this.around({ kind: 'removeFile', path }, () => this.#inner.removeFile(path));
  }

  removeTree(path: string): void {
    this.around({ kind: 'removeTree', path }, () => this.#inner.removeTree(path));
  }

  syncDirectory(path: string): void {
    this.around({ kind: 'syncDirectory', path }, () => this.#inner.syncDirectory(path));
  }

  realPath(path: string): string {
    return this.around({ kind: 'realPath', path }, () => this.#inner.realPath(path));
  }

  freeBytes(path: string): number {
    return this.around({ kind: 'freeBytes', path }, () => this.#inner.freeBytes(path));
  }
}
