/**
 * Goes on from what earlier runs in the data directory committed, and leaves what this one commits to later runs.
 *
 *     before a job:  fingerprints of its lineage -> what is stored under them takes the place of computing it (`Reuse`)
 *     while it runs: map outputs, task by task, become findable for a later run (`Retention`), as do checkpoints
 *     in between:    functions and files are looked at again, so that nothing is stored under a fingerprint it is not of
 *                    (`StageChecks`)
 *
 * Threading: the session's own thread.
 */
import type { Checkpoint } from '../../storage/checkpoint/open-checkpoint.ts';
import type { FileSystem } from '../../storage/fs/file-system.ts';
import type { CheckpointCatalog, CheckpointEntry } from '../../storage/metadata/checkpoint-catalog.ts';
import type { MetadataDatabase } from '../../storage/metadata/database.ts';
import { FingerprintStore } from '../../storage/metadata/fingerprint-store.ts';
import { FoundValues } from '../../storage/metadata/found-values.ts';
import { type ReuseDecision, ReuseLog } from '../../storage/metadata/reuse-log.ts';
import { RunReader } from '../../storage/metadata/run-reader.ts';
import { ShuffleCatalog } from '../../storage/metadata/shuffle-catalog.ts';
import type { MapOutput } from '../../storage/shuffle/map-output.ts';
import type { MapOutputReader } from '../../storage/shuffle/map-output-reader.ts';
import type { Clock } from '../base/clock.ts';
import type { NodeId, RunId, ShuffleId } from '../base/ids.ts';
import type { CaptureOptions } from '../closure/capture.ts';
import type { StageWork } from '../exec/task.ts';
import type { ShuffleDependency } from '../lineage/dependency.ts';
import type { InputIdentity } from '../lineage/fingerprint-inputs.ts';
import type { FingerprintRecord } from '../lineage/fingerprint-record.ts';
import { Fingerprints } from '../lineage/fingerprints.ts';
import type { LineageNode } from '../lineage/lineage-node.ts';
import { type Preparation, pendingPreparations } from '../lineage/preparation.ts';
import type { MapOutputTracker } from '../scheduler/map-output-tracker.ts';
import { describeReuse } from './describe-reuse.ts';
import { EarlierWork } from './earlier-work.ts';
import { forgetUnused } from './forget-unused.ts';
import { RecordKeeper, storedRecords } from './keep-records.ts';
import { KeptFindings } from './kept-findings.ts';
import { Retention } from './retention.ts';
import { type FoundCheckpoint, Reuse } from './reuse.ts';
import { StageChecks } from './stage-checks.ts';

export interface ResumeOptions {
  readonly fileSystem: FileSystem;
  readonly database: MetadataDatabase;
  readonly checkpoints: CheckpointCatalog;
  readonly clock: Clock;
  readonly run: RunId;
  /** The session's name: what earlier runs of it left is compared with what this one computes. */
  readonly name: string;
  readonly capture: CaptureOptions;
  readonly inputs: InputIdentity;
  /** Whether tasks run in the caller's thread, with the variables that functions capture themselves. */
  readonly isInline: boolean;
  /** Whether map outputs are kept for later runs. */
  readonly retains: boolean;
  readonly maxReleasedBytes: number;
  readonly tracker: MapOutputTracker;
  readonly mapOutputs: MapOutputReader;
  readonly shuffleDirectory: string;
  /** Resolves once all broadcasts are encoded; undefined when they are. */
  readonly whenReady: () => Promise<void> | undefined;
  /** Whether every partition of a dataset has a block. */
  readonly isStored: (node: LineageNode) => boolean;
  readonly mayAdopt: (node: LineageNode) => boolean;
  readonly markedNearest: (root: LineageNode) => readonly LineageNode[];
  readonly adopt: (node: LineageNode, checkpoint: Checkpoint, entry: CheckpointEntry) => void;
  /** A dataset of a job is met for the first time. */
  readonly onVisited: (node: LineageNode) => void;
  readonly onDrop: (shuffle: ShuffleId, outputs: readonly MapOutput[]) => void;
  /** What was decided about a job, where there was anything to decide. */
  readonly onDecisions: (decisions: readonly ReuseDecision[]) => void;
  readonly onWarning: (message: string) => void;
  readonly timer: (delayMs: number, action: () => void) => () => void;
}

