/**
 * The checkpoints of one loop: states written down, found again, and removed once a newer one has taken their place.
 *
 * A loop always goes on from a node that reads the files, in the run that wrote them as in one that found them. What that
 * node is known by follows from the bytes of the checkpoint; so map outputs of later iterations are found again as long
 * as they follow from the same bytes, and never mixed with those of a state that was computed twice and came out another
 * way, as with a sample without a seed.
 *
 * Names carry the loop and the iteration, `ranks 3f9a52c1d04b77e2 after 40`, so that a later run finds candidates without
 * knowing how far this one came; what a candidate holds is proved by its fingerprint.
 */
import { openCheckpoint, requireClasses } from '../../storage/checkpoint/open-checkpoint.ts';
import { CairnError } from '../base/errors.ts';
import type { CallSite } from '../lineage/call-site.ts';
import { diffFingerprints } from '../lineage/diff-fingerprints.ts';
import type { LineageNode, NodeOrigin } from '../lineage/lineage-node.ts';
import { iterationRecord, stateFingerprint } from '../lineage/loop-record.ts';
import { ReliableCheckpointNode } from '../lineage/nodes/reliable-checkpoint-node.ts';
import { StepNode } from '../lineage/nodes/step-node.ts';
import { fromPartitionerRecord } from '../lineage/partitioner-record.ts';
import type { JobOptions, Reuse } from './engine.ts';
import type { LoopIdentity } from './loop-identity.ts';
import type { SessionEngine } from './session-engine.ts';

export interface LoopCheckpointsOptions {
  readonly engine: SessionEngine;
  readonly callSite: CallSite;
  /** What people know the loop by. */
  readonly label: string;
  /** How many checkpoints stay. */
  readonly keep: number;
  readonly job: JobOptions;
  /** What the loop is found again by; undefined where it cannot be. */
  readonly found: { readonly reuse: Reuse; readonly identity: LoopIdentity } | undefined;
}

/** A state that was read from, or written to, a checkpoint. */
export interface StoredState {
  readonly node: LineageNode;
  readonly iteration: number;
}

const NAME = /^(.*) ([0-9a-f]{16}) after (\d+)$/s;
const KEY_DIGITS = 16;

/**
 * The node that wrote a checkpoint, by the one that reads it: while the program holds the latter, the files are in use
 * (`checkpoint.cleanUp`).
 */
const writers = new WeakMap<LineageNode, LineageNode>();

/** See the file header. */
export class LoopCheckpoints {
  readonly #options: LoopCheckpointsOptions;
  /** The oldest first: those that are this loop's to remove. */
  #written: string[] = [];
  #found: LoopCheckpointsOptions['found'];
  #areRecordsKept = false;

  constructor(options: LoopCheckpointsOptions) {
    this.#options = options;
    this.#found = options.found;
  }

