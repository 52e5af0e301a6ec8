/**
 * The checkpoints of a session: where they go, which datasets are marked, and how a job writes one.
 *
 *     marked ──a job reaches it──> being written ──committed──> truncated: read from its checkpoint from now on
 *        ^                              │
 *        └──── failed, cancelled ───────┘   its files are removed, its lineage is as it was
 *
 * A job that reaches a marked dataset writes its partitions down while it computes them for its own purpose
 * (`CheckpointTees`); what it did not compute to the end is computed by one more job, over those partitions alone. The
 * catalog names the directory before anything is in it, and says that it is complete after its manifest is there.
 *
 * In Spark, a checkpoint that fails makes the action fail whose result is there already, and the dataset can never be
 * checkpointed again. Here the action gives its result, a warning says why, and the next action tries again; who wants
 * the error asks for an eager checkpoint.
 *
 * Threading: the session's own thread.
 */
import { randomUUID } from 'node:crypto';
import { basename, dirname, join, resolve } from 'node:path';
import type { CodecName } from '../../formats/bytes/compression.ts';
import { rddBlockId } from '../../storage/block/block-id.ts';
import { reasonOf } from '../../storage/block/damage.ts';
import { checkpointPartName, checkpointPath } from '../../storage/checkpoint/checkpoint-names.ts';
import type { CheckpointPart } from '../../storage/checkpoint/checkpoint-part.ts';
import {
  abortCheckpoint,
  beginCheckpoint,
  type CheckpointJob,
  type CommittedCheckpoint,
  commitCheckpoint,
} from '../../storage/checkpoint/commit.ts';
import type { Checkpoint } from '../../storage/checkpoint/open-checkpoint.ts';
import { removeCheckpoint } from '../../storage/checkpoint/remove-checkpoint.ts';
import type { FileSystem } from '../../storage/fs/file-system.ts';
import type { CheckpointCatalog } from '../../storage/metadata/checkpoint-catalog.ts';
import { attemptAll } from '../base/attempt-all.ts';
import type { Clock } from '../base/clock.ts';
import { CairnError } from '../base/errors.ts';
import { failpoint } from '../base/failpoint.ts';
import type { NodeId, RunId } from '../base/ids.ts';
import { engineVersion } from '../base/version.ts';
import type { WrittenPart } from '../exec/checkpoint-tees.ts';
import type { CallSite } from '../lineage/call-site.ts';
import { type CheckpointMark, CheckpointMarks, type CheckpointRequest } from '../lineage/checkpoint-marks.ts';
import { describeNode } from '../lineage/explain-lineage.ts';
import { findPartitions } from '../lineage/find-partitions.ts';
import type { LineageNode, NodeOrigin } from '../lineage/lineage-node.ts';
import { LocalCheckpointNode } from '../lineage/nodes/local-checkpoint-node.ts';
import { ReliableCheckpointNode } from '../lineage/nodes/reliable-checkpoint-node.ts';
import { toPartitionerRecord } from '../lineage/partitioner-record.ts';
import type { JobRunner } from '../lineage/preparation.ts';
import type { CheckpointSettings } from './engine.ts';

export interface CheckpointsOptions {
  readonly fileSystem: FileSystem;
  readonly catalog: CheckpointCatalog;
  readonly clock: Clock;
  readonly run: RunId;
  readonly codec: CodecName;
  /** `checkpoint.allMarkedAncestors`. */
  readonly allMarkedAncestors: boolean;
  /** An id for a new node, made at this call site. */
  readonly originOf: (callSite: CallSite) => NodeOrigin;
  /** Whether a block is stored somewhere. */
  readonly hasBlock: (node: LineageNode, partition: number) => boolean;
  /** The node's lineage has been replaced by its checkpoint, which the catalog knows by `key` unless it is a local one; written just now where `committed` is given. */
  readonly onTruncated: (node: LineageNode, key?: number, committed?: CommittedCheckpoint) => void;
  readonly onWarning: (message: string) => void;
  /** What a checkpoint of the node would be found by, as far as that is known before it is written. */
  readonly fingerprintOf: (node: LineageNode) => string | undefined;
  /** The same once its records are written; undefined where it must not be found. Never rejects. */
  readonly fingerprintToStore: (node: LineageNode) => Promise<string | undefined>;
  /** Task time that was spent on what is committed now. */
  readonly elapsedMs: () => number | undefined;
}