/** How many decisions a run has on record: a loop of a hundred thousand rounds decides the same in each. */
const MOST_DECISIONS = 1000;

export class Resume {
  readonly fingerprints: Fingerprints;
  readonly #options: ResumeOptions;
  readonly #checks: StageChecks;
  readonly #records: RecordKeeper;
  readonly #retention: Retention;
  readonly #reuse: Reuse;
  readonly #findings: KeptFindings;
  readonly #log: ReuseLog;
  readonly #store: FingerprintStore;
  #decisions = 0;
  /** Task time that this run has spent, and that it was saved. */
  #elapsedMs = 0;
  readonly #warned = new Set<string>();

  /** The run's row is there. Raises what the database raises. */
  constructor(options: ResumeOptions) {
    this.#options = options;
    const { fileSystem, database, checkpoints, clock, run, name, capture, inputs, isInline, onWarning } = options;
    const fingerprints = new Fingerprints({ fileSystem, capture, inputs });
    const store = new FingerprintStore(database);
    const shuffles = new ShuffleCatalog(database);
    const reader = new RunReader(database);
    const values = new FoundValues(database);
    if (forgetUnused(shuffles, reader, name, run)) {
      values.prune();
      store.prune();
    }
    const runs = new Set(reader.listRunsNamed(name).map((row) => row.run));
    this.fingerprints = fingerprints;
    this.#store = store;
    this.#log = new ReuseLog(database, run);
    this.#records = new RecordKeeper(store, fingerprints);
    this.#checks = new StageChecks(fingerprints, { isInline, isStored: options.isStored });
    this.#findings = new KeptFindings({ run, values, fingerprints, checks: this.#checks });
    this.#retention = new Retention({
      ...{ run, catalog: shuffles, records: this.#records, fingerprints, checks: this.#checks, clock, onWarning },
      ...{ maxReleasedBytes: options.maxReleasedBytes, onDrop: options.onDrop, timer: options.timer },
    });
    this.#reuse = new Reuse({
      ...{ fileSystem, run, fingerprints, checkpoints, shuffles, retention: this.#retention },
      earlier: new EarlierWork({ run, checkpoints, shuffles, store, fingerprints, runs }),
      ...{ tracker: options.tracker, mapOutputs: options.mapOutputs, shuffleDirectory: options.shuffleDirectory },
      ...{ mayAdopt: options.mayAdopt, markedNearest: options.markedNearest, adopt: options.adopt },
    });
  }

  /** Task time that this run, and those it went on from, have spent: what reusing a checkpoint of now will save. */
  get elapsedMs(): number {
    return this.#elapsedMs;
  }

  /**
   * A job on `root` is about to run: what is stored of its lineage takes the place of it. Functions are captured before
   * this first waits, unless broadcasts are still being encoded. Raises what looking at inputs raises.
   */
  async prepare(root: LineageNode): Promise<void> {
    const ready = this.#options.whenReady();
    if (ready !== undefined) await ready;
    await this.fingerprints.of(root);
    for (const preparation of pendingPreparations(root, this.#options.onVisited)) this.#findings.restore(preparation);
    this.note(await this.#reuse.apply(root));
  }

  /** A preparation of a job has found what it was to find. */
  async noteFound(preparation: Preparation): Promise<void> {
    await this.#findings.keep(preparation);
  }

  /** Puts on record what was decided, and tells of it. */
  note(decisions: readonly ReuseDecision[]): void {
    if (decisions.length === 0) return;
    this.#elapsedMs += describeReuse(decisions)?.savedMs ?? 0;
    this.#options.onDecisions(decisions);
    const logged = decisions.slice(0, Math.max(MOST_DECISIONS - this.#decisions, 0));
    this.#decisions += logged.length;
    try {
      this.#log.record(logged);
    } catch (error) {
      this.#warn(`what is reused cannot be put on record: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** The newest complete checkpoint of a fingerprint, read to its last byte; one that is not sound is passed over. */
  async findCheckpoint(fingerprint: string): Promise<FoundCheckpoint | undefined> {
    for (;;) {
      const found = await this.#reuse.findCheckpoint(fingerprint);
      if (typeof found !== 'string') return found;
      if (this.#options.checkpoints.findByFingerprint(fingerprint) !== undefined) return undefined;
    }
  }

  /** Keeps records for as long as something is stored under a fingerprint that they lead to. Raises what the database raises. */
  keepRecords(records: FingerprintRecord): void {
    this.#records.put(records);
  }

  /** The record kept of a fingerprint, last, and what was kept of what it leads to; undefined where it is unknown. */
  findRecord(fingerprint: string): FingerprintRecord | undefined {
    const records = storedRecords(this.#store, fingerprint);
    return records.length === 0 ? undefined : records;
  }

  /** The functions of a stage are captured for workers in this turn of the event loop. */
  noteCaptured(work: StageWork): void {
    this.#checks.captured(work);
  }

  /**
   * A result stage is over: datasets that it kept may be stale. Where it kept none nothing is looked at: in the caller's
   * thread a look takes many times as long as a small action, when functions capture much.
   */
  async noteEnded(work: StageWork): Promise<void> {
    const { isInline } = this.#options;
    if (this.fingerprints.find(work.node) === undefined || (isInline && !this.#checks.keeps(work.node))) return;
    await this.#checks.changesOf(work);
  }

  /** A block of a dataset is gone. */
  noteLostBlock(node: NodeId): void {
    this.#checks.unsettle(node);
  }

  noteTask(durationMs: number): void {
    this.#elapsedMs += durationMs;
  }

  noteOutput(dependency: ShuffleDependency, output: MapOutput, durationMs: number): void {
    if (this.#options.retains) this.#retention.note(dependency, output, durationMs);
  }

  noteLostOutput(shuffle: ShuffleId, mapIndex: number): void {
    this.#retention.forgetOutput(shuffle, mapIndex);
  }

  /** Writes down what has been noted so far. Never rejects. */
  async flush(): Promise<void> {
    await this.#retention.flush();
  }

  /** The files of a shuffle are about to be removed. */
  forgetShuffle(shuffle: ShuffleId): void {
    this.#retention.forget(shuffle);
  }

  /** See `Retention.release`. */
  releaseShuffle(shuffle: ShuffleId, outputs: readonly MapOutput[] | undefined): boolean {
    return this.#retention.release(shuffle, outputs);
  }

  /**
   * What a checkpoint of the node, whose records are written, is found by in a later run; undefined when nothing could
   * be, with a warning where something has changed meanwhile. What the fingerprint is made of is on record then.
   */
  async fingerprintToStore(node: LineageNode): Promise<string | undefined> {
    const key = this.fingerprints.find(node)?.key;
    if (key === undefined) return undefined;
    const [change] = await this.#checks.changesOfNode(node);
    if (change !== undefined) {
      this.#warn(`a later run will not find the checkpoint of dataset ${node.id}: ${change}`);
      return undefined;
    }
    try {
      this.#records.keep(node);
    } catch (error) {
      // The record only serves to explain.
      this.#warn(
        `why a checkpoint is not reused may not be known later: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
    return key;
  }

  #warn(message: string): void {
    if (this.#warned.has(message) || this.#warned.size > 100) return;
    this.#warned.add(message);
    this.#options.onWarning(message);
  }
}
