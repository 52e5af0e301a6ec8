/**
 * Runs tasks on worker threads: one attempt at a time in each, several at a time in all.
 *
 * Threads are started when the first task needs them, and again in place of one that died. A stage is shipped once to
 * each thread that runs a task of it, captured when its first task starts. Whatever ends a thread ends the attempt it
 * runs as `WORKER_LOST`; an attempt past the time limit, or one that does not stop when it is cancelled, takes its thread
 * with it: nothing else stops a loop of the user's.
 */
import type { BlockEvent } from '../../storage/block/block-event.ts';
import type { BlockId } from '../../storage/block/block-id.ts';
import type { MapOutput } from '../../storage/shuffle/map-output.ts';
import { CairnError, firstFailure } from '../base/errors.ts';
import type { NodeId, ShuffleId, StageId } from '../base/ids.ts';
import { invariant } from '../base/invariant.ts';
import { onAbort, unlessAborted } from '../base/on-abort.ts';
import { startTimeout } from '../base/start-timeout.ts';
import type { CaptureOptions } from '../closure/capture.ts';
import { NO_METRICS } from '../events/engine-event.ts';
import { describeNode } from '../lineage/explain-lineage.ts';
import type { BlockDirectory } from './block-directory.ts';
import { doubtBlocks, readBlocks } from './block-reads.ts';
import type { BroadcastRegistry } from './broadcasts.ts';
import { collectionReads, shippedSlice } from './collection-slices.ts';
import type { Executor } from './executor.ts';
import type { ShippedSlice, ShippedTask, WorkerSettings } from './protocol.ts';
import { classesSince, type ShippedClasses } from './ship-classes.ts';
import { decodeOutcome } from './ship-outcome.ts';
import { type ShippedStage, shipStage } from './ship-stage.ts';
import type { StageWork, TaskDescription, TaskOutcome } from './task.ts';
import { type ThreadResult, WorkerThread } from './worker-thread.ts';

export interface WorkerPoolOptions {
  /** How many threads there are at most. */
  readonly size: number;
  /** The workers' program. */
  readonly entry: URL;
  /** What a worker of this name is started with. */
  readonly settingsOf: (name: string) => Omit<WorkerSettings, 'flags' | 'board' | 'label'>;
  readonly captureOptions: CaptureOptions;
  readonly broadcasts: BroadcastRegistry;
  /** The functions of a stage are captured now, in this turn of the event loop. Must not raise. */
  readonly onCapture?: (work: StageWork) => void;
  /** Where blocks are; the pool tells it of workers that are gone. */
  readonly directory: BlockDirectory;
  /** How long an attempt may take, in milliseconds; undefined for no limit. */
  readonly taskTimeoutMs: number | undefined;
  readonly onBlock: (worker: string, event: BlockEvent) => void;
  /** Blocks that only this worker had, which is gone. */
  readonly onBlocksGone: (worker: string, ids: readonly BlockId[]) => void;
  /** The thread with this label has ended before the pool was closed: what it left of its files is nobody's. Must not raise. */
  readonly onEnded: (label: string) => void;
  /** A worker runs. `heapLimitBytes` is what V8 grants it. */
  readonly onReady: (heapLimitBytes: number) => void;
  /** What no task fails for, and the user should know all the same. Must not raise. */
  readonly onWarning: (message: string) => void;
}

/** What a cancelled attempt gets to stop by itself. */
const CANCEL_MS = 500;
/** What an attempt gets at least until it has all it needs: modules are loaded, and code of the user's runs, before it begins. */
const LEAST_PREPARE_MS = 60_000;
/** What threads get to come to a stop when the process ends: the system call that one is in. */
const STOP_MS = 20;

/** A worker's place: its thread may be another one after it died. */
interface Seat {
  readonly name: string;
  thread: SeatedThread | undefined;
  isBusy: boolean;
}

/** A thread, and what it was sent. */
interface SeatedThread {
  readonly thread: WorkerThread;
  readonly stages: Map<StageId, ShippedStage>;
  readonly outputs: Map<ShuffleId, readonly MapOutput[]>;
  broadcasts: number;
  classes: number;
}

