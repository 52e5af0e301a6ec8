/**
 * Where the session's blocks are: which thread holds which one in memory, and which are on disk, where every thread can
 * read them. Kept from the events of the threads' block managers; it does no I/O, and planning asks it at no cost.
 *
 * What it says is what the threads said last, and messages are under way: a block may have left memory, and the file that
 * one thread removed be told of by another later. So whoever asks for a block by this directory may be told that there is
 * none, and computes it; where that is not possible, `doubt` has planning provide what it takes. Sizes are for display: of
 * two threads that write the same file at a time, either's may be shown.
 *
 * A dataset that is given up while tasks still store its blocks: `forgetNode` ends its level, and from then on `apply`
 * answers `unwanted` for each block that arrives late, which the caller removes where it is. The files are removed by the
 * session's thread alone, what is in memory by its thread, told through the channel that brings it its work: whatever is
 * kept at a new level afterwards is stored by tasks sent later, so no removal can meet it.
 *
 * Threading: lives in the session's thread.
 */
import type { BlockEvent } from '../../storage/block/block-event.ts';
import type { BlockId } from '../../storage/block/block-id.ts';
import type { BlockStatus, NodeStatus } from '../../storage/block/block-manager.ts';
import { nodeOf } from '../../storage/block/known-blocks.ts';
import { isPersisted, type StorageLevel } from '../../storage/block/storage-level.ts';
import type { NodeId } from '../base/ids.ts';
import { unreachable } from '../base/invariant.ts';

/** Where one block is. */
export interface BlockHolders {
  /** The threads that have it in memory, in the order in which they came by it. */
  readonly inMemory: readonly string[];
  /** Whether its file is there, for every thread to read. */
  readonly onDisk: boolean;
}

/**
 * What an event meant:
 * - `noted`: the directory follows it;
 * - `stale`: it tells the end of what the directory no longer had: there is nothing to tell anybody;
 * - `unwanted`: a block was stored whose dataset is not kept (any more), or not on disk. The caller removes its file, and
 *   has the thread drop it from memory.
 */
export type BlockNotice = 'noted' | 'stale' | 'unwanted';

interface Places {
  /** Bytes in memory by thread. */
  readonly memory: Map<string, number>;
  /** 0 when it is not on disk. */
  diskBytes: number;
}

const NOWHERE: BlockHolders = Object.freeze({ inMemory: Object.freeze([]), onDisk: false });

export class BlockDirectory {
  /** The blocks of each dataset that has any. */
  readonly #nodes = new Map<NodeId, Map<BlockId, Places>>();
  /** Where the blocks of each dataset that is kept may be. */
  readonly #levels = new Map<NodeId, StorageLevel>();

  /** Whether there is no block anywhere. */
  get isEmpty(): boolean {
    return this.#nodes.size === 0;
  }

  /** The dataset is kept at this level from now on: blocks of it are wanted. */
  keepNode(node: NodeId, level: StorageLevel): void {
    if (isPersisted(level)) this.#levels.set(node, level);
    else this.#levels.delete(node);
  }

  /** Follows an event of the block manager of the thread `holder`, as far as the block is a dataset's. */
  apply(holder: string, event: BlockEvent): BlockNotice {
    const id = event.blockId;
    switch (event.kind) {
      case 'stored':
      case 'reloaded':
        return this.#add(holder, id, event.memoryBytes, event.diskBytes);
      case 'dropped-to-disk': {
        this.#take(holder, id, false);
        return this.#add(holder, id, 0, event.diskBytes);
      }
      // Its `diskBytes` say nothing new: whoever wrote the file told so, and it may have been removed since.
      case 'evicted':
        return this.#take(holder, id, false);
      case 'lost':
        return this.#take(holder, id, true);
      case 'removed':
        return this.#take(holder, id, event.fromDisk);
      case 'not-stored':
      case 'drop-failed':
        return 'noted';
      default:
        return unreachable(event);
    }
  }

