import type { StageId, TaskId } from '../base/ids.ts';
import type { TaskDescription } from '../exec/task.ts';
import type { TaskSet } from './task-set.ts';

/** An attempt under way. */
export interface RunningTask {
  readonly task: TaskDescription;
  readonly taskSet: TaskSet;
  readonly controller: AbortController;
  /** By the steady clock. */
  readonly startedMs: number;
  /** Whether a copy of it was asked for, or it is one. */
  wasCopied: boolean;
}

/** What runs, by task and by thread. */
export class RunningTasks {
  readonly #byId = new Map<TaskId, RunningTask>();
  /** How many attempts each thread runs; those that run none are not here. */
  readonly #byThread = new Map<string, number>();

  get size(): number {
    return this.#byId.size;
  }

  add(running: RunningTask): void {
    const { taskId, executor } = running.task;
    this.#byId.set(taskId, running);
    this.#byThread.set(executor, (this.#byThread.get(executor) ?? 0) + 1);
  }

  find(id: TaskId): RunningTask | undefined {
    return this.#byId.get(id);
  }

  remove({ task }: RunningTask): void {
    if (!this.#byId.delete(task.taskId)) return;
    const left = (this.#byThread.get(task.executor) ?? 1) - 1;
    if (left === 0) this.#byThread.delete(task.executor);
    else this.#byThread.set(task.executor, left);
  }

  isBusy(thread: string): boolean {
    return this.#byThread.has(thread);
  }

  values(): Iterable<RunningTask> {
    return this.#byId.values();
  }

  /** The attempts at a stage, in the order they were started. */
  ofStage(stageId: StageId): RunningTask[] {
    const found: RunningTask[] = [];
    for (const running of this.#byId.values()) if (running.task.stageId === stageId) found.push(running);
    return found;
  }
}
