/**
 * One worker thread as the session's thread sees it: started, spoken to, and how it ended.
 *
 * A thread keeps the process alive only while it is held. It has a port of its own for the protocol, which ends with it.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { BlockEvent } from '../../storage/block/block-event.ts';
import type { BlockId } from '../../storage/block/block-id.ts';
import type { ExportedBlock } from '../../storage/block/block-manager.ts';
import { CairnError, errorCodeOf, serializeError } from '../base/errors.ts';
import type { TaskId } from '../base/ids.ts';
import { unreachable } from '../base/invariant.ts';
import { startTimeout } from '../base/start-timeout.ts';
import { remapStack } from '../closure/source-position.ts';
import { MemoryBoard } from './memory-board.ts';
import {
  CANCELLED_TASK,
  FLAG_COUNT,
  type FromWorker,
  markOf,
  type ShippedTask,
  type ToWorker,
  type WorkerSettings,
} from './protocol.ts';
import type { ShippedOutcome } from './ship-outcome.ts';

export interface WorkerThreadOptions {
  /** The worker's program: JavaScript, whatever the session's own modules are. */
  readonly entry: URL;
  readonly settings: Omit<WorkerSettings, 'flags' | 'board'>;
  /** Its `process.env`; a copy of the session's own unless given. */
  readonly environment?: NodeJS.ProcessEnv;
  readonly onReady: (heapLimitBytes: number) => void;
  readonly onBlock: (event: BlockEvent) => void;
  /** The thread is no more, wanted or not: called once. `stray` says what ended it where no task ran in it. */
  readonly onGone: (stray: string | undefined) => void;
}

/** How a task attempt ended: with an outcome, or with the thread it ran in. */
export type ThreadResult =
  | { readonly kind: 'outcome'; readonly outcome: ShippedOutcome }
  | { readonly kind: 'gone'; readonly reason: string; readonly cause: unknown };

interface RunningAttempt {
  readonly onBegan: () => void;
  readonly end: (result: ThreadResult) => void;
}

/** What a worker that has nothing left to do gets to end by itself: streams are flushed, handles of the user's closed. */
const CLOSE_MS = 200;
/** What it gets after that to come out of the system call it is in. Some never return: a child process, a pipe. */
const SYSTEM_CALL_MS = 1000;

export class WorkerThread {
  readonly name: string;
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #flags = new Int32Array(new SharedArrayBuffer(FLAG_COUNT * Int32Array.BYTES_PER_ELEMENT));
  readonly #board = new MemoryBoard();
  readonly #options: WorkerThreadOptions;
  readonly #running = new Map<TaskId, RunningAttempt>();
  readonly #exports = new Map<number, (block: ExportedBlock | undefined) => void>();
  /** Resolves when the thread has ended: it writes to no file any more. Given up by `kill` it may still be on its way. */
  readonly ended: Promise<void>;
  #isReady = false;
  #holds = 0;
  #nextRequest = 0;
  #isClosing = false;
  #end: { readonly reason: string; readonly cause: unknown } | undefined;
  #failure: unknown;

