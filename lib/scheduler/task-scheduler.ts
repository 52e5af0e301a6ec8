/**
 * The tasks of all stages between the moment they are asked for and their end: which one's turn it is, on which thread,
 * what runs, and what has been running for too long. Knows nothing of jobs, of why a stage runs, or of what follows from
 * the end of a task: that is decided above, where all of it is told.
 *
 * Threading: in the session's thread, and never within itself: whoever is told may call back, but for `startNext`.
 */
import type { MapOutput } from '../../storage/shuffle/map-output.ts';
import type { Clock } from '../base/clock.ts';
import { CairnError } from '../base/errors.ts';
import { type ShuffleId, type StageId, type TaskId, taskId } from '../base/ids.ts';
import { NO_METRICS } from '../events/engine-event.ts';
import type { Executor } from '../exec/executor.ts';
import type { TaskDescription, TaskOutcome } from '../exec/task.ts';
import type { MapOutputTracker } from './map-output-tracker.ts';
import type { PendingTask } from './pending-tasks.ts';
import { type Locations, type Placed, Placement } from './placement.ts';
import type { Pools } from './pools.ts';
import { type RunningTask, RunningTasks } from './running-tasks.ts';
import { Speculation, type SpeculationSettings } from './speculation.ts';
import { TaskSet, type TaskSetSpec } from './task-set.ts';
import { Alarm, type Timer } from './timer.ts';

export interface TaskSchedulerOptions {
  readonly executor: Executor;
  readonly tracker: MapOutputTracker;
  readonly pools: Pools;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly locations: Locations | undefined;
  readonly localityWaitMs: number;
  /** Undefined when no task is to be copied. */
  readonly speculation: SpeculationSettings | undefined;
  /** A task is about to run. When it is cancelled meanwhile it does not. */
  readonly onStart: (task: TaskDescription) => void;
  readonly onEnd: (task: TaskDescription, outcome: TaskOutcome) => void;
  /** These take much longer than others of their stages. Told of each task once. */
  readonly onSlow: (tasks: readonly TaskDescription[]) => void;
  /** `startNext` may find more to do than before. */
  readonly onChange: () => void;
}

/** The map outputs a task set reads, as of an epoch of the tracker. */
interface ShuffleSnapshot {
  readonly epoch: number;
  readonly shuffles: ReadonlyMap<ShuffleId, readonly MapOutput[]>;
}

export class TaskScheduler {
  readonly #options: TaskSchedulerOptions;
  readonly #executor: Executor;
  readonly #pools: Pools;
  readonly #placement: Placement;
  readonly #speculation: Speculation | undefined;
  /** Attempts of a stage with tasks to start or to end. */
  readonly #taskSets = new Map<StageId, TaskSet[]>();
  readonly #snapshots = new WeakMap<TaskSet, ShuffleSnapshot>();
  readonly #running = new RunningTasks();
  /** Stages to forget once their last task ended: it still needs what was shipped for it. */
  readonly #leaving = new Set<StageId>();
  /** Rings when a task has waited long enough for its thread. */
  readonly #patience: Alarm;
  /** Rings when it is time to look for slow tasks. */
  readonly #watch: Alarm;
  #nextTaskId = 0;

