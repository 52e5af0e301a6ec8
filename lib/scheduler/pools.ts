/**
 * Whose task runs next when several jobs want the same slots: Spark's FIFO and FAIR orders.
 *
 * In FIFO mode all task sets stand in one line and pools are ignored. In FAIR mode the pools take turns by weight and
 * minimum share, and inside a pool its own mode decides.
 */
import type { JobId, StageId } from '../base/ids.ts';
import type { PoolSettings, SchedulingMode } from '../config/pools.ts';
import type { TaskSet } from './task-set.ts';

/** What FIFO looks at. */
export interface FifoEntry {
  readonly jobId: JobId;
  readonly stageId: StageId;
}

/** What FAIR looks at. */
export interface FairEntry {
  readonly name: string;
  readonly weight: number;
  readonly minShare: number;
  readonly runningTasks: number;
}

/** Earlier jobs first, then earlier stages. Negative when `a` goes first. */
export function compareFifo(a: FifoEntry, b: FifoEntry): number {
  return a.jobId - b.jobId || a.stageId - b.stageId;
}

/**
 * Those below their minimum share first, the furthest below first; then the fewest running tasks for their weight.
 * Ties go by name, so that the order is total.
 */
export function compareFair(a: FairEntry, b: FairEntry): number {
  const needyA = a.runningTasks < a.minShare;
  const needyB = b.runningTasks < b.minShare;
  if (needyA !== needyB) return needyA ? -1 : 1;
  const difference = needyA
    ? a.runningTasks / Math.max(a.minShare, 1) - b.runningTasks / Math.max(b.minShare, 1)
    : a.runningTasks / a.weight - b.runningTasks / b.weight;
  if (difference !== 0) return difference;
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

/** The pool of jobs that name none. */
export const DEFAULT_POOL = 'default';

const NONE: ReadonlySet<TaskSet> = new Set();

const DEFAULT_SETTINGS: PoolSettings = { mode: 'FIFO', weight: 1, minShare: 0 };

class Pool implements FairEntry {
  readonly name: string;
  readonly mode: SchedulingMode;
  readonly weight: number;
  readonly minShare: number;
  readonly taskSets = new Set<TaskSet>();

  constructor(name: string, settings: PoolSettings) {
    this.name = name;
    this.mode = settings.mode;
    this.weight = settings.weight;
    this.minShare = settings.minShare;
  }

  get runningTasks(): number {
    let running = 0;
    for (const taskSet of this.taskSets) running += taskSet.runningTasks;
    return running;
  }

  /** The task set whose turn it is, among those with a task to start that are not in `declined`. */
  next(declined: ReadonlySet<TaskSet>): TaskSet | undefined {
    const compare = this.mode === 'FAIR' ? compareFair : compareFifo;
    let first: TaskSet | undefined;
    for (const taskSet of this.taskSets) {
      if (!taskSet.hasPending || declined.has(taskSet)) continue;
      if (first === undefined || compare(taskSet, first) < 0) first = taskSet;
    }
    return first;
  }
}

/** All task sets, in their pools. */
export class Pools {
  readonly #mode: SchedulingMode;
  readonly #pools = new Map<string, Pool>();
  readonly #onUnknown: (name: string) => void;

  /** `onUnknown` is told of each pool that is used but not configured, once; it gets the default settings. */
  constructor(
    mode: SchedulingMode,
    settings: ReadonlyMap<string, PoolSettings> = new Map(),
    onUnknown: (name: string) => void = () => {},
  ) {
    this.#mode = mode;
    this.#onUnknown = onUnknown;
    this.#pools.set(DEFAULT_POOL, new Pool(DEFAULT_POOL, DEFAULT_SETTINGS));
    if (mode === 'FAIR') for (const [name, each] of settings) this.#pools.set(name, new Pool(name, each));
  }

  /** Task sets in all pools, those with only running tasks included. */
  get taskSetCount(): number {
    let count = 0;
    for (const pool of this.#pools.values()) count += pool.taskSets.size;
    return count;
  }

  add(taskSet: TaskSet): void {
    this.#poolOf(taskSet).taskSets.add(taskSet);
  }

  remove(taskSet: TaskSet): void {
    this.#poolOf(taskSet).taskSets.delete(taskSet);
  }

  /** The task set that may start its next task, those in `declined` left out; undefined when none has any. */
  next(declined: ReadonlySet<TaskSet> = NONE): TaskSet | undefined {
    let best: { readonly pool: Pool; readonly taskSet: TaskSet } | undefined;
    for (const pool of this.#pools.values()) {
      const taskSet = pool.next(declined);
      if (taskSet !== undefined && (best === undefined || compareFair(pool, best.pool) < 0)) best = { pool, taskSet };
    }
    return best?.taskSet;
  }

  #poolOf(taskSet: TaskSet): Pool {
    const name = this.#mode === 'FIFO' ? DEFAULT_POOL : taskSet.pool;
    let pool = this.#pools.get(name);
    if (pool === undefined) {
      pool = new Pool(name, DEFAULT_SETTINGS);
      this.#pools.set(name, pool);
      this.#onUnknown(name);
    }
    return pool;
  }
}
