import type { JobId, ShuffleId, StageId, TaskId } from '../base/ids.ts';
import type { StageWork } from '../exec/task.ts';
import { type PendingTask, PendingTasks } from './pending-tasks.ts';

/** The tasks of one attempt at a stage, as the scheduler's state asks for them. */
export interface TaskSetSpec {
  readonly stageId: StageId;
  readonly stageAttempt: number;
  /** The earliest of the jobs that need it: its turn comes before that of later jobs. */
  readonly jobId: JobId;
  readonly pool: string;
  readonly work: StageWork;
  /** Shuffles the stage reads. */
  readonly shuffleIds: readonly ShuffleId[];
  /** Partitions to run now, in this order. */
  readonly partitions: readonly number[];
}

/** A second copy of a task that takes long. */
export interface PendingCopy extends PendingTask {
  readonly original: TaskId;
  /** The thread that runs the original: on it the copy would gain nothing. */
  readonly notOn: string;
}

/**
 * The queue of one stage attempt, and how many of its tasks run. Decides nothing: what is retried, and when, is the
 * business of the scheduler's state, and where it runs, of `Placement`.
 */
export class TaskSet {
  readonly spec: TaskSetSpec;
  readonly name: string;
  readonly weight = 1;
  readonly minShare = 0;
  runningTasks = 0;
  readonly pending = new PendingTasks();
  readonly #copies = new Map<TaskId, PendingCopy>();
  #isRetired = false;

  /** `threadsFor` names the threads a partition is best run on; none when it may run anywhere. */
  constructor(spec: TaskSetSpec, threadsFor: (partition: number) => readonly string[] = () => []) {
    this.spec = spec;
    this.name = `TaskSet_${spec.stageId}.${spec.stageAttempt}`;
    for (const partition of spec.partitions.toReversed()) {
      this.pending.put({ partition, attempt: 0 }, threadsFor(partition));
    }
  }

  get jobId(): JobId {
    return this.spec.jobId;
  }

  get stageId(): StageId {
    return this.spec.stageId;
  }

  get pool(): string {
    return this.spec.pool;
  }

  get hasPending(): boolean {
    return this.pending.size > 0 || this.#copies.size > 0;
  }

  /** Whether it starts no more tasks. */
  get isRetired(): boolean {
    return this.#isRetired;
  }

  /** Whether nothing of it is left to start or to end. */
  get isOver(): boolean {
    return this.#isRetired && this.runningTasks === 0;
  }

  /** Puts a task in front: a partition that cannot be computed shall end its job before all others ran. */
  enqueue(task: PendingTask, threads: readonly string[] = []): void {
    if (!this.#isRetired) this.pending.put(task, threads);
  }

  /** Puts a copy behind all others, unless there is one. */
  enqueueCopy(copy: PendingCopy): void {
    if (!this.#isRetired && !this.#copies.has(copy.original)) this.#copies.set(copy.original, copy);
  }

  /** The original has ended: no copy of it is needed. */
  dropCopy(original: TaskId): void {
    this.#copies.delete(original);
  }

  /** The first copy that may run on this thread. */
  takeCopy(thread: string): PendingCopy | undefined {
    for (const copy of this.#copies.values()) {
      if (copy.notOn === thread) continue;
      this.#copies.delete(copy.original);
      return copy;
    }
    return undefined;
  }

  /** Starts no more tasks; those that run go on. */
  retire(): void {
    this.#isRetired = true;
    this.pending.clear();
    this.#copies.clear();
  }
}
