/**
 * The one loop that performs what `DagState` decides: it queues events, hands them to the state one by one, performs
 * the effects in order, and gives idle threads to the task set whose turn it is.
 *
 * Threading: everything happens in the session's thread. Listeners, consumers of values and executors may call back at
 * any point; what they cause is queued and handled after the event at hand, so that events and effects have one order.
 */

import type { MapOutput } from '../../storage/shuffle/map-output.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import { CairnError, describeValue } from '../base/errors.ts';
import { type JobId, jobId, type ShuffleId } from '../base/ids.ts';
import { unreachable } from '../base/invariant.ts';
import { startTimeout } from '../base/start-timeout.ts';
import type { PoolSettings, SchedulingMode } from '../config/pools.ts';
import type { EngineEvent } from '../events/engine-event.ts';
import type { EventBus } from '../events/event-bus.ts';
import type { WrittenPart } from '../exec/checkpoint-tees.ts';
import type { Executor } from '../exec/executor.ts';
import type { AccumulatorUpdate } from '../exec/task.ts';
import type { ShuffleDependency } from '../lineage/dependency.ts';
import type { DagEffect, DagEvent, TimelessEvent } from './dag-event.ts';
import { DagState } from './dag-state.ts';
import { type JobHandle, JobResult, type JobSpec, jobName } from './job-handle.ts';
import { MapOutputTracker } from './map-output-tracker.ts';
import { LOCALITY_WAIT_MS, type Locations } from './placement.ts';
import { DEFAULT_POOL, Pools } from './pools.ts';
import type { SpeculationSettings } from './speculation.ts';
import { type MaterializedNodes, resolvePartitions } from './stage-builder.ts';
import { TaskScheduler } from './task-scheduler.ts';
import { Alarm, type Timer } from './timer.ts';

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
  /** Where cached blocks are, for tasks to run there. Default: all threads are alike. */
  readonly locations?: Locations;
  /** `locality.wait`. Default `LOCALITY_WAIT_MS`. */
  readonly localityWaitMs?: number;
  /** `speculation.*`; undefined when it is off, as by default. */
  readonly speculation?: SpeculationSettings | undefined;
  /**
   * Takes what tasks added to accumulators, before any job that waits for it goes on: of each partition of a result stage
   * once, of each map partition of a shuffle once, however often they were tried, copied or computed again. (In Spark
   * a map task counts as often as it succeeds.) Whatever is computed anew by another stage counts anew, as in Spark: a
   * dataset used by two jobs that is not kept, for one. What it throws ends the jobs of the stage.
   */
  readonly onAccumulators?: (updates: readonly AccumulatorUpdate[]) => void;
  /** Takes the parts of checkpoints that tasks wrote on their way, before any job that waits for them goes on. */
  readonly onCheckpointParts?: (parts: readonly WrittenPart[]) => void;
  /** Told of each map output that readers get from now on, and how long its task took. Must not raise. */
  readonly onMapOutput?: (dependency: ShuffleDependency, output: MapOutput, durationMs: number) => void;
  /** Told of each map output that no one will read, so that its files can be removed. Must not raise. */
  readonly onUnusedMapOutput?: (output: MapOutput) => void;
  /** Default: `startTimeout`, which keeps the process alive: a job that waits to be tried again is not over. */
  readonly timer?: Timer;
}

const NOTHING_MATERIALIZED: MaterializedNodes = { isFullyCached: () => false };

export class DagScheduler {
  readonly tracker: MapOutputTracker;
  readonly #events: EventBus;
  readonly #clock: Clock;
  readonly #materialized: MaterializedNodes;
  readonly #state: DagState;
  readonly #tasks: TaskScheduler;
  readonly #onAccumulators: (updates: readonly AccumulatorUpdate[]) => void;
  readonly #onMapOutput: NonNullable<DagSchedulerOptions['onMapOutput']>;
  readonly #onUnusedMapOutput: (output: MapOutput) => void;
  readonly #resubmitDelayMs: number;
  readonly #resubmission: Alarm;
  readonly #jobs = new Map<JobId, JobResult>();
  #queue: DagEvent[] = [];
  #isBusy = false;
  #isClosed = false;
  #nextJobId = 0;
  #onIdle: () => void = () => {};