/** A reliable checkpoint that is being written. */
interface Writing {
  readonly key: number;
  readonly job: CheckpointJob;
  readonly parts: Map<number, CheckpointPart>;
}

/** What of checkpoints one job does. */
export interface CheckpointRun {
  /** The job has its result: completes the checkpoints, parents first. Gives the errors of those that failed. */
  finish(runJob: JobRunner, callSite: CallSite): Promise<readonly unknown[]>;
  /** The job failed: gives up what was begun. */
  abort(): void;
}

const NOTHING: CheckpointRun = { finish: () => Promise.resolve([]), abort() {} };

export class Checkpoints {
  readonly #options: CheckpointsOptions;
  readonly #marks = new CheckpointMarks();
  readonly #writing = new Map<NodeId, { readonly mark: CheckpointMark; readonly writing: Writing }>();
  /** Datasets by the names of their checkpoints. */
  readonly #names = new Map<string, number>();
  /** What attempts that failed could not remove, neither the files nor their row: the next attempt does it first. */
  readonly #notRemoved = new Set<string>();
  #directory: string | undefined;

  constructor(options: CheckpointsOptions) {
    this.#options = options;
  }

  /** The session's own directory of checkpoints, absolute; undefined while none is set. */
  get directory(): string | undefined {
    return this.#directory;
  }

  /** Makes a directory of the session's own below `directory`. Raises CHECKPOINT_DIR_UNUSABLE, and DISK_FULL. */
  setDirectory(directory: string): void {
    const own = join(resolve(directory), randomUUID());
    this.#makeDirectory(own);
    this.#leaveDirectory();
    this.#directory = own;
  }

