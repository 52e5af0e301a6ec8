/**
 * Gathers what happens to each attempt at a stage until it is over, so that it is written at once.
 *
 * An attempt that is given up to be tried again may leave tasks running whose late success counts: it is over when
 * they are. One that fails or is cancelled for good is over at once, since its job is about to reject and the process
 * may end: what still runs is noted as killed.
 */
import type { ShuffleId, StageId, TaskId } from '../base/ids.ts';
import type { StageCompleted, StageFailed, StageSubmitted, TaskEnded, TaskStarted } from '../events/engine-event.ts';

/** A task attempt; without `ended` it still ran when its stage was over. */
export interface GatheredTask {
  readonly started: TaskStarted;
  readonly ended: TaskEnded | undefined;
}

/** A whole attempt at a stage. */
export interface GatheredStage {
  readonly submitted: StageSubmitted;
  readonly end: StageCompleted | StageFailed;
  readonly tasks: readonly GatheredTask[];
}

interface Attempt {
  readonly submitted: StageSubmitted;
  readonly tasks: Map<TaskId, { readonly started: TaskStarted; ended: TaskEnded | undefined }>;
  runningTasks: number;
  end: StageFailed | undefined;
}

export type StageEvent = StageSubmitted | StageCompleted | StageFailed | TaskStarted | TaskEnded;

export class StageJournal {
  readonly #onEnd: (stage: GatheredStage) => void;
  /** By stage and attempt. */
  readonly #attempts = new Map<string, Attempt>();
  readonly #shuffles = new Map<StageId, ShuffleId>();
  /** Successful map tasks whose outputs are not on record. */
  readonly #unrecorded = new Map<ShuffleId, Set<TaskId>>();

  /** `onEnd` is called once for each attempt. */
  constructor(onEnd: (stage: GatheredStage) => void) {
    this.#onEnd = onEnd;
  }

  add(event: StageEvent): void {
    switch (event.kind) {
      case 'stage-submitted':
        if (event.shuffleId !== undefined) this.#shuffles.set(event.stageId, event.shuffleId);
        this.#attempts.set(keyOf(event.stageId, event.attempt), {
          submitted: event,
          tasks: new Map(),
          runningTasks: 0,
          end: undefined,
        });
        return;
      case 'task-started': {
        const attempt = this.#attempts.get(keyOf(event.stageId, event.stageAttempt));
        if (attempt === undefined) return;
        attempt.tasks.set(event.taskId, { started: event, ended: undefined });
        attempt.runningTasks++;
        return;
      }
      case 'task-ended':
        this.#endTask(event);
        return;
      default:
        this.#endStage(event);
    }
  }

  /** The map tasks of a shuffle that succeeded since this was last asked. */
  takeMapTasks(shuffle: ShuffleId): ReadonlySet<TaskId> {
    const tasks = this.#unrecorded.get(shuffle) ?? new Set();
    this.#unrecorded.delete(shuffle);
    return tasks;
  }

  /** Ends the attempts that wait for tasks which will not end any more. */
  close(): void {
    for (const [key, { end }] of [...this.#attempts]) if (end !== undefined) this.#finish(key, end);
  }

  #endTask(event: TaskEnded): void {
    const shuffle = this.#shuffles.get(event.stageId);
    if (shuffle !== undefined && event.outcome.kind === 'succeeded') {
      const tasks = this.#unrecorded.get(shuffle);
      if (tasks === undefined) this.#unrecorded.set(shuffle, new Set([event.taskId]));
      else tasks.add(event.taskId);
    }
    const key = keyOf(event.stageId, event.stageAttempt);
    const attempt = this.#attempts.get(key);
    const task = attempt?.tasks.get(event.taskId);
    if (attempt === undefined || task === undefined) return;
    task.ended = event;
    attempt.runningTasks--;
    if (attempt.end !== undefined && attempt.runningTasks === 0) this.#finish(key, attempt.end);
  }

  #endStage(event: StageCompleted | StageFailed): void {
    const key = keyOf(event.stageId, event.attempt);
    const attempt = this.#attempts.get(key);
    if (attempt === undefined) return;
    if (event.kind === 'stage-failed' && event.willRetry && attempt.runningTasks > 0) {
      attempt.end = event;
      return;
    }
    this.#finish(key, event);
  }

  #finish(key: string, end: StageCompleted | StageFailed): void {
    const attempt = this.#attempts.get(key);
    if (attempt === undefined) return;
    this.#attempts.delete(key);
    if (end.kind === 'stage-completed' || !end.willRetry) this.#shuffles.delete(end.stageId);
    this.#onEnd({ submitted: attempt.submitted, end, tasks: [...attempt.tasks.values()] });
  }
}

function keyOf(stage: StageId, attempt: number): string {
  return `${stage}.${attempt}`;
}
