import { type JobId, jobId, type TaskId, taskId } from '../../../../lib/base/ids.ts';
import { NO_METRICS } from '../../../../lib/events/engine-event.ts';
import type { TaskDescription } from '../../../../lib/exec/task.ts';
import type { LineageNode } from '../../../../lib/lineage/lineage-node.ts';
import type { DagEffect, DagEvent, TimelessEvent } from '../../../../lib/scheduler/dag-event.ts';
import { DagState } from '../../../../lib/scheduler/dag-state.ts';
import { MapOutputTracker } from '../../../../lib/scheduler/map-output-tracker.ts';
import type { TaskSetSpec } from '../../../../lib/scheduler/task-set.ts';
import type { MapOutput } from '../../../../storage/shuffle/map-output.ts';
import { allOf, callSite } from './lineages.ts';

export interface ScriptOptions {
  readonly maxFailures?: number;
  readonly maxResultBytes?: number;
}

/**
 * Feeds a `DagState` by hand and writes down what it wants, a line an effect. Attempts are named
 * `stage.attempt/partition`, copies of slow ones with a `+` behind.
 */
export class DagScript {
  readonly tracker = new MapOutputTracker();
  readonly cached = new Set<LineageNode>();
  readonly checkpointed = new Set<LineageNode>();
  readonly state: DagState;
  /** What jobs got and how they ended. */
  readonly values = new Map<JobId, unknown[]>();
  readonly errors = new Map<JobId, unknown>();
  readonly completed: JobId[] = [];
  /** What was added to accumulators. */
  readonly added: string[] = [];
  #lines: string[] = [];
  readonly #specs = new Map<string, TaskSetSpec>();
  readonly #attempts = new Map<string, number>();
  readonly #tasks = new Map<string, TaskDescription>();
  #nextJob = 0;
  #nextTask = 0;

  constructor(options: ScriptOptions = {}) {
    this.state = new DagState({
      tracker: this.tracker,
      materialized: {
        isFullyCached: (node) => this.cached.has(node),
        isCheckpointed: (node) => this.checkpointed.has(node),
      },
      maxFailures: options.maxFailures ?? 4,
      maxConsecutiveAttempts: 4,
      maxResultBytes: options.maxResultBytes ?? 1000,
    });
  }

  /** What happened since the last call. */
  get lines(): string[] {
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }

