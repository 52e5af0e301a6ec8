import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunRecorder } from '../../../../lib/api/run-recorder.ts';
import { type SerializedError, serializeError } from '../../../../lib/base/errors.ts';
import {
  jobId,
  runId,
  type ShuffleId,
  type StageId,
  shuffleId,
  stageId,
  type TaskId,
  taskId,
} from '../../../../lib/base/ids.ts';
import {
  type EngineEvent,
  type JobOutcome,
  NO_METRICS,
  type TaskEndOutcome,
  type TaskMetrics,
} from '../../../../lib/events/engine-event.ts';
import { EventBus } from '../../../../lib/events/event-bus.ts';
import type { LineageNode } from '../../../../lib/lineage/lineage-node.ts';
import { resolvePartitions } from '../../../../lib/scheduler/stage-builder.ts';
import { MetadataDatabase } from '../../../../storage/metadata/database.ts';
import type { RunStart } from '../../../../storage/metadata/job-log.ts';
import { RunReader } from '../../../../storage/metadata/run-reader.ts';
import type { MapOutput } from '../../../../storage/shuffle/map-output.ts';
import { callSite } from '../../scheduler/support/lineages.ts';

type Untimed = EngineEvent extends infer E ? (E extends EngineEvent ? Omit<E, 'atMs'> : never) : never;

interface StageOptions {
  readonly job?: number;
  readonly attempt?: number;
  readonly name?: string;
  readonly tasks?: number;
  readonly shuffle?: number;
  readonly parents?: readonly number[];
}

/** 2026-01-02T03:04:05Z, for output that does not change. */
const START_MS = Date.UTC(2026, 0, 2, 3, 4, 5);

/** Plays the events of a session into a recorder, at times of its own making: what a scheduler would emit, in order. */
export class RecorderScript implements Disposable {
  readonly directory: string;
  readonly database: MetadataDatabase;
  readonly events: EventBus;
  readonly warnings: string[] = [];
  readonly recorder: RunRecorder;
  readonly outputs = new Map<ShuffleId, MapOutput[]>();
  /** Every statement, with its values. */
  readonly statements: string[] = [];
  readonly #ownsDirectory: boolean;
  nowMs = START_MS;
  #nextTask = 0;

  constructor(
    options: { readonly directory?: string; readonly start?: Partial<RunStart>; readonly atMs?: number } = {},
  ) {
    this.#ownsDirectory = options.directory === undefined;
    this.directory = options.directory ?? mkdtempSync(join(tmpdir(), 'cairn-recorder-'));
    this.nowMs = options.atMs ?? START_MS;
    const clock = { nowMs: () => this.nowMs, monotonicMs: () => this.nowMs };
    this.database = MetadataDatabase.open(join(this.directory, 'cairn.sqlite'), {
      clock,
      trace: (sql) => this.statements.push(sql),
    });
    const logger = { warn: (message: string) => void this.warnings.push(message), info: () => {} };
    this.events = new EventBus(logger);
    this.events.subscribe((event) => {
      if (event.kind === 'warning') logger.warn(event.message);
    });
    this.recorder = RunRecorder.begin({
      database: this.database,
      start: {
        run: runId('aaaa0001'),
        pid: 4321,
        bootId: 'boot1',
        processStart: '777',
        command: 'node job.ts',
        master: 'local[2]',
        nodeVersion: 'v20.20.2',
        cairnVersion: '0.1.0',
        options: { dir: '.cairn' },
        ...options.start,
      },
      events: this.events,
      findOutputs: (id) => this.outputs.get(id),
      pathOf: (output) => `shuffle/aaaa0001/00/shuffle_${output.shuffleId}_${output.taskId}_0.data`,
    });
    this.statements.length = 0;
  }

  get reader(): RunReader {
    return new RunReader(this.database);
  }

  /** Transactions since the last look. */
  takeCommits(): number {
    const commits = this.statements.filter((sql) => sql === 'COMMIT').length;
    this.statements.length = 0;
    return commits;
  }

  emit(event: Untimed): void {
    this.events.emit({ ...event, atMs: this.nowMs } as EngineEvent);
  }

  /** Lets time pass. */
  wait(ms: number): void {
    this.nowMs += ms;
  }