  /** A thread is gone, with what it held in memory. What it wrote to disk stays. Gives the blocks that are nowhere now. */
  forgetHolder(holder: string): readonly BlockId[] {
    const gone: BlockId[] = [];
    for (const blocks of [...this.#nodes.values()]) {
      for (const id of [...blocks.keys()]) {
        if (this.#take(holder, id, false) === 'noted' && this.#find(id) === undefined) gone.push(id);
      }
    }
    return gone;
  }

  /** The dataset is not kept any more: forgets its level and its blocks, which it gives. */
  forgetNode(node: NodeId): readonly BlockId[] {
    const blocks = this.#nodes.get(node);
    this.#levels.delete(node);
    this.#nodes.delete(node);
    return blocks === undefined ? [] : [...blocks.keys()];
  }

  /**
   * A task could not get at the block where this says it is: it counts as being nowhere until a thread tells of it again.
   * Without that, planning would go on leaving out what the block is computed from, which the task then misses.
   */
  doubt(id: BlockId): void {
    const places = this.#find(id);
    if (places === undefined) return;
    places.memory.clear();
    places.diskBytes = 0;
    this.#drop(id, places);
  }

  /** Whether a block is somewhere. */
  has(id: BlockId): boolean {
    return this.#find(id) !== undefined;
  }

  holdersOf(id: BlockId): BlockHolders {
    const places = this.#find(id);
    return places === undefined ? NOWHERE : { inMemory: [...places.memory.keys()], onDisk: places.diskBytes > 0 };
  }

  /** How many blocks of a dataset are somewhere. */
  countBlocks(node: NodeId): number {
    return this.#nodes.get(node)?.size ?? 0;
  }

  /** What a block takes: in the memory of all threads that have it, and on disk. */
  status(id: BlockId): BlockStatus {
    const places = this.#find(id);
    return { memoryBytes: places === undefined ? 0 : sumOf(places.memory), diskBytes: places?.diskBytes ?? 0 };
  }

  /** What a dataset's blocks take: each once in the count and on disk, and with every copy in memory. */
  nodeStatus(node: NodeId): NodeStatus {
    let memoryBytes = 0;
    let diskBytes = 0;
    for (const places of this.#nodes.get(node)?.values() ?? []) {
      memoryBytes += sumOf(places.memory);
      diskBytes += places.diskBytes;
    }
    return { cachedPartitions: this.countBlocks(node), memoryBytes, diskBytes };
  }

  #find(id: BlockId): Places | undefined {
    const node = nodeOf(id);
    return node === undefined ? undefined : this.#nodes.get(node)?.get(id);
  }

  /** Notes a block that has come to be in memory, on disk or both, as far as its dataset is kept there. */
  #add(holder: string, id: BlockId, memoryBytes: number, diskBytes: number): BlockNotice {
    const node = nodeOf(id);
    if (node === undefined) return 'noted';
    const level = this.#levels.get(node);
    // What is in memory is found at every level. A file of a level without disk would count, and nobody would read it.
    const inMemory = memoryBytes > 0 && level !== undefined;
    const onDisk = diskBytes > 0 && level?.useDisk === true;
    if (inMemory || onDisk) {
      let blocks = this.#nodes.get(node);
      if (blocks === undefined) {
        blocks = new Map();
        this.#nodes.set(node, blocks);
      }
      let places = blocks.get(id);
      if (places === undefined) {
        places = { memory: new Map(), diskBytes: 0 };
        blocks.set(id, places);
      }
      if (inMemory) places.memory.set(holder, memoryBytes);
      if (onDisk) places.diskBytes = diskBytes;
    }
    return inMemory === memoryBytes > 0 && onDisk === diskBytes > 0 ? 'noted' : 'unwanted';
  }

  /** Takes a block from a thread's memory, and its file when `fromDisk`. */
  #take(holder: string, id: BlockId, fromDisk: boolean): BlockNotice {
    const places = this.#find(id);
    if (places === undefined) return 'stale';
    const wasInMemory = places.memory.delete(holder);
    const wasOnDisk = fromDisk && places.diskBytes > 0;
    if (wasOnDisk) places.diskBytes = 0;
    this.#drop(id, places);
    return wasInMemory || wasOnDisk ? 'noted' : 'stale';
  }

  /** Forgets a block that is nowhere. */
  #drop(id: BlockId, places: Places): void {
    if (places.memory.size > 0 || places.diskBytes > 0) return;
    const node = nodeOf(id) as NodeId;
    const blocks = this.#nodes.get(node);
    blocks?.delete(id);
    if (blocks?.size === 0) this.#nodes.delete(node);
  }
}

function sumOf(memory: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const bytes of memory.values()) sum += bytes;
  return sum;
}
