/**
 * The session's machinery behind the API: stores, scheduler and executor, wired from the options. `Session` is the
 * public skin over it; `Rdd` sees it as an `Engine`.
 */
import { relative } from 'node:path';
import { initCompression } from '../../formats/bytes/compression.ts';
import type { BlockEvent } from '../../storage/block/block-event.ts';
import { findBlockId, rddBlockId, shuffleDataFile } from '../../storage/block/block-id.ts';
import { BlockManager, type NodeStatus } from '../../storage/block/block-manager.ts';
import { DiskStore } from '../../storage/block/disk-store.ts';
import { HashedDirectory } from '../../storage/block/hashed-directory.ts';
import { isPersisted, STORAGE_LEVELS, type StorageLevel, sameLevel } from '../../storage/block/storage-level.ts';
import type { CommittedCheckpoint } from '../../storage/checkpoint/commit.ts';
import type { FileSystem } from '../../storage/fs/file-system.ts';
import { nodeFileSystem } from '../../storage/fs/node-file-system.ts';
import { MemoryBudget } from '../../storage/memory/memory-budget.ts';
import { CheckpointCatalog } from '../../storage/metadata/checkpoint-catalog.ts';
import { abortOutput } from '../../storage/output/output-job.ts';
import type { MapOutput } from '../../storage/shuffle/map-output.ts';
import { MapOutputReader } from '../../storage/shuffle/map-output-reader.ts';
import { removeMapOutput, removeShuffle } from '../../storage/shuffle/remove-shuffle.ts';
import { newSpillCounts, SpillQuota } from '../../storage/spill/spill-quota.ts';
import { attemptAll } from '../base/attempt-all.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import { CairnError, firstFailure } from '../base/errors.ts';
import { failpoint } from '../base/failpoint.ts';
import { type NodeId, nodeId, type RunId, type ShuffleId, shuffleId } from '../base/ids.ts';
import { unreachable } from '../base/invariant.ts';
import { type Logger, stderrLogger } from '../base/logger.ts';
import { stderrTerminal, type Terminal } from '../base/terminal.ts';
import type { CaptureOptions } from '../closure/capture.ts';
import type { Config } from '../config/options.ts';
import type { EngineEvent } from '../events/engine-event.ts';
import { EventBus } from '../events/event-bus.ts';
import { BroadcastRegistry } from '../exec/broadcasts.ts';
import { refuseInsideTask } from '../exec/current-task.ts';
import { HeapWatch } from '../exec/heap-watch.ts';
import { InlineExecutor } from '../exec/inline-executor.ts';
import { shareMemory, taskMemoryOf } from '../exec/memory-shares.ts';
import { type CallSite, captureCallSite, continueStack, describeCallSite } from '../lineage/call-site.ts';
import { describeNode } from '../lineage/explain-lineage.ts';
import { findPartitions } from '../lineage/find-partitions.ts';
import type { LineageNode, NodeOrigin } from '../lineage/lineage-node.ts';
import { localCheckpointLevel } from '../lineage/local-checkpoint-level.ts';
import { LocalCheckpointNode } from '../lineage/nodes/local-checkpoint-node.ts';
import { type JobRunner, pendingPreparations } from '../lineage/preparation.ts';
import type { ResultAction } from '../lineage/result-action.ts';
import { renderRefusals, renderReuse } from '../resume/describe-reuse.ts';
import type { Resume } from '../resume/resume.ts';
import { DagScheduler } from '../scheduler/dag-scheduler.ts';
import type { SpeculationSettings } from '../scheduler/speculation.ts';
import { mergeAccumulators } from './accumulators.ts';
import { type Broadcast, DriverBroadcast } from './broadcast.ts';
import { captureOptionsOf } from './capture-options.ts';
import { Checkpoints } from './checkpoints.ts';
import { Cleaner } from './cleaner.ts';
import { closureChecker } from './closure-checker.ts';
import type { CheckpointSettings, Engine, JobOptions, Reuse } from './engine.ts';
import { exitGuard } from './exit-guard.ts';
import { currentJobScope } from './job-scope.ts';
import { chooseStyle, Progress } from './progress.ts';
import { RunRecorder } from './run-recorder.ts';
import { describeRun } from './run-start.ts';
import { RunningActions } from './running-actions.ts';
import { makeResume, resumes, reuseOf } from './session-resume.ts';
import { SessionStorage } from './session-storage.ts';
import { signalGuard } from './signal-guard.ts';
import { SkewWatch } from './skew-watch.ts';
import { startPool } from './start-pool.ts';
import { inlineThreads, memoryOptions, type TaskThreads } from './task-threads.ts';
import './task-functions.ts';