  constructor(options: DagSchedulerOptions) {
    this.tracker = options.tracker ?? new MapOutputTracker();
    this.#events = options.events;
    this.#clock = options.clock ?? systemClock;
    this.#materialized = options.materialized ?? NOTHING_MATERIALIZED;
    this.#resubmitDelayMs = options.resubmitDelayMs ?? 200;
    this.#onAccumulators = options.onAccumulators ?? (() => {});
    this.#onMapOutput = options.onMapOutput ?? (() => {});
    this.#onUnusedMapOutput = options.onUnusedMapOutput ?? (() => {});
    const { timer = startTimeout } = options;
    this.#resubmission = new Alarm(timer, () => this.#post({ kind: 'resubmit' }));
    this.#state = new DagState({
      tracker: this.tracker,
      materialized: this.#materialized,
      maxFailures: options.maxFailures ?? 4,
      maxConsecutiveAttempts: options.maxConsecutiveAttempts ?? 4,
      maxResultBytes: options.maxResultBytes ?? 2 ** 30,
    });
    const pools = new Pools(options.mode ?? 'FIFO', options.pools, (name) => {
      const message = `there is no pool '${name}' in scheduler.pools: it is used as FIFO with weight 1 and minimum share 0`;
      this.#emit({ kind: 'warning', message });
    });
    this.#tasks = new TaskScheduler({
      executor: options.executor,
      tracker: this.tracker,
      pools,
      clock: this.#clock,
      timer,
      locations: options.locations,
      localityWaitMs: options.localityWaitMs ?? LOCALITY_WAIT_MS,
      speculation: options.speculation,
      onStart: (task) => {
        this.#queue.push({ kind: 'task-started', task });
        this.#drain();
      },
      onEnd: (task, outcome) => {
        if (outcome.kind === 'succeeded' && outcome.checkpointParts !== undefined) {
          options.onCheckpointParts?.(outcome.checkpointParts);
        }
        this.#post({ kind: 'task-ended', task, outcome });
        if (this.#tasks.isIdle) this.#onIdle();
      },
      onSlow: (slow) => {
        for (const task of slow) this.#queue.push({ kind: 'task-slow', task });
      },
      onChange: () => this.#goOn(),
    });
  }

  /** What it holds now: all 0 when no job runs and no task is ending. */
  get size(): { readonly jobs: number; readonly stages: number; readonly taskSets: number; readonly tasks: number } {
    const { jobs, stages } = this.#state.size;
    return { jobs: Math.max(jobs, this.#jobs.size), stages, ...this.#tasks.size };
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

  /** Whether a job that runs now needs the outputs of this shuffle. */
  isInUse(shuffleId: ShuffleId): boolean {
    return this.#state.findStage(shuffleId) !== undefined;
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
      this.#resubmission.stop();
      this.#post({ kind: 'closed' });
    }
    if (this.#tasks.isIdle) return;
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
    this.#goOn();
  }

  #goOn(): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      do this.#drain();
      while (this.#tasks.startNext());
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
      case 'submit-tasks':
        this.#tasks.submit(effect.taskSet);
        break;
      case 'enqueue-task':
        this.#tasks.enqueue(effect.stageId, effect.stageAttempt, effect);
        break;
      case 'enqueue-copy':
        this.#tasks.enqueueCopy(effect.original, effect.stageAttempt, effect.attempt);
        break;
      case 'retire-tasks':
        this.#tasks.retire(effect.stageId, effect.stageAttempt);
        break;
      case 'cancel-tasks':
        this.#tasks.cancelStage(effect.stageId);
        break;
      case 'cancel-task':
        this.#tasks.cancelTask(effect.taskId);
        break;
      case 'accumulate':
        try {
          this.#onAccumulators(effect.updates);
        } catch (error) {
          for (const id of effect.jobIds) {
            this.#jobs.get(id)?.spoil(error);
            this.#post({ kind: 'job-broken', jobId: id, error });
          }
        }
        break;
      case 'keep-output':
        this.#onMapOutput(effect.dependency, effect.output, effect.durationMs);
        break;
      case 'discard-output':
        this.#onUnusedMapOutput(effect.output);
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
        this.#resubmission.set(this.#resubmitDelayMs);
        break;
      case 'forget-stage':
        this.#tasks.forget(effect.stageId);
        break;
      case 'emit':
        this.#emit(effect.event);
        break;
      default:
        unreachable(effect);
    }
  }

  #endJob(id: JobId): JobResult | undefined {
    const result = this.#jobs.get(id);
    this.#jobs.delete(id);
    return result;
  }

  #emit(event: TimelessEvent): void {
    this.#events.emit({ ...event, atMs: this.#clock.nowMs() } as EngineEvent);
  }
}

function describeAbort(reason: unknown): string {
  return reason instanceof Error ? reason.message : describeValue(reason);
}
