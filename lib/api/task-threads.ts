/**
 * Where a session's tasks run, and where their blocks are then: in the session's own thread, or in workers. The session's
 * machinery asks the same questions either way.
 */
import type { BlockEvent } from '../../storage/block/block-event.ts';
import { type BlockId, rddBlockId } from '../../storage/block/block-id.ts';
import type { BlockManager, BlockStatus, NodeStatus } from '../../storage/block/block-manager.ts';
import type { StorageLevel } from '../../storage/block/storage-level.ts';
import type { NodeId, ShuffleId } from '../base/ids.ts';
import type { Config } from '../config/options.ts';
import type { BlockDirectory } from '../exec/block-directory.ts';
import type { Executor } from '../exec/executor.ts';
import type { MemoryOptions } from '../exec/memory-shares.ts';
import type { WorkerPool } from '../exec/worker-pool.ts';
import type { LineageNode } from '../lineage/lineage-node.ts';
import { allNarrowReads, toBlocks } from '../lineage/narrow-reads.ts';

export interface TaskThreads {
  readonly executor: Executor;
  /** The threads that hold in memory what computing a partition would read first; none when it is all the same. */
  locate(node: LineageNode, partition: number): readonly string[];
  /** How many blocks of a dataset are stored. Touches no file: planning asks often. */
  countBlocks(node: NodeId): number;
  nodeStatus(node: NodeId): NodeStatus;
  status(id: BlockId): BlockStatus;
  /** Whether a block is stored somewhere. Raises what looking at a file raises. */
  hasBlock(id: BlockId): boolean;
  keepNode(node: NodeId, level: StorageLevel): void;
  /** The dataset is not kept any more. Raises what removing files raises. */
  dropNode(node: NodeId): void;
  /** A lineage was truncated: what was made of lineages before is out of date. */
  lineageChanged(): void;
  /** Nobody reads the shuffle any more. */
  forgetShuffle(shuffleId: ShuffleId): void;
  /** The process is about to end: no thread but this one writes to any file from here on. */
  abandon(): void;
}

/** Tasks in the session's thread, blocks in its block manager. */
export function inlineThreads(executor: Executor, blocks: BlockManager): TaskThreads {
  return {
    executor,
    locate: () => NOWHERE,
    countBlocks: (node) => blocks.countBlocks(node),
    nodeStatus: (node) => blocks.nodeStatus(node),
    status: (id) => blocks.status(id),
    hasBlock: (id) => blocks.hasBlock(id),
    keepNode() {},
    dropNode: (node) => blocks.removeNode(node),
    lineageChanged() {},
    forgetShuffle() {},
    abandon() {},
  };
}

/** What tasks in workers need of the session. */
export interface WorkerThreadsParts {
  readonly pool: WorkerPool;
  readonly directory: BlockDirectory;
  /** The session's own manager, which removes files of blocks. */
  readonly blocks: BlockManager;
  /** Told of what happens to blocks, as far as it matters to anybody. */
  readonly onBlockEvent: (event: BlockEvent) => void;
  readonly onWarning: (message: string) => void;
}

/** Tasks in workers, blocks where the directory says. */
export function workerThreads({ pool, directory, blocks, onBlockEvent }: WorkerThreadsParts): TaskThreads {
  return {
    executor: pool,
    locate: (node, partition) => holdersOf(directory, node, partition),
    countBlocks: (node) => directory.countBlocks(node),
    nodeStatus: (node) => directory.nodeStatus(node),
    status: (id) => directory.status(id),
    hasBlock: (id) => directory.has(id),
    keepNode: (node, level) => directory.keepNode(node, level),
    dropNode(node) {
      const dropped = directory.forgetNode(node);
      pool.dropBlocks(node);
      for (const blockId of dropped) onBlockEvent({ kind: 'removed', blockId, fromDisk: true });
      blocks.removeNode(node);
    },
    lineageChanged: () => pool.shipAgain(),
    forgetShuffle: (shuffleId) => pool.forgetShuffle(shuffleId),
    abandon: () => pool.abandon(),
  };
}

/**
 * Follows what a worker tells of a block, and tells what that means to the session: where other workers have copies, a
 * block that left one of them is still there. A block that came too late, its dataset given up, is removed.
 */
export function followBlock(event: BlockEvent, worker: string, parts: WorkerThreadsParts): void {
  const { pool, directory, blocks, onBlockEvent, onWarning } = parts;
  const { blockId } = event;
  const notice = directory.apply(worker, event);
  if (notice === 'unwanted') {
    pool.dropBlock(worker, blockId);
    try {
      blocks.remove(blockId);
    } catch (error) {
      onWarning(
        `block ${blockId} came too late and could not be removed: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
  if (notice !== 'noted') return;
  const total = directory.status(blockId);
  const isStored = event.kind === 'stored' || event.kind === 'reloaded';
  const leaves = event.kind === 'evicted' || event.kind === 'dropped-to-disk' || event.kind === 'lost';
  if (isStored || (leaves && total.memoryBytes > 0)) onBlockEvent({ kind: 'stored', blockId, ...total });
  else onBlockEvent(event);
}

/** The options that decide who gets how much memory. */
export function memoryOptions({ memory, memoryFraction, memoryStorageFraction }: Config): MemoryOptions {
  return { memory, memoryFraction, memoryStorageFraction };
}

const NOWHERE: readonly string[] = [];

/** The holders of the first block on each way that is kept in memory. */
function holdersOf(directory: BlockDirectory, node: LineageNode, partition: number): readonly string[] {
  if (directory.isEmpty) return NOWHERE;
  const found = new Set<string>();
  const walk = toBlocks((kept, of) => directory.has(rddBlockId(kept.id, of)));
  for (const read of allNarrowReads(node, partition, walk)) {
    if (!read.node.isPersisted) continue;
    for (const name of directory.holdersOf(rddBlockId(read.node.id, read.partition)).inMemory) found.add(name);
  }
  return [...found];
}
