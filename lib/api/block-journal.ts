import { findBlockId } from '../../storage/block/block-id.ts';
import type { BlockRow, BlockState } from '../../storage/metadata/rows.ts';
import type { NodeId } from '../base/ids.ts';
import type { BlockDropped, BlockEvicted, BlockLost, BlockStored } from '../events/engine-event.ts';

export type BlockRecord = Omit<BlockRow, 'run'>;

/** Where the stored partitions are, and which of them changed since the last commit. */
export class BlockJournal {
  readonly #levels = new Map<NodeId, string>();
  /** Blocks that are somewhere. */
  readonly #present = new Map<NodeId, Map<string, BlockRecord>>();
  readonly #changed = new Map<string, BlockRecord>();

  /** Notes the storage level of blocks stored from now on; null: the node is persisted no more. */
  setLevel(node: NodeId, level: string | null): void {
    if (level === null) this.#levels.delete(node);
    else this.#levels.set(node, level);
  }

  add(event: BlockStored | BlockEvicted | BlockDropped | BlockLost): void {
    const id = findBlockId(event.block);
    if (id?.kind !== 'rdd') return;
    const { nodeId: node, partition } = id;
    const earlier = this.#present.get(node)?.get(event.block);
    if (event.kind === 'block-stored') {
      const { memoryBytes, diskBytes } = event;
      const storageLevel = this.#levels.get(node) ?? earlier?.storageLevel ?? '';
      this.#put({ block: event.block, node, partition, memoryBytes, diskBytes, storageLevel, state: 'present' });
    } else if (earlier === undefined) {
      // Gone with its dataset already, or never stored for good.
    } else if (event.kind === 'block-evicted' && event.diskBytes > 0) {
      this.#put({ ...earlier, memoryBytes: 0, diskBytes: event.diskBytes });
    } else this.#end(earlier, event.kind === 'block-lost' ? 'lost' : 'dropped');
  }

  /** Forgets the blocks of a dataset that is given up. Gives whether there were any. */
  forgetNode(node: NodeId): boolean {
    const blocks = this.#present.get(node);
    this.#present.delete(node);
    for (const block of blocks?.keys() ?? []) this.#changed.delete(block);
    return blocks !== undefined;
  }

  /** What changed since it was last asked. */
  take(): readonly BlockRecord[] {
    const changed = [...this.#changed.values()];
    this.#changed.clear();
    return changed;
  }

  #put(record: BlockRecord): void {
    let blocks = this.#present.get(record.node);
    if (blocks === undefined) {
      blocks = new Map();
      this.#present.set(record.node, blocks);
    }
    blocks.set(record.block, record);
    this.#changed.set(record.block, record);
  }

  #end(record: BlockRecord, state: BlockState): void {
    const blocks = this.#present.get(record.node);
    blocks?.delete(record.block);
    if (blocks?.size === 0) this.#present.delete(record.node);
    this.#changed.set(record.block, { ...record, memoryBytes: 0, diskBytes: 0, state });
  }
}