  /** Raises CHECKPOINT_DIR_NOT_SET and CHECKPOINT_NAME_TAKEN. A dataset that is marked, or checkpointed, stays as it is. */
  markReliable(node: LineageNode, { name, mayRepeatName, fingerprint, stillHolds }: CheckpointSettings): void {
    if (this.#directory === undefined) throw new CairnError('CHECKPOINT_DIR_NOT_SET', {});
    if (isCheckpoint(node) || node.checkpoint !== undefined || this.#marks.find(node) !== undefined) return;
    if (name !== undefined && mayRepeatName !== true) {
      const other = this.#names.get(name);
      if (other !== undefined) throw new CairnError('CHECKPOINT_NAME_TAKEN', { name, other });
      this.#names.set(name, node.id);
    }
    this.#marks.set(node, {
      kind: 'reliable',
      directory: checkpointPath(dirname(this.#directory), basename(this.#directory), node.id),
      // Of the mark and not of the attempt: what a task of an attempt that was given up still writes is the same part.
      owner: fingerprint ?? randomUUID(),
      name: name ?? null,
      fingerprint: fingerprint ?? null,
      stillHolds,
    });
  }

  /** Whether the dataset is to be checkpointed locally now; a warning says so where it takes the place of another mark. */
  markLocal(node: LineageNode): boolean {
    if (isCheckpoint(node)) return false;
    if (node.checkpoint !== undefined) {
      this.#options.onWarning(`${describeNode(node)} is checkpointed already: localCheckpoint changes nothing`);
      return false;
    }
    const mark = this.#marks.find(node);
    if (mark?.running !== undefined) return false;
    if (mark?.request.kind === 'reliable') {
      this.#options.onWarning(`${describeNode(node)} was marked for a checkpoint and is checkpointed locally instead`);
      if (mark.request.name !== null) this.#names.delete(mark.request.name);
    }
    if (mark?.request.kind !== 'local') this.#marks.set(node, { kind: 'local' });
    return true;
  }

  /** Takes a mark for a local checkpoint back: the dataset is not to be kept any more. */
  unmarkLocal(node: LineageNode): void {
    const mark = this.#marks.find(node);
    if (mark?.request.kind === 'local' && mark.running === undefined) this.#marks.delete(node);
  }

  /**
   * Whether a checkpoint of another run may take the place of the node's lineage: one was asked for, to be found by the
   * node's own fingerprint, and is not being written. Of what nobody asked a checkpoint for nobody expects one: its
   * files may be removed by whoever had it made.
   */
  mayAdopt(node: LineageNode): boolean {
    const mark = this.#marks.find(node);
    return mark?.request.kind === 'reliable' && mark.request.fingerprint === null && mark.running === undefined;
  }

  /** The datasets that a job on `root` would checkpoint: the first that are marked on each path. */
  markedNearest(root: LineageNode): readonly LineageNode[] {
    return this.#marks.reached(root, false).map(({ node }) => node);
  }

  /** Puts a checkpoint that another run committed in the place of the node's lineage. What was asked for is there then. */
  adopt(node: LineageNode, { place, parts }: Checkpoint, key: number): void {
    this.#marks.delete(node);
    node.truncate(new ReliableCheckpointNode(this.#options.originOf(node.callSite), place, parts, node.partitioner));
    this.#options.onTruncated(node, key);
  }

  isMarkedLocal(node: LineageNode): boolean {
    return this.#marks.find(node)?.request.kind === 'local';
  }

  /** Takes note of parts that tasks wrote on their way. Those of a checkpoint that was given up are passed over. */
  note(parts: readonly WrittenPart[]): void {
    for (const { node, part } of parts) this.#writing.get(node)?.writing.parts.set(part.partition, part);
  }

  /** A job on `root` begins: the marked datasets it reaches are written down from now on. Raises nothing. */
  begin(root: LineageNode): CheckpointRun {
    const marks = this.#marks.reached(root, this.#options.allMarkedAncestors);
    return marks.length === 0 ? NOTHING : this.#begin(marks);
  }

  /** Waits while another job writes the node's checkpoint. */
  async settled(node: LineageNode): Promise<void> {
    for (let mark = this.#marks.find(node); mark?.running !== undefined; mark = this.#marks.find(node)) {
      await mark.running;
    }
  }

  /** Gives up what is being written: the session ends. Raises the first error, after all were tried. */
  close(): void {
    attemptAll([
      ...[...this.#writing.values()].map(
        ({ mark, writing }) =>
          () =>
            this.#giveUp(mark, writing),
      ),
      () => this.#leaveDirectory(),
    ]);
  }

  /** The directory of the newest complete checkpoint of that name. Raises CHECKPOINT_NOT_FOUND. */
  find(name: string): string {
    const entry = this.#options.catalog.findByName(name);
    if (entry !== undefined) return entry.directory;
    const reason = 'no complete checkpoint of this data directory has that name';
    throw new CairnError('CHECKPOINT_NOT_FOUND', { path: `'${name}'`, reason });
  }

  /** Removes the files of a checkpoint and its row. Raises as `CheckpointCatalog.remove` and `removeCheckpoint`. */
  remove(directory: string): void {
    const { catalog, fileSystem } = this.#options;
    const path = resolve(directory);
    const entry = catalog.list().find((each) => each.directory === path);
    if (entry === undefined) removeCheckpoint(fileSystem, path);
    else catalog.remove(fileSystem, entry.checkpoint);
  }

  /** The names of what is made last: a checkpoint below them would be gone with them. */
  #makeDirectory(path: string): void {
    const { fileSystem } = this.#options;
    try {
      const made: string[] = [];
      for (let at = path; fileSystem.stat(at, { follow: true }) === undefined && dirname(at) !== at; at = dirname(at)) {
        made.push(at);
      }
      fileSystem.makeDirectory(path);
      for (const each of made) fileSystem.syncDirectory(dirname(each));
    } catch (error) {
      if (!(error instanceof CairnError) || error.kind === 'resource') throw error;
      throw new CairnError(
        'CHECKPOINT_DIR_UNUSABLE',
        { path: dirname(path), reason: reasonOf(error) },
        { cause: error },
      );
    }
  }

  /** Removes the session's own directory where nothing is in it. */
  #leaveDirectory(): void {
    const { fileSystem } = this.#options;
    const own = this.#directory;
    if (own === undefined || fileSystem.stat(own)?.kind !== 'directory') return;
    if (fileSystem.list(own).length === 0) fileSystem.removeTree(own);
  }

  #begin(marks: readonly CheckpointMark[]): CheckpointRun {
    const failed = new Map<CheckpointMark, unknown>();
    let settle: () => void = () => {};
    const running = new Promise<void>((done) => {
      settle = done;
    });
    for (const mark of marks) {
      mark.running = running;
      if (mark.request.kind !== 'reliable') continue;
      try {
        this.#open(mark, mark.request);
      } catch (error) {
        failed.set(mark, error);
      }
    }
    const end = (): void => {
      for (const mark of marks) {
        this.#abort(mark);
        mark.running = undefined;
      }
      settle();
    };
    return {
      finish: async (runJob, callSite) => {
        const errors: unknown[] = [];
        for (const mark of marks) {
          try {
            if (failed.has(mark)) throw failed.get(mark);
            await this.#complete(mark, runJob, callSite);
          } catch (error) {
            errors.push(error);
            const reason = error instanceof Error ? error.message : String(error);
            this.#options.onWarning(
              `${describeNode(mark.node)} could not be checkpointed; the next action on it tries again\n${reason}`,
            );
          }
        }
        end();
        return errors;
      },
      abort: end,
    };
  }