  constructor(options: TaskSchedulerOptions) {
    const { clock, timer, speculation } = options;
    this.#options = options;
    this.#executor = options.executor;
    this.#pools = options.pools;
    this.#placement = new Placement({
      locations: options.locations,
      waitMs: options.localityWaitMs,
      clock,
      isBusy: (thread) => this.#running.isBusy(thread),
    });
    this.#speculation = speculation && new Speculation(speculation);
    this.#patience = new Alarm(timer, () => options.onChange());
    this.#watch = new Alarm(timer, () => this.#findSlow());
    this.#executor.onIdle(() => options.onChange());
  }

  /** What it holds now: all 0 when nothing is to start or to end. */
  get size(): { readonly taskSets: number; readonly tasks: number } {
    return { taskSets: Math.max(this.#pools.taskSetCount, this.#taskSets.size), tasks: this.#running.size };
  }

  /** Whether no task runs. */
  get isIdle(): boolean {
    return this.#running.size === 0;
  }

  submit(spec: TaskSetSpec): void {
    const { node } = spec.work;
    const taskSet = new TaskSet(spec, (partition) => this.#placement.threadsFor(node, partition));
    const others = this.#taskSets.get(taskSet.stageId);
    if (others === undefined) this.#taskSets.set(taskSet.stageId, [taskSet]);
    else others.push(taskSet);
    this.#pools.add(taskSet);
  }

  /** One more task of a set that was submitted. */
  enqueue(stageId: StageId, stageAttempt: number, task: PendingTask): void {
    const taskSet = this.#findTaskSet(stageId, stageAttempt);
    taskSet?.enqueue(task, this.#placement.threadsFor(taskSet.spec.work.node, task.partition));
  }

  /** A copy of a task that runs, for another thread than its own. */
  enqueueCopy(original: TaskDescription, stageAttempt: number, attempt: number): void {
    const { stageId, partition, taskId, executor } = original;
    if (this.#running.find(taskId) === undefined) return;
    const copy = { partition, attempt, original: taskId, notOn: executor };
    this.#findTaskSet(stageId, stageAttempt)?.enqueueCopy(copy);
  }

  /** Starts no more tasks of this attempt; what runs may end. */
  retire(stageId: StageId, stageAttempt: number): void {
    const taskSet = this.#findTaskSet(stageId, stageAttempt);
    if (taskSet !== undefined) this.#retire(taskSet);
  }

  /** Starts no more tasks of any attempt, and aborts what runs. */
  cancelStage(stageId: StageId): void {
    for (const taskSet of [...(this.#taskSets.get(stageId) ?? [])]) this.#retire(taskSet);
    for (const { controller } of this.#running.ofStage(stageId)) controller.abort();
  }

  cancelTask(id: TaskId): void {
    this.#running.find(id)?.controller.abort();
  }

  /** No job needs the stage any more: the executor forgets it when its last task has ended. */
  forget(stageId: StageId): void {
    this.#leaving.add(stageId);
    this.#forgetLeaving(stageId);
  }

  /** Starts the task whose turn it is, where it is best run. Gives false when there is none, or no idle thread. */
  startNext(): boolean {
    const idle = this.#executor.idle();
    let declined: Set<TaskSet> | undefined;
    if (idle.length > 0) {
      for (let taskSet = this.#pools.next(); taskSet !== undefined; taskSet = this.#pools.next(declined)) {
        const placed = this.#placement.place(taskSet, idle);
        if (placed !== undefined) {
          this.#start(taskSet, placed);
          return true;
        }
        declined ??= new Set();
        declined.add(taskSet);
      }
    }
    this.#setAlarms(declined);
    return false;
  }

  #start(taskSet: TaskSet, { partition, attempt, executor, speculative }: Placed): void {
    const { stageId, stageAttempt, work } = taskSet.spec;
    const task: TaskDescription = {
      taskId: taskId(this.#nextTaskId++),
      jobId: taskSet.jobId,
      stageId,
      stageAttempt,
      partition,
      attempt,
      executor,
      speculative,
      work,
      shuffles: this.#shufflesOf(taskSet),
    };
    const controller = new AbortController();
    const startedMs = this.#options.clock.monotonicMs();
    const running: RunningTask = { task, taskSet, controller, startedMs, wasCopied: speculative };
    taskSet.runningTasks++;
    this.#running.add(running);
    // Whoever is told may cancel the job, so that the task need not start at all.
    this.#options.onStart(task);
    if (controller.signal.aborted) this.#end(running, { kind: 'cancelled', metrics: NO_METRICS });
    else {
      this.#executor.run(task, controller.signal).then(
        (outcome) => this.#end(running, outcome),
        (error: unknown) => this.#end(running, brokenExecutor(error)),
      );
    }
  }

  #end(running: RunningTask, outcome: TaskOutcome): void {
    const { task, taskSet, controller, startedMs } = running;
    const { kind, metrics } = outcome;
    this.#running.remove(running);
    taskSet.runningTasks--;
    if (kind === 'succeeded') this.#speculation?.add(taskSet, this.#options.clock.monotonicMs() - startedMs);
    for (const each of this.#taskSets.get(task.stageId) ?? []) each.dropCopy(task.taskId);
    this.#removeWhenOver(taskSet);
    this.#forgetLeaving(task.stageId);
    // What became of a task after it was told to stop says nothing against it.
    const isCancelled = kind === 'failed' && controller.signal.aborted;
    this.#options.onEnd(task, isCancelled ? { kind: 'cancelled', metrics } : outcome);
  }

  /** Nothing more can start now: sets when time may change that. */
  #setAlarms(declined: ReadonlySet<TaskSet> | undefined): void {
    const delayMs = this.#placement.leaveIdle(declined ?? []);
    if (delayMs === undefined) this.#patience.stop();
    else this.#patience.set(delayMs);
    const speculation = this.#speculation;
    if (speculation === undefined) return;
    if (!speculation.hasCandidates(this.#running.values(), this.#currentSet)) this.#watch.stop();
    else if (!this.#watch.isSet) this.#watch.set(speculation.intervalMs);
  }

  #findSlow(): void {
    const nowMs = this.#options.clock.monotonicMs();
    const slow = this.#speculation?.findSlow(this.#running.values(), this.#currentSet, nowMs) ?? [];
    for (const running of slow) running.wasCopied = true;
    this.#options.onSlow(slow.map(({ task }) => task));
    this.#options.onChange();
  }

  /** The task set of a stage that starts tasks. */
  readonly #currentSet = (stageId: StageId): TaskSet | undefined => {
    return this.#taskSets.get(stageId)?.find((taskSet) => !taskSet.isRetired);
  };

  /** What the tasks of a set read, read anew after outputs came or went. Incomplete shuffles are left out. */
  #shufflesOf(taskSet: TaskSet): ReadonlyMap<ShuffleId, readonly MapOutput[]> {
    const { tracker } = this.#options;
    const { epoch } = tracker;
    const known = this.#snapshots.get(taskSet);
    if (known?.epoch === epoch) return known.shuffles;
    const shuffles = new Map<ShuffleId, readonly MapOutput[]>();
    for (const shuffleId of taskSet.spec.shuffleIds) {
      const outputs = tracker.findOutputs(shuffleId);
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

  #forgetLeaving(stageId: StageId): void {
    if (!this.#leaving.has(stageId) || this.#running.ofStage(stageId).length > 0) return;
    this.#leaving.delete(stageId);
    this.#executor.forgetStage(stageId);
  }
}

/** An executor never rejects: a bug, which shall end the job and not hang it. */
function brokenExecutor(error: unknown): TaskOutcome {
  const detail = 'an executor rejected instead of giving an outcome';
  return { kind: 'failed', error: new CairnError('INTERNAL', { detail }, { cause: error }), metrics: NO_METRICS };
}