export class WorkerPool implements Executor {
  readonly slots: number;
  readonly #options: WorkerPoolOptions;
  readonly #seats: readonly Seat[];
  readonly #stages = new Map<StageId, Promise<ShippedStage>>();
  /** Threads that have not ended, those included that were given up. */
  readonly #threads = new Set<WorkerThread>();
  /** The environment as it was when the first thread started: one that takes another's place has the same. */
  #environment: NodeJS.ProcessEnv | undefined;
  /** Threads started so far: each has a number of its own. */
  #started = 0;
  #isClosed = false;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
    this.slots = options.size;
    this.#seats = Array.from({ length: options.size }, (_, i) => ({
      name: `worker-${i + 1}`,
      thread: undefined,
      isBusy: false,
    }));
  }

  /** What it holds now. Of stages, and of what threads were sent of them, nothing once they are over. */
  get size(): { readonly threads: number; readonly stages: number; readonly sent: number } {
    const sent = [...this.#seated()].reduce((sum, { stages, outputs }) => sum + stages.size + outputs.size, 0);
    return { threads: this.#threads.size, stages: this.#stages.size, sent };
  }

  /** A seat is idle whether its thread runs already or not: none becomes idle but by the end of an attempt. */
  onIdle(): void {}

  idle(): readonly string[] {
    return this.#seats.filter(({ isBusy }) => !isBusy).map(({ name }) => name);
  }

  async run(task: TaskDescription, signal: AbortSignal): Promise<TaskOutcome> {
    const seat = this.#seats.find(({ name }) => name === task.executor);
    invariant(seat !== undefined && !seat.isBusy, `task ${task.taskId} was given to ${task.executor}`);
    seat.isBusy = true;
    try {
      return await this.#attempt(seat, task, signal);
    } catch (error) {
      return { kind: 'failed', error: firstFailure(error) as Error, metrics: NO_METRICS };
    } finally {
      seat.isBusy = false;
    }
  }

  forgetStage(stageId: StageId): void {
    this.#stages.delete(stageId);
    for (const seated of this.#seated()) {
      if (seated.stages.delete(stageId)) seated.thread.post({ kind: 'forget-stage', stageId });
    }
  }

  /** A lineage was truncated: tasks that start from now on get their stages as they are now. */
  shipAgain(): void {
    this.#stages.clear();
  }

  /** The files of a shuffle are removed: nobody reads them any more. */
  forgetShuffle(shuffleId: ShuffleId): void {
    for (const seated of this.#seated()) {
      if (seated.outputs.delete(shuffleId)) seated.thread.post({ kind: 'forget-shuffle', shuffleId });
    }
  }

  /** A dataset is not kept any more: every worker drops its blocks from memory, after what it was sent before. */
  dropBlocks(nodeId: NodeId): void {
    for (const { thread } of this.#seated()) thread.post({ kind: 'drop-blocks', nodeId });
  }

  /** Has one worker drop a block from memory. */
  dropBlock(worker: string, blockId: BlockId): void {
    this.#threadOf(worker)?.post({ kind: 'drop-block', blockId });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#threads].map((thread) => thread.close()));
    this.#stages.clear();
  }

  /**
   * Stops all threads where nothing may wait, as the process is about to end: they write to no file afterwards, so that
   * directories can be removed. Blocks for a moment when any runs.
   */
  abandon(): void {
    this.#isClosed = true;
    if (this.#threads.size === 0) return;
    for (const thread of this.#threads) thread.abandon();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)), 0, 0, STOP_MS);
  }

  async #attempt(seat: Seat, task: TaskDescription, signal: AbortSignal): Promise<TaskOutcome> {
    if (this.#isClosed) return { kind: 'cancelled', metrics: NO_METRICS };
    // While functions are captured the thread starts.
    seat.thread ??= this.#start(seat);
    // What a cancelled attempt waits for may never come, as a package that it imports.
    const prepared = await unlessAborted(this.#prepare(task, signal), signal);
    if (prepared === undefined || this.#isClosed) return { kind: 'cancelled', metrics: NO_METRICS };
    const { stage, slices, blocks, onDisk } = prepared;
    // What earlier tasks left running in it may have ended it since, which is not this one's failure.
    seat.thread ??= this.#start(seat);
    const seated = seat.thread;
    const classes = await unlessAborted(classesSince(seated.classes, this.#options.captureOptions), signal);
    if (signal.aborted || this.#isClosed) return { kind: 'cancelled', metrics: NO_METRICS };
    this.#send(seated, stage, classes, task);
    const { work: _work, shuffles, ...description } = task;
    const result = await this.#runOn(
      seated.thread,
      { ...description, shuffles: [...shuffles.keys()], slices, blocks, onDisk },
      signal,
    );
    if (result.kind === 'outcome') {
      const outcome = decodeOutcome(result.outcome);
      if (outcome.kind === 'fetch-failed' && outcome.mapIndex < 0) doubtBlocks(task, this.#options.directory);
      return outcome;
    }
    if (signal.aborted) return { kind: 'cancelled', metrics: NO_METRICS };
    const error =
      result.cause instanceof CairnError
        ? result.cause
        : new CairnError(
            'WORKER_LOST',
            {
              worker: seat.name,
              task: task.taskId,
              partition: task.partition,
              dataset: describeNode(task.work.node),
              reason: result.reason,
            },
            { cause: result.cause },
          );
    return { kind: 'failed', error, metrics: NO_METRICS };
  }

  /** What an attempt is sent, gathered at once: a lineage that a checkpoint truncates meanwhile is not the stage's any more. */
  async #prepare(task: TaskDescription, signal: AbortSignal) {
    const [stage, slices] = await Promise.all([this.#stageOf(task), this.#slicesOf(task)]);
    const blocks = await readBlocks(task, this.#options.directory, (name) => this.#threadOf(name), signal);
    await this.#options.broadcasts.ready();
    return { stage, slices, ...blocks };
  }

  /** Runs an attempt, and ends its thread where it neither ends in time nor stops when told. */
  async #runOn(thread: WorkerThread, task: ShippedTask, signal: AbortSignal): Promise<ThreadResult> {
    const { taskTimeoutMs } = this.#options;
    const timers: (() => void)[] = [];
    const killAfter = (ms: number, reason: string, causeOf?: () => CairnError): (() => void) => {
      const stopTimer = startTimeout(ms, () => void thread.kill(reason, causeOf?.()));
      timers.push(stopTimer);
      return stopTimer;
    };
    const endAfter = (ms: number): (() => void) => {
      const { taskId, partition } = task;
      const timeout = `${taskTimeoutMs} ms`;
      const timedOut = () => new CairnError('TASK_TIMED_OUT', { task: taskId, partition, timeout });
      return killAfter(ms, 'its task took too long', timedOut);
    };
    // Starting a thread and sending it a stage is not the task's time; but a module may wait for ever where it is loaded.
    const preparing = taskTimeoutMs === undefined ? undefined : endAfter(Math.max(taskTimeoutMs, LEAST_PREPARE_MS));
    const onBegan = (): void => {
      if (taskTimeoutMs === undefined) return;
      preparing?.();
      endAfter(taskTimeoutMs);
    };
    const stop = onAbort(signal, () => {
      thread.cancel(task.taskId);
      killAfter(CANCEL_MS, 'its task was cancelled and did not stop');
    });
    try {
      return await thread.run(task, onBegan);
    } finally {
      stop();
      for (const stopTimer of timers) stopTimer();
    }
  }

  /** Captured once, for all of its tasks; when that fails each of them fails with it. */
  #stageOf({ stageId, work }: TaskDescription): Promise<ShippedStage> {
    const known = this.#stages.get(stageId);
    if (known !== undefined) return known;
    const stage = shipStage(stageId, work, this.#options.captureOptions);
    this.#options.onCapture?.(work);
    // Tasks await it in turn.
    stage.catch(() => {});
    this.#stages.set(stageId, stage);
    return stage;
  }

  /** Sends what the thread has not got yet of what a task needs. What cannot be sent is not noted as sent. */
  #send(seated: SeatedThread, stage: ShippedStage, classes: ShippedClasses | undefined, task: TaskDescription): void {
    const { thread } = seated;
    if (classes !== undefined) {
      thread.post({ kind: 'classes', classes });
      seated.classes = classes.version;
    }
    const update = this.#options.broadcasts.entriesSince(seated.broadcasts);
    if (update !== undefined) {
      thread.post({ kind: 'broadcasts', update });
      seated.broadcasts = update.version;
    }
    if (seated.stages.get(task.stageId) !== stage) {
      thread.post({ kind: 'stage', stage });
      seated.stages.set(task.stageId, stage);
    }
    for (const [shuffleId, outputs] of task.shuffles) {
      if (seated.outputs.get(shuffleId) === outputs) continue;
      thread.post({ kind: 'outputs', shuffleId, outputs });
      seated.outputs.set(shuffleId, outputs);
    }
  }

  /** Asks for all of them at once, before its caller goes on. */
  async #slicesOf({ work, partition }: TaskDescription): Promise<ShippedSlice[]> {
    const reads = collectionReads(work.node, partition);
    return await Promise.all(
      reads.map(async ({ node, partition: slice }) => {
        const rows = await shippedSlice(node, slice, this.#options.captureOptions);
        return { nodeId: node.id, slice, rows };
      }),
    );
  }

  #start(seat: Seat): SeatedThread {
    const { entry, settingsOf, directory, onBlock, onBlocksGone, onEnded, onReady, onWarning } = this.#options;
    const label = `w${this.#started++}`;
    this.#environment ??= { ...process.env };
    const thread = new WorkerThread({
      entry,
      settings: { ...settingsOf(seat.name), label },
      environment: this.#environment,
      onReady,
      onBlock: (event) => onBlock(seat.name, event),
      onGone: (stray) => {
        seat.thread = undefined;
        if (stray !== undefined) {
          onWarning(`${seat.name} ended after its task, by what a function left running there: ${stray}`);
        }
        const gone = directory.forgetHolder(seat.name);
        // At the end of a session they go with everything else.
        if (!this.#isClosed) onBlocksGone(seat.name, gone);
      },
    });
    this.#threads.add(thread);
    void thread.ended.then(() => {
      this.#threads.delete(thread);
      if (!this.#isClosed) onEnded(label);
    });
    return { thread, stages: new Map(), outputs: new Map(), broadcasts: 0, classes: 0 };
  }

  #threadOf(name: string): WorkerThread | undefined {
    return this.#seats.find((seat) => seat.name === name)?.thread?.thread;
  }

  *#seated(): IterableIterator<SeatedThread> {
    for (const { thread } of this.#seats) if (thread !== undefined) yield thread;
  }
}
