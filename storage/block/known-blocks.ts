import type { NodeId } from '../../lib/base/ids.ts';
import { type BlockId, parseBlockId } from './block-id.ts';
import type { StorageLevel } from './storage-level.ts';

const NONE: ReadonlySet<BlockId> = new Set();

/**
 * Every block that is stored as far as a manager knows, with its level. Planning asks of each dataset that is kept
 * whether all of its blocks are there: the answer costs as much with ten blocks as with ten thousand.
 */
export class KnownBlocks {
  readonly #levels = new Map<BlockId, StorageLevel>();
  /** The blocks of datasets. */
  readonly #byNode = new Map<NodeId, Set<BlockId>>();

  has(id: BlockId): boolean {
    return this.#levels.has(id);
  }

  levelOf(id: BlockId): StorageLevel | undefined {
    return this.#levels.get(id);
  }

  /** The blocks of a dataset, in the order in which they came. */
  ofNode(node: NodeId): ReadonlySet<BlockId> {
    return this.#byNode.get(node) ?? NONE;
  }

  set(id: BlockId, level: StorageLevel): void {
    if (!this.#levels.has(id)) this.#link(id);
    this.#levels.set(id, level);
  }

  delete(id: BlockId): void {
    if (!this.#levels.delete(id)) return;
    const node = nodeOf(id);
    if (node === undefined) return;
    const blocks = this.#byNode.get(node);
    blocks?.delete(id);
    if (blocks?.size === 0) this.#byNode.delete(node);
  }

  clear(): void {
    this.#levels.clear();
    this.#byNode.clear();
  }

  #link(id: BlockId): void {
    const node = nodeOf(id);
    if (node === undefined) return;
    const blocks = this.#byNode.get(node);
    if (blocks === undefined) this.#byNode.set(node, new Set([id]));
    else blocks.add(id);
  }
}

/** The dataset a block belongs to, when it is one's. */
export function nodeOf(id: BlockId): NodeId | undefined {
  const parsed = parseBlockId(id);
  return parsed.kind === 'rdd' ? parsed.nodeId : undefined;
}
