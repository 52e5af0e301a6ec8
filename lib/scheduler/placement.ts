/**
 * Where tasks run: on a thread that holds the blocks they read when there is one, else anywhere. Spark's delay
 * scheduling: while all such threads are busy, others stay idle for `locality.wait` in the hope that one comes free.
 *
 * The wait is that of a thread left idle, as in Spark since 3.1, and not the time since a local task was started: tasks
 * in a row on the one thread that holds all blocks would keep the others idle for good. Unlike Spark, a stage that has
 * waited it out waits no more: its blocks lie unevenly, and the next thread that comes free would only find so again.
 */
import type { Clock } from '../base/clock.ts';
import type { LineageNode } from '../lineage/lineage-node.ts';
import type { PendingTask } from './pending-tasks.ts';
import type { TaskSet } from './task-set.ts';

/** Knows which threads hold what. */
export interface Locations {
  /**
   * The threads that hold cached blocks which computing this partition of the node would read; empty when none does, or
   * when all threads come by them alike. Names of threads that are gone do no harm. Asked once for each partition of a
   * stage, and for each try of it: must be fast, and must not raise.
   */
  find(node: LineageNode, partition: number): readonly string[];
}

export interface PlacementOptions {
  /** Default: all threads are alike. */
  readonly locations?: Locations | undefined;
  /** `locality.wait`. */
  readonly waitMs: number;
  readonly clock: Clock;
  /** Whether the thread runs a task: one that neither does nor is idle is gone. */
  isBusy(thread: string): boolean;
}

/** A task and the thread to run it on. */
export interface Placed extends PendingTask {
  readonly executor: string;
  readonly speculative: boolean;
}

/** As Spark's 3 s would be on one machine: what waits here is a core, for what a copy from thread to thread costs. */
export const LOCALITY_WAIT_MS = 200;

const NOWHERE: readonly string[] = [];

export class Placement {
  readonly #locations: Locations | undefined;
  readonly #waitMs: number;
  readonly #clock: Clock;
  readonly #isBusy: (thread: string) => boolean;
  /** Task sets for which a thread is idle, and since when. */
  #waiting: ReadonlyMap<TaskSet, number> = new Map();
  /** Task sets that have waited long enough. */
  readonly #impatient = new WeakSet<TaskSet>();

  constructor(options: PlacementOptions) {
    this.#locations = options.locations;
    this.#waitMs = options.waitMs;
    this.#clock = options.clock;
    this.#isBusy = (thread) => options.isBusy(thread);
  }

  /** The threads a partition is best run on, as far as it is known now. */
  threadsFor(node: LineageNode, partition: number): readonly string[] {
    return this.#locations?.find(node, partition) ?? NOWHERE;
  }

  /** Takes the next task of a set for one of the threads that are idle; none when its tasks rather wait. */
  place(taskSet: TaskSet, idle: readonly string[]): Placed | undefined {
    const [first] = idle;
    if (first === undefined) return undefined;
    const { pending } = taskSet;
    if (this.#locations !== undefined) {
      for (const thread of idle) {
        const local = pending.takeLocal(thread);
        if (local !== undefined) return placed(local, thread);
      }
    }
    const free = pending.takeFree();
    if (free !== undefined) return placed(free, first);
    if (pending.size > 0) {
      pending.unbind(this.#isBusy);
      const freed = pending.takeFree() ?? (this.#isImpatient(taskSet) ? pending.takeBound() : undefined);
      if (freed !== undefined) return placed(freed, first);
    }
    for (const thread of idle) {
      const copy = taskSet.takeCopy(thread);
      if (copy !== undefined) return { ...placed(copy, thread), speculative: true };
    }
    return undefined;
  }

  /**
   * Notes for which task sets threads are left idle now; an interval ends where a set is not among them. Gives in how
   * many milliseconds to try again; undefined when only a task that ends can change anything.
   */
  leaveIdle(declined: Iterable<TaskSet>): number | undefined {
    const waiting = new Map<TaskSet, number>();
    let dueMs = Number.POSITIVE_INFINITY;
    for (const taskSet of declined) {
      // It may also have but a copy to start, which waits for another thread.
      if (taskSet.pending.size === 0) continue;
      const sinceMs = this.#waiting.get(taskSet) ?? this.#clock.monotonicMs();
      waiting.set(taskSet, sinceMs);
      dueMs = Math.min(dueMs, sinceMs + this.#waitMs);
    }
    this.#waiting = waiting;
    // Timers may be early by a part of a millisecond.
    return waiting.size === 0 ? undefined : Math.max(1, Math.ceil(dueMs - this.#clock.monotonicMs()));
  }

  #isImpatient(taskSet: TaskSet): boolean {
    if (this.#waitMs === 0 || this.#impatient.has(taskSet)) return true;
    const sinceMs = this.#waiting.get(taskSet);
    if (sinceMs === undefined || this.#clock.monotonicMs() - sinceMs < this.#waitMs) return false;
    this.#impatient.add(taskSet);
    return true;
  }
}

function placed({ partition, attempt }: PendingTask, executor: string): Placed {
  return { partition, attempt, executor, speculative: false };
}