  /** Names the directory in the catalog, makes it, and has tasks write to it. */
  #open(mark: CheckpointMark, request: Extract<CheckpointRequest, { kind: 'reliable' }>): void {
    const { catalog, fileSystem, run, codec } = this.#options;
    const { node } = mark;
    const { directory, name } = request;
    // Known from the first job on, and the same for every attempt: so is the owner, by which parts know where they belong.
    const fingerprint = request.fingerprint ?? this.#options.fingerprintOf(node) ?? null;
    const owner = fingerprint ?? request.owner;
    const partitionCount = findPartitions(node).length;
    const partitioner = node.partitioner?.describe() ?? null;
    const known = { run, node: node.id, name, fingerprint, owner, partitionCount, partitioner };
    if (this.#notRemoved.has(directory)) this.remove(directory);
    this.#notRemoved.delete(directory);
    const key = catalog.recordBegin({ ...known, directory });
    try {
      const job = beginCheckpoint(fileSystem, { directory, owner, partitionCount });
      failpoint('checkpoint/after-begin');
      this.#writing.set(node.id, { mark, writing: { key, job, parts: new Map() } });
      node.checkpointTarget = { place: { directory, owner, partitionCount }, codec };
    } catch (error) {
      this.#quietly(directory, () => void catalog.remove(fileSystem, key));
      throw error;
    }
  }

