import { invariant } from '../../lib/base/invariant.ts';
import { fileError } from '../../storage/fs/file-error.ts';
import type { FileHandle } from '../../storage/fs/file-system.ts';
import type { FileNode } from './memory-inode.ts';

/** What a handle asks its file system to do. */
export interface HandleHooks {
  /** Writes at a position and gives the position after it; undefined when opened for reading. */
  readonly write: ((data: Uint8Array, position: number) => number) | undefined;
  readonly sync: () => void;
  readonly closed: () => void;
}

/** An open file of `MemoryFileSystem`. */
export class MemoryFileHandle implements FileHandle {
  readonly path: string;
  readonly #node: FileNode;
  readonly #hooks: HandleHooks;
  #position = 0;
  #closed = false;

  constructor(path: string, node: FileNode, hooks: HandleHooks) {
    this.path = path;
    this.#node = node;
    this.#hooks = hooks;
  }

  read(target: Uint8Array, position: number): number {
    this.#check();
    const source = this.#node.live.view().subarray(position, position + target.length);
    target.set(source);
    return source.length;
  }

  write(...chunks: readonly Uint8Array[]): void {
    this.#check();
    const { write } = this.#hooks;
    if (write === undefined) throw fileError('EBADF', { operation: 'write', path: this.path });
    for (const chunk of chunks) if (chunk.length > 0) this.#position = write(chunk, this.#position);
  }

  sync(): void {
    this.#check();
    this.#hooks.sync();
  }

  sizeBytes(): number {
    this.#check();
    return this.#node.live.size;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#hooks.closed();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #check(): void {
    invariant(!this.#closed, `${this.path} was used after it was closed`);
  }
}
