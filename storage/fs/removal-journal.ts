import { join } from 'node:path';
import { invariant } from '../../lib/base/invariant.ts';
import type { DirectoryEntry, FileAccess, FileHandle, FileStat, FileSystem, OpenMode } from './file-system.ts';

/** A file that was removed, or would have been. */
export interface RemovedFile {
  readonly path: string;
  readonly sizeBytes: number;
}

/**
 * A file system that tells what is removed through it. On a dry run nothing is removed or changed: removing is noted
 * alone, so that what is asked afterwards is still there, and writing is a bug.
 */
export class RemovalJournal implements FileSystem {
  readonly #inner: FileSystem;
  readonly #isDry: boolean;
  readonly #removed = new Map<string, number>();

  constructor(inner: FileSystem, options: { readonly dryRun: boolean }) {
    this.#inner = inner;
    this.#isDry = options.dryRun;
  }

  /** Each file once, in the order of removal. Directories are not listed. */
  get removed(): readonly RemovedFile[] {
    return [...this.#removed].map(([path, sizeBytes]) => ({ path, sizeBytes }));
  }

  removeFile(path: string): void {
    const stat = this.#inner.stat(path);
    if (!this.#isDry) this.#inner.removeFile(path);
    if (stat !== undefined) this.#note(path, stat.sizeBytes);
  }

  removeTree(path: string): void {
    const files = [...this.#filesBelow(path)];
    if (!this.#isDry) this.#inner.removeTree(path);
    for (const file of files) this.#note(file.path, file.sizeBytes);
  }

  syncDirectory(path: string): void {
    if (!this.#isDry) this.#inner.syncDirectory(path);
  }

  open(path: string, mode: OpenMode, access?: FileAccess): FileHandle {
    if (mode !== 'read') this.#refuse('open', path);
    return this.#inner.open(path, mode, access);
  }

  makeDirectory(path: string, mode?: number): void {
    this.#refuse('makeDirectory', path);
    this.#inner.makeDirectory(path, mode);
  }

  rename(from: string, to: string): void {
    this.#refuse('rename', from);
    this.#inner.rename(from, to);
  }

  link(existing: string, path: string): void {
    this.#refuse('link', path);
    this.#inner.link(existing, path);
  }

  readFile(path: string, limitBytes?: number): Uint8Array {
    return this.#inner.readFile(path, limitBytes);
  }

  list(path: string): readonly DirectoryEntry[] {
    return this.#inner.list(path);
  }

  stat(path: string, options?: { readonly follow?: boolean }): FileStat | undefined {
    return this.#inner.stat(path, options);
  }

  realPath(path: string): string {
    return this.#inner.realPath(path);
  }

  freeBytes(path: string): number {
    return this.#inner.freeBytes(path);
  }

  #note(path: string, sizeBytes: number): void {
    if (!this.#removed.has(path)) this.#removed.set(path, sizeBytes);
  }

  *#filesBelow(path: string): IterableIterator<RemovedFile> {
    const stat = this.#inner.stat(path);
    if (stat === undefined) return;
    if (stat.kind !== 'directory') {
      yield { path, sizeBytes: stat.sizeBytes };
      return;
    }
    for (const { name } of this.#inner.list(path)) yield* this.#filesBelow(join(path, name));
  }

  #refuse(call: string, path: string): void {
    invariant(!this.#isDry, `a dry run writes: ${call} of ${path}`);
  }
}