  /**
   * The newest state that an earlier run, or an earlier call, has stored of this loop, of no later iteration than `last`;
   * undefined where there is none. What was found, and why nothing was, goes on record.
   */
  async resume(last: number): Promise<StoredState | undefined> {
    if (this.#found === undefined) return undefined;
    const { engine, callSite } = this.#options;
    const { reuse, identity } = this.#found;
    const own = engine.checkpointCatalog
      .list('complete')
      .map((entry) => ({ ...entry, iteration: iterationOf(entry.name, identity.key) ?? 0 }))
      .filter(({ fingerprint, iteration }) => fingerprint === stateFingerprint(identity.key, iteration))
      .sort((a, b) => a.iteration - b.iteration || a.checkpoint - b.checkpoint);
    const candidates = new Set(own.map(({ iteration }) => iteration).filter((iteration) => iteration <= last));
    for (const iteration of [...candidates].reverse()) {
      const fingerprint = stateFingerprint(identity.key, iteration);
      const directory = (await reuse.findCheckpoint(fingerprint))?.directory;
      if (directory === undefined) continue;
      const node = this.#read(directory);
      // What an earlier call of this session left may be what its result is read from.
      this.#written = own
        .filter((entry) => entry.run !== engine.run && entry.iteration <= iteration)
        .map((entry) => entry.directory);
      reuse.noteLoop({ callSite, decision: 'reused', fingerprint, directory, iteration, reasons: [] });
      return { node, iteration };
    }
    this.#noteBeginning(this.#found);
    return undefined;
  }

  /**
   * Writes the state after an iteration and gives the node that reads it; undefined where the disk has no room: then
   * a warning says so and the loop goes on as it is. Raises what hinders computing or encoding the state, and what stops
   * it.
   */
  async write(state: LineageNode, iteration: number): Promise<LineageNode | undefined> {
    const { engine, label, job } = this.#options;
    // A node of the loop's own: the state may be a dataset that the user has marked, or checkpointed before.
    const node = new StepNode(this.#origin(), state, { kind: 'pass' }, KEEPING);
    const found = this.#found;
    const key = found === undefined ? '' : ` ${found.identity.key.slice(0, KEY_DIGITS)}`;
    if (found !== undefined) this.#keepRecords(found, iteration);
    try {
      engine.checkpoint(node, {
        name: `${label}${key} after ${iteration}`,
        mayRepeatName: true,
        fingerprint: found && stateFingerprint(found.identity.key, iteration),
        stillHolds: found && (() => this.#stillHolds(found.identity)),
      });
      await engine.materialize(node, job);
    } catch (error) {
      if (!isShortage(error)) throw error;
      // Is it the state itself that there is no room for?
      await engine.runJob(state, { kind: 'count' }, job);
      const reason = error instanceof Error ? error.message : String(error);
      this.#warn(
        `the state after iteration ${iteration} of ${label} was not checkpointed; the loop goes on\n${reason}`,
      );
      return undefined;
    }
    const written = node.checkpoint;
    if (!(written instanceof ReliableCheckpointNode)) return undefined;
    const { directory } = written.place;
    const reading = this.#read(directory);
    writers.set(reading, written);
    this.#written.push(directory);
    return reading;
  }

  /** Removes all but the newest `keep`. What cannot be removed is no reason to end the loop. */
  trim(): void {
    const { engine, keep } = this.#options;
    while (this.#written.length > keep) {
      const directory = this.#written.shift() as string;
      try {
        engine.checkpoints.remove(directory);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        this.#warn(`an old checkpoint could not be removed: ${directory}\n${reason}`);
      }
    }
  }

  /** All datasets of the loop's own belong to the line that began it. */
  #origin(): NodeOrigin {
    const { engine, callSite, job } = this.#options;
    const { method, location, position } = callSite;
    return { id: engine.origin(job.method).id, callSite: { method, location, position } };
  }

  #read(directory: string): LineageNode {
    const { engine } = this.#options;
    const checkpoint = openCheckpoint(engine.fileSystem, directory);
    requireClasses(checkpoint);
    const { place, parts, manifest } = checkpoint;
    const partitioner = fromPartitionerRecord(manifest.partitioner, parts.length);
    return new ReliableCheckpointNode(this.#origin(), place, parts, partitioner);
  }

  /** Asked when a state is computed and not yet committed: from a change on, the loop is not to be found again. */
  async #stillHolds(identity: LoopIdentity): Promise<boolean> {
    if (this.#found === undefined) return false;
    const changes = await identity.changes();
    if (changes.length === 0) return true;
    this.#warn(`${this.#options.label} goes on, but later runs will not: since it began, ${changes.join('; ')}`);
    this.#found = undefined;
    // What was stored before is as it should be: another run may go on from there.
    this.#written = [];
    return false;
  }

  #keepRecords({ reuse, identity }: NonNullable<LoopCheckpointsOptions['found']>, iteration: number): void {
    reuse.keepRecords([
      ...(this.#areRecordsKept ? [] : identity.records()),
      iterationRecord(identity.record, iteration),
    ]);
    this.#areRecordsKept = true;
  }

  /** On record: that the loop begins anew, and where there is an earlier one of its name, what is different. */
  #noteBeginning({ reuse, identity }: NonNullable<LoopCheckpointsOptions['found']>): void {
    const { engine, callSite, label } = this.#options;
    const nothing = { callSite, fingerprint: undefined, directory: undefined, iteration: undefined };
    const earlier = engine.checkpointCatalog.list('complete').findLast(({ name, fingerprint }) => {
      const [, named, key] = NAME.exec(name ?? '') ?? [];
      return fingerprint !== null && named === label && key !== identity.key.slice(0, KEY_DIGITS);
    });
    const before = earlier?.fingerprint && reuse.findRecord(earlier.fingerprint)?.slice(0, -1);
    if (!before) {
      reuse.noteLoop({ ...nothing, decision: 'new', reasons: [] });
      return;
    }
    const reasons = diffFingerprints(before, identity.records());
    reuse.noteLoop({ ...nothing, decision: 'refused', fromRun: earlier.run, reasons });
  }

  #warn(message: string): void {
    const { events, clock } = this.#options.engine;
    events.emit({ kind: 'warning', atMs: clock.nowMs(), message });
  }
}

const KEEPING = { keepsPartitioning: true };

/** The iteration that a checkpoint's name tells, where it is one of this loop. */
function iterationOf(name: string | null, key: string): number | undefined {
  const [, , digits, iteration] = NAME.exec(name ?? '') ?? [];
  return digits === key.slice(0, KEY_DIGITS) ? Number(iteration) : undefined;
}

/** Whether something was wanting, as room on the disk: of an error, or of one that caused it. */
function isShortage(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof CairnError && at.kind === 'resource') return true;
  }
  return false;
}
