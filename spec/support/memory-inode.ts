/** The inodes of `MemoryFileSystem`: what the process sees, what is durable, and the changes between the two. */

const SECTOR_BYTES = 512;

/** A growing array of bytes with a size; bytes past the size are zero. */
class Content {
  #bytes = new Uint8Array(0);
  size = 0;

  write(offset: number, data: Uint8Array): void {
    const end = offset + data.length;
    this.#reserve(end);
    this.#bytes.set(data, offset);
    this.size = Math.max(this.size, end);
  }

  truncate(): void {
    this.#bytes = new Uint8Array(0);
    this.size = 0;
  }

  extend(size: number): void {
    this.#reserve(size);
    this.size = Math.max(this.size, size);
  }

  view(): Uint8Array {
    return this.#bytes.subarray(0, this.size);
  }

  copy(): Content {
    const copy = new Content();
    copy.write(0, this.view());
    return copy;
  }

  #reserve(size: number): void {
    if (size <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(size, this.#bytes.length * 2, 64));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}

/** A change of a file's data; `order` is its place among all changes of the file system. */
export type FileChange =
  | { readonly kind: 'truncate'; readonly order: number }
  | { readonly kind: 'write'; readonly order: number; readonly offset: number; readonly data: Uint8Array };

/** One step changes all its names or none: a rename within a directory is atomic. */
export interface DirectoryChange {
  readonly order: number;
  readonly set: readonly (readonly [name: string, node: Node | undefined])[];
}

/** A file. `modifiedMs` counts operations, so that every change is visible without a clock. */
export class FileNode {
  readonly kind = 'file';
  readonly live = new Content();
  readonly durable = new Content();
  pending: FileChange[] = [];
  modifiedMs = 0;

  apply(change: FileChange, sectorSurvives?: () => boolean): void {
    if (change.kind === 'truncate') {
      this.durable.truncate();
      return;
    }
    if (sectorSurvives === undefined) {
      this.durable.write(change.offset, change.data);
      return;
    }
    // The size reached the disk, some of the sectors did not.
    this.durable.extend(change.offset + change.data.length);
    for (let at = 0; at < change.data.length; ) {
      const end = Math.min(at + SECTOR_BYTES - ((change.offset + at) % SECTOR_BYTES), change.data.length);
      if (sectorSurvives()) this.durable.write(change.offset + at, change.data.subarray(at, end));
      at = end;
    }
  }
}

/** A directory: names to inodes. */
export class DirectoryNode {
  readonly kind = 'directory';
  readonly live = new Map<string, Node>();
  readonly durable = new Map<string, Node>();
  pending: DirectoryChange[] = [];
  modifiedMs = 0;

  apply(change: DirectoryChange): void {
    for (const [name, node] of change.set) {
      if (node === undefined) this.durable.delete(name);
      else this.durable.set(name, node);
    }
  }
}

/** A symbolic link; always durable with its name. */
export class LinkNode {
  readonly kind = 'symlink';
  readonly target: string;
  modifiedMs = 0;

  constructor(target: string) {
    this.target = target;
  }
}

export type Node = FileNode | DirectoryNode | LinkNode;
