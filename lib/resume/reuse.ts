/**
 * Finds what earlier runs committed of the datasets that a job is about to compute, and puts it in their place: a
 * committed checkpoint in the place of a dataset's lineage, retained map outputs in the place of map tasks.
 *
 * Only by fingerprints, and only what is whole: a checkpoint is read to its last byte before it is taken, since nothing
 * is left to compute it from afterwards; of a map output its index and its length are verified, its data when it is
 * read, where damage costs one map task. What is there under another fingerprint is refused, and compared, to say why.
 *
 * Jobs take turns here: what one has put in place is not looked for again.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { reasonOf } from '../../storage/block/damage.ts';
import { type Checkpoint, openCheckpoint, requireClasses } from '../../storage/checkpoint/open-checkpoint.ts';
import { verifyPart } from '../../storage/checkpoint/part-reader.ts';
import type { FileSystem } from '../../storage/fs/file-system.ts';
import type { CheckpointCatalog, CheckpointEntry } from '../../storage/metadata/checkpoint-catalog.ts';
import type { ReuseDecision } from '../../storage/metadata/reuse-log.ts';
import type { ShuffleCatalog } from '../../storage/metadata/shuffle-catalog.ts';
import { findMapOutput } from '../../storage/shuffle/find-map-output.ts';
import type { MapOutput } from '../../storage/shuffle/map-output.ts';
import type { MapOutputReader } from '../../storage/shuffle/map-output-reader.ts';
import { CairnError } from '../base/errors.ts';
import type { RunId, ShuffleId } from '../base/ids.ts';
import { describeCallSite } from '../lineage/call-site.ts';
import type { ShuffleDependency } from '../lineage/dependency.ts';
import type { Fingerprints } from '../lineage/fingerprints.ts';
import type { LineageNode } from '../lineage/lineage-node.ts';
import { RangePartitioner } from '../lineage/partitioner.ts';
import type { MapOutputTracker } from '../scheduler/map-output-tracker.ts';
import type { EarlierWork } from './earlier-work.ts';
import type { Retention } from './retention.ts';

export interface ReuseOptions {
  readonly fileSystem: FileSystem;
  readonly run: RunId;
  readonly fingerprints: Fingerprints;
  readonly tracker: MapOutputTracker;
  readonly checkpoints: CheckpointCatalog;
  readonly shuffles: ShuffleCatalog;
  readonly retention: Retention;
  readonly earlier: EarlierWork;
  /** This run's folder of map outputs, and what reads them. */
  readonly shuffleDirectory: string;
  readonly mapOutputs: MapOutputReader;
  /** Whether a checkpoint may take the place of the node's lineage now: it was asked for, and no job is writing one. */
  readonly mayAdopt: (node: LineageNode) => boolean;
  /** The datasets nearest to a job's that checkpoints were asked for. */
  readonly markedNearest: (root: LineageNode) => readonly LineageNode[];
  /** Puts a checkpoint in the place of the node's lineage. */
  readonly adopt: (node: LineageNode, checkpoint: Checkpoint, entry: CheckpointEntry) => void;
}

/** A sound checkpoint and its row. */
export interface FoundCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly entry: CheckpointEntry;
}