  submit(node: LineageNode, options: { partitions?: number[]; group?: string; pool?: string } = {}): JobId {
    const id = jobId(this.#nextJob++);
    this.values.set(id, []);
    this.apply({
      kind: 'job-submitted',
      job: {
        jobId: id,
        node,
        partitions: options.partitions ?? allOf(node),
        action: { kind: 'collect' },
        callSite: callSite('collect', 90 + id),
        name: `collect at job.ts:${90 + id}`,
        group: options.group,
        pool: options.pool ?? 'default',
      },
    });
    return id;
  }

  start(...names: string[]): void {
    for (const name of names) {
      const [set, partition] = name.split('/') as [string, string];
      const spec = this.#specs.get(set);
      const attempt = this.#attempts.get(name);
      if (spec === undefined || attempt === undefined) throw new RangeError(`${name} is not waiting to be started`);
      this.#attempts.delete(name);
      const shuffles = spec.shuffleIds.flatMap((id) => {
        const outputs = this.tracker.findOutputs(id);
        return outputs === undefined ? [] : [[id, outputs] as const];
      });
      const { stageId, stageAttempt, jobId: job, work } = spec;
      const task: TaskDescription = {
        taskId: taskId(this.#nextTask++),
        jobId: job,
        stageId,
        stageAttempt,
        partition: Number.parseInt(partition, 10),
        attempt,
        executor: 'driver',
        speculative: name.endsWith('+'),
        work,
        shuffles: new Map(shuffles),
      };
      this.#tasks.set(name, task);
      this.apply({ kind: 'task-started', task });
    }
  }

  /** Tells that a running task takes long. */
  slow(name: string): void {
    this.apply({ kind: 'task-slow', task: this.#running(name) });
  }

  /** Ends running tasks well. A result is `<partition>!` and has `resultBytes`. Each adds its name to accumulator 7. */
  succeed(...names: string[]): void {
    for (const name of names) {
      const task = this.#end(name);
      const { work, partition } = task;
      const metrics = { ...NO_METRICS, resultBytes: 10 };
      const mapOutput: MapOutput | undefined =
        work.kind === 'result'
          ? undefined
          : {
              shuffleId: work.dependency.shuffleId,
              mapIndex: partition,
              taskId: task.taskId,
              partitionBytes: [],
              partitionRows: [],
            };
      const accumulators = [{ id: 7, value: name }];
      const value = work.kind === 'result' ? `${partition}!` : undefined;
      this.apply({
        kind: 'task-ended',
        task,
        outcome: { kind: 'succeeded', value, mapOutput, accumulators, metrics },
      });
    }
  }

  /** Starts and ends tasks well, one after the other. */
  run(...names: string[]): void {
    for (const name of names) {
      this.start(name);
      this.succeed(name);
    }
  }

  fail(name: string, error: Error): void {
    this.apply({
      kind: 'task-ended',
      task: this.#end(name),
      outcome: { kind: 'failed', error, metrics: NO_METRICS },
    });
  }

  cancelTask(name: string): void {
    this.apply({ kind: 'task-ended', task: this.#end(name), outcome: { kind: 'cancelled', metrics: NO_METRICS } });
  }

  /** Ends a task with the loss of a map output it reads; of an unknown one by default. */
  miss(name: string, shuffle: LineageNode, mapIndex = -1): void {
    const dependency = shuffle.dependencies[0];
    if (dependency?.kind !== 'shuffle') throw new RangeError('not a shuffled node');
    this.apply({
      kind: 'task-ended',
      task: this.#end(name),
      outcome: {
        kind: 'fetch-failed',
        shuffleId: dependency.shuffleId,
        mapIndex,
        error: new Error(`map ${mapIndex} is gone`),
        metrics: NO_METRICS,
      },
    });
  }

  apply(event: DagEvent): void {
    for (const effect of this.state.apply(event)) this.#note(effect);
  }

  #end(name: string): TaskDescription {
    const task = this.#running(name);
    this.#tasks.delete(name);
    return task;
  }

  #running(name: string): TaskDescription {
    const task = this.#tasks.get(name);
    if (task === undefined) throw new RangeError(`${name} does not run`);
    return task;
  }

  #nameOf(id: TaskId): string {
    return [...this.#tasks].find(([, { taskId }]) => taskId === id)?.[0] ?? 'a task that does not run';
  }

  #note(effect: DagEffect): void {
    switch (effect.kind) {
      case 'submit-tasks': {
        const { taskSet } = effect;
        const set = `${taskSet.stageId}.${taskSet.stageAttempt}`;
        this.#specs.set(set, taskSet);
        for (const partition of taskSet.partitions) this.#attempts.set(`${set}/${partition}`, 0);
        this.#lines.push(`run ${set} [${taskSet.partitions.join(' ')}]`);
        return;
      }
      case 'enqueue-task': {
        const name = `${effect.stageId}.${effect.stageAttempt}/${effect.partition}`;
        this.#attempts.set(name, effect.attempt);
        this.#lines.push(`again ${name} attempt ${effect.attempt}`);
        return;
      }
      case 'enqueue-copy': {
        const { original, stageAttempt, attempt } = effect;
        const name = `${original.stageId}.${stageAttempt}/${original.partition}+`;
        this.#attempts.set(name, attempt);
        this.#lines.push(`copy ${name} attempt ${attempt}`);
        return;
      }
      case 'cancel-task':
        this.#lines.push(`stop ${this.#nameOf(effect.taskId)}`);
        return;
      case 'accumulate':
        for (const { id, value } of effect.updates) this.added.push(`${id}: ${value} for ${effect.jobIds.join(' ')}`);
        return;
      case 'discard-output':
        this.#lines.push(
          `discard ${effect.output.shuffleId}/${effect.output.mapIndex} of task ${effect.output.taskId}`,
        );
        return;
      case 'retire-tasks':
        this.#drop(`${effect.stageId}.${effect.stageAttempt}/`);
        return;
      case 'cancel-tasks':
        this.#drop(`${effect.stageId}.`);
        this.#lines.push(`cancel ${effect.stageId}`);
        return;
      case 'deliver':
        (this.values.get(effect.jobId) as unknown[])[effect.index] = effect.value;
        return;
      case 'complete-job':
        this.completed.push(effect.jobId);
        this.#lines.push(`job ${effect.jobId} done`);
        return;
      case 'fail-job':
        this.errors.set(effect.jobId, effect.error);
        this.#lines.push(`job ${effect.jobId} failed`);
        return;
      case 'post-resubmit':
        this.#lines.push('wait');
        return;
      case 'forget-stage':
        this.#lines.push(`forget ${effect.stageId}`);
        return;
      case 'emit':
        this.#noteEvent(effect.event);
    }
  }

  #drop(prefix: string): void {
    for (const name of [...this.#attempts.keys()]) if (name.startsWith(prefix)) this.#attempts.delete(name);
  }

  #noteEvent(event: TimelessEvent): void {
    if (event.kind === 'stage-skipped') this.#lines.push(`skip ${event.stageId}: ${event.reason}`);
    if (event.kind === 'stage-failed') {
      this.#lines.push(`stage ${event.stageId}.${event.attempt} failed${event.willRetry ? ', will retry' : ''}`);
    }
    if (event.kind === 'shuffle-output-lost') this.#lines.push(`lost ${event.shuffleId}/${event.mapIndex}`);
  }
}
