/**
 * One task attempt while it runs: what nodes see as their `TaskContext`.
 *
 * It reads a dataset's partition from where it is cheapest: its block, else computed, with chains of steps fused; and
 * the reduce side of shuffles. Functions of the user's that throw are wrapped here, once, with the step they belong to.
 */
import { types } from 'node:util';
import { rowBatch } from '../../formats/schema/batch.ts';
import { rddBlockId } from '../../storage/block/block-id.ts';
import { exportedBatches } from '../../storage/block/exported-block.ts';
import type { FileSystem } from '../../storage/fs/file-system.ts';
import { TaskMemory } from '../../storage/memory/task-memory.ts';
import { TaskSpills } from '../../storage/spill/task-spills.ts';
import { CairnError, serializeError } from '../base/errors.ts';
import { invariant } from '../base/invariant.ts';
import { onAbort } from '../base/on-abort.ts';
import { describeCallSite } from '../lineage/call-site.ts';
import type { Aggregator, ShuffleDependency } from '../lineage/dependency.ts';
import { describeNode } from '../lineage/explain-lineage.ts';
import { isGrouping } from '../lineage/grouping.ts';
import { ComputedNode, type LineageNode } from '../lineage/lineage-node.ts';
import type { Partition } from '../lineage/partition.ts';
import { storable } from '../lineage/records.ts';
import type { BatchIterator, TaskBatch, TaskContext } from '../lineage/task-context.ts';
import { SpilledGroups } from '../shuffle/spilled-groups.ts';
import { AccumulatorPartials } from './accumulator-partials.ts';
import { CheckpointTees } from './checkpoint-tees.ts';
import { columnsNeeded } from './columns-read.ts';
import type { PlainRun } from './combine-fold.ts';
import { combinePairs } from './combine-pairs.ts';
import { copyBatches } from './copy-records.ts';
import type { CurrentTask } from './current-task.ts';
import { beginsWithJoin, cutJoins } from './cut-joins.ts';
import type { FusedChain } from './fused-chain.ts';
import { groupInputs, groupValues } from './group-inputs.ts';
import { mapOutputBatches, mapOutputRows } from './map-output-batches.ts';
import { MetricsCounter } from './metrics-counter.ts';
import { PieceCutter } from './piece-cutter.ts';
import { type Pipeline, pipelineOf } from './pipeline.ts';
import { RowsSink, type Sink, takesPairs } from './sink.ts';
import { sortByKey } from './sort-by-key.ts';
import type { StageChains } from './stage-chains.ts';
import { notIterable, StepFailure } from './step-failure.ts';
import type { TaskDescription } from './task.ts';
import type { TaskEnvironment } from './task-environment.ts';
import { TaskListeners } from './task-listeners.ts';
import { cancellation, newTaskScope } from './task-scope.ts';

/** Computations inside one another that make a full stack the lineage's doing, and no function's. */
const DEEP = 100;
/** Ordinary batches that the join of one group may come to before the task looks up from it. */
const JOINED_BATCHES = 64;

export class RunningTask implements TaskContext {
  readonly fileSystem: FileSystem;
  readonly partition: number;
  readonly attempt: number;
  readonly stage: number;
  readonly batchRows: number;
  readonly metrics = new MetricsCounter();
  readonly accumulators = new AccumulatorPartials();
  readonly tees: CheckpointTees;
  /** What the parts of the task that gather records hold together. */
  readonly memory: TaskMemory;
  /** What they wrote out. */
  readonly spills: TaskSpills;
  /** Groups that it gave with their values there. */
  readonly spilledGroups = new SpilledGroups();
  /** What the user's functions see of it. */
  readonly current: CurrentTask;
  readonly #task: TaskDescription;
  readonly #environment: TaskEnvironment;
  readonly #chains: StageChains;
  readonly #signal: AbortSignal;
  readonly #isCancelled: () => boolean;
  readonly #listeners = new TaskListeners((promise) => this.settled(promise));
  /** Datasets being computed, each inside the one that reads it; and the most there were. */
  #depth = 0;
  #deepest = 0;

