/**
 * A file system in memory that knows what a power cut would leave behind.
 *
 * Each inode keeps two states: what the process sees, and what is durable, with the operations between them in
 * order. `sync` makes a file's data durable, `syncDirectory` the names in a directory; neither does the other's work,
 * and a new directory must be synced in its parent. That is stricter than most disks, which is the point.
 *
 * `crash(…)` gives a new file system as it may be found after the cut; the old one and its handles stay as they were.
 */
import { CairnError } from '../../lib/base/errors.ts';
import { invariant } from '../../lib/base/invariant.ts';
import { fileError } from '../../storage/fs/file-error.ts';
import type { DirectoryEntry, FileHandle, FileStat, FileSystem, OpenMode } from '../../storage/fs/file-system.ts';
import { type CrashMode, copyAfterCrash } from './memory-crash.ts';
import { MemoryFileHandle } from './memory-file-handle.ts';
import { type DirectoryChange, DirectoryNode, FileNode, LinkNode, type Node } from './memory-inode.ts';

/** Where a path leads: its directory, the last name (empty for the root) and what is there. */
interface Place {
  readonly directory: DirectoryNode;
  readonly name: string;
  readonly node: Node | undefined;
  readonly fullPath: string;
}

export interface MemoryFileSystemOptions {
  /** Bytes that all files together may hold; a write past it raises DISK_FULL. */
  readonly capacityBytes?: number;
}

/** See the file header. Paths are absolute POSIX paths; `/` exists from the start. */
export class MemoryFileSystem implements FileSystem {
  readonly #root = new DirectoryNode();
  readonly #capacity: number;
  readonly #changed = new Set<FileNode | DirectoryNode>();
  #used = 0;
  #order = 0;
  #openHandles = 0;

  constructor(options: MemoryFileSystemOptions = {}) {
    this.#capacity = options.capacityBytes ?? 1024 ** 4;
  }

  /** Handles that were opened and not closed: a spec's last check. */
  get openHandles(): number {
    return this.#openHandles;
  }

