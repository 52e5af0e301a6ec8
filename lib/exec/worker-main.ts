/**
 * What runs in a worker thread: tasks one at a time, with the same code as in the session's thread, over stores of the
 * worker's own.
 *
 * Messages are handled in their order. What takes a while, as loading the packages that closures use, is started when its
 * message comes and awaited by the task that needs it. Whatever a task does comes back as an outcome; an error outside of
 * tasks ends the thread, and the session's thread sees that.
 */
import { getHeapStatistics } from 'node:v8';
import type { MessagePort } from 'node:worker_threads';
import { initCompression } from '../../formats/bytes/compression.ts';
import { setRecordCodegen } from '../../formats/record/record-codegen.ts';
import type { Batch } from '../../formats/schema/batch.ts';
import type { BlockId } from '../../storage/block/block-id.ts';
import { BlockManager, type ExportedBlock } from '../../storage/block/block-manager.ts';
import { DiskStore } from '../../storage/block/disk-store.ts';
import { nodeFileSystem } from '../../storage/fs/node-file-system.ts';
import { ScratchSpace } from '../../storage/fs/scratch-space.ts';
import { MemoryBudget } from '../../storage/memory/memory-budget.ts';
import type { MapOutput } from '../../storage/shuffle/map-output.ts';
import { MapOutputReader } from '../../storage/shuffle/map-output-reader.ts';
import { SpillQuota } from '../../storage/spill/spill-quota.ts';
import { systemClock } from '../base/clock.ts';
import { CairnError } from '../base/errors.ts';
import type { NodeId, ShuffleId, StageId, TaskId } from '../base/ids.ts';
import { invariant, unreachable } from '../base/invariant.ts';
import type { ReviveOptions } from '../closure/revive.ts';
import { NO_METRICS } from '../events/engine-event.ts';
import { WorkerBroadcasts } from './broadcasts.ts';
import { rowsOfShipped } from './collection-slices.ts';
import { unlessDry } from './dry-loop.ts';
import { flushOutput } from './flush-output.ts';
import { HeapWatch } from './heap-watch.ts';
import { MemoryBoard } from './memory-board.ts';
import {
  CANCELLED_TASK,
  type FromWorker,
  markOf,
  type ShippedTask,
  type ToWorker,
  type WorkerSettings,
} from './protocol.ts';
import { resolveSharedToken } from './shared-tokens.ts';
import { applyClasses } from './ship-classes.ts';
import { encodeOutcome } from './ship-outcome.ts';
import { reviveStage, type ShippedStage } from './ship-stage.ts';
import { StageChains } from './stage-chains.ts';
import type { StageWork, TaskOutcome } from './task.ts';
import type { TaskEnvironment } from './task-environment.ts';
import { runTask } from './task-runner.ts';

/** What a task's end waits at most for what it has printed. */
const FLUSH_MS = 100;

/** A stage as this thread has it. */
interface LiveStage {
  readonly work: Promise<StageWork>;
  readonly chains: StageChains;
}

export class WorkerMain {
  readonly #port: MessagePort;
  readonly #settings: WorkerSettings;
  readonly #board: MemoryBoard;
  readonly #blocks: BlockManager;
  readonly #mapOutputs: MapOutputReader;
  readonly #environment: TaskEnvironment;
  readonly #broadcasts = new WorkerBroadcasts();
  readonly #stages = new Map<StageId, LiveStage>();
  readonly #outputs = new Map<ShuffleId, readonly MapOutput[]>();
  readonly #running = new Map<TaskId, AbortController>();
  /** The slices that the running task reads, by node and slice. */
  readonly #slices = new Map<string, Iterable<Batch>>();
  /** Blocks of other workers that the running task reads and this one has no room for. */
  readonly #borrowed = new Map<BlockId, ExportedBlock>();
  readonly #reviving: ReviveOptions = {
    resolveToken: (kind, id, parts) => resolveSharedToken(kind, id, this.#broadcasts, parts),
  };
  /** What was begun for messages so far: tasks wait for it. */
  #ready: Promise<unknown>;

