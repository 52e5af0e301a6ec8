/**
 * Removes what only a dropped dataset could use: the map outputs of a shuffle, and the blocks of a persisted dataset,
 * once the program holds neither the dataset nor anything computed from it (Spark's ContextCleaner); likewise the bytes
 * of broadcasts that no function can reach, and, where the session asks for that, the files of checkpoints. It follows
 * the garbage collector, which takes its time and promises nothing; what is left, checkpoints apart, goes when the
 * session closes.
 *
 * Threading: callbacks come between turns of the event loop, in the session's thread.
 */
import type { NodeId, ShuffleId } from '../base/ids.ts';
import type { LineageNode } from '../lineage/lineage-node.ts';

type Dropped =
  | { readonly kind: 'shuffle'; readonly id: ShuffleId }
  | { readonly kind: 'blocks'; readonly id: NodeId }
  | { readonly kind: 'broadcast'; readonly id: number }
  | { readonly kind: 'checkpoint'; readonly id: number };

export interface CleanerOptions {
  readonly onShuffle: (id: ShuffleId) => void;
  readonly onBlocks: (id: NodeId) => void;
  readonly onBroadcast: (id: number) => void;
  readonly onCheckpoint: (id: number) => void;
}

export class Cleaner {
  readonly #watched = new WeakSet<object>();
  readonly #registry: FinalizationRegistry<Dropped>;
  #isClosed = false;

  constructor(options: CleanerOptions) {
    this.#registry = new FinalizationRegistry((dropped) => {
      if (this.#isClosed) return;
      if (dropped.kind === 'shuffle') options.onShuffle(dropped.id);
      else if (dropped.kind === 'blocks') options.onBlocks(dropped.id);
      else if (dropped.kind === 'broadcast') options.onBroadcast(dropped.id);
      else options.onCheckpoint(dropped.id);
    });
  }

  /** Watches the shuffles that `node` reads. Again does nothing. */
  watchShuffles(node: LineageNode): void {
    for (const dependency of node.dependencies) {
      if (dependency.kind === 'shuffle') this.#watch(dependency, { kind: 'shuffle', id: dependency.shuffleId });
    }
  }

  /** Watches a dataset that keeps blocks. Again does nothing. */
  watchBlocks(node: LineageNode): void {
    this.#watch(node, { kind: 'blocks', id: node.id });
  }

  /** Watches the handle of a broadcast. Again does nothing. */
  watchBroadcast(handle: { readonly id: number }): void {
    this.#watch(handle, { kind: 'broadcast', id: handle.id });
  }

  /** Watches the dataset that reads a checkpoint; `id` is the checkpoint's. Again does nothing. */
  watchCheckpoint(node: LineageNode, id: number): void {
    this.#watch(node, { kind: 'checkpoint', id });
  }

  /** Nothing is removed from here on. */
  close(): void {
    this.#isClosed = true;
  }

  #watch(object: object, dropped: Dropped): void {
    if (this.#watched.has(object)) return;
    this.#watched.add(object);
    this.#registry.register(object, dropped);
  }
}
