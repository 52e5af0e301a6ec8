/**
 * The stored partitions of one thread: in memory, on disk, or both, as their storage level says.
 *
 * `getOrElseUpdate` reads a block, or computes it and stores it while doing so; the rules are Spark's:
 * - memory comes first, even for levels that allow disk; what does not fit goes to disk when the level allows that;
 *   without disk it is handed on uncached, part from memory and part still to be computed;
 * - a block is stored whole or not at all: an error in computing it, or a consumer that stops, leaves nothing behind;
 * - a block found on disk whose level allows memory tries to come back to memory;
 * - a block that turns out missing or damaged is forgotten, reported as `lost` and computed again.
 * Records are handed out only after the bytes that hold them were verified, so no record is ever handed out twice.
 *
 * Iterators do nothing before their first `next()`. Until they end, or are returned, they keep their block in memory or
 * its file open; whoever stops early calls `return()`, as `for of` does.
 *
 * Threading: one manager a thread, with a memory store and a budget of its own. Managers of several threads may share
 * a directory: a block that one wrote is found by the others, and what one removes is lost to them. What one has in
 * memory another gets by `exportBlock` and `importBlock`.
 */
import type { CodecName } from '../../formats/bytes/compression.ts';
import type { Batch } from '../../formats/schema/batch.ts';
import { CairnError } from '../../lib/base/errors.ts';
import type { NodeId } from '../../lib/base/ids.ts';
import { invariant } from '../../lib/base/invariant.ts';
import type { MemoryBudget } from '../memory/memory-budget.ts';
import type { BlockEvent } from './block-event.ts';
import type { BlockId } from './block-id.ts';
import { closing } from './closing-iterator.ts';
import { isDamage, reasonOf } from './damage.ts';
import type { DiskBlock } from './disk-block.ts';
import type { DiskStore } from './disk-store.ts';
import { type ExportedBlock, exportBlock, exportedItems, isUnreadable } from './exported-block.ts';
import { KnownBlocks, nodeOf } from './known-blocks.ts';
import { type MemoryBlock, MemoryStore } from './memory-store.ts';
import { isPersisted, STORAGE_LEVELS, type StorageLevel } from './storage-level.ts';
import { itemBatches, type StoredItem } from './stored-item.ts';
import type { Unrolling } from './unrolling.ts';

export interface BlockManagerOptions {
  readonly disk: DiskStore;
  /** The manager's memory store becomes its evictor. */
  readonly budget: MemoryBudget;
  /** Compresses frames held in memory by serialized levels. */
  readonly codec: CodecName;
  /** Told after the fact; must not raise. */
  readonly onEvent?: (event: BlockEvent) => void;
}

export type { ExportedBlock } from './exported-block.ts';

/** What a block takes; both 0 when it is not stored. */
export interface BlockStatus {
  readonly memoryBytes: number;
  readonly diskBytes: number;
}

/** What the blocks of a dataset take in all. */
export interface NodeStatus extends BlockStatus {
  readonly cachedPartitions: number;
}

/**
 * How `importBlock` ended: the block can be read here, from memory or disk; there was no room for it, and
 * `exportedBatches` gives its records once; or it is damaged, or of a class unknown here, and has to be computed.
 */
export type ImportOutcome = 'stored' | 'no-room' | 'unreadable';

export class BlockManager {
  /** How frames are compressed. */
  readonly codec: CodecName;
  readonly #memory: MemoryStore;
  readonly #disk: DiskStore;
  readonly #onEvent: (event: BlockEvent) => void;
  readonly #known = new KnownBlocks();