  constructor(task: TaskDescription, environment: TaskEnvironment, chains: StageChains, signal: AbortSignal) {
    this.#task = task;
    this.#environment = environment;
    this.#chains = chains;
    this.#signal = signal;
    this.fileSystem = environment.fileSystem;
    this.tees = new CheckpointTees(environment.fileSystem, task.taskId, this.metrics);
    this.memory = new TaskMemory(
      environment.budget,
      task.taskId,
      environment.taskMemoryBytes,
      environment.reportMemory,
    );
    this.spills = new TaskSpills({
      fileSystem: environment.fileSystem,
      newScratchPath: environment.newScratchPath,
      codec: environment.blocks.codec,
      quota: environment.spillQuota,
      describeSpilled: () => this.memory.describeSpilled(),
    });
    this.partition = task.partition;
    this.attempt = task.attempt;
    this.stage = task.stageId;
    this.batchRows = environment.batchRows;
    this.#isCancelled = cancellation(task, signal, environment.isCancelled);
    const scope = newTaskScope(task, signal, this.#isCancelled, this.#listeners);
    this.current = { scope, accumulators: this.accumulators };
  }

  iterate(node: LineageNode, partition: number, columns?: ReadonlySet<string>): BatchIterator {
    const batches = node.isPersisted ? this.#fromBlock(node, partition) : this.#compute(node, partition, columns);
    return node.checkpointTarget === undefined ? batches : this.tees.copy(node, partition, batches);
  }

  /**
   * Runs a dataset's partition into a sink, fused with it where possible: what a task's own loop does. `currentSink`
   * is asked for each batch: a map task may change from combining to dealing out. Gives pending batches for the caller
   * to await, and `undefined` after each other batch so that it can look at the clock.
   */
  *drain(
    node: LineageNode,
    partition: number,
    currentSink: () => Sink,
  ): Generator<Promise<unknown> | undefined, void, undefined> {
    const isWhole = node.isPersisted || node.checkpointTarget !== undefined;
    const pipeline: Pipeline = isWhole ? { base: node, steps: [] } : pipelineOf(node);
    let sink = currentSink();
    let chain = this.#chains.get(node, pipeline, sink);
    // Cursors belong to the steps, not to the sink: they stay when the sink changes.
    const run = chain.open(partition);
    const joins = beginsWithJoin(pipeline.steps.map(({ step }) => step));
    for (const batch of this.iterate(pipeline.base, partition, columnsNeeded(pipeline, sink.kind))) {
      this.throwIfCancelled();
      if (batch.kind === 'pending') {
        yield batch.ready;
        continue;
      }
      for (const piece of joins && batch.kind === 'rows' ? cutJoins(batch, this.batchRows * JOINED_BATCHES) : [batch]) {
        if (sink !== currentSink()) {
          sink = currentSink();
          chain = this.#chains.get(node, pipeline, sink);
        }
        this.#run(chain, piece, run, sink, pipeline, node);
        if (sink.isDone) return;
        yield undefined;
        this.throwIfCancelled();
      }
    }
  }

  *readShuffle(dependency: ShuffleDependency, partition: number): BatchIterator {
    const { aggregator, keyOrder } = dependency;
    const { shuffles } = this.#task;
    const { mapOutputs } = this.#environment;
    let batches = mapOutputBatches(mapOutputs, shuffles, dependency.shuffleId, partition, this.metrics);
    if (aggregator !== undefined && !dependency.mapSideCombine && isGrouping(aggregator)) {
      batches = groupValues(this, batches);
    } else if (aggregator !== undefined) {
      batches = combinePairs(this, {
        pairs: batches,
        aggregator,
        isMerging: dependency.mapSideCombine,
        run: this.#plainRun(dependency, partition),
        rowCount: mapOutputRows(shuffles.get(dependency.shuffleId) ?? [], partition),
      });
    }
    yield* keyOrder === undefined ? batches : sortByKey(this, batches, keyOrder);
  }

  coGroup(inputs: readonly BatchIterator[]): BatchIterator {
    return groupInputs(this, inputs);
  }

  combineByKey(pairs: BatchIterator, aggregator: Aggregator): BatchIterator {
    if (isGrouping(aggregator)) return groupValues(this, pairs);
    return combinePairs(this, { pairs, aggregator, isMerging: false, run: undefined });
  }

  countInput(bytes: number): void {
    this.metrics.bytesRead += bytes;
  }

  throwIfCancelled(): void {
    if (this.#isCancelled()) throw new CairnError('TASK_CANCELLED', { task: this.#task.taskId });
    // Asked between batches, wherever there are any.
    this.#environment.heap?.look();
  }

  /**
   * Waits for a promise of the user's, or raises TASK_CANCELLED once the task is: a promise that never settles shall
   * not keep the slot, and the session from closing. Whoever made the promise must see to its rejection.
   */
  async settled(promise: Promise<unknown>): Promise<void> {
    this.throwIfCancelled();
    let stop: () => void = () => {};
    const cancelled = new Promise<void>((resolve) => {
      stop = onAbort(this.#signal, resolve);
    });
    try {
      await Promise.race([promise, cancelled]);
    } finally {
      stop();
    }
    this.throwIfCancelled();
  }

  onCompletion(action: () => void): void {
    this.#listeners.onCompletion(action);
  }

  /**
   * Runs what was registered for the attempt's end, and for its failure if there is an error, then gives back what the
   * attempt holds. Gives what they threw.
   */
  async end(error: Error | undefined): Promise<readonly unknown[]> {
    const thrown = [...(await this.#listeners.run(error))];
    this.metrics.consumers = this.memory.uses();
    for (const { spilledBytes } of this.metrics.consumers) this.metrics.spilledBytes += spilledBytes;
    this.metrics.peakMemoryBytes = this.memory.peakBytes;
    const copies = { [Symbol.dispose]: () => this.accumulators.copyStates() };
    const first = error === undefined && this.spilledGroups.any ? [copies] : [];
    for (const held of [...first, this.spilledGroups, this.memory, this.spills]) {
      try {
        held[Symbol.dispose]();
      } catch (failure) {
        thrown.push(failure);
      }
    }
    return thrown;
  }

  /** The error that the user sees when a function threw in `operation` of `node`. Errors of ours pass unchanged. */
  wrap(error: unknown, operation: string, node: LineageNode): CairnError {
    if (error instanceof CairnError) return error;
    if (this.#deepest > DEEP && error instanceof RangeError && error.message.includes('call stack')) {
      return new CairnError(
        'LINEAGE_TOO_DEEP',
        { dataset: describeNode(node), depth: this.#deepest },
        { cause: error },
      );
    }
    // Reads no more than it must: getters of a user's error may throw.
    const { name, message } = serializeError(error);
    return new CairnError(
      'TASK_FAILED',
      {
        operation,
        partition: this.partition,
        dataset: describeNode(node),
        attempt: this.attempt,
        reason: types.isNativeError(error) ? `${name}: ${message}` : message,
      },
      { cause: error },
    );
  }

  *#fromBlock(node: LineageNode, partition: number): BatchIterator {
    const { blocks } = this.#environment;
    const id = rddBlockId(node.id, partition);
    const borrowed = this.#environment.borrowedBlock?.(id);
    if (borrowed !== undefined) {
      yield* exportedBatches(borrowed);
      return;
    }
    // What waits for promises is settled before the store asks for it: the store reads synchronously. Whether it has to
    // ask is known once it has opened the block: one that is there may be damaged.
    let held: TaskBatch[] | undefined;
    if (node.mayPend) {
      const stored = blocks.get(id);
      if (stored !== undefined) {
        yield* stored;
        return;
      }
      held = [];
      for (const batch of this.#compute(node, partition)) {
        if (batch.kind === 'pending') yield batch;
        else held.push(batch);
      }
    }
    const computed = () => storable(held?.values() ?? this.#compute(node, partition));
    // What is kept as objects must not read from files of this task.
    const compute = () =>
      node.storageLevel.deserialized ? copyBatches(computed(), () => this.spilledGroups.any) : computed();
    yield* blocks.getOrElseUpdate(id, node.storageLevel, compute);
  }

  /** In one piece, and as flat as can be: long lineages nest these, and the stack ends. */
  *#compute(node: LineageNode, partition: number, columns?: ReadonlySet<string>): BatchIterator {
    this.#depth++;
    this.#deepest = Math.max(this.#deepest, this.#depth);
    try {
      const pipeline = pipelineOf(node);
      const isChain = pipeline.steps.length > 0;
      const countsRows = !isChain && node.dependencies.length === 0;
      const batches = isChain
        ? this.#computeSteps(node, pipeline, partition)
        : this.#computeNode(node, partition, columns);
      for (const batch of batches) {
        if (countsRows) this.metrics.rowsRead += lengthOf(batch);
        yield batch;
      }
    } catch (error) {
      throw this.wrap(error, describeCallSite(node.callSite), node);
    } finally {
      this.#depth--;
    }
  }

  #computeNode(node: LineageNode, partition: number, columns?: ReadonlySet<string>): BatchIterator {
    if (node.checkpoint !== undefined) return this.iterate(node.checkpoint, partition);
    return computedNode(node).compute(partitionOf(node, partition), this, columns);
  }

  *#computeSteps(node: LineageNode, pipeline: Pipeline, partition: number): BatchIterator {
    const chain = this.#chains.get(node, pipeline, new RowsSink());
    const run = chain.open(partition);
    const cutter = new PieceCutter(
      pipeline.steps.map(({ step }) => step),
      this.batchRows,
    );
    for (const batch of this.iterate(pipeline.base, partition, columnsNeeded(pipeline, 'rows'))) {
      if (batch.kind === 'pending') {
        this.throwIfCancelled();
        yield batch;
        continue;
      }
      for (const piece of cutter.cut(batch)) {
        this.throwIfCancelled();
        const sink = new RowsSink();
        this.#run(chain, piece, run, sink, pipeline, node);
        cutter.made(lengthOf(piece), sink.rows.length);
        if (sink.rows.length > 0) yield rowBatch(sink.rows);
      }
    }
  }

  #run(
    chain: FusedChain,
    batch: Parameters<FusedChain['run']>[0],
    run: ReturnType<FusedChain['open']>,
    sink: Sink,
    pipeline: Pipeline | undefined,
    node: LineageNode,
  ): void {
    try {
      chain.run(batch, run, sink);
    } catch (error) {
      if (!(error instanceof StepFailure)) throw error;
      const step = pipeline?.steps[error.stepIndex];
      const owner = step ?? node;
      const cause = (step && notIterable(step.callSite.method, error.cause)) ?? error.cause;
      throw this.wrap(cause, step === undefined ? this.#sinkName(sink) : describeCallSite(step.callSite), owner);
    }
  }

  /** Runs batches of a shuffle's pairs into a sink by the loop that is generated for it. */
  #plainRun(dependency: ShuffleDependency, partition: number): PlainRun {
    const { parent, shuffleId } = dependency;
    let opened: { readonly chain: FusedChain; readonly run: ReturnType<FusedChain['open']>; readonly sink: Sink };
    return (batch, sink) => {
      if (opened?.sink !== sink) {
        const chain = this.#chains.getPlain(parent, `${sink.kind}${shuffleId}`, sink);
        opened = { chain, run: chain.open(partition), sink };
      }
      this.#run(opened.chain, batch, opened.run, sink, undefined, parent);
    };
  }

  #sinkName(sink: Sink): string {
    return takesPairs(sink.kind) ? 'combining by key' : `the function of ${sink.kind}`;
  }
}

function computedNode(node: LineageNode): ComputedNode {
  invariant(node instanceof ComputedNode, `${node.kind} can be computed`);
  return node;
}

function partitionOf(node: LineageNode, partition: number): Partition {
  const found = node.partitions[partition];
  invariant(found !== undefined, `partition ${partition} of ${node.kind}`);
  return found;
}

function lengthOf(batch: TaskBatch): number {
  switch (batch.kind) {
    case 'rows':
      return batch.to - batch.from;
    case 'columns':
      return batch.rowCount;
    case 'range':
      return batch.count;
    case 'pending':
      return 0;
  }
}