/** Runs a job; over all partitions of the node unless some are named. */
type AllPartitionsRunner = (
  node: LineageNode,
  action: ResultAction,
  partitions?: readonly number[],
) => Promise<unknown[]>;

/** Task time that jobs after the first must be saved for a line to say so. */
const TOLD_FROM_MS = 1000;

/** What specs replace. */
export interface EngineParts {
  readonly fileSystem?: FileSystem;
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly terminal?: Terminal;
}

export class SessionEngine implements Engine {
  readonly config: Config;
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly events: EventBus;
  readonly storage: SessionStorage;
  readonly blocks: BlockManager;
  readonly budget: MemoryBudget;
  readonly scheduler: DagScheduler;
  readonly checkpoints: Checkpoints;
  readonly checkpointCatalog: CheckpointCatalog;
  readonly broadcasts = new BroadcastRegistry();
  readonly defaultParallelism: number;
  readonly configuredParallelism: number | undefined;
  /** How functions travel to workers. */
  readonly captureOptions: CaptureOptions;
  /** What earlier runs left; undefined where this one does not go on from it. */
  readonly reuse: Reuse | undefined;
  readonly #resume: Resume | undefined;
  /** Whether a job failed, so that the run, closed or not, did not complete. */
  #hasFailed = false;
  /** Whether an action gave what it was for: a program that came to none did nothing that others are done with. */
  #hasSucceeded = false;
  #hasToldReuse = false;
  readonly #checkClosure: (fn: unknown) => void;
  readonly #threads: TaskThreads;
  readonly #mapOutputs: MapOutputReader;
  readonly #recorder: RunRecorder;
  readonly #progress: Progress;
  readonly #cleaner: Cleaner;
  #nextNodeId = 0;
  #nextShuffleId = 0;
  readonly #actions = new RunningActions();
  readonly #guards: Disposable[] = [];
  #closing: Promise<void> | undefined;
  /** Why the process ends before the session was closed. */
  #interruption: CairnError | undefined;

