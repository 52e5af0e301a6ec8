/**
 * Writes what a session does into its metadata, so that it can be asked after the process is gone.
 *
 * It listens to the session's events and keeps what is under way in memory. One synced transaction for the start of a
 * job with the part of the lineage that is new, one for each attempt at a stage with its tasks, blocks and map outputs,
 * one for the end of a job; a result stage goes with its job, as both end at one moment. Never one per record or task.
 *
 * The record is not the work: when it cannot be written, the session says so once and goes on, and what is missing is
 * written when that is possible again (`WriteQueue`). Only opening a session fails with its metadata.
 *
 * Threading: all of it in the session's thread.
 */

import { describeLevel } from '../../storage/block/storage-level.ts';
import type { MetadataDatabase } from '../../storage/metadata/database.ts';
import { JobLog, type Outcome, type RunStart } from '../../storage/metadata/job-log.ts';
import { LineageLog } from '../../storage/metadata/lineage-log.ts';
import type { MapOutputRow } from '../../storage/metadata/rows.ts';
import { type MapOutput, totalsOf } from '../../storage/shuffle/map-output.ts';
import { CairnError, deserializeError } from '../base/errors.ts';
import type { JobId, ShuffleId } from '../base/ids.ts';
import type { EngineEvent, JobEnded, JobOutcome, JobSubmitted } from '../events/engine-event.ts';
import type { EventBus } from '../events/event-bus.ts';
import type { LineageNode } from '../lineage/lineage-node.ts';
import type { JobSpec } from '../scheduler/job-handle.ts';
import { BlockJournal } from './block-journal.ts';
import { RecordedLineage } from './recorded-lineage.ts';
import { type GatheredStage, StageJournal } from './stage-journal.ts';
import { toStageRows } from './stage-rows.ts';
import { WriteQueue } from './write-queue.ts';

export interface RunRecorderOptions {
  readonly database: MetadataDatabase;
  readonly start: RunStart;
  readonly events: EventBus;
  /** The fingerprint of a dataset, where it is known. */
  readonly fingerprintOf?: (node: LineageNode) => string | undefined;
  /** All map outputs of a shuffle, or undefined while any is missing. */
  readonly findOutputs: (shuffle: ShuffleId) => readonly MapOutput[] | undefined;
  /** Where an output's data is, relative to the data directory. */
  readonly pathOf: (output: MapOutput) => string;
}

/** What a job is recorded with; its id, name and stages come with its events. */
export type AnnouncedJob = Pick<JobSpec, 'node' | 'name' | 'callSite' | 'group' | 'description'>;

interface RunningJob {
  readonly name: string;
  readonly stageCount: number;
  skippedStageCount: number;
}

export class RunRecorder {
  readonly #database: MetadataDatabase;
  readonly #log: JobLog;
  readonly #lineageLog: LineageLog;
  readonly #events: EventBus;
  readonly #findOutputs: RunRecorderOptions['findOutputs'];
  readonly #pathOf: RunRecorderOptions['pathOf'];
  readonly #subscription: Disposable;
  readonly #queue: WriteQueue;
  readonly #lineage: RecordedLineage;
  readonly #blocks = new BlockJournal();
  readonly #stages = new StageJournal((stage) => this.#recordStage(stage));
  readonly #announced = new Map<JobId, AnnouncedJob>();
  readonly #jobs = new Map<JobId, RunningJob>();
  #hasWarned = false;
  #lostWrites = 0;
  #isClosed = false;

  private constructor(options: RunRecorderOptions) {
    const { database, start, events } = options;
    this.#database = database;
    this.#events = events;
    this.#lineage = new RecordedLineage(options.fingerprintOf);
    this.#findOutputs = options.findOutputs;
    this.#pathOf = options.pathOf;
    this.#log = JobLog.beginRun(database, start);
    this.#lineageLog = new LineageLog(database, start.run);
    this.#queue = new WriteQueue({ database, onFailure: (error, isLost) => this.#onFailure(error, isLost) });
    this.#subscription = events.subscribe((event) => this.#onEvent(event));
  }

  /** Begins the run. Raises what the database raises. */
  static begin(options: RunRecorderOptions): RunRecorder {
    return new RunRecorder(options);
  }

  /** Tells what a job is about, before its first event. */
  announce(id: JobId, job: AnnouncedJob): void {
    this.#announced.set(id, job);
  }

