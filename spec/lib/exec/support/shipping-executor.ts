/**
 * Runs tasks in the caller's thread as workers do: their stage is shipped, cloned and revived, collections come as the
 * slices that a task is known to read, and outcomes are encoded and decoded.
 */
import '../../../../lib/api/task-functions.ts';
import type { Batch } from '../../../../formats/schema/batch.ts';
import type { NodeId, StageId } from '../../../../lib/base/ids.ts';
import { invariant } from '../../../../lib/base/invariant.ts';
import { NO_METRICS } from '../../../../lib/events/engine-event.ts';
import { rowsOfShipped, shippedSlice } from '../../../../lib/exec/collection-slices.ts';
import type { Executor } from '../../../../lib/exec/executor.ts';
import { decodeOutcome, encodeOutcome } from '../../../../lib/exec/ship-outcome.ts';
import { reviveStage, shipStage } from '../../../../lib/exec/ship-stage.ts';
import { StageChains } from '../../../../lib/exec/stage-chains.ts';
import type { StageWork, TaskDescription, TaskOutcome } from '../../../../lib/exec/task.ts';
import type { TaskEnvironment } from '../../../../lib/exec/task-environment.ts';
import { runTask } from '../../../../lib/exec/task-runner.ts';
import { allNarrowReads } from '../../../../lib/lineage/narrow-reads.ts';
import { CollectionNode } from '../../../../lib/lineage/nodes/collection-node.ts';

interface LiveStage {
  readonly work: Promise<StageWork>;
  readonly chains: StageChains;
}

/** See the file header. One task at a time. */
export class ShippingExecutor implements Executor {
  readonly slots = 1;
  readonly #environment: TaskEnvironment;
  readonly #stages = new Map<StageId, LiveStage>();
  #slices = new Map<string, Iterable<Batch>>();
  #isBusy = false;

  constructor(environment: TaskEnvironment) {
    this.#environment = environment;
  }

  idle(): readonly string[] {
    return this.#isBusy ? [] : ['worker-1'];
  }

  onIdle(): void {}

  async run(task: TaskDescription, signal: AbortSignal): Promise<TaskOutcome> {
    this.#isBusy = true;
    try {
      const { work, chains } = this.#stageOf(task);
      const there = await work;
      this.#slices = await this.#slicesOf(task);
      const outcome = await runTask({ ...task, work: there }, this.#environment, chains, signal);
      const { shipped, transfer } = encodeOutcome(outcome);
      return decodeOutcome(structuredClone(shipped, { transfer }));
    } catch (error) {
      return { kind: 'failed', error: error as Error, metrics: NO_METRICS };
    } finally {
      this.#isBusy = false;
    }
  }

  forgetStage(stageId: StageId): void {
    this.#stages.delete(stageId);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #stageOf({ stageId, work }: TaskDescription): LiveStage {
    let stage = this.#stages.get(stageId);
    if (stage === undefined) {
      stage = { work: this.#travel(stageId, work), chains: new StageChains(stageId, this.#environment.codegen) };
      this.#stages.set(stageId, stage);
    }
    return stage;
  }

  async #travel(stageId: StageId, work: StageWork): Promise<StageWork> {
    const shipped = structuredClone(await shipStage(stageId, work));
    return await reviveStage(shipped, {
      fileSystem: this.#environment.fileSystem,
      recordsOfSlice: (node, slice) => this.#sliceAt(node, slice),
    });
  }

  async #slicesOf({ work, partition }: TaskDescription): Promise<Map<string, Iterable<Batch>>> {
    const slices = new Map<string, Iterable<Batch>>();
    for (const read of allNarrowReads(work.node, partition)) {
      if (!(read.node instanceof CollectionNode)) continue;
      const rows = structuredClone(await shippedSlice(read.node, read.partition));
      slices.set(`${read.node.id}/${read.partition}`, await rowsOfShipped(rows));
    }
    return slices;
  }

  #sliceAt(node: NodeId, slice: number): Iterable<Batch> {
    const found = this.#slices.get(`${node}/${slice}`);
    invariant(found !== undefined, `slice ${slice} of ${node} is among those that the task reads`);
    return found;
  }
}