export class Reuse {
  readonly #options: ReuseOptions;
  /** Nodes that were looked for: above them there is nothing new to find. */
  readonly #seen = new WeakSet<LineageNode>();
  /** Fingerprints of what is there when the session opens: most datasets have nothing to look for. */
  readonly #checkpoints: ReadonlySet<string>;
  readonly #shuffles: ReadonlySet<string>;
  /** Datasets whose checkpoints were looked for. */
  readonly #looked = new WeakSet<LineageNode>();
  /**
   * Checkpoints that datasets of this session read. Each is one dataset's, which may remove it: another one of the same
   * fingerprint writes its own.
   */
  readonly #taken = new Set<number>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: ReuseOptions) {
    this.#options = options;
    const { checkpoints, shuffles } = options;
    this.#checkpoints = new Set(checkpoints.fingerprints());
    this.#shuffles = new Set(shuffles.fingerprints());
  }

  /** Looks for all that a job on `root` may need. Its fingerprints are known. Gives what was decided, nothing where nothing is new. */
  async apply(root: LineageNode): Promise<readonly ReuseDecision[]> {
    const before = this.#turn;
    const own = (async () => {
      await before;
      return await this.#apply(root);
    })();
    this.#turn = own.catch(() => {});
    return await own;
  }

  /**
   * The newest complete checkpoint of that fingerprint, read to its last byte; undefined when there is none, and a reason
   * when it is not sound: then it is no longer found.
   */
  async findCheckpoint(fingerprint: string): Promise<FoundCheckpoint | string | undefined> {
    const { checkpoints, fileSystem } = this.#options;
    const entry = checkpoints.findByFingerprint(fingerprint);
    if (entry === undefined) return undefined;
    try {
      const checkpoint = openCheckpoint(fileSystem, entry.directory);
      requireClasses(checkpoint);
      for (const part of checkpoint.parts) {
        verifyPart(fileSystem, checkpoint.place, part);
        await nextTurn();
      }
      return { checkpoint, entry };
    } catch (error) {
      if (!(error instanceof CairnError)) throw error;
      const reason = reasonOf(error);
      const isGone = error.kind === 'corruption' || error.code === 'CHECKPOINT_NOT_FOUND';
      if (isGone) checkpoints.recordLost(entry.checkpoint, reason);
      return reason;
    }
  }

  async #apply(root: LineageNode): Promise<readonly ReuseDecision[]> {
    const decisions: ReuseDecision[] = [];
    // What is refused is told last: what was left of something may have found its use elsewhere.
    const unmatched: (() => ReuseDecision | undefined)[] = [];
    // A dataset may have been marked since it was seen.
    for (const node of this.#options.markedNearest(root)) await this.#reuseCheckpoint(node, decisions, unmatched);
    const stack = [root];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (this.#seen.has(node) || node.checkpoint !== undefined) continue;
      this.#seen.add(node);
      if (await this.#reuseCheckpoint(node, decisions, unmatched)) continue;
      // Pushed from right to left, so that what a dataset reads first is said first.
      for (const dependency of node.dependencies.toReversed()) stack.push(dependency.parent);
      for (const dependency of node.dependencies) {
        if (dependency.kind === 'shuffle') this.#reuseOutputs(dependency, node, decisions, unmatched);
      }
    }
    return [...decisions, ...unmatched.flatMap((refuse) => refuse() ?? [])];
  }

  /** Gives whether the node is read from a checkpoint now. */
  async #reuseCheckpoint(
    node: LineageNode,
    decisions: ReuseDecision[],
    unmatched: (() => ReuseDecision | undefined)[],
  ): Promise<boolean> {
    const { fingerprints, mayAdopt, adopt, earlier, run } = this.#options;
    if (this.#looked.has(node) || !mayAdopt(node)) return false;
    this.#looked.add(node);
    const known = nothingOf('checkpoint', node, null, node.partitions.length);
    const key = fingerprints.find(node)?.key;
    const found = key === undefined || !this.#checkpoints.has(key) ? undefined : await this.findCheckpoint(key);
    // Another job may have begun to write one, or to read what was there, while this one was verified.
    if (
      typeof found === 'object' &&
      !this.#taken.has(found.entry.checkpoint) &&
      found.entry.run !== run &&
      mayAdopt(node)
    ) {
      const { checkpoint, entry } = found;
      this.#taken.add(entry.checkpoint);
      adopt(node, checkpoint, entry);
      earlier.used('checkpoint', entry.fingerprint ?? '');
      const { partitionCount: partCount, totalBytes: bytes, elapsedMs: savedMs, run: fromRun } = entry;
      const reused = { fromRun, partsReused: partCount, partCount, bytes, savedMs, reasons: [] };
      decisions.push({ ...known, decision: 'reused', ...reused });
      return true;
    }
    if (typeof found === 'string') decisions.push({ ...known, decision: 'damaged', reasons: [found] });
    else {
      unmatched.push(() => {
        const refused = earlier.refuseCheckpoint(node);
        if (key !== undefined) return refused && { ...known, decision: 'refused', ...refused };
        return { ...known, decision: 'volatile', ...refused, reasons: fingerprints.volatileReasons(node) };
      });
    }
    return false;
  }

  #reuseOutputs(
    dependency: ShuffleDependency,
    reader: LineageNode,
    decisions: ReuseDecision[],
    unmatched: (() => ReuseDecision | undefined)[],
  ): void {
    const { fingerprints, tracker, earlier, retention } = this.#options;
    const { shuffleId, parent } = dependency;
    if (tracker.isKnown(shuffleId)) return;
    const partCount = parent.partitions.length;
    const known = nothingOf('shuffle', reader, shuffleId, partCount);
    const key = fingerprints.findShuffle(dependency)?.key;
    if (key === undefined) {
      unmatched.push(() => {
        const reasons = fingerprints.volatileReasons(reader);
        return { ...known, decision: 'volatile', ...earlier.refuseShuffle(dependency), reasons };
      });
      return;
    }
    const refuse = () => {
      const refused = earlier.refuseShuffle(dependency);
      return refused && { ...known, decision: 'refused' as const, ...refused };
    };
    // Without the bounds that outputs were made with none can be added to them, nor one replaced that is lost.
    const { partitioner } = dependency;
    if (partitioner instanceof RangePartitioner && !partitioner.isReady) {
      if (!this.#shuffles.has(key)) unmatched.push(refuse);
      return;
    }
    const { outputs, reasons, savedMs, bytes, fromRun } = this.#findOutputs(dependency, key, partCount);
    if (outputs.length > 0) {
      tracker.restore(shuffleId, partCount, outputs);
      retention.adopt(shuffleId, outputs);
      earlier.used('shuffle', key);
      const partsReused = outputs.length;
      const decision = partsReused === partCount ? 'reused' : 'partial';
      decisions.push({ ...known, decision, fromRun, partsReused, bytes, savedMs, reasons });
    } else if (reasons.length > 0) {
      decisions.push({ ...known, decision: 'damaged', fromRun, reasons });
    } else {
      unmatched.push(refuse);
    }
  }

  /** One sound output for each map partition that has any, of the newest run first. */
  #findOutputs(dependency: ShuffleDependency, key: string, mapCount: number) {
    const { shuffles, run, fileSystem, shuffleDirectory: directory, mapOutputs } = this.#options;
    const { shuffleId, partitioner } = dependency;
    const found = new Map<number, MapOutput>();
    const reasons: string[] = [];
    let [savedMs, bytes] = [0, 0];
    let fromRun: RunId | null = null;
    for (const shuffle of this.#shuffles.has(key) ? shuffles.find(key, run) : []) {
      if (shuffle.mapCount !== mapCount || shuffle.reducerCount !== partitioner.numPartitions) continue;
      fromRun ??= shuffle.run;
      shuffles.touch(shuffle.run, shuffle.shuffle);
      for (const { mapIndex, task, durationMs, bytes: outputBytes } of shuffle.outputs) {
        if (found.has(mapIndex) || mapIndex < 0 || mapIndex >= mapCount) continue;
        const origin = { run: shuffle.run, shuffleId: shuffle.shuffle, taskId: task };
        try {
          const query = { directory, origin, mapIndex, partitionCount: shuffle.reducerCount, shuffleId };
          const output = findMapOutput(fileSystem, query);
          mapOutputs.check(output);
          found.set(mapIndex, output);
          savedMs += durationMs;
          bytes += outputBytes;
        } catch (error) {
          if (!(error instanceof CairnError) || error.kind === 'internal') throw error;
          reasons.push(`map partition ${mapIndex} of run ${shuffle.run}: ${reasonOf(error)}`);
          if (error.code === 'SHUFFLE_OUTPUT_LOST') shuffles.forgetOutput(shuffle.run, shuffle.shuffle, mapIndex);
        }
      }
    }
    return { outputs: [...found.values()], reasons, savedMs, bytes, fromRun };
  }
}

/** What is said of something of which nothing is reused. */
function nothingOf(
  kind: ReuseDecision['kind'],
  node: LineageNode,
  shuffle: ShuffleId | null,
  partCount: number,
): Omit<ReuseDecision, 'decision'> {
  const callSite = describeCallSite(node.callSite);
  const { id } = node;
  return {
    kind,
    node: id,
    shuffle,
    callSite,
    fromRun: null,
    partsReused: 0,
    partCount,
    bytes: 0,
    savedMs: null,
    reasons: [],
  };
}
