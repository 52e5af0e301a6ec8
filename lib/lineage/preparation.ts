/**
 * Work that must be done by a job of its own before a node can be computed: the bounds of a range partitioner, the
 * first number of each partition for `zipWithIndex`. Spark runs such jobs inside the transformation; here a
 * transformation never waits, so they run when the first action needs them.
 */
import type { LineageNode } from './lineage-node.ts';
import type { Partitioner } from './partitioner.ts';
import type { ResultAction } from './result-action.ts';

/** Runs a job over partitions of a node; gives one result a partition, in the order asked for. */
export type JobRunner = (node: LineageNode, action: ResultAction, partitions: readonly number[]) => Promise<unknown[]>;

/** What a preparation finds, as records. Of one dataset and one purpose it is always the same, or should be. */
export interface Finding {
  /** The partitioner that it is for, or else the node. */
  readonly owner: LineageNode | Partitioner;
  /** The dataset whose records it is found from. */
  readonly source: LineageNode;
  /** Once it is ready. */
  get(): readonly unknown[];
  /** In the place of finding it: the preparation is ready then. While jobs that find it run nothing is set: theirs counts. */
  set(records: readonly unknown[]): void;
}

/** One piece of such work. Kept by the node that needs it. */
export interface Preparation {
  readonly isReady: boolean;
  /** What it finds, where another run could be spared to find it again. */
  readonly finding?: Finding;
  /**
   * Idempotent. A call while another one's jobs run waits for them; when they fail, or are cancelled, it runs its own:
   * it must not end for what was done to another job.
   */
  prepare(runJob: JobRunner): Promise<void>;
}

/** A preparation from a function that does the work once. */
export function preparation(work: (runJob: JobRunner) => Promise<void>, finding?: Finding): Preparation {
  let ready = false;
  let running: Promise<void> | undefined;
  const run = async (runJob: JobRunner): Promise<void> => {
    try {
      await work(runJob);
      ready = true;
    } finally {
      running = undefined;
    }
  };
  const kept: Finding | undefined = finding && {
    ...finding,
    set(records) {
      if (running !== undefined) return;
      finding.set(records);
      ready = true;
    },
  };
  return {
    get isReady() {
      return ready;
    },
    ...(kept === undefined ? {} : { finding: kept }),
    async prepare(runJob) {
      while (running !== undefined) await running.catch(() => {});
      if (ready) return;
      running = run(runJob);
      await running;
    },
  };
}

/**
 * What has still to be prepared before `node` can be computed, parents first. Iterative, and linear in the part of the
 * lineage that has not been found ready before; `visit` sees each node of that part.
 */
export function pendingPreparations(node: LineageNode, visit: (node: LineageNode) => void = () => {}): Preparation[] {
  const found: Preparation[] = [];
  const entered = new Set<LineageNode>();
  const stack: { readonly node: LineageNode; readonly leaving: boolean }[] = [{ node, leaving: false }];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    if (top.leaving) {
      const own = top.node.preparations.filter((one) => !one.isReady);
      found.push(...own);
      if (own.length === 0 && top.node.dependencies.every((d) => d.parent.isPrepared)) top.node.isPrepared = true;
      continue;
    }
    if (top.node.isPrepared || entered.has(top.node)) continue;
    entered.add(top.node);
    visit(top.node);
    stack.push({ node: top.node, leaving: true });
    for (const dependency of top.node.dependencies) stack.push({ node: dependency.parent, leaving: false });
  }
  return found;
}
