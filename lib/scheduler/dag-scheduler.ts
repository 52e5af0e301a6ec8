/**
 * The one loop that performs what `DagState` decides: it queues events, hands them to the state one by one, performs
 * the effects in order, and gives free slots to the task set whose turn it is.
 *
 * Threading: everything happens in the session's thread. Listeners, consumers of values and executors may call back at
 * any point; what they cause is queued and handled after the event at hand, so that events and effects have one order.
 */

import type { MapOutput } from '../../storage/shuffle/map-output.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import { CairnError, describeValue } from '../base/errors.ts';
import { type JobId, jobId, type ShuffleId, type StageId, type TaskId, taskId } from '../base/ids.ts';
import { unreachable } from '../base/invariant.ts';
import type { PoolSettings, SchedulingMode } from '../config/pools.ts';
import { type EngineEvent, NO_METRICS } from '../events/engine-event.ts';
import type { EventBus } from '../events/event-bus.ts';
import type { Executor } from '../exec/executor.ts';
import type { TaskDescription, TaskOutcome } from '../exec/task.ts';
import type { DagEffect, DagEvent, TimelessEvent } from './dag-event.ts';
import { DagState } from './dag-state.ts';
import { type JobHandle, JobResult, type JobSpec, jobName } from './job-handle.ts';
import { MapOutputTracker } from './map-output-tracker.ts';
import { DEFAULT_POOL, Pools } from './pools.ts';
import { type MaterializedNodes, resolvePartitions } from './stage-builder.ts';
import { TaskSet } from './task-set.ts';

/** Calls back once after a while, unless stopped by what it gives. Specs drive it by hand. */
export type ResubmitTimer = (delayMs: number, action: () => void) => () => void;

export interface DagSchedulerOptions {
  /** Belongs to the caller, who closes it after the scheduler. */
  readonly executor: Executor;
  readonly events: EventBus;
  readonly clock?: Clock;
  readonly tracker?: MapOutputTracker;
  readonly materialized?: MaterializedNodes;
  /** `task.maxFailures`. Default 4. */
  readonly maxFailures?: number;
  /** `stage.maxConsecutiveAttempts`. Default 4. */
  readonly maxConsecutiveAttempts?: number;
  /** `result.maxBytes`. Default 1 GiB. */
  readonly maxResultBytes?: number;
  /** `scheduler.mode`. Default FIFO. */
  readonly mode?: SchedulingMode;
  /** `scheduler.pools`. */
  readonly pools?: ReadonlyMap<string, PoolSettings>;
  /** How long to wait for more failures of the same cause before stages are tried again. Default 200 ms, as Spark. */
  readonly resubmitDelayMs?: number;
  readonly timer?: ResubmitTimer;
}

interface RunningTask {
  readonly task: TaskDescription;
  readonly taskSet: TaskSet;
  readonly controller: AbortController;
}

/** The map outputs a task set reads, as of an epoch of the tracker. */
interface ShuffleSnapshot {
  readonly epoch: number;
  readonly shuffles: ReadonlyMap<ShuffleId, readonly MapOutput[]>;
}

const NOTHING_MATERIALIZED: MaterializedNodes = { isFullyCached: () => false };

export class DagScheduler {
  readonly tracker: MapOutputTracker;
  readonly #executor: Executor;
  readonly #events: EventBus;
  readonly #clock: Clock;
  readonly #materialized: MaterializedNodes;
  readonly #state: DagState;
  readonly #pools: Pools;
  readonly #resubmitDelayMs: number;
  readonly #timer: ResubmitTimer;
  readonly #jobs = new Map<JobId, JobResult>();
  /** Attempts of a stage with tasks to start or to end. */
  readonly #taskSets = new Map<StageId, TaskSet[]>();
  readonly #snapshots = new WeakMap<TaskSet, ShuffleSnapshot>();
  readonly #running = new Map<TaskId, RunningTask>();
  /** Stages to forget once their last task ended: it still needs what was shipped for it. */
  readonly #leaving = new Set<StageId>();
  #queue: DagEvent[] = [];
  #isBusy = false;
  #isClosed = false;
  #nextJobId = 0;
  #nextTaskId = 0;
  #stopTimer: () => void = () => {};
  #onIdle: () => void = () => {};