  private constructor(config: Config, parts: EngineParts) {
    const { master } = config;
    this.config = config;
    this.fileSystem = parts.fileSystem ?? nodeFileSystem;
    this.clock = parts.clock ?? systemClock;
    this.events = new EventBus(parts.logger ?? stderrLogger);
    this.captureOptions = captureOptionsOf(config, this.events, this.clock);
    this.#checkClosure = closureChecker(this.captureOptions);
    const slots = master.kind === 'workers' ? master.workers : 1;
    this.configuredParallelism = config.parallelism;
    this.defaultParallelism = config.parallelism ?? slots;
    this.storage = SessionStorage.open({
      directory: config.dir,
      fileSystem: this.fileSystem,
      clock: this.clock,
      retainMs: config['shuffle.retain'],
    });
    const memoryBytes = Math.floor(config.memory * config.memoryFraction);
    // A file system of the caller's own cannot be taken to another thread.
    const workers = master.kind === 'workers' && parts.fileSystem === undefined ? master.workers : 0;
    this.budget = new MemoryBudget({
      totalBytes: workers > 0 ? shareMemory(memoryOptions(config), workers).driver.totalBytes : memoryBytes,
      storageFraction: config.memoryStorageFraction,
    });
    this.blocks = new BlockManager({
      disk: new DiskStore({
        fileSystem: this.fileSystem,
        directory: this.storage.blockDirectory,
        codec: config['storage.codec'],
      }),
      budget: this.budget,
      codec: config['storage.codec'],
      onEvent: (event) => {
        if (workers === 0) this.#onBlockEvent(event);
      },
    });
    this.#mapOutputs = new MapOutputReader({
      fileSystem: this.fileSystem,
      directory: this.storage.shuffleDirectory,
    });
    this.#threads =
      workers === 0
        ? this.#inline(slots)
        : startPool(workers, {
            config,
            storage: this.storage,
            blocks: this.blocks,
            broadcasts: this.broadcasts,
            captureOptions: this.captureOptions,
            onCapture: (work) => this.#resume?.noteCaptured(work),
            onBlockEvent: (event) => this.#onBlockEvent(event),
            onWarning: (message) => this.#warn(message),
          });
    this.scheduler = new DagScheduler({
      executor: this.#threads.executor,
      events: this.events,
      clock: this.clock,
      materialized: { isFullyCached: (node) => this.#isFullyCached(node) },
      maxFailures: master.maxFailures,
      maxConsecutiveAttempts: config['stage.maxConsecutiveAttempts'],
      maxResultBytes: config['result.maxBytes'],
      localityWaitMs: config['locality.wait'],
      speculation: speculationOf(config),
      onAccumulators: mergeAccumulators,
      mode: config['scheduler.mode'],
      pools: config['scheduler.pools'],
      locations: { find: (node, partition) => this.#threads.locate(node, partition) },
      onCheckpointParts: (written) => this.checkpoints.note(written),
      onMapOutput: (dependency, output, durationMs) => this.#resume?.noteOutput(dependency, output, durationMs),
      onUnusedMapOutput: (output) => this.#removeUnused(output),
      // Tasks of one machine report one after another, or nearly so: there is nothing to wait for.
      resubmitDelayMs: 0,
    });
    this.#cleaner = new Cleaner({
      onShuffle: (id) => this.#releaseShuffle(id),
      onBlocks: (id) => this.#cleanUp(`the blocks of dataset ${id}`, () => this.#threads.dropNode(id)),
      onBroadcast: (id) => this.broadcasts.remove(id),
      onCheckpoint: (id) =>
        this.#cleanUp(`checkpoint ${id}`, () => void this.checkpointCatalog.remove(this.fileSystem, id)),
    });
    this.checkpointCatalog = new CheckpointCatalog(this.storage.database);
    this.checkpoints = this.#makeCheckpoints();
    this.#recorder = this.#beginRun();
    this.#resume = resumes(config) ? this.#makeResume() : undefined;
    this.reuse = this.#resume && reuseOf(this.#resume, this.checkpointCatalog);
    const { events, clock } = this;
    const terminal = parts.terminal ?? stderrTerminal;
    this.#progress = new Progress({
      events,
      clock,
      terminal,
      style: chooseStyle(config.progress, terminal, process.env),
    });
    const logger = parts.logger ?? stderrLogger;
    // After progress, which leaves its line for it.
    events.subscribe((event) => this.#follow(event, logger));
    const skew = new SkewWatch((message) => this.#warn(message));
    events.subscribe((event) => skew.add(event));
  }

  static async open(config: Config, parts: EngineParts = {}): Promise<SessionEngine> {
    await initCompression();
    let engine: SessionEngine;
    try {
      engine = new SessionEngine(config, parts);
    } catch (error) {
      throw firstFailure(error);
    }
    engine.#guards.push(exitGuard.guard(engine));
    if (config.handleSignals) engine.#guards.push(signalGuard.guard(engine));
    try {
      const directory = config['checkpoint.dir'];
      if (directory !== undefined) engine.checkpoints.setDirectory(directory);
    } catch (error) {
      await engine.close();
      throw error;
    }
    failpoint('session/after-run-begun');
    engine.events.emit({
      kind: 'session-opened',
      atMs: engine.clock.nowMs(),
      runId: engine.run,
      name: config.name,
      directory: engine.storage.directory,
      slots: engine.#threads.executor.slots,
      memoryBytes: config.memory,
    });
    const logger = parts.logger ?? stderrLogger;
    for (const left of engine.storage.notSwept) logger.warn(`could not be removed after an earlier run: ${left}`);
    return engine;
  }

  get run(): RunId {
    return this.storage.run;
  }

  get isClosed(): boolean {
    return this.#closing !== undefined;
  }

  assertUsable(method: string): void {
    refuseInsideTask(method);
    if (this.isClosed) throw new CairnError('SESSION_CLOSED', { what: method });
  }

  origin(method: string): NodeOrigin {
    this.assertUsable(method);
    return { id: nodeId(this.#nextNodeId++), callSite: captureCallSite(method) };
  }

  broadcast<T>(value: T): Broadcast<T> {
    this.assertUsable('broadcast');
    const { broadcasts: registry, captureOptions } = this;
    const shipping = this.config.master.kind === 'workers' ? { registry, captureOptions } : undefined;
    const handle = new DriverBroadcast(value, captureCallSite('broadcast', true), shipping);
    if (shipping !== undefined) this.#cleaner.watchBroadcast(handle);
    return handle;
  }

  checkClosure(fn: unknown): void {
    if (this.config.master.kind === 'workers') this.#checkClosure(fn);
  }

  newScratchPath(stem: string): string {
    return this.storage.newScratchPath(stem);
  }

  nextShuffleId(): ShuffleId {
    return shuffleId(this.#nextShuffleId++);
  }

  async runJob(node: LineageNode, action: ResultAction, options: JobOptions): Promise<unknown[]> {
    // What a save has written goes with it; once its parts are complete, nothing comes between them and the commit but
    // the checkpoints of what it read.
    const undo = action.kind === 'save' ? () => abortOutput(this.fileSystem, action.output) : undefined;
    return await this.#act(options, undo, async (runJob, callSite) => {
      // Without waiting where there is nothing to look for: the job is on record when the action returns its promise.
      if (this.#resume !== undefined) await this.#prepare(this.#resume, node, options.method);
      const checkpoints = this.checkpoints.begin(node);
      let results: unknown[];
      try {
        results = await runJob(node, action, options.partitions);
      } catch (error) {
        checkpoints.abort();
        throw error;
      }
      await this.#resume?.noteEnded({ kind: 'result', node, action });
      await checkpoints.finish(runJob, callSite);
      return results;
    });
  }

  async materialize(node: LineageNode, options: JobOptions): Promise<void> {
    await this.#act(options, undefined, async (runJob, callSite) => {
      await this.checkpoints.settled(node);
      if (this.#resume !== undefined) await this.#prepare(this.#resume, node, options.method);
      if (node.checkpoint !== undefined) return;
      const [error] = await this.checkpoints.begin(node).finish(runJob, callSite);
      if (error !== undefined) throw error;
    });
  }

  /** Looks for what is stored, of a job that the scheduler does not know yet: SESSION_CLOSED is for this to raise. */
  async #prepare(resume: Resume, node: LineageNode, method: string): Promise<void> {
    try {
      await resume.prepare(node);
    } catch (error) {
      // With the session its database was closed.
      if (!this.isClosed) throw error;
    }
    if (this.isClosed) throw new CairnError('SESSION_CLOSED', { what: method });
  }

  /** What every action does: `work` gets what runs its jobs, each with what it takes to be prepared. */
  async #act<T>(
    options: JobOptions,
    undo: (() => void) | undefined,
    work: (runJob: AllPartitionsRunner, callSite: CallSite) => Promise<T>,
  ): Promise<T> {
    if (this.#interruption !== undefined) return await forever();
    this.assertUsable(options.method);
    const callSite = captureCallSite(options.method, true);
    const scope = currentJobScope();
    const signal = options.signal ?? scope.signal;
    using running = this.#actions.begin(describeCallSite(callSite), undo);
    const start: JobRunner = (of, what, partitions) =>
      running.follow(
        this.scheduler.runJob({
          node: of,
          partitions,
          action: what,
          callSite,
          name: options.method,
          group: scope.group,
          description: scope.description,
          pool: scope.pool,
          signal,
          onSubmit: (id) => {
            scope.onJob?.(id);
            this.#recorder.announce(id, {
              node: of,
              name: options.method,
              callSite,
              group: scope.group,
              description: scope.description,
            });
          },
        }),
      );
    const runJob: AllPartitionsRunner = async (of, what, partitions) => {
      const preparations = pendingPreparations(of, (visited) => this.#cleaner.watchShuffles(visited));
      for (const preparation of preparations) {
        await preparation.prepare(start);
        await this.#resume?.noteFound(preparation);
      }
      return await start(of, what, partitions ?? findPartitions(of).map((partition) => partition.index));
    };
    try {
      const result = await work(runJob, callSite);
      this.#hasSucceeded = true;
      return this.#interruption === undefined ? result : await forever();
    } catch (error) {
      this.#hasFailed ||= !(error instanceof CairnError) || error.kind !== 'cancelled';
      if (this.#interruption !== undefined) return await forever();
      throw continueStack(running.explain(error), callSite);
    }
  }

  get ownDirectories(): readonly string[] {
    const { directory } = this.checkpoints;
    return [this.storage.directory, ...(directory === undefined ? [] : [directory])];
  }

  persist(node: LineageNode, level: StorageLevel): void {
    this.assertUsable('persist');
    node.storageLevel = level;
    this.#threads.keepNode(node.id, level);
    if (isPersisted(level)) this.#cleaner.watchBlocks(node);
    this.#recorder.noteNode(node);
  }

  checkpoint(node: LineageNode, settings: CheckpointSettings): void {
    this.assertUsable('checkpoint');
    this.checkpoints.markReliable(node, settings);
  }

  localCheckpoint(node: LineageNode): void {
    this.assertUsable('localCheckpoint');
    if (!this.checkpoints.markLocal(node)) return;
    const level = localCheckpointLevel(node.storageLevel);
    if (sameLevel(level, node.storageLevel)) return;
    // Blocks know the level they were stored at: one that was kept in memory alone would be given up for room.
    if (node.isPersisted) this.#dropBlocks(node);
    this.persist(node, level);
  }

  isLocalCheckpoint(node: LineageNode): boolean {
    return node.checkpoint instanceof LocalCheckpointNode || this.checkpoints.isMarkedLocal(node);
  }

  /** A shuffle that a running job reads stays; so does what only a persisted ancestor needs. */
  cleanShuffles(node: LineageNode, since = 0): void {
    this.assertUsable('cleanShuffleDependencies');
    const visited = new Set<LineageNode>();
    const stack = [...(node.formerDependencies ?? node.dependencies)];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      if (next.kind === 'shuffle' && !this.scheduler.isInUse(next.shuffleId)) this.#removeShuffle(next.shuffleId);
      const { parent } = next;
      if (visited.has(parent) || parent.isPersisted || parent.id < since) continue;
      visited.add(parent);
      stack.push(...(parent.formerDependencies ?? parent.dependencies));
    }
  }

  unpersist(node: LineageNode): void {
    if (node.checkpoint instanceof LocalCheckpointNode && node.isPersisted) {
      this.#warn(
        `${describeNode(node)} was checkpointed locally: without its blocks it cannot be computed again, nor can what is computed from it`,
      );
    }
    this.checkpoints.unmarkLocal(node);
    this.#dropBlocks(node);
  }

  rename(node: LineageNode, name: string): void {
    node.name = name;
    this.#recorder.noteNode(node);
  }

  blocksOf(id: NodeId): NodeStatus {
    return this.#threads.nodeStatus(id);
  }

  /** Stops running jobs, then drops everything that does not outlive the session. Concurrent calls share one end. */
  close(): Promise<void> {
    this.#closing ??= this.#close().finally(() => {
      for (const guard of this.#guards.splice(0)) guard[Symbol.dispose]();
    });
    return this.#closing;
  }

  /**
   * Closes for a signal that is about to end the process. The program does not go on: its actions give no answer and
   * no error, as nothing after them would run if the signal had its way at once.
   */
  interrupt(by: string): Promise<void> {
    if (this.#closing === undefined) this.#interruption = new CairnError('SESSION_INTERRUPTED', { run: this.run, by });
    return this.close();
  }

  /**
   * Ends what can be ended without waiting: the process is about to be gone, with this exit code where that is why. No
   * action was running and the code is 0: then the run had its end.
   */
  abandon(by: string, code?: number): void {
    if (code !== 0 || this.#actions.size > 0) {
      this.#interruption ??= new CairnError('SESSION_INTERRUPTED', { run: this.run, by });
    }
    this.#closing ??= Promise.resolve();
    attemptAll([
      () => this.#progress[Symbol.dispose](),
      () => this.#threads.abandon(),
      () => this.#leaveWork(this.#isComplete),
      ...this.#lastWrites(),
      () => this.storage[Symbol.dispose](),
    ]);
  }

  /** Fails the actions that wait where nothing is left that could end them: JOB_ABANDONED. Gives their names. */
  failStuckJobs(): readonly string[] {
    return this.#actions.failStuck();
  }

  /** Whether the program did what it was for, as far as can be told from here. */
  get #isComplete(): boolean {
    return this.#hasSucceeded && !this.#hasFailed && this.#interruption === undefined && this.#actions.size === 0;
  }

  /** What later runs may go on from stays, unless there is nothing left to do. */
  #leaveWork(isComplete: boolean): void {
    if (this.#resume !== undefined) this.storage.leaveWork(this.config.name, isComplete);
  }

  /** What has been written by halves is undone, and the run ended in the metadata. */
  #lastWrites(): readonly (() => void)[] {
    const error = this.#interruption;
    const giveUp = () => this.checkpoints.close();
    if (error === undefined) return [giveUp, () => this.#recorder.close()];
    return [() => this.#actions.undo(), giveUp, () => this.#recorder.close({ state: 'killed', error })];
  }

  async #close(): Promise<void> {
    this.#cleaner.close();
    const isComplete = this.#isComplete;
    await this.scheduler.close();
    await this.#resume?.flush();
    this.#leaveWork(isComplete);
    await this.#threads.executor.close();
    this.broadcasts.clear();
    attemptAll([
      () => this.#progress[Symbol.dispose](),
      ...this.#lastWrites(),
      () => this.events.emit({ kind: 'session-closed', atMs: this.clock.nowMs(), runId: this.run }),
      () => this.blocks.close(),
      () => this.storage[Symbol.dispose](),
    ]);
  }

  /** Tasks in this thread. */
  #inline(slots: number): TaskThreads {
    return inlineThreads(
      new InlineExecutor(
        {
          fileSystem: this.fileSystem,
          blocks: this.blocks,
          budget: this.budget,
          mapOutputs: this.#mapOutputs,
          shuffleDirectory: this.storage.shuffleDirectory,
          newScratchPath: (stem) => this.storage.newScratchPath(stem),
          clock: this.clock,
          codegen: this.config.codegen,
          batchRows: this.config['batch.rows'],
          shuffleCodec: this.config['shuffle.codec'],
          taskMemoryBytes: taskMemoryOf(this.budget, slots),
          heap: new HeapWatch({ shareBytes: this.config.memory }),
          spillQuota: new SpillQuota({ maxBytes: this.config['spill.maxBytes'], counts: newSpillCounts(1), slot: 0 }),
        },
        slots,
        this.config['task.timeout'],
      ),
      this.blocks,
    );
  }

  #makeResume(): Resume {
    const { config, fileSystem, clock, events, storage, captureOptions, broadcasts, checkpoints, checkpointCatalog } =
      this;
    return makeResume({
      ...{ config, fileSystem, clock, events, storage, captureOptions, broadcasts, checkpoints, checkpointCatalog },
      tracker: this.scheduler.tracker,
      mapOutputs: this.#mapOutputs,
      isStored: (node) => this.#isFullyCached(node),
      onVisited: (node) => this.#cleaner.watchShuffles(node),
      onDrop: (id, outputs) => this.#removeFiles(id, outputs),
    });
  }

  #follow(event: EngineEvent, logger: Logger): void {
    switch (event.kind) {
      case 'warning':
        logger.warn(event.message);
        break;
      case 'work-reused':
        // The first line of a run that goes on; what comes later is worth one when it saves something to speak of.
        if (!this.#hasToldReuse || event.savedMs >= TOLD_FROM_MS) logger.info(renderReuse(event));
        this.#hasToldReuse = true;
        break;
      case 'reuse-refused':
        logger.info(renderRefusals(event));
        break;
      case 'task-ended':
        this.#resume?.noteTask(event.metrics.durationMs);
        break;
      case 'stage-completed':
        void this.#resume?.flush();
        break;
      case 'block-evicted':
      case 'block-dropped':
      case 'block-lost': {
        const id = findBlockId(event.block);
        if (id?.kind === 'rdd') this.#resume?.noteLostBlock(id.nodeId);
        break;
      }
      case 'shuffle-output-lost':
        this.#resume?.noteLostOutput(event.shuffleId, event.mapIndex);
        break;
      default:
        break;
    }
  }

  #dropBlocks(node: LineageNode): void {
    node.storageLevel = STORAGE_LEVELS.NONE;
    this.#recorder.noteUnpersist(node);
    this.#threads.dropNode(node.id);
  }

  #makeCheckpoints(): Checkpoints {
    const { fileSystem, clock, run, config } = this;
    return new Checkpoints({
      fileSystem,
      clock,
      run,
      catalog: this.checkpointCatalog,
      codec: config['checkpoint.codec'],
      allMarkedAncestors: config['checkpoint.allMarkedAncestors'],
      originOf: ({ method, location, position }) => ({
        id: nodeId(this.#nextNodeId++),
        callSite: { method, location, position },
      }),
      hasBlock: (node, partition) => this.#threads.hasBlock(rddBlockId(node.id, partition)),
      onTruncated: (node, key, committed) => this.#onTruncated(node, key, committed),
      onWarning: (message) => this.#warn(message),
      fingerprintOf: (node) => this.#resume?.fingerprints.find(node)?.key,
      fingerprintToStore: async (node) => await this.#resume?.fingerprintToStore(node),
      elapsedMs: () => this.#resume?.elapsedMs,
    });
  }

  #onTruncated(node: LineageNode, key: number | undefined, committed: CommittedCheckpoint | undefined): void {
    this.#threads.lineageChanged();
    if (this.config['checkpoint.cleanUp'] && node.checkpoint !== undefined && key !== undefined) {
      this.#cleaner.watchCheckpoint(node.checkpoint, key);
    }
    if (committed === undefined) return;
    const { directory: path, manifest } = committed;
    const { partitionCount: partCount, rows: rowCount, bytes: sizeBytes } = manifest;
    const atMs = this.clock.nowMs();
    this.events.emit({ kind: 'checkpoint-committed', atMs, nodeId: node.id, path, partCount, rowCount, sizeBytes });
  }

  #warn(message: string): void {
    this.events.emit({ kind: 'warning', atMs: this.clock.nowMs(), message });
  }

  /** The files of an attempt whose output nobody reads. */
  #removeUnused(output: MapOutput): void {
    this.#cleanUp(`an unused output of shuffle ${output.shuffleId}`, () =>
      removeMapOutput(this.fileSystem, this.storage.shuffleDirectory, output),
    );
  }

  /** Gives the directory back when the metadata cannot be written: then there is no session. */
  #beginRun(): RunRecorder {
    const { storage } = this;
    const outputFiles = new HashedDirectory(this.fileSystem, storage.shuffleDirectory);
    try {
      return RunRecorder.begin({
        database: storage.database,
        start: describeRun(storage.run, this.config, storage.processes),
        events: this.events,
        fingerprintOf: (node) => this.#resume?.fingerprints.find(node)?.digest,
        findOutputs: (id) => this.scheduler.tracker.findOutputs(id),
        pathOf: ({ shuffleId, taskId }) =>
          relative(storage.directory, outputFiles.pathOf(shuffleDataFile(shuffleId, taskId))),
      });
    } catch (error) {
      storage[Symbol.dispose]();
      throw error;
    }
  }

  /** Best effort: what cannot be removed now goes with the session's folders. */
  #removeShuffle(id: ShuffleId): void {
    const outputs = this.#forgetShuffle(id);
    this.#resume?.forgetShuffle(id);
    this.#removeFiles(id, outputs);
  }

  /** The program cannot reach a shuffle any more: its files may stay for a later run. */
  #releaseShuffle(id: ShuffleId): void {
    const outputs = this.#forgetShuffle(id);
    if (this.#resume?.releaseShuffle(id, outputs) !== true) this.#removeFiles(id, outputs);
  }

  #forgetShuffle(id: ShuffleId): readonly MapOutput[] | undefined {
    const outputs = this.scheduler.tracker.findOutputs(id);
    this.scheduler.tracker.forgetShuffle(id);
    this.#mapOutputs.forgetShuffle(id);
    this.#threads.forgetShuffle(id);
    return outputs;
  }

  #removeFiles(id: ShuffleId, outputs: readonly MapOutput[] | undefined): void {
    const directory = this.storage.shuffleDirectory;
    this.#cleanUp(`the files of shuffle ${id}`, () => {
      if (outputs === undefined) removeShuffle(this.fileSystem, directory, id);
      else for (const output of outputs) removeMapOutput(this.fileSystem, directory, output);
    });
  }

  /** Runs between turns of the event loop, where an error would end the process: what stays goes with the session. */
  #cleanUp(what: string, remove: () => void): void {
    try {
      remove();
    } catch (error) {
      this.events.emit({
        kind: 'warning',
        atMs: this.clock.nowMs(),
        message: `${what} could not be removed: ${error instanceof Error ? error.message : error}`,
      });
    }
  }

  /** Asked within the scheduler's loop, where nothing may raise: touches no file. */
  #isFullyCached(node: LineageNode): boolean {
    return node.isPersisted && this.#threads.countBlocks(node.id) === node.partitions.length;
  }

  #onBlockEvent(event: BlockEvent): void {
    const moment = { atMs: this.clock.nowMs(), block: event.blockId };
    switch (event.kind) {
      case 'stored': {
        const { memoryBytes, diskBytes } = event;
        this.events.emit({ kind: 'block-stored', ...moment, memoryBytes, diskBytes });
        break;
      }
      case 'reloaded': {
        const { memoryBytes, diskBytes } = this.#threads.status(event.blockId);
        this.events.emit({ kind: 'block-stored', ...moment, memoryBytes, diskBytes });
        break;
      }
      case 'evicted':
      case 'dropped-to-disk':
        this.events.emit({
          kind: 'block-evicted',
          ...moment,
          freedBytes: event.memoryBytes,
          diskBytes: event.diskBytes,
        });
        break;
      case 'drop-failed':
        this.events.emit({
          kind: 'warning',
          atMs: moment.atMs,
          message: `block ${event.blockId} could not be written to disk and stays in memory: ${event.reason}`,
        });
        break;
      case 'lost':
        this.events.emit({ kind: 'block-lost', ...moment, reason: event.reason });
        break;
      case 'removed':
        this.events.emit({ kind: 'block-dropped', ...moment });
        break;
      case 'not-stored':
        break;
      default:
        unreachable(event);
    }
  }
}

function speculationOf(config: Config): SpeculationSettings | undefined {
  if (!config['speculation.enabled']) return undefined;
  return {
    quantile: config['speculation.quantile'],
    multiplier: config['speculation.multiplier'],
    intervalMs: config['speculation.interval'],
    minTaskRuntimeMs: config['speculation.minTaskRuntime'],
  };
}

/** For a caller that shall not go on. */
function forever(): Promise<never> {
  return new Promise(() => {});
}