  constructor(options: BlockManagerOptions) {
    this.codec = options.codec;
    this.#disk = options.disk;
    this.#onEvent = options.onEvent ?? (() => {});
    this.#memory = new MemoryStore({
      budget: options.budget,
      codec: options.codec,
      beforeEviction: (block) => this.#beforeEviction(block),
    });
  }

  /**
   * The block's batches: from where it is stored, else from `compute`, stored on the way. `compute` may be called twice
   * when what it gave the first time is lost before its first record was handed out. Raises what `compute` raises, what
   * writing raises (DISK_FULL, VALUE_NOT_SERIALIZABLE, …), and BLOCK_LOST when a block is damaged while it is read.
   */
  *getOrElseUpdate(id: BlockId, level: StorageLevel, compute: () => IterableIterator<Batch>): IterableIterator<Batch> {
    if (!isPersisted(level)) {
      yield* compute();
      return;
    }
    yield* this.#open(id, level, true) ?? this.#store(id, level, compute()) ?? compute();
  }

  /** The block's batches; undefined when it is not stored, or is lost. An iterator that is not used must be returned. */
  get(id: BlockId): IterableIterator<Batch> | undefined {
    return this.#open(id, this.#known.levelOf(id) ?? STORAGE_LEVELS.DISK_ONLY, true);
  }

  /**
   * Stores a block unless it is stored already. Gives whether it is stored now: a memory level may lack the room.
   * Raises what the batches and writing raise, with nothing stored.
   */
  put(id: BlockId, level: StorageLevel, batches: IterableIterator<Batch>): boolean {
    invariant(isPersisted(level), `${id} is put at no level`);
    if (this.hasBlock(id)) {
      batches.return?.();
      return true;
    }
    const placed = this.#place(id, level, batches);
    if (placed.kind === 'no-room') placed.unrolled.close();
    return placed.kind !== 'no-room';
  }

  /**
   * A block in memory, for another thread; undefined when it is not in memory here, or holds what cannot be encoded.
   * Costs a copy of its bytes, and what encoding costs when it is deserialized. A use of the block, as reading it is.
   */
  exportBlock(id: BlockId): ExportedBlock | undefined {
    const block = this.#memory.find(id);
    return block === undefined ? undefined : exportBlock(block);
  }

  /** Another thread wrote the block to disk: it is lost, not new, when the file is missing. */
  expectOnDisk(id: BlockId): void {
    this.#disk.expect(id);
  }

  /**
   * Stores a block of another thread's memory as if it had been computed here, except that what has no room in memory is
   * not written to disk when it is there already. See `ImportOutcome`. Raises what writing raises, with nothing stored.
   */
  importBlock(exported: ExportedBlock): ImportOutcome {
    const { blockId: id, level } = exported;
    if (this.#memory.has(id)) return 'stored';
    const isOnDisk = level.useDisk && this.#disk.look(id) > 0;
    if (isOnDisk) this.#known.set(id, level);
    try {
      const placed = this.#place(id, level, exportedItems(exported), level.useDisk && !isOnDisk);
      if (placed.kind !== 'no-room') return 'stored';
      placed.unrolled.close();
      return isOnDisk ? 'stored' : 'no-room';
    } catch (error) {
      if (isUnreadable(error)) return 'unreadable';
      throw error;
    }
  }

  /** Removes a block from wherever it is. Readers that have it open read on. */
  remove(id: BlockId): void {
    const inMemory = this.#memory.remove(id);
    this.#known.delete(id);
    let fromDisk = false;
    try {
      fromDisk = this.#disk.remove(id);
    } finally {
      // What has left memory is told even when the file stays.
      if (inMemory || fromDisk) this.#onEvent({ kind: 'removed', blockId: id, fromDisk });
    }
  }

  /** Drops a block from memory and expects no file of it. The file, if there is one, is for another thread to remove. */
  drop(id: BlockId): void {
    this.#disk.forget(id);
    this.#known.delete(id);
    if (this.#memory.remove(id)) this.#onEvent({ kind: 'removed', blockId: id, fromDisk: false });
  }

  /** Drops all blocks of a dataset, as `drop`. Touches no file. */
  dropNode(node: NodeId): void {
    for (const id of [...this.#known.ofNode(node)]) this.drop(id);
  }

  /** Removes all blocks of a dataset, those that other threads wrote to the directory included. */
  removeNode(node: NodeId): void {
    for (const id of [...this.#known.ofNode(node)]) this.remove(id);
    for (const id of this.#disk.list()) if (nodeOf(id) === node) this.remove(id);
  }

  hasBlock(id: BlockId): boolean {
    return this.#memory.has(id) || this.#disk.look(id) > 0;
  }

  status(id: BlockId): BlockStatus {
    return { memoryBytes: this.#memory.sizeOf(id), diskBytes: this.#disk.sizeOf(id) };
  }

  /** How many blocks of a dataset are stored as far as this manager knows. Touches no file: planning asks often. */
  countBlocks(node: NodeId): number {
    return this.#known.ofNode(node).size;
  }

  /** What this manager knows of a dataset's blocks, with their sizes. Raises what looking at a file raises. */
  nodeStatus(node: NodeId): NodeStatus {
    const ids = this.#known.ofNode(node);
    let memoryBytes = 0;
    let diskBytes = 0;
    for (const id of ids) {
      const status = this.status(id);
      memoryBytes += status.memoryBytes;
      diskBytes += status.diskBytes;
    }
    return { cachedPartitions: ids.size, memoryBytes, diskBytes };
  }

  /** Blocks in memory that are being read: 0 when every iterator has ended. */
  get openReads(): number {
    return this.#memory.openReads;
  }

  /** Gives all memory back. Files stay: they go with the run's directory. */
  close(): void {
    for (const { id } of [...this.#memory.blocks()]) this.#memory.remove(id);
    this.#known.clear();
  }

  /** An iterator over a stored block, verified; undefined when there is none or it is lost. */
  #open(id: BlockId, level: StorageLevel, reload: boolean): IterableIterator<Batch> | undefined {
    const inMemory = this.#memory.find(id);
    if (inMemory !== undefined) return this.#readMemory(inMemory);
    if (!level.useDisk) return undefined;
    try {
      const block = this.#disk.open(id);
      // A block that another thread wrote is known from here on.
      if (!this.#known.has(id)) this.#known.set(id, level);
      return reload && level.useMemory ? this.#reload(id, level, block) : this.#guard(id, block.batches());
    } catch (error) {
      if (!isDamage(error)) throw error;
      if (error.code !== 'FILE_NOT_FOUND' || this.#disk.knows(id)) this.#lose(id, error);
      return undefined;
    }
  }

  /** Brings a block on disk back to memory if there is room; its records either way. */
  #reload(id: BlockId, level: StorageLevel, block: DiskBlock): IterableIterator<Batch> {
    const put = this.#memory.put(id, level, level.deserialized ? block.batches() : block.frames());
    if (put.kind === 'no-room') return this.#guard(id, batchesOf(put.unrolled.drain(), id));
    // What `get` saw may have been known at a level without memory.
    this.#known.set(id, level);
    this.#onEvent({ kind: 'reloaded', blockId: id, memoryBytes: put.block.sizeBytes, diskBytes: block.sizeBytes });
    return this.#readMemory(put.block);
  }

  /** Stores a block and opens it; undefined when it was lost in between. */
  #store(id: BlockId, level: StorageLevel, source: IterableIterator<Batch>): IterableIterator<Batch> | undefined {
    const placed = this.#place(id, level, source);
    switch (placed.kind) {
      case 'memory':
        return this.#readMemory(placed.block);
      case 'disk':
        return this.#open(id, level, false);
      case 'no-room':
        return batchesOf(placed.unrolled.drain(), id);
    }
  }

  /**
   * Stores a block where its level and the room allow, on disk only if `mayWrite`. Whatever is raised leaves nothing
   * stored.
   */
  #place(
    id: BlockId,
    level: StorageLevel,
    source: IterableIterator<StoredItem>,
    mayWrite = level.useDisk,
  ):
    | { readonly kind: 'memory'; readonly block: MemoryBlock }
    | { readonly kind: 'disk' }
    | { readonly kind: 'no-room'; readonly unrolled: Unrolling } {
    let items: IterableIterator<StoredItem> = source;
    if (level.useMemory) {
      const put = this.#memory.put(id, level, source);
      if (put.kind === 'stored') {
        this.#known.set(id, level);
        this.#onEvent({ kind: 'stored', blockId: id, memoryBytes: put.block.sizeBytes, diskBytes: 0 });
        return { kind: 'memory', block: put.block };
      }
      if (!mayWrite) {
        if (!level.useDisk) this.#onEvent({ kind: 'not-stored', blockId: id });
        return put;
      }
      items = put.unrolled.drain();
    }
    try {
      const diskBytes = this.#disk.put(id, items);
      this.#known.set(id, level);
      this.#onEvent({ kind: 'stored', blockId: id, memoryBytes: 0, diskBytes });
      return { kind: 'disk' };
    } finally {
      // Writing may fail before it asks for the first item.
      items.return?.();
    }
  }

  #readMemory(block: MemoryBlock): IterableIterator<Batch> {
    return this.#guard(block.id, batchesOf(this.#memory.read(block), block.id));
  }

  /** Damage that shows only now cannot be hidden any more: the block is lost, and so is the task that reads it. */
  #guard(id: BlockId, batches: IterableIterator<Batch>): IterableIterator<Batch> {
    return closing(this.#guarded(id, batches), () => batches.return?.());
  }

  *#guarded(id: BlockId, batches: IterableIterator<Batch>): IterableIterator<Batch> {
    try {
      yield* batches;
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#lose(id, error);
      const params = { block: id, path: this.#disk.pathOf(id), reason: reasonOf(error) };
      throw new CairnError('BLOCK_LOST', params, { cause: error });
    }
  }

  #lose(id: BlockId, error: CairnError): void {
    this.#memory.remove(id);
    this.#known.delete(id);
    try {
      this.#disk.remove(id);
    } catch {
      // A damaged file that cannot be removed is replaced by the block that is computed again, or found damaged again.
      this.#disk.forget(id);
    }
    this.#onEvent({ kind: 'lost', blockId: id, path: this.#disk.pathOf(id), reason: reasonOf(error) });
  }

  /**
   * Before a block leaves memory it is written to disk, if it may be there and is not. When that fails the block stays:
   * it may be the only copy, and whoever wanted its room can spill, or fail for a reason of its own.
   */
  #beforeEviction(block: MemoryBlock): boolean {
    const { id, sizeBytes: memoryBytes } = block;
    if (!block.level.useDisk) {
      this.#known.delete(id);
      this.#onEvent({ kind: 'evicted', blockId: id, memoryBytes, diskBytes: 0 });
      return true;
    }
    try {
      // Looks again: another thread may have removed the file, or written it.
      const onDisk = this.#disk.look(id);
      if (onDisk > 0) {
        this.#onEvent({ kind: 'evicted', blockId: id, memoryBytes, diskBytes: onDisk });
        return true;
      }
      const diskBytes = this.#disk.put(id, block.items);
      this.#onEvent({ kind: 'dropped-to-disk', blockId: id, memoryBytes, diskBytes });
      return true;
    } catch (error) {
      if (!(error instanceof CairnError) || error.kind === 'internal') throw error;
      this.#onEvent({ kind: 'drop-failed', blockId: id, reason: reasonOf(error) });
      return false;
    }
  }
}

function batchesOf(items: IterableIterator<StoredItem>, id: BlockId): IterableIterator<Batch> {
  return closing(decoded(items, id), () => items.return?.());
}

function* decoded(items: IterableIterator<StoredItem>, id: BlockId): IterableIterator<Batch> {
  for (const item of items) yield* itemBatches(item, id);
}