  /** Notes the name and the storage level a node has now. A node of no job so far is left to its first one. */
  noteNode(node: LineageNode): void {
    if (this.#isClosed) return;
    const storageLevel = node.isPersisted ? describeLevel(node.storageLevel) : null;
    this.#blocks.setLevel(node.id, storageLevel);
    const { id, name = null } = node;
    if (this.#lineage.has(id)) {
      this.#queue.defer({ run: () => this.#lineageLog.recordChange(id, { name, storageLevel }) });
    }
  }

  /** The node's blocks are about to go: the rows that name them go first. Its level has been set back. */
  noteUnpersist(node: LineageNode): void {
    if (this.#isClosed) return;
    this.noteNode(node);
    if (!this.#blocks.forgetNode(node.id)) return;
    this.#queue.commit({ run: () => this.#log.recordNodeBlocks(node.id, 'dropped') });
  }

  /** Ends the run, as succeeded unless said otherwise: whatever its jobs came to, the program closed its session. */
  close(outcome: Outcome = { state: 'succeeded' }): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#subscription[Symbol.dispose]();
    this.#stages.close();
    this.#queue.defer({ run: () => this.#log.endRun(outcome) });
    this.#queue.flush();
    const missing = this.#lostWrites + this.#queue.size;
    if (missing > 0) {
      this.#warn(`the metadata of run ${this.#log.run} is incomplete: ${missing} writes to it failed`);
    }
  }

  #onEvent(event: EngineEvent): void {
    switch (event.kind) {
      case 'job-submitted':
        this.#startJob(event);
        break;
      case 'job-ended':
        this.#endJob(event);
        break;
      case 'stage-skipped': {
        const job = this.#jobs.get(event.jobId);
        if (job !== undefined) job.skippedStageCount++;
        break;
      }
      case 'stage-submitted':
        if (this.#jobs.has(event.jobId)) this.#stages.add(event);
        break;
      case 'stage-completed':
      case 'stage-failed':
      case 'task-started':
      case 'task-ended':
        this.#stages.add(event);
        break;
      case 'block-stored':
      case 'block-evicted':
      case 'block-dropped':
      case 'block-lost':
        this.#blocks.add(event);
        break;
      case 'shuffle-output-lost': {
        const { shuffleId, mapIndex } = event;
        this.#queue.defer({ run: () => this.#log.recordLostMapOutputs(shuffleId, [mapIndex]) });
        break;
      }
      default:
        break;
    }
  }

  #startJob({ jobId, name, pool, stageIds, atMs }: JobSubmitted): void {
    const job = this.#announced.get(jobId);
    // Ids come in the order of submission: what was announced before and never came has failed.
    for (const id of this.#announced.keys()) if (id <= jobId) this.#announced.delete(id);
    if (job === undefined) return;
    this.#jobs.set(jobId, { name, stageCount: stageIds.length, skippedStageCount: 0 });
    const { nodes, edges } = this.#lineage.add(job.node, jobId);
    const start = {
      job: jobId,
      node: job.node.id,
      action: job.name,
      callSite: job.callSite.position,
      jobGroup: job.group ?? null,
      description: job.description ?? null,
      pool,
      submittedAtMs: atMs,
    };
    this.#queue.commit({
      run: () => {
        this.#lineageLog.recordLineage(nodes, edges);
        this.#log.recordJobStart(start);
      },
    });
  }

  #endJob({ jobId, outcome, atMs }: JobEnded): void {
    const job = this.#jobs.get(jobId);
    if (job === undefined) return;
    this.#jobs.delete(jobId);
    const { stageCount, skippedStageCount, name } = job;
    const end = { job: jobId, endedAtMs: atMs, stageCount, skippedStageCount, ...endOf(jobId, name, outcome) };
    this.#queue.commit({ run: () => this.#log.recordJobEnd(end) });
  }

  #recordStage(gathered: GatheredStage): void {
    const { shuffleId } = gathered.submitted;
    const shuffle = shuffleId === undefined ? undefined : this.#lineage.shapeOf(shuffleId);
    const isComplete = gathered.end.kind === 'stage-completed';
    const end = {
      ...toStageRows(gathered),
      blocks: this.#blocks.take().filter(({ node }) => this.#lineage.has(node)),
      mapOutputs: shuffleId !== undefined && isComplete ? this.#newOutputs(shuffleId) : [],
      ...(shuffle === undefined ? {} : { shuffle }),
    };
    const write = { run: () => this.#log.recordStageEnd(end), rows: end.tasks.length + end.blocks.length + 1 };
    // The job of a result stage ends with it.
    if (shuffleId === undefined && isComplete) this.#queue.defer(write);
    else this.#queue.commit(write);
  }

  #newOutputs(shuffleId: ShuffleId): Omit<MapOutputRow, 'run' | 'shuffle'>[] {
    const tasks = this.#stages.takeMapTasks(shuffleId);
    return (this.#findOutputs(shuffleId) ?? [])
      .filter((output) => output.from === undefined && tasks.has(output.taskId))
      .map((output) => ({
        mapIndex: output.mapIndex,
        task: output.taskId,
        ...totalsOf(output),
        path: this.#pathOf(output),
      }));
  }

  #onFailure(error: unknown, isLost: boolean): void {
    if (isLost) this.#lostWrites++;
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    const reason = error instanceof Error ? error.message : String(error);
    this.#warn(`what run ${this.#log.run} does cannot be written to its metadata; jobs go on\n${reason}`);
  }

  #warn(message: string): void {
    this.#events.emit({ kind: 'warning', atMs: this.#database.clock.nowMs(), message });
  }
}

function endOf(job: JobId, name: string, outcome: JobOutcome) {
  switch (outcome.kind) {
    case 'succeeded':
      return { state: 'succeeded' } as const;
    case 'failed':
      return { state: 'failed', error: deserializeError(outcome.error) } as const;
    case 'cancelled':
      return {
        state: 'killed',
        error: new CairnError('JOB_CANCELLED', { job, name, reason: outcome.reason }),
      } as const;
  }
}