  /** How many operations are not durable: the prefixes of `crash({ keep: 'prefix' })` are 0 to this number. */
  get pendingCount(): number {
    let count = 0;
    for (const node of this.#changed) count += node.pending.length;
    return count;
  }

  open(path: string, mode: OpenMode): FileHandle {
    // As O_EXCL: a link is itself something that exists.
    let place = this.#find(path, 'open', mode !== 'create');
    if (place.node === undefined) {
      if (mode === 'read') throw fileError('ENOENT', { operation: 'open', path });
      place = { ...place, node: new FileNode() };
      this.#change(place.directory, [[place.name, place.node]]);
    } else if (mode === 'create') {
      throw fileError('EEXIST', { operation: 'open', path });
    }
    const node = place.node;
    if (node instanceof DirectoryNode) throw fileError('EISDIR', { operation: 'open', path });
    invariant(node instanceof FileNode, `${path} resolves to a link`);
    if (mode === 'overwrite') {
      this.#used -= node.live.size;
      node.live.truncate();
      this.#touch(node).pending.push({ kind: 'truncate', order: this.#order });
    }
    this.#openHandles++;
    const writable = mode !== 'read';
    return new MemoryFileHandle(path, node, {
      write: writable ? (data, position) => this.#write(path, node, data, position, mode === 'append') : undefined,
      sync: () => this.#sync(node),
      closed: () => this.#openHandles--,
    });
  }

  readFile(path: string, limitBytes = Number.POSITIVE_INFINITY): Uint8Array {
    using file = this.open(path, 'read');
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
    file.read(bytes, 0);
    return bytes;
  }

  makeDirectory(path: string): void {
    const names = namesOf(path, 'make directory');
    for (let depth = 1; depth <= names.length; depth++) {
      const place = this.#find(`/${names.slice(0, depth).join('/')}`, 'make directory', true);
      if (place.node instanceof DirectoryNode) continue;
      if (place.node !== undefined) {
        throw fileError(depth === names.length ? 'EEXIST' : 'ENOTDIR', { operation: 'make directory', path });
      }
      this.#change(place.directory, [[place.name, new DirectoryNode()]]);
    }
  }

  list(path: string): readonly DirectoryEntry[] {
    return [...this.#directory(path, 'list').live]
      .map(([name, node]): DirectoryEntry => ({ name, kind: node.kind }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  stat(path: string, options?: { readonly follow?: boolean }): FileStat | undefined {
    let place: Place;
    try {
      place = this.#find(path, 'stat', options?.follow === true);
    } catch (error) {
      if (CairnError.is(error, 'FILE_NOT_FOUND') || isNotDirectory(error)) return undefined;
      throw error;
    }
    const { node } = place;
    if (node === undefined) return undefined;
    return {
      kind: node.kind,
      sizeBytes: node instanceof FileNode ? node.live.size : 0,
      modifiedMs: node.modifiedMs,
    };
  }

  rename(from: string, to: string): void {
    const source = this.#find(from, 'rename', false);
    const target = this.#find(to, 'rename', false);
    const call = { operation: 'rename', path: from };
    if (source.node === undefined) throw fileError('ENOENT', call);
    if (source.node === target.node) return;
    if (source.node instanceof DirectoryNode) {
      if (target.fullPath.startsWith(`${source.fullPath}/`)) throw fileError('EINVAL', call);
      if (target.node instanceof DirectoryNode && target.node.live.size > 0) throw fileError('ENOTEMPTY', call);
      if (target.node !== undefined && !(target.node instanceof DirectoryNode)) throw fileError('ENOTDIR', call);
    } else if (target.node instanceof DirectoryNode) {
      throw fileError('EISDIR', call);
    }
    if (source.directory === target.directory) {
      this.#change(source.directory, [
        [target.name, source.node],
        [source.name, undefined],
      ]);
    } else {
      // Two directories become durable one by one: after a cut the file may be in both or in neither.
      this.#change(target.directory, [[target.name, source.node]]);
      this.#change(source.directory, [[source.name, undefined]]);
    }
    if (target.node !== undefined) this.#forget(target.node);
  }

  link(existing: string, path: string): void {
    const source = this.#find(existing, 'link', false);
    const target = this.#find(path, 'link', false);
    if (source.node === undefined) throw fileError('ENOENT', { operation: 'link', path: existing });
    if (target.node !== undefined) throw fileError('EEXIST', { operation: 'link', path });
    if (source.node instanceof DirectoryNode) throw fileError('EPERM', { operation: 'link', path });
    this.#change(target.directory, [[target.name, source.node]]);
  }

  /** Makes a symbolic link; only specs need one. */
  symbolicLink(target: string, path: string): void {
    const place = this.#find(path, 'link', false);
    if (place.node !== undefined) throw fileError('EEXIST', { operation: 'link', path });
    this.#change(place.directory, [[place.name, new LinkNode(target)]]);
  }

  removeFile(path: string): void {
    const place = this.#findIfAny(path, 'remove');
    if (place?.node === undefined) return;
    if (place.node instanceof DirectoryNode) throw fileError('EISDIR', { operation: 'remove', path });
    this.#change(place.directory, [[place.name, undefined]]);
    this.#forget(place.node);
  }

  removeTree(path: string): void {
    const place = this.#findIfAny(path, 'remove');
    if (place?.node === undefined) return;
    if (place.node instanceof DirectoryNode) {
      for (const name of [...place.node.live.keys()]) this.removeTree(`${place.fullPath}/${name}`);
    }
    this.#change(place.directory, [[place.name, undefined]]);
    this.#forget(place.node);
  }

  syncDirectory(path: string): void {
    const directory = this.#directory(path, 'sync directory');
    for (const change of directory.pending) directory.apply(change);
    directory.pending = [];
    this.#changed.delete(directory);
  }

  realPath(path: string): string {
    const place = this.#find(path, 'resolve', true);
    if (place.node === undefined) throw fileError('ENOENT', { operation: 'resolve', path });
    return place.fullPath;
  }

  freeBytes(_path: string): number {
    return this.#capacity - this.#used;
  }

  /** The same files, all of it durable, as after a power cut. See `CrashMode`. */
  crash(mode: CrashMode = { keep: 'synced' }): MemoryFileSystem {
    const after = new MemoryFileSystem({ capacityBytes: this.#capacity });
    after.#used = copyAfterCrash(this.#root, after.#root, mode, this.#changed);
    after.#order = this.#order;
    return after;
  }

  /** Changes stored bytes behind everyone's back, durably: damage on the disk. */
  corrupt(path: string, change: (bytes: Uint8Array) => Uint8Array | undefined): void {
    const { node } = this.#find(path, 'corrupt', true);
    if (!(node instanceof FileNode)) throw fileError('ENOENT', { operation: 'corrupt', path });
    const bytes = node.live.view().slice();
    const changed = change(bytes) ?? bytes;
    this.#used += changed.length - node.live.size;
    for (const content of [node.live, node.durable]) {
      content.truncate();
      content.write(0, changed);
    }
    node.pending = [];
    this.#changed.delete(node);
  }

  /** Every path below `path`, sorted; directories end with a slash. For goldens and leak checks. */
  tree(path = '/'): readonly string[] {
    const found: string[] = [];
    for (const { name, kind } of this.list(path)) {
      const child = path.endsWith('/') ? `${path}${name}` : `${path}/${name}`;
      found.push(kind === 'directory' ? `${child}/` : child);
      if (kind === 'directory') found.push(...this.tree(child));
    }
    return found;
  }

  #write(path: string, node: FileNode, data: Uint8Array, position: number, atEnd: boolean): number {
    const offset = atEnd ? node.live.size : position;
    const growth = Math.max(0, offset + data.length - node.live.size);
    const free = this.#capacity - this.#used;
    if (growth > free) {
      throw fileError('ENOSPC', { operation: 'write', path, neededBytes: data.length, freeBytes: free });
    }
    this.#used += growth;
    node.live.write(offset, data);
    this.#touch(node).pending.push({ kind: 'write', order: this.#order, offset, data: data.slice() });
    return offset + data.length;
  }

  #sync(node: FileNode): void {
    for (const change of node.pending) node.apply(change);
    node.pending = [];
    this.#changed.delete(node);
  }

  #change(directory: DirectoryNode, set: DirectoryChange['set']): void {
    for (const [name, node] of set) {
      if (node === undefined) directory.live.delete(name);
      else directory.live.set(name, node);
    }
    this.#touch(directory).pending.push({ order: this.#order, set });
  }

  #touch<T extends FileNode | DirectoryNode>(node: T): T {
    this.#order++;
    node.modifiedMs = this.#order;
    this.#changed.add(node);
    return node;
  }

  /** Gives a removed file's space back when no name is left. */
  #forget(node: Node): void {
    if (node instanceof FileNode && !holds(this.#root, node)) this.#used -= node.live.size;
  }

  #directory(path: string, operation: string): DirectoryNode {
    const { node } = this.#find(path, operation, true);
    if (node === undefined) throw fileError('ENOENT', { operation, path });
    if (!(node instanceof DirectoryNode)) throw fileError('ENOTDIR', { operation, path });
    return node;
  }

  #findIfAny(path: string, operation: string): Place | undefined {
    try {
      return this.#find(path, operation, false);
    } catch (error) {
      if (CairnError.is(error, 'FILE_NOT_FOUND') || isNotDirectory(error)) return undefined;
      throw error;
    }
  }

