/** Which kept blocks a task needs from elsewhere: asked of other workers before it is sent, or told it that they are on disk. */
import { type BlockId, rddBlockId } from '../../storage/block/block-id.ts';
import type { ExportedBlock } from '../../storage/block/block-manager.ts';
import { unlessAborted } from '../base/on-abort.ts';
import { allNarrowReads, toBlocks } from '../lineage/narrow-reads.ts';
import { LocalCheckpointNode } from '../lineage/nodes/local-checkpoint-node.ts';
import type { BlockDirectory } from './block-directory.ts';
import type { ShippedTask } from './protocol.ts';
import type { TaskDescription } from './task.ts';

/** What a worker gets to hand over a block that another one needs, before that one computes it. */
const FETCH_MS = 500;
/** As long, for a block that is a checkpoint: its holder answers when its task gives it a turn, or ends. */
const LAST_COPY_MS = 24 * 60 * 60 * 1000;

/** A worker that can be asked for its blocks. */
export interface BlockHolder {
  exportBlock(id: BlockId, patienceMs: number): Promise<ExportedBlock | undefined>;
}

/**
 * Blocks that the task reads: those that only other workers have, and those on disk. In place of one that does not come
 * in time, those that it is computed from.
 */
export async function readBlocks(
  task: TaskDescription,
  directory: BlockDirectory,
  holderNamed: (name: string) => BlockHolder | undefined,
  signal: AbortSignal,
): Promise<Pick<ShippedTask, 'blocks' | 'onDisk'>> {
  if (directory.isEmpty) return { blocks: [], onDisk: [] };
  const onFile = new Set<BlockId>();
  /** What other workers gave, or did not. */
  const answers = new Map<BlockId, ExportedBlock | undefined>();
  const walk = toBlocks((node, partition) => {
    const id = rddBlockId(node.id, partition);
    return answers.has(id) ? answers.get(id) !== undefined : directory.has(id);
  });
  for (let isComplete = false; !isComplete && !signal.aborted; ) {
    const wanted: Promise<void>[] = [];
    for (const { node, partition } of allNarrowReads(task.work.node, task.partition, walk)) {
      if (!node.isPersisted) continue;
      const id = rddBlockId(node.id, partition);
      if (answers.has(id)) continue;
      const { inMemory, onDisk } = directory.holdersOf(id);
      if (onDisk) onFile.add(id);
      if (onDisk || inMemory.includes(task.executor)) continue;
      const holder = inMemory.map(holderNamed).find((each) => each !== undefined);
      if (holder === undefined) continue;
      // What cannot be computed again is waited for, as long as there is someone to give it.
      const patienceMs = node.checkpoint instanceof LocalCheckpointNode ? LAST_COPY_MS : FETCH_MS;
      const answer = unlessAborted(holder.exportBlock(id, patienceMs), signal);
      wanted.push(answer.then((block) => void answers.set(id, block)));
    }
    await Promise.all(wanted);
    isComplete = wanted.length === 0 || [...answers.values()].every((block) => block !== undefined);
  }
  return { blocks: [...answers.values()].filter((block) => block !== undefined), onDisk: [...onFile] };
}

/** A task went for map outputs that the blocks it reads should have spared it: whatever they are, they are not to be had. */
export function doubtBlocks(task: TaskDescription, directory: BlockDirectory): void {
  for (const { node, partition } of allNarrowReads(task.work.node, task.partition)) {
    if (node.isPersisted) directory.doubt(rddBlockId(node.id, partition));
  }
}
