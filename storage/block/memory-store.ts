/**
 * Blocks in memory, within the budget: Spark's `MemoryStore`.
 *
 * A block is unrolled into memory item by item, reserving as it grows; it becomes a block only when all of it is there.
 * Room is made by evicting the least recently used blocks, never one of the dataset that is being stored (else a
 * dataset larger than memory would push itself out, partition by partition), never one that is being read, and only
 * if that frees enough: all or nothing.
 *
 * Threading: one store a thread. Nothing here waits for anything.
 */
import { ByteWriter } from '../../formats/bytes/byte-writer.ts';
import type { CodecName } from '../../formats/bytes/compression.ts';
import { invariant } from '../../lib/base/invariant.ts';
import type { MemoryBudget } from '../memory/memory-budget.ts';
import type { BlockId } from './block-id.ts';
import { closing } from './closing-iterator.ts';
import { nodeOf } from './known-blocks.ts';
import type { StorageLevel } from './storage-level.ts';
import { encodeItem, itemBytes, itemRows, keepItem, type StoredItem } from './stored-item.ts';
import { Unrolling } from './unrolling.ts';

export interface MemoryStoreOptions {
  readonly budget: MemoryBudget;
  readonly codec: CodecName;
  /**
   * Called for each block before it is evicted: writes it to disk when its level says so. False keeps the block in
   * memory: whoever needed the room does without.
   */
  readonly beforeEviction: (block: MemoryBlock) => boolean;
}

/** A block in memory. */
export interface MemoryBlock {
  readonly id: BlockId;
  readonly level: StorageLevel;
  readonly items: readonly StoredItem[];
  readonly rowCount: number;
  readonly sizeBytes: number;
}

/** How a put ended. `unrolled` holds memory until it is closed. */
export type MemoryPut =
  | { readonly kind: 'stored'; readonly block: MemoryBlock }
  | { readonly kind: 'no-room'; readonly unrolled: Unrolling };

interface Entry extends MemoryBlock {
  readonly dataset: number | undefined;
  readers: number;
  removed: boolean;
}

/** What a block costs besides its items, so that even empty ones are bounded. */
const BLOCK_BYTES = 256;

export class MemoryStore {
  readonly #budget: MemoryBudget;
  readonly #codec: CodecName;
  readonly #beforeEviction: (block: MemoryBlock) => boolean;
  /** The least recently used first: reading or writing a block moves it to the end. */
  readonly #entries = new Map<BlockId, Entry>();

  /** Makes itself the budget's evictor. */
  constructor(options: MemoryStoreOptions) {
    this.#budget = options.budget;
    this.#codec = options.codec;
    this.#beforeEviction = options.beforeEviction;
    this.#budget.setEvictor((bytes, forBlock) => this.evict(bytes, forBlock));
  }

  /**
   * Stores all of `source`, which it reads to the end; a deserialized level keeps batches, others frames. Without room
   * it stops and hands back what it has and the rest. Whatever the source or encoding raises passes through with
   * nothing stored, nothing reserved and the source closed.
   */
  put(id: BlockId, level: StorageLevel, source: Iterator<StoredItem>): MemoryPut {
    invariant(!this.#entries.has(id), `${id} is in memory already`);
    const unrolling = new Unrolling(this.#budget, id, source);
    try {
      if (!unrolling.reserve(BLOCK_BYTES)) return { kind: 'no-room', unrolled: unrolling };
      using out = level.deserialized ? undefined : new ByteWriter();
      for (let next = unrolling.next(); next !== undefined; next = unrolling.next()) {
        let fits = true;
        for (const item of out === undefined ? keepItem(next, id) : [this.#encode(next, out)]) {
          fits = unrolling.add(item, itemBytes(item)) && fits;
        }
        if (!fits) return { kind: 'no-room', unrolled: unrolling };
      }
    } catch (error) {
      unrolling.close();
      throw error;
    }
    return { kind: 'stored', block: this.#insert(id, level, unrolling) };
  }

  /** The block, as the most recently used; undefined when it is not in memory. */
  find(id: BlockId): MemoryBlock | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    this.#entries.delete(id);
    this.#entries.set(id, entry);
    return entry;
  }

  has(id: BlockId): boolean {
    return this.#entries.has(id);
  }

  sizeOf(id: BlockId): number {
    return this.#entries.get(id)?.sizeBytes ?? 0;
  }

  /** The block's items, kept from eviction from now on until the iterator ends or is returned. */
  read(block: MemoryBlock): IterableIterator<StoredItem> {
    const entry = block as Entry;
    entry.readers++;
    return closing(entry.items.values(), () => {
      entry.readers--;
      // A removed block's memory is in use, and stays counted, until its last reader is done.
      if (entry.removed && entry.readers === 0) this.#budget.releaseStorage(entry.sizeBytes);
    });
  }

  /** Removes the block, readers or not: they read on. Gives whether it was there. */
  remove(id: BlockId): boolean {
    const entry = this.#entries.get(id);
    if (entry === undefined) return false;
    this.#entries.delete(id);
    entry.removed = true;
    if (entry.readers === 0) this.#budget.releaseStorage(entry.sizeBytes);
    return true;
  }

  /** Every block, the least recently used first. */
  blocks(): IterableIterator<MemoryBlock> {
    return this.#entries.values();
  }

  /** Blocks that are being read. */
  get openReads(): number {
    let sum = 0;
    for (const { readers } of this.#entries.values()) sum += readers;
    return sum;
  }

  /** See `StorageEvictor`: frees at least `bytes` or nothing, unless a block chosen for it cannot leave after all. */
  evict(bytes: number, forBlock: BlockId | undefined): number {
    const dataset = forBlock === undefined ? undefined : nodeOf(forBlock);
    const chosen: Entry[] = [];
    let freed = 0;
    for (const entry of this.#entries.values()) {
      if (freed >= bytes) break;
      if (entry.readers > 0 || (dataset !== undefined && entry.dataset === dataset)) continue;
      chosen.push(entry);
      freed += entry.sizeBytes;
    }
    if (freed < bytes) return 0;
    freed = 0;
    for (const entry of chosen) {
      if (!this.#beforeEviction(entry)) break;
      this.remove(entry.id);
      freed += entry.sizeBytes;
    }
    return freed;
  }

  #encode(item: StoredItem, out: ByteWriter): StoredItem {
    if (item.kind === 'frames') return item;
    out.reset();
    encodeItem(item, out, this.#codec);
    return { kind: 'frames', bytes: out.take(), rowCount: itemRows(item) };
  }

  #insert(id: BlockId, level: StorageLevel, unrolling: Unrolling): MemoryBlock {
    const { items, rowCount } = unrolling;
    // The reservation becomes the block's in one step: nothing can take the memory in between.
    const sizeBytes = unrolling.keep();
    // Computing a block may have stored it already, by a detour through user code: the later one replaces it.
    this.remove(id);
    const entry = { id, level, items, rowCount, sizeBytes, dataset: nodeOf(id), readers: 0, removed: false };
    this.#entries.set(id, entry);
    return entry;
  }
}
