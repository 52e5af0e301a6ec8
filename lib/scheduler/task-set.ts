import type { JobId, ShuffleId, StageId } from '../base/ids.ts';
import type { StageWork } from '../exec/task.ts';

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

/** A partition to run, and how many tries it had in this stage attempt. */
export interface PendingTask {
  readonly partition: number;
  readonly attempt: number;
}

/**
 * The queue of one stage attempt, and how many of its tasks run. Decides nothing: what is retried, and when, is the
 * business of the scheduler's state.
 */
export class TaskSet {
  readonly spec: TaskSetSpec;
  readonly name: string;
  readonly weight = 1;
  readonly minShare = 0;
  runningTasks = 0;
  /** The next one is last. */
  readonly #pending: PendingTask[];
  #isRetired = false;

  constructor(spec: TaskSetSpec) {
    this.spec = spec;
    this.name = `TaskSet_${spec.stageId}.${spec.stageAttempt}`;
    this.#pending = spec.partitions.map((partition) => ({ partition, attempt: 0 })).reverse();
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
    return this.#pending.length > 0;
  }

  /** Whether nothing of it is left to start or to end. */
  get isOver(): boolean {
    return this.#isRetired && this.runningTasks === 0;
  }

  /** Puts a task in front: a partition that cannot be computed shall end its job before all others ran. */
  enqueue(task: PendingTask): void {
    if (!this.#isRetired) this.#pending.push(task);
  }

  /** The task to start now. */
  take(): PendingTask | undefined {
    return this.#pending.pop();
  }

  /** Starts no more tasks; those that run go on. */
  retire(): void {
    this.#isRetired = true;
    this.#pending.length = 0;
  }
}