  constructor(options: WorkerThreadOptions) {
    const { entry, settings } = options;
    this.#options = options;
    this.name = settings.name;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const workerData = { settings: { ...settings, flags: this.#flags, board: this.#board.bytes }, port: port2 };
    this.#worker = new Worker(entry, {
      name: `cairn ${settings.name}`,
      workerData,
      transferList: [port2],
      // Loaders and flags of the session's process are not for workers, whose program is plain JavaScript.
      execArgv: [],
      argv: process.argv.slice(2),
      env: options.environment ?? process.env,
      resourceLimits: settings.memory.resourceLimits,
    });
    this.ended = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        this.#hearOut();
        const reason = describeEnd(this.#failure, code, settings, this.#board);
        const isWanted = this.#isClosing && this.#failure === undefined;
        const isStray = this.#isReady && this.#running.size === 0 && !isWanted;
        const stray = isStray ? reason + firstFrame(this.#failure) : undefined;
        this.#leave(this.#isReady ? reason : `it could not start: ${reason}`, this.#failure, stray);
        resolve();
      });
    });
    this.#worker.on('error', (error: unknown) => {
      this.#failure = error;
    });
    this.#port.on('message', (message: FromWorker) => this.#receive(message));
    // What it said is lost: were it the end of a task, nobody would ever hear of it.
    this.#port.on('messageerror', (error) => void this.kill('what it sent could not be read', error));
    this.#worker.unref();
    this.#port.unref();
  }

  get isGone(): boolean {
    return this.#end !== undefined;
  }

  /** Sends a message; to a thread that is gone, nothing. Raises INTERNAL for one that is no plain data: it is not sent. */
  post(message: ToWorker): void {
    if (this.#end !== undefined) return;
    try {
      this.#port.postMessage(message);
    } catch (error) {
      throw new CairnError('INTERNAL', { detail: `a ${message.kind} message cannot be posted` }, { cause: error });
    }
  }

  /** Runs an attempt to its end, or the thread's. `onBegan` is called once it has all it needs. Raises as `post`. */
  async run(task: ShippedTask, onBegan: () => void): Promise<ThreadResult> {
    if (this.#end !== undefined) return { kind: 'gone', ...this.#end };
    this.hold();
    try {
      return await new Promise<ThreadResult>((resolve) => {
        this.#running.set(task.taskId, { onBegan, end: resolve });
        this.post({ kind: 'run', task });
      });
    } finally {
      this.#running.delete(task.taskId);
      this.release();
    }
  }

  /** Asks for a task to stop: loops of the engine look at the flag, code that waits gets the message. */
  cancel(taskId: TaskId): void {
    Atomics.store(this.#flags, CANCELLED_TASK, markOf(taskId));
    this.post({ kind: 'cancel', taskId });
  }

  /** A block the thread holds in memory; undefined when it does not, or when no answer comes in time. */
  async exportBlock(blockId: BlockId, withinMs: number): Promise<ExportedBlock | undefined> {
    if (this.#end !== undefined) return undefined;
    const request = this.#nextRequest++;
    let timer: NodeJS.Timeout | undefined;
    this.hold();
    try {
      return await new Promise<ExportedBlock | undefined>((resolve) => {
        this.#exports.set(request, resolve);
        timer = setTimeout(() => resolve(undefined), withinMs);
        this.post({ kind: 'export-block', request, blockId });
      });
    } finally {
      clearTimeout(timer);
      this.#exports.delete(request);
      this.release();
    }
  }

  /** Keeps the process alive until released as often. */
  hold(): void {
    if (this.#holds++ > 0) return;
    this.#worker.ref();
    this.#port.ref();
  }

  release(): void {
    if (--this.#holds > 0) return;
    this.#worker.unref();
    this.#port.unref();
  }

  /** Ends the thread at once, whatever it does. What runs in it ends as gone, for this reason. */
  async kill(reason: string, cause?: unknown): Promise<void> {
    this.#leave(reason, cause);
    await this.#worker.terminate();
  }

  /** Ends the thread without a word to anybody: the process is about to end. */
  abandon(): void {
    void this.#worker.terminate();
  }

  /**
   * Lets the thread end, and ends it when it does not. One that stays in a system call is left there: it runs nothing
   * afterwards.
   */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.hold();
    this.post({ kind: 'close' });
    const stops: (() => void)[] = [];
    const isLeft = new Promise<void>((resolve) => {
      stops.push(startTimeout(CLOSE_MS, () => void this.#worker.terminate()));
      stops.push(startTimeout(CLOSE_MS + SYSTEM_CALL_MS, resolve));
    });
    await Promise.race([this.ended, isLeft]);
    for (const stop of stops) stop();
    this.release();
  }

  #receive(message: FromWorker): void {
    // What was under way when the thread was given up would be taken for the next one's.
    if (this.#end !== undefined) return;
    switch (message.kind) {
      case 'ready':
        this.#isReady = true;
        this.#options.onReady(message.heapLimitBytes);
        break;
      case 'began':
        this.#running.get(message.taskId)?.onBegan();
        break;
      case 'ended':
        this.#running.get(message.taskId)?.end({ kind: 'outcome', outcome: message.outcome });
        break;
      case 'block':
        this.#options.onBlock(message.event);
        break;
      case 'exported':
        this.#exports.get(message.request)?.(message.block);
        break;
      default:
        unreachable(message);
    }
  }

  /** What a thread said last may still be on its way when its end is known: the outcome of its task, say. */
  #hearOut(): void {
    try {
      for (let last = this.#nextMessage(); last !== undefined; last = this.#nextMessage()) this.#receive(last);
    } catch (error) {
      this.#failure ??= error;
    }
  }

  #nextMessage(): FromWorker | undefined {
    return receiveMessageOnPort(this.#port)?.message as FromWorker | undefined;
  }

  #leave(reason: string, cause: unknown, stray?: string): void {
    if (this.#end !== undefined) return;
    this.#end = { reason, cause };
    this.#port.close();
    for (const { end } of this.#running.values()) end({ kind: 'gone', ...this.#end });
    for (const resolve of this.#exports.values()) resolve(undefined);
    this.#options.onGone(stray);
  }
}

function describeEnd(
  failure: unknown,
  code: number,
  { memory }: Pick<WorkerSettings, 'memory'>,
  board: MemoryBoard,
): string {
  if (errorCodeOf(failure) === 'ERR_WORKER_OUT_OF_MEMORY') {
    const limit = memory.resourceLimits.maxOldGenerationSizeMb;
    const held = board.read() || 'nothing';
    return (
      `it ran out of memory: its heap is limited to ${limit} MiB, of which the engine, when last counted, held ` +
      `${held}; the rest is what functions of the job hold`
    );
  }
  if (failure !== undefined) {
    const { name, message } = serializeError(failure);
    return `an error outside of the task ended it: ${name}: ${message}`;
  }
  return `process.exit(${code}) was called in it`;
}

/** Where the user's code raised what ended a thread, as ` at file:line:column`; nothing where that is not known. */
function firstFrame(failure: unknown): string {
  const { stack } = serializeError(failure);
  const frame = stack?.split('\n').find((line) => /^\s+at /.test(line));
  return frame === undefined ? '' : ` ${remapStack(frame).trim()}`;
}
