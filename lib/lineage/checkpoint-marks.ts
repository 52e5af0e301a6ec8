/**
 * Which datasets are to be checkpointed, and which of them a job reaches.
 *
 * Spark remembers for each dataset that a job has been there, and passes over marks that come later. Here a mark counts
 * from the next job on, whenever it is made: what is remembered is that nothing was marked above a node, and a new mark
 * ends that memory for all. So a job walks the part of its lineage that no job has walked since the last mark.
 */
import type { LineageNode } from './lineage-node.ts';

/** What was asked for. */
export type CheckpointRequest =
  | { readonly kind: 'local' }
  | {
      readonly kind: 'reliable';
      /** Where the parts will lie: fixed when the dataset is marked. */
      readonly directory: string;
      /** See `CheckpointPlace.owner`. */
      readonly owner: string;
      readonly name: string | null;
      readonly fingerprint: string | null;
      /** See `CheckpointSettings`. */
      readonly stillHolds: (() => Promise<boolean>) | undefined;
    };

export interface CheckpointMark {
  readonly node: LineageNode;
  readonly request: CheckpointRequest;
  /** Settles when the job that writes the checkpoint is through with it, however that went; undefined while none does. */
  running: Promise<void> | undefined;
}

export class CheckpointMarks {
  readonly #marks = new WeakMap<LineageNode, CheckpointMark>();
  /** The number of marks made before a walk that found none at or above the node. */
  readonly #clean = new WeakMap<LineageNode, number>();
  #made = 0;

  /** Marks a dataset, in place of an earlier mark. */
  set(node: LineageNode, request: CheckpointRequest): CheckpointMark {
    const mark: CheckpointMark = { node, request, running: undefined };
    this.#marks.set(node, mark);
    this.#made++;
    return mark;
  }

  find(node: LineageNode): CheckpointMark | undefined {
    return this.#marks.get(node);
  }

  /** The checkpoint is there. */
  delete(node: LineageNode): void {
    this.#marks.delete(node);
  }

  /**
   * The marked datasets that a job on `root` checkpoints, parents before children. A walk ends at the first mark on each
   * path unless `all`: the checkpoint cuts off what is above it. Those that another job is writing are left out.
   */
  reached(root: LineageNode, all: boolean): readonly CheckpointMark[] {
    const found: CheckpointMark[] = [];
    if (this.#made === 0) return found;
    const entered = new Set<LineageNode>();
    const stack: { readonly node: LineageNode; readonly leaving: boolean }[] = [{ node: root, leaving: false }];
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      const { node, leaving } = top;
      const mark = this.#marks.get(node);
      if (leaving) {
        if (mark === undefined) this.#noteClean(node);
        else if (mark.running === undefined) found.push(mark);
        continue;
      }
      if (entered.has(node) || this.#isClean(node)) continue;
      entered.add(node);
      stack.push({ node, leaving: true });
      if (mark !== undefined && !all) continue;
      for (const { parent } of node.dependencies.toReversed()) stack.push({ node: parent, leaving: false });
    }
    return found;
  }

  #isClean(node: LineageNode): boolean {
    return this.#clean.get(node) === this.#made;
  }

  #noteClean(node: LineageNode): void {
    if (node.dependencies.every(({ parent }) => this.#isClean(parent))) this.#clean.set(node, this.#made);
  }
}