  /** Walks to a path. Raises FILE_NOT_FOUND when a directory on the way is missing; the last name may be. */
  #find(path: string, operation: string, follow: boolean): Place {
    let rest = namesOf(path, operation);
    let trail: { readonly directory: DirectoryNode; readonly name: string }[] = [];
    let directory = this.#root;
    let links = 0;
    for (;;) {
      const name = rest[0];
      const fullPath = `/${trail.map((step) => step.name).join('/')}`;
      if (name === undefined) return { directory, name: '', node: directory, fullPath };
      rest = rest.slice(1);
      if (name === '..') {
        directory = trail.pop()?.directory ?? this.#root;
        continue;
      }
      const node = directory.live.get(name);
      const here = fullPath === '/' ? `/${name}` : `${fullPath}/${name}`;
      if (node instanceof LinkNode && (rest.length > 0 || follow)) {
        if (++links > 40) throw fileError('ELOOP', { operation, path });
        if (node.target.startsWith('/')) {
          trail = [];
          directory = this.#root;
        }
        rest = [...namesOf(node.target, operation), ...rest];
        continue;
      }
      if (rest.length === 0) return { directory, name, node, fullPath: here };
      if (node === undefined) throw fileError('ENOENT', { operation, path });
      if (!(node instanceof DirectoryNode)) throw fileError('ENOTDIR', { operation, path });
      trail.push({ directory, name });
      directory = node;
    }
  }
}

/** The names of a path; a NUL is refused as Node refuses it, relative paths are a mistake of the spec. */
function namesOf(path: string, operation: string): string[] {
  if (path.includes('\0')) {
    throw new CairnError('INVALID_ARGUMENT', {
      method: operation,
      argument: 'path',
      expected: 'a path without NUL',
      found: JSON.stringify(path),
    });
  }
  if (path === '') throw fileError('ENOENT', { operation, path });
  return path.split('/').filter((name) => name !== '' && name !== '.');
}

function isNotDirectory(error: unknown): boolean {
  return CairnError.is(error, 'IO_ERROR') && String(error.params.reason).startsWith('ENOTDIR');
}

function holds(directory: DirectoryNode, wanted: Node): boolean {
  for (const node of directory.live.values()) {
    if (node === wanted || (node instanceof DirectoryNode && holds(node, wanted))) return true;
  }
  return false;
}
