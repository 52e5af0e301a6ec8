/**
 * Whether what stages compute is what the fingerprints of their datasets say.
 *
 * A fingerprint speaks of functions and files as they were when its dataset was first computed from. JavaScript lets a
 * captured variable change later, and a later stage computes with its new value. So functions are looked at again in the
 * turn of the event loop in which a stage is captured for workers, or, where tasks run in the caller's thread with the
 * variables themselves, when its tasks have run; and files when its tasks have read them. What does not agree is *stale*,
 * and so is whatever is computed from it: it is used in this run, as always, and is not stored for another one.
 *
 * What is read from blocks is not computed again: once a kept dataset was found sound with all of its blocks there, it is
 * *settled*, and not looked at again until one of them is lost.
 *
 * What changes and changes back within one stage of the caller's thread is not seen.
 */
import type { NodeId } from '../base/ids.ts';
import type { StageWork } from '../exec/task.ts';
import type { ShuffleDependency } from '../lineage/dependency.ts';
import { stageNodes } from '../lineage/fingerprint-walk.ts';
import type { Fingerprints } from '../lineage/fingerprints.ts';
import type { LineageNode } from '../lineage/lineage-node.ts';

/** The first reason is said of everything that follows from it. */
type Stale = LineageNode | ShuffleDependency;

export class StageChecks {
  readonly #fingerprints: Fingerprints;
  readonly #isInline: boolean;
  readonly #isStored: (node: LineageNode) => boolean;
  readonly #settled = new Set<NodeId>();
  readonly #isSettled = (node: LineageNode): boolean => this.#settled.has(node.id) && this.#isStored(node);
  readonly #stale = new WeakMap<Stale, string>();
  /** Of each stage, by what it writes or computes: one for each time it was captured. */
  readonly #captured = new WeakMap<Stale, Promise<readonly string[]>[]>();
  readonly #pending = new Set<Promise<unknown>>();

  /** `isStored` tells whether every partition of a dataset has a block. */
  constructor(
    fingerprints: Fingerprints,
    options: { readonly isInline: boolean; readonly isStored: (node: LineageNode) => boolean },
  ) {
    this.#fingerprints = fingerprints;
    this.#isInline = options.isInline;
    this.#isStored = options.isStored;
  }

  /** A stage is captured for workers in this turn of the event loop. */
  captured(work: StageWork): void {
    if (this.#fingerprints.find(work.node) === undefined) return;
    const check = this.#recheck(work);
    const key = keyOf(work);
    const checks = this.#captured.get(key);
    if (checks === undefined) this.#captured.set(key, [check]);
    else checks.push(check);
    const pending = check.then((changes) => this.#judge(work, changes));
    this.#pending.add(pending);
    void pending.finally(() => this.#pending.delete(pending));
  }

  /**
   * What keeps the results of a stage, some of whose tasks have ended, from being stored; nothing when all is as the
   * fingerprints say. Functions are looked at before this first waits.
   */
  async changesOf(work: StageWork): Promise<readonly string[]> {
    const checks = this.#isInline ? undefined : this.#captured.get(keyOf(work));
    const now = checks === undefined ? this.#recheck(work) : this.#recheckFiles(work.node);
    return this.#judge(work, (await Promise.all([...(checks ?? []), now])).flat());
  }

  /** Whether a stage that gives a result keeps records on its way, which later ones are computed from. */
  keeps(node: LineageNode): boolean {
    return stageNodes(node, this.#isSettled).some((each) => each.isPersisted && !this.#isSettled(each));
  }

  /** The same of a dataset whose records were written down by stages that have ended. */
  async changesOfNode(node: LineageNode): Promise<readonly string[]> {
    const now = this.#recheck({ node });
    await Promise.all(this.#pending);
    return this.#judge({ node }, await now);
  }

  /** A block of a dataset is gone: it will be computed again, by functions as they are then. */
  unsettle(node: NodeId): void {
    this.#settled.delete(node);
  }

  /** Nothing that is computed from the dataset is to be stored. */
  spoil(node: LineageNode, reason: string): void {
    if (!this.#stale.has(node)) this.#stale.set(node, reason);
  }

  /** Why a dataset, or a shuffle, is stale; undefined when it is not. */
  reasonOf(what: Stale): string | undefined {
    return this.#stale.get(what);
  }

  /** Adds what the stage has taken over from stale inputs, and spreads the word. */
  #judge(work: Stage, changes: readonly string[]): readonly string[] {
    const nodes = stageNodes(work.node, this.#isSettled);
    const found = new Set(changes);
    for (const node of nodes) {
      for (const what of [node, ...node.dependencies.filter((each) => each.kind === 'shuffle')]) {
        const reason = this.#stale.get(what);
        if (reason !== undefined) found.add(reason);
      }
    }
    const [first] = found;
    if (first === undefined) {
      for (const node of nodes) if (node.isPersisted && this.#isStored(node)) this.#settled.add(node.id);
      return [];
    }
    for (const node of nodes) if (!this.#stale.has(node) && !this.#isSettled(node)) this.#stale.set(node, first);
    if (work.dependency !== undefined && !this.#stale.has(work.dependency)) this.#stale.set(work.dependency, first);
    return [...found];
  }

  async #recheck({ node, dependency }: Stage): Promise<readonly string[]> {
    try {
      return await this.#fingerprints.recheckStage(node, dependency, this.#isSettled);
    } catch (error) {
      return [unreadable(error)];
    }
  }

  async #recheckFiles(node: LineageNode): Promise<readonly string[]> {
    try {
      return this.#fingerprints.recheckFiles(node, this.#isSettled);
    } catch (error) {
      return [unreadable(error)];
    }
  }
}

/** What of a stage's work counts here. */
interface Stage {
  readonly node: LineageNode;
  readonly dependency?: ShuffleDependency;
}

function keyOf(work: StageWork): Stale {
  return work.kind === 'shuffle-map' ? work.dependency : work.node;
}

/** A file that cannot be looked at, a function that cannot be captured any more: not what it was. */
function unreadable(error: unknown): string {
  return `it could not be checked: ${error instanceof Error ? error.message : String(error)}`;
}
