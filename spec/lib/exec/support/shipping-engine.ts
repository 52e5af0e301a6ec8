/** What datasets need of a session, over stores in memory; its tasks run as on workers, without a thread. */

import type { Engine, JobOptions } from '../../../../lib/api/engine.ts';
import { Rdd } from '../../../../lib/api/rdd.ts';
import { CairnError } from '../../../../lib/base/errors.ts';
import { type NodeId, nodeId, type ShuffleId, shuffleId } from '../../../../lib/base/ids.ts';
import { EventBus } from '../../../../lib/events/event-bus.ts';
import type { CodegenMode } from '../../../../lib/exec/fused-chain.ts';
import { captureCallSite } from '../../../../lib/lineage/call-site.ts';
import { findPartitions } from '../../../../lib/lineage/find-partitions.ts';
import type { LineageNode, NodeOrigin } from '../../../../lib/lineage/lineage-node.ts';
import { CollectionNode } from '../../../../lib/lineage/nodes/collection-node.ts';
import { type JobRunner, pendingPreparations } from '../../../../lib/lineage/preparation.ts';
import type { ResultAction } from '../../../../lib/lineage/result-action.ts';
import { DagScheduler } from '../../../../lib/scheduler/dag-scheduler.ts';
import type { NodeStatus } from '../../../../storage/block/block-manager.ts';
import { STORAGE_LEVELS, type StorageLevel } from '../../../../storage/block/storage-level.ts';
import type { FileSystem } from '../../../../storage/fs/file-system.ts';
import { ShippingExecutor } from './shipping-executor.ts';
import { type TaskBench, taskBench } from './task-bench.ts';

/** See the file header. */
export class ShippingEngine implements Engine {
  readonly defaultParallelism = 2;
  readonly configuredParallelism = undefined;
  readonly ownDirectories = [];
  readonly fileSystem: FileSystem;
  readonly bench: TaskBench;
  readonly #scheduler: DagScheduler;
  #nextNode = 0;
  #nextPath = 0;
  #nextShuffle = 0;

  constructor(options: { readonly codegen?: CodegenMode } = {}) {
    this.bench = taskBench(options);
    this.fileSystem = this.bench.fileSystem;
    const logger = { warn: () => {}, info: () => {} };
    this.#scheduler = new DagScheduler({
      executor: new ShippingExecutor(this.bench.environment),
      events: new EventBus(logger),
      resubmitDelayMs: 0,
      maxFailures: 2,
    });
  }

  parallelize<T>(records: readonly T[], numSlices: number): Rdd<T> {
    return new Rdd<T>(this, new CollectionNode(this.origin('parallelize'), records, numSlices));
  }

  origin(method: string): NodeOrigin {
    return { id: nodeId(this.#nextNode++), callSite: captureCallSite(method) };
  }

  checkClosure(): void {}

  /** In memory: nobody else is there. */
  newScratchPath(stem: string): string {
    return `/scratch/${stem}-${this.#nextPath++}`;
  }

  nextShuffleId(): ShuffleId {
    return shuffleId(this.#nextShuffle++);
  }

  async runJob(node: LineageNode, action: ResultAction, options: JobOptions): Promise<unknown[]> {
    const callSite = captureCallSite(options.method);
    const run: JobRunner = (of, what, partitions) =>
      this.#scheduler.runJob({ node: of, action: what, partitions, callSite, name: options.method }).result;
    for (const preparation of pendingPreparations(node)) await preparation.prepare(run);
    return await run(node, action, options.partitions ?? findPartitions(node).map(({ index }) => index));
  }

  persist(node: LineageNode, level: StorageLevel): void {
    node.storageLevel = level;
  }

  unpersist(node: LineageNode): void {
    node.storageLevel = STORAGE_LEVELS.NONE;
    this.bench.blocks.removeNode(node.id);
  }

  /** Datasets of these specs are not checkpointed. */
  isLocalCheckpoint(): boolean {
    return false;
  }

  checkpoint(): never {
    throw new CairnError('INTERNAL', { detail: 'no checkpoints here' });
  }

  localCheckpoint(): never {
    return this.checkpoint();
  }

  materialize(): never {
    return this.checkpoint();
  }

  cleanShuffles(): void {}

  rename(node: LineageNode, name: string): void {
    node.name = name;
  }

  blocksOf(id: NodeId): NodeStatus {
    return this.bench.blocks.nodeStatus(id);
  }
}