  startJob(
    id: number,
    node: LineageNode,
    stages: readonly number[],
    more: {
      readonly action?: string;
      readonly line?: number;
      readonly description?: string;
      readonly group?: string;
    } = {},
  ): void {
    const { action = 'collect', line = 9, description, group } = more;
    resolvePartitions(node, { materialized: { isFullyCached: () => false }, findStage: () => undefined });
    this.recorder.announce(jobId(id), { node, name: action, callSite: callSite(action, line), group, description });
    this.emit({
      kind: 'job-submitted',
      jobId: jobId(id),
      name: `${action} at job.ts:${line}`,
      pool: 'default',
      stageIds: stages.map(stageId),
    });
  }

  endJob(id: number, outcome: JobOutcome = { kind: 'succeeded' }): void {
    this.emit({ kind: 'job-ended', jobId: jobId(id), outcome });
  }

  skipStage(id: number, job: number): void {
    const name = 'map at job.ts:2';
    const skipped = { jobId: jobId(job), stageId: stageId(id), name, taskCount: 2, reason: 'map-outputs' } as const;
    this.emit({ kind: 'stage-skipped', ...skipped });
  }

  submitStage(id: number, options: StageOptions = {}): StageId {
    const { job = 0, attempt = 0, name = 'map at job.ts:2', tasks = 2, shuffle, parents = [] } = options;
    this.emit({
      kind: 'stage-submitted',
      jobId: jobId(job),
      stageId: stageId(id),
      attempt,
      name,
      taskCount: tasks,
      shuffleId: shuffle === undefined ? undefined : shuffleId(shuffle),
      parentIds: parents.map(stageId),
    });
    return stageId(id);
  }

  startTask(stage: number, partition: number, stageAttempt = 0, attempt = 0): TaskId {
    const id = taskId(this.#nextTask++);
    const task = { taskId: id, stageId: stageId(stage), stageAttempt, partition, attempt };
    this.emit({ kind: 'task-started', ...task, executor: `worker-${partition % 2}`, speculative: false });
    return id;
  }

  endTask(
    id: TaskId,
    stage: number,
    partition: number,
    more: {
      readonly stageAttempt?: number;
      readonly outcome?: TaskEndOutcome;
      readonly metrics?: Partial<TaskMetrics>;
      readonly attempt?: number;
    } = {},
  ): void {
    const { stageAttempt = 0, outcome = { kind: 'succeeded' }, metrics, attempt = 0 } = more;
    const task = { taskId: id, stageId: stageId(stage), stageAttempt, partition, attempt };
    this.emit({ kind: 'task-ended', ...task, outcome, metrics: { ...NO_METRICS, ...metrics } });
  }

  /** A map output of a task, known to whoever asks for the shuffle's outputs. */
  writeOutput(shuffle: number, mapIndex: number, task: TaskId): void {
    const id = shuffleId(shuffle);
    const outputs = this.outputs.get(id) ?? [];
    outputs[mapIndex] = { shuffleId: id, mapIndex, taskId: task, partitionBytes: [40, 24], partitionRows: [3, 2] };
    this.outputs.set(id, outputs);
  }

  endStage(id: number, attempt = 0): void {
    this.emit({ kind: 'stage-completed', stageId: stageId(id), attempt });
  }

  failStage(id: number, error: Error | SerializedError, more: { attempt?: number; willRetry?: boolean } = {}): void {
    const { attempt = 0, willRetry = false } = more;
    const serialized = error instanceof Error ? serializeError(error) : error;
    this.emit({ kind: 'stage-failed', stageId: stageId(id), attempt, error: serialized, willRetry });
  }

  /** A whole stage of successful tasks, each of which takes `taskMs` after the other. */
  runStage(
    id: number,
    options: StageOptions & { readonly taskMs?: number; readonly metrics?: Partial<TaskMetrics> } = {},
  ) {
    const { tasks = 2, attempt = 0, taskMs = 100, shuffle, metrics } = options;
    this.submitStage(id, options);
    for (let partition = 0; partition < tasks; partition++) {
      const task = this.startTask(id, partition, attempt);
      this.wait(taskMs);
      if (shuffle !== undefined) this.writeOutput(shuffle, partition, task);
      this.endTask(task, id, partition, { stageAttempt: attempt, ...(metrics === undefined ? {} : { metrics }) });
    }
    this.endStage(id, attempt);
  }

  [Symbol.dispose](): void {
    this.recorder.close();
    this.database.close();
    if (this.#ownsDirectory) rmSync(this.directory, { recursive: true, force: true });
  }
}