  async #complete(mark: CheckpointMark, runJob: JobRunner, callSite: CallSite): Promise<void> {
    const { node, request } = mark;
    if (request.kind === 'local') await this.#completeLocal(node, runJob, callSite);
    else await this.#completeReliable(node, request, runJob, callSite);
    this.#marks.delete(node);
  }

  async #completeLocal(node: LineageNode, runJob: JobRunner, callSite: CallSite): Promise<void> {
    const { hasBlock, originOf, onTruncated } = this.#options;
    const all = findPartitions(node).map(({ index }) => index);
    const missing = all.filter((partition) => !hasBlock(node, partition));
    if (missing.length > 0) await runJob(node, { kind: 'count' }, missing);
    const lost = all.find((partition) => !hasBlock(node, partition));
    if (lost !== undefined) throw new CairnError('CHECKPOINT_BLOCK_LOST', { block: rddBlockId(node.id, lost) });
    node.truncate(new LocalCheckpointNode(originOf(callSite), node.id, all.length, node.partitioner));
    onTruncated(node);
  }

  async #completeReliable(
    node: LineageNode,
    request: Extract<CheckpointRequest, { kind: 'reliable' }>,
    runJob: JobRunner,
    callSite: CallSite,
  ): Promise<void> {
    const { fileSystem, catalog, run, codec, clock, originOf, onTruncated } = this.#options;
    const { name } = request;
    const writing = this.#writingOf(node);
    const { job, key } = writing;
    const parts = this.#writtenBefore(writing);
    const missing = Array.from({ length: job.partitionCount }, (_, i) => i).filter((i) => !parts.has(i));
    if (missing.length > 0) {
      const target = { place: placeOf(job), codec };
      const written = (await runJob(node, { kind: 'checkpoint', target }, missing)) as CheckpointPart[];
      for (const part of written) parts.set(part.partition, part);
    }
    const fingerprint = await this.#fingerprintToStore(node, request);
    // The session may have ended meanwhile, and taken the files away.
    this.#writingOf(node);
    failpoint('checkpoint/before-commit');
    const committed = commitCheckpoint(fileSystem, job, [...parts.values()], {
      name,
      fingerprint,
      run,
      node: node.id,
      createdAtMs: clock.nowMs(),
      partitioner: toPartitionerRecord(node.partitioner),
      writer: `cairn-engine ${engineVersion()}`,
    });
    failpoint('checkpoint/after-manifest');
    catalog.recordCommit(key, committed, this.#options.elapsedMs());
    failpoint('checkpoint/after-row');
    this.#writing.delete(node.id);
    const { manifest } = committed;
    const read = manifest.parts.map((part) => ({ ...part, classes: manifest.classes }));
    node.truncate(new ReliableCheckpointNode(originOf(callSite), placeOf(job), read, node.partitioner));
    onTruncated(node, key, committed);
  }

  /** One that was given is whoever's who gave it. */
  async #fingerprintToStore(
    node: LineageNode,
    { fingerprint, stillHolds }: Extract<CheckpointRequest, { kind: 'reliable' }>,
  ): Promise<string | null> {
    if (fingerprint === null) return (await this.#options.fingerprintToStore(node)) ?? null;
    return stillHolds === undefined || (await stillHolds()) ? fingerprint : null;
  }

  #writingOf(node: LineageNode): Writing {
    const found = this.#writing.get(node.id);
    if (found === undefined)
      throw new CairnError('SESSION_CLOSED', { what: `the checkpoint of ${describeNode(node)}` });
    return found.writing;
  }

  /** The parts that tasks reported and that are there: one of an attempt that was given up may have been removed. */
  #writtenBefore({ job, parts }: Writing): Map<number, CheckpointPart> {
    const { fileSystem } = this.#options;
    const there = [...parts].filter(([partition, { bytes }]) => {
      return fileSystem.stat(join(job.directory, checkpointPartName(partition)))?.sizeBytes === bytes;
    });
    return new Map(there);
  }

  #abort(mark: CheckpointMark): void {
    const found = this.#writing.get(mark.node.id);
    if (found?.mark === mark) this.#quietly(found.writing.job.directory, () => this.#giveUp(mark, found.writing));
  }

  #giveUp(mark: CheckpointMark, { key, job }: Writing): void {
    const { catalog, fileSystem } = this.#options;
    this.#writing.delete(mark.node.id);
    mark.node.checkpointTarget = undefined;
    try {
      catalog.remove(fileSystem, key);
    } catch (error) {
      // The metadata cannot be written: the files go all the same, and the row with the next session.
      abortCheckpoint(fileSystem, job);
      throw error;
    }
  }

  #quietly(directory: string, remove: () => void): void {
    try {
      remove();
    } catch (error) {
      this.#notRemoved.add(directory);
      const reason = error instanceof Error ? error.message : String(error);
      this.#options.onWarning(
        `what a failed checkpoint wrote could not be removed; the next attempt, or session, tries again\n${reason}`,
      );
    }
  }
}

/** Whether a dataset is a checkpoint itself: marking one changes nothing. */
function isCheckpoint(node: LineageNode): boolean {
  return node instanceof ReliableCheckpointNode || node instanceof LocalCheckpointNode;
}

function placeOf({ directory, owner, partitionCount }: CheckpointJob) {
  return { directory, owner, partitionCount };
}
