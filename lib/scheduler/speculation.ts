/**
 * Which tasks take so much longer than others of their stage that a second copy of them may end first: Spark's rule of
 * 4.0, without the one that looks at how many records a task gets through.
 */
import type { StageId } from '../base/ids.ts';
import type { RunningTask } from './running-tasks.ts';
import type { TaskSet } from './task-set.ts';

/** `speculation.*`. */
export interface SpeculationSettings {
  /** The share of a stage's tasks that must have succeeded before any is called slow. */
  readonly quantile: number;
  /** How many times as long as their median a slow task takes. */
  readonly multiplier: number;
  /** How often is looked. */
  readonly intervalMs: number;
  /** What no task is slow below. */
  readonly minTaskRuntimeMs: number;
}

/** How long the tasks of a set took that succeeded. */
class Durations {
  readonly #all: number[] = [];
  /** As of so many durations. */
  #median = { count: 0, ms: 0 };

  get count(): number {
    return this.#all.length;
  }

  /** Half of them took no longer; of an even number, the mean of the middle two. */
  get medianMs(): number {
    const { count } = this;
    if (this.#median.count !== count) {
      const sorted = Float64Array.from(this.#all).sort();
      const middle = count >> 1;
      const upper = sorted[middle] as number;
      this.#median = { count, ms: count % 2 === 1 ? upper : (upper + (sorted[middle - 1] as number)) / 2 };
    }
    return this.#median.ms;
  }

  add(ms: number): void {
    this.#all.push(ms);
  }
}

export class Speculation {
  readonly intervalMs: number;
  readonly #settings: SpeculationSettings;
  readonly #durations = new WeakMap<TaskSet, Durations>();

  constructor(settings: SpeculationSettings) {
    this.#settings = settings;
    this.intervalMs = settings.intervalMs;
  }

  /** Notes how long a task took that succeeded. */
  add(taskSet: TaskSet, durationMs: number): void {
    let durations = this.#durations.get(taskSet);
    if (durations === undefined) {
      durations = new Durations();
      this.#durations.set(taskSet, durations);
    }
    durations.add(durationMs);
  }

  /**
   * Whether any of these tasks may turn out to be slow. `setOf` gives the task set of a stage that starts tasks now, by
   * which those left over from an attempt that was given up are judged too.
   */
  hasCandidates(running: Iterable<RunningTask>, setOf: (stageId: StageId) => TaskSet | undefined): boolean {
    for (const each of running) if (isCandidate(each) && this.#isReady(setOf(each.task.stageId))) return true;
    return false;
  }

  /** Those of the tasks that are slow at `nowMs` of the steady clock. */
  findSlow(
    running: Iterable<RunningTask>,
    setOf: (stageId: StageId) => TaskSet | undefined,
    nowMs: number,
  ): RunningTask[] {
    const slow: RunningTask[] = [];
    for (const each of running) {
      if (!isCandidate(each)) continue;
      const taskSet = setOf(each.task.stageId);
      if (this.#isReady(taskSet) && nowMs - each.startedMs > this.#thresholdOf(taskSet)) slow.push(each);
    }
    return slow;
  }

  /** Whether enough is known of a set. Of a set of one there is nothing to go by. */
  #isReady(taskSet: TaskSet | undefined): taskSet is TaskSet {
    if (taskSet === undefined) return false;
    const tasks = taskSet.spec.partitions.length;
    const wanted = Math.max(Math.floor(this.#settings.quantile * tasks), 1);
    return tasks > 1 && (this.#durations.get(taskSet)?.count ?? 0) >= wanted;
  }

  #thresholdOf(taskSet: TaskSet): number {
    const { multiplier, minTaskRuntimeMs } = this.#settings;
    return Math.max(multiplier * (this.#durations.get(taskSet)?.medianMs ?? 0), minTaskRuntimeMs);
  }
}

function isCandidate({ wasCopied, controller }: RunningTask): boolean {
  return !wasCopied && !controller.signal.aborted;
}