  constructor(settings: WorkerSettings, port: MessagePort) {
    this.#settings = settings;
    this.#board = new MemoryBoard(settings.board);
    this.#port = port;
    const { memory, label, blockDirectory, shuffleDirectory, scratchPath, codegen, storageCodec } = settings;
    const fileSystem = nodeFileSystem;
    setRecordCodegen(codegen !== 'off');
    const scratch = ScratchSpace.attach(fileSystem, scratchPath, label);
    const budget = new MemoryBudget({ totalBytes: memory.totalBytes, storageFraction: memory.storageFraction });
    this.#blocks = new BlockManager({
      disk: new DiskStore({ fileSystem, directory: blockDirectory, codec: storageCodec, owner: label }),
      budget,
      codec: storageCodec,
      onEvent: (event) => this.#post({ kind: 'block', event }),
    });
    this.#mapOutputs = new MapOutputReader({ fileSystem, directory: shuffleDirectory });
    this.#environment = {
      fileSystem,
      blocks: this.#blocks,
      budget,
      mapOutputs: this.#mapOutputs,
      shuffleDirectory,
      newScratchPath: (stem) => scratch.newPath(stem),
      clock: systemClock,
      codegen,
      batchRows: settings.batchRows,
      shuffleCodec: settings.shuffleCodec,
      taskMemoryBytes: memory.taskMemoryBytes,
      borrowedBlock: (id) => this.#borrowed.get(id),
      heap: new HeapWatch({ shareBytes: memory.shareBytes }),
      spillQuota: new SpillQuota(settings.spill),
      reportMemory: (holders) => this.#board.write(holders),
      isCancelled: (taskId) => Atomics.load(settings.flags, CANCELLED_TASK) === markOf(taskId),
    };
    this.#ready = initCompression();
    port.on('message', (message: ToWorker) => this.#receive(message));
    port.on('messageerror', (error) => {
      // Were it a task, nobody would run it, nor hear of that: the thread ends, and another one takes it.
      throw error;
    });
    this.#post({ kind: 'ready', heapLimitBytes: getHeapStatistics().heap_size_limit });
  }

  #receive(message: ToWorker): void {
    switch (message.kind) {
      case 'stage':
        this.#addStage(message.stage);
        break;
      case 'classes':
        this.#after(() => applyClasses(message.classes, this.#reviving));
        break;
      case 'broadcasts':
        this.#after(() => this.#broadcasts.apply(message.update));
        break;
      case 'outputs':
        this.#outputs.set(message.shuffleId, message.outputs);
        break;
      case 'run':
        void this.#run(message.task);
        break;
      case 'cancel':
        this.#running.get(message.taskId)?.abort();
        break;
      case 'export-block': {
        const { request, blockId } = message;
        this.#post({ kind: 'exported', request, block: this.#exportBlock(blockId) });
        break;
      }
      case 'forget-stage':
        this.#stages.delete(message.stageId);
        break;
      case 'forget-shuffle':
        this.#outputs.delete(message.shuffleId);
        this.#mapOutputs.forgetShuffle(message.shuffleId);
        break;
      case 'drop-blocks':
        this.#blocks.dropNode(message.nodeId);
        break;
      case 'drop-block':
        this.#blocks.drop(message.blockId);
        break;
      case 'close':
        this.#port.close();
        break;
      default:
        unreachable(message);
    }
  }

  async #run(task: ShippedTask): Promise<void> {
    const controller = new AbortController();
    this.#running.set(task.taskId, controller);
    let outcome: TaskOutcome;
    try {
      outcome = await this.#outcomeOf(task, controller.signal);
    } catch (error) {
      outcome = { kind: 'failed', error: error as Error, metrics: NO_METRICS };
      // What still waits is not wanted any more.
      controller.abort();
    }
    this.#running.delete(task.taskId);
    this.#slices.clear();
    this.#borrowed.clear();
    const { shipped, transfer } = encodeOutcome(outcome);
    // The driver may end the process, or print what follows, as soon as it knows.
    await flushOutput(FLUSH_MS);
    this.#post({ kind: 'ended', taskId: task.taskId, outcome: shipped }, transfer);
  }

  /** Undefined also where it cannot be done, as for lack of memory: whoever wants the block computes it then. */
  #exportBlock(blockId: BlockId): ExportedBlock | undefined {
    try {
      return this.#blocks.exportBlock(blockId);
    } catch {
      return undefined;
    }
  }

  async #outcomeOf(task: ShippedTask, signal: AbortSignal): Promise<TaskOutcome> {
    await this.#ready;
    const stage = this.#stages.get(task.stageId);
    invariant(stage !== undefined, `stage ${task.stageId} was sent before its tasks`);
    const work = await stage.work;
    for (const { nodeId, slice, rows } of task.slices) {
      this.#slices.set(sliceKey(nodeId, slice), await rowsOfShipped(rows, this.#reviving));
    }
    for (const id of task.onDisk) this.#blocks.expectOnDisk(id);
    for (const block of task.blocks) {
      if (this.#blocks.importBlock(block) === 'no-room') this.#borrowed.set(block.blockId, block);
    }
    const shuffles = new Map<ShuffleId, readonly MapOutput[]>();
    for (const shuffleId of task.shuffles) {
      const outputs = this.#outputs.get(shuffleId);
      invariant(outputs !== undefined, `the outputs of shuffle ${shuffleId} were sent before its readers`);
      shuffles.set(shuffleId, outputs);
    }
    const { slices: _slices, blocks: _blocks, onDisk: _onDisk, ...description } = task;
    this.#post({ kind: 'began', taskId: task.taskId });
    return await unlessDry(
      this.#port,
      () => runTask({ ...description, work, shuffles }, this.#environment, stage.chains, signal),
      () => new CairnError('TASK_ABANDONED', { task: task.taskId, partition: task.partition }),
    );
  }

  #addStage(stage: ShippedStage): void {
    const work = this.#ready.then(() =>
      reviveStage(stage, {
        ...this.#reviving,
        fileSystem: this.#environment.fileSystem,
        recordsOfSlice: (nodeId, slice) => this.#recordsOfSlice(nodeId, slice),
      }),
    );
    work.catch(() => {});
    this.#stages.set(stage.stageId, { work, chains: new StageChains(stage.stageId, this.#settings.codegen) });
  }

  /** Begins what tasks that are sent later wait for, after what was begun before; they fail with it. */
  #after(begin: () => Promise<void>): void {
    this.#ready = this.#ready.then(begin);
    this.#ready.catch(() => {});
  }

  #recordsOfSlice(nodeId: NodeId, slice: number): Iterable<Batch> {
    const records = this.#slices.get(sliceKey(nodeId, slice));
    invariant(records !== undefined, `slice ${slice} of dataset ${nodeId} was sent with the task that reads it`);
    return records;
  }

  #post(message: FromWorker, transfer: readonly ArrayBuffer[] = []): void {
    this.#port.postMessage(message, [...transfer]);
  }
}

function sliceKey(nodeId: NodeId, slice: number): string {
  return `${nodeId}/${slice}`;
}