  constructor(options: DagSchedulerOptions) {
    this.tracker = options.tracker ?? new MapOutputTracker();
    this.#executor = options.executor;
    this.#events = options.events;
    this.#clock = options.clock ?? systemClock;
    this.#materialized = options.materialized ?? NOTHING_MATERIALIZED;
    this.#resubmitDelayMs = options.resubmitDelayMs ?? 200;
    this.#timer = options.timer ?? startTimeout;
    this.#state = new DagState({
      tracker: this.tracker,
      materialized: this.#materialized,
      maxFailures: options.maxFailures ?? 4,
      maxConsecutiveAttempts: options.maxConsecutiveAttempts ?? 4,
      maxResultBytes: options.maxResultBytes ?? 2 ** 30,
    });
    this.#pools = new Pools(options.mode ?? 'FIFO', options.pools, (name) => {
      const message = `there is no pool '${name}' in scheduler.pools: it is used as FIFO with weight 1 and minimum share 0`;
      this.#emit({ kind: 'warning', message });
    });
  }

  /** What it holds now: all 0 when no job runs and no task is ending. */
  get size(): { readonly jobs: number; readonly stages: number; readonly taskSets: number; readonly tasks: number } {
    const { jobs, stages } = this.#state.size;
    return {
      jobs: Math.max(jobs, this.#jobs.size),
      stages,
      taskSets: Math.max(this.#pools.taskSetCount, this.#taskSets.size),
      tasks: this.#running.size,
    };
  }

  /** Starts a job. Partitions are found out at once; every error, that one included, comes by the handle's `result`. */
  runJob(spec: JobSpec): JobHandle {
    const id = jobId(this.#nextJobId++);
    const name = jobName(spec);
    const cancel = (reason: string, cause?: unknown) => {
      this.#post({ kind: 'job-cancelled', jobId: id, reason, cause });
    };
    const result = new JobResult(spec, (reason) => cancel(describeAbort(reason), reason));
    const handle: JobHandle = { jobId: id, result: result.promise, cancel: (reason) => cancel(reason) };
    if (this.#isClosed) {
      result.fail(new CairnError('SESSION_CLOSED', { what: `job ${id} (${name})` }));
      return handle;
    }
    if (spec.signal?.aborted === true) {
      const { reason } = spec.signal;
      const params = { job: id, name, reason: describeAbort(reason) };
      result.fail(new CairnError('JOB_CANCELLED', params, { cause: reason }));
      return handle;
    }
    const { node, partitions, action, callSite, group, pool = DEFAULT_POOL } = spec;
    try {
      if (partitions.length > 0) {
        const findStage = (shuffleId: ShuffleId) => this.#state.findStage(shuffleId);
        resolvePartitions(node, { materialized: this.#materialized, findStage });
      }
    } catch (error) {
      result.fail(error);
      return handle;
    }
    this.#jobs.set(id, result);
    spec.onSubmit?.(id);
    this.#post({
      kind: 'job-submitted',
      job: { jobId: id, node, partitions: [...partitions], action, callSite, name, group, pool },
    });
    return handle;
  }

  /** Ends a job with JOB_CANCELLED; nothing happens when it has ended. */
  cancelJob(id: JobId, reason: string): void {
    this.#post({ kind: 'job-cancelled', jobId: id, reason });
  }

  /** Ends all jobs of a group with JOB_CANCELLED. Jobs submitted later are not concerned. */
  cancelGroup(group: string, reason: string): void {
    this.#post({ kind: 'group-cancelled', group, reason });
  }

  /** Ends all jobs with SESSION_CLOSED and takes no more. Resolves when the last task has ended. */
  async close(): Promise<void> {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#stopTimer();
      this.#post({ kind: 'closed' });
    }
    if (this.#running.size === 0) return;
    await new Promise<void>((resolve) => {
      const before = this.#onIdle;
      this.#onIdle = () => {
        before();
        resolve();
      };
    });
  }

  #post(event: DagEvent): void {
    this.#queue.push(event);
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      do this.#drain();
      while (this.#startTask());
    } finally {
      this.#isBusy = false;
    }
  }

  #drain(): void {
    while (this.#queue.length > 0) {
      const queue = this.#queue;
      this.#queue = [];
      for (const event of queue) for (const effect of this.#state.apply(event)) this.#perform(effect);
    }
  }

  #perform(effect: DagEffect): void {
    switch (effect.kind) {
      case 'submit-tasks': {
        const taskSet = new TaskSet(effect.taskSet);
        const others = this.#taskSets.get(taskSet.stageId);
        if (others === undefined) this.#taskSets.set(taskSet.stageId, [taskSet]);
        else others.push(taskSet);
        this.#pools.add(taskSet);
        break;
      }
      case 'enqueue-task':
        this.#findTaskSet(effect.stageId, effect.stageAttempt)?.enqueue(effect);
        break;
      case 'retire-tasks': {
        const taskSet = this.#findTaskSet(effect.stageId, effect.stageAttempt);
        if (taskSet !== undefined) this.#retire(taskSet);
        break;
      }
      case 'cancel-tasks':
        for (const taskSet of [...(this.#taskSets.get(effect.stageId) ?? [])]) this.#retire(taskSet);
        for (const { task, controller } of this.#running.values()) {
          if (task.stageId === effect.stageId) controller.abort();
        }
        break;
      case 'deliver':
        try {
          this.#jobs.get(effect.jobId)?.deliver(effect.index, effect.value);
        } catch (error) {
          this.#post({ kind: 'job-broken', jobId: effect.jobId, error });
        }
        break;
      case 'complete-job':
        this.#endJob(effect.jobId)?.complete();
        break;
      case 'fail-job':
        this.#endJob(effect.jobId)?.fail(effect.error);
        break;
      case 'post-resubmit':
        this.#stopTimer = this.#timer(this.#resubmitDelayMs, () => {
          this.#stopTimer = () => {};
          this.#post({ kind: 'resubmit' });
        });
        break;
      case 'forget-stage':
        this.#leaving.add(effect.stageId);
        this.#forgetLeaving(effect.stageId);
        break;
      case 'emit':
        this.#emit(effect.event);
        break;
      default:
        unreachable(effect);
    }
  }

  /** Starts the task whose turn it is. Gives false when there is none, or no slot. */
  #startTask(): boolean {
    const [executor] = this.#executor.idle();
    if (executor === undefined) return false;
    const taskSet = this.#pools.next();
    const next = taskSet?.take();
    if (taskSet === undefined || next === undefined) return false;
    const { stageId, stageAttempt, work } = taskSet.spec;
    const task: TaskDescription = {
      taskId: taskId(this.#nextTaskId++),
      jobId: taskSet.jobId,
      stageId,
      stageAttempt,
      partition: next.partition,
      attempt: next.attempt,
      executor,
      speculative: false,
      work,
      shuffles: this.#shufflesOf(taskSet),
    };
    const controller = new AbortController();
    taskSet.runningTasks++;
    this.#running.set(task.taskId, { task, taskSet, controller });
    this.#queue.push({ kind: 'task-started', task });
    // A listener may cancel the job here, so that the task need not start at all.
    this.#drain();
    if (controller.signal.aborted) this.#endTask(task, { kind: 'cancelled', metrics: NO_METRICS });
    else {
      this.#executor.run(task, controller.signal).then(
        (outcome) => this.#endTask(task, outcome),
        (error: unknown) => this.#endTask(task, brokenExecutor(error)),
      );
    }
    return true;
  }

  #endTask(task: TaskDescription, outcome: TaskOutcome): void {
    const running = this.#running.get(task.taskId);
    if (running === undefined) return;
    this.#running.delete(task.taskId);
    running.taskSet.runningTasks--;
    this.#removeWhenOver(running.taskSet);
    this.#forgetLeaving(task.stageId);
    this.#post({ kind: 'task-ended', task, outcome });
    if (this.#running.size === 0) this.#onIdle();
  }

  /** What the tasks of a set read, read anew after outputs came or went. Incomplete shuffles are left out. */
  #shufflesOf(taskSet: TaskSet): ReadonlyMap<ShuffleId, readonly MapOutput[]> {
    const { epoch } = this.tracker;
    const known = this.#snapshots.get(taskSet);
    if (known?.epoch === epoch) return known.shuffles;
    const shuffles = new Map<ShuffleId, readonly MapOutput[]>();
    for (const shuffleId of taskSet.spec.shuffleIds) {
      const outputs = this.tracker.findOutputs(shuffleId);
      if (outputs !== undefined) shuffles.set(shuffleId, outputs);
    }
    this.#snapshots.set(taskSet, { epoch, shuffles });
    return shuffles;
  }

  #findTaskSet(stageId: StageId, stageAttempt: number): TaskSet | undefined {
    return this.#taskSets.get(stageId)?.find((taskSet) => taskSet.spec.stageAttempt === stageAttempt);
  }

  #retire(taskSet: TaskSet): void {
    taskSet.retire();
    this.#removeWhenOver(taskSet);
  }

  #removeWhenOver(taskSet: TaskSet): void {
    if (!taskSet.isOver) return;
    this.#pools.remove(taskSet);
    const left = this.#taskSets.get(taskSet.stageId)?.filter((other) => other !== taskSet) ?? [];
    if (left.length > 0) this.#taskSets.set(taskSet.stageId, left);
    else this.#taskSets.delete(taskSet.stageId);
  }

  #endJob(id: JobId): JobResult | undefined {
    const result = this.#jobs.get(id);
    this.#jobs.delete(id);
    return result;
  }

  #forgetLeaving(stageId: StageId): void {
    if (!this.#leaving.has(stageId)) return;
    for (const { task } of this.#running.values()) if (task.stageId === stageId) return;
    this.#leaving.delete(stageId);
    this.#executor.forgetStage(stageId);
  }

  #emit(event: TimelessEvent): void {
    this.#events.emit({ ...event, atMs: this.#clock.nowMs() } as EngineEvent);
  }
}

function describeAbort(reason: unknown): string {
  return reason instanceof Error ? reason.message : describeValue(reason);
}

/** An executor never rejects: a bug, which shall end the job and not hang it. */
function brokenExecutor(error: unknown): TaskOutcome {
  const detail = 'an executor rejected instead of giving an outcome';
  return { kind: 'failed', error: new CairnError('INTERNAL', { detail }, { cause: error }), metrics: NO_METRICS };
}

/** Keeps the process alive: a job that waits to be tried again is not over. */
function startTimeout(delayMs: number, action: () => void): () => void {
  const timeout = setTimeout(action, delayMs);
  return () => clearTimeout(timeout);
}
