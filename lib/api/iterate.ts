/**
 * Loops whose states are datasets: a driver-side loop that keeps what it needs, writes its state down every so often, and
 * goes on from there when its process was killed and the program is run again.
 *
 *     state ──step──> next state ──computed, kept──> until? ──> …
 *                         └─ every `checkpointEvery`-th: written to files, and read from there from then on
 *
 * What an old state needed goes when the one after it is there: its blocks once the next one is computed; once one is
 * checkpointed, the map outputs of the iterations before, and older checkpoints. Not before `until` has been asked,
 * which may compare a state with the one before.
 */
import { isPersisted, STORAGE_LEVELS, type StorageLevelName, storageLevel } from '../../storage/block/storage-level.ts';
import { CairnError } from '../base/errors.ts';
import type { NodeId } from '../base/ids.ts';
import { type CallSite, captureCallSite, continueStack, describeCallSite } from '../lineage/call-site.ts';
import { findPartitions } from '../lineage/find-partitions.ts';
import type { LineageNode } from '../lineage/lineage-node.ts';
import { checkAnyFunction, checkInteger, checkOptions, checkSignal, invalidArgument } from './check-argument.ts';
import type { JobOptions, Reuse } from './engine.ts';
import { currentJobScope, withJobScope } from './job-scope.ts';
import { LoopCheckpoints, type LoopCheckpointsOptions } from './loop-checkpoints.ts';
import { LoopIdentity } from './loop-identity.ts';
import { engineOfRdd, nodeOf, Rdd } from './rdd.ts';
import type { SessionEngine } from './session-engine.ts';

/** Computes the next state from the one before; iterations are counted from 1. Runs in the caller's thread. */
export type LoopStep<T> = (state: Rdd<T>, iteration: number) => Rdd<T> | Promise<Rdd<T>>;

/** What `session.iterate` takes. */
export interface IterateOptions<T> {
  /** How many iterations at the most. Without it, `until` ends the loop. */
  readonly iterations?: number | undefined;
  /** Asked after each iteration, of its state: true ends the loop. */
  readonly until?: ((state: Rdd<T>, iteration: number) => boolean | Promise<boolean>) | undefined;
  /** Every how many iterations the state is checkpointed; 'never', or 0, for loops that need not be found again. Default 10. */
  readonly checkpointEvery?: number | 'never' | undefined;
  /** How many checkpoints of the loop stay. Default 1. */
  readonly keep?: number | undefined;
  /** What states are persisted at. NONE leaves them to be computed when something needs them. Default MEMORY_AND_DISK. */
  readonly persist?: StorageLevelName | undefined;
  /** What listings of checkpoints call the loop; its place in the program unless given. */
  readonly name?: string | undefined;
  /**
   * A version of what `step` and `until` depend on and nobody can see. Part of what the loop is found again by; with it,
   * functions may capture what has no content to compare: then it is for you to change it.
   */
  readonly version?: string | undefined;
  /** Cancels the loop, and the jobs that `step` and `until` run. */
  readonly signal?: AbortSignal | undefined;
}

/** How a loop ended. */
export interface LoopResult<T> {
  /** The last state: computed, and persisted, unless `persist` is NONE. */
  readonly state: Rdd<T>;
  /** After which iteration it is the state; those of earlier runs count. */
  readonly iterations: number;
  /** Whether `until` ended the loop. */
  readonly converged: boolean;
  /** The iteration whose checkpoint, of an earlier run, the loop went on from; undefined when it began at the beginning. */
  readonly resumedAt: number | undefined;
}

/** What a session gives. */
export interface LoopHost {
  readonly engine: SessionEngine;
  readonly isSession: (thing: object) => boolean;
  /** Undefined where nothing is to be found again. */
  readonly reuse: Reuse | undefined;
}

const METHOD = 'iterate';
const OPTIONS = ['iterations', 'until', 'checkpointEvery', 'keep', 'persist', 'name', 'version', 'signal'] as const;

/** Loops that run now, by their keys: two of one key would remove each other's checkpoints. */
const running = new WeakMap<SessionEngine, Set<string>>();

/** See `Session.iterate`. */
export async function iterate<T>(
  host: LoopHost,
  initial: Rdd<T>,
  step: LoopStep<T>,
  options: IterateOptions<T>,
): Promise<LoopResult<T>> {
  const { engine } = host;
  const { id: since } = engine.origin(METHOD);
  const callSite = captureCallSite(METHOD, true);
  checkState(engine, 'initial', initial);
  checkAnyFunction(METHOD, 'step', step);
  checkLoopOptions(options);
  const { checkpointEvery = 10, signal } = options;
  const isStoring = checkpointEvery !== 'never' && checkpointEvery > 0;
  if (isStoring && engine.checkpoints.directory === undefined) throw new CairnError('CHECKPOINT_DIR_NOT_SET', {});
  const body = async (): Promise<LoopResult<T>> => {
    const loop = new Loop<T>(engine, since, callSite, options);
    if (!isStoring) return await loop.run(initial, step, undefined);
    const found = await identify(host, callSite, initial, step, options);
    try {
      return await loop.run(initial, step, found);
    } finally {
      if (found !== undefined) running.get(engine)?.delete(found.identity.key);
    }
  };
  if (signal === undefined) return await body();
  const around = currentJobScope().signal;
  return await withJobScope({ signal: around === undefined ? signal : AbortSignal.any([around, signal]) }, body);
}

/** What the loop is found again by; undefined where it cannot be: a warning, and the record of the run, say why. */
async function identify<T>(
  { engine, isSession, reuse }: LoopHost,
  callSite: CallSite,
  initial: Rdd<T>,
  step: LoopStep<T>,
  { until, name, version }: IterateOptions<T>,
): Promise<LoopCheckpointsOptions['found']> {
  if (reuse === undefined) return undefined;
  // What is not encoded yet has no content to compare.
  if (!engine.broadcasts.isReady) await engine.broadcasts.ready();
  const functions = until === undefined ? [step] : [step, until];
  const of = { callSite, initial: nodeOf(initial), functions, version, isSession };
  const identity = await LoopIdentity.take(reuse.fingerprints, of);
  const active = running.get(engine) ?? new Set();
  running.set(engine, active);
  const isTwice = identity instanceof LoopIdentity && active.has(identity.key);
  if (identity instanceof LoopIdentity && !isTwice) {
    active.add(identity.key);
    return { reuse, identity };
  }
  const reasons = isTwice ? ['the same loop is running in this session'] : (identity as readonly string[]);
  const nothing = { fingerprint: undefined, directory: undefined, iteration: undefined };
  reuse.noteLoop({ callSite, decision: 'volatile', ...nothing, reasons });
  const label = name ?? describeCallSite(callSite);
  const message = `${label} cannot be found again by a later run: ${reasons.join('; ')}`;
  engine.events.emit({ kind: 'warning', atMs: engine.clock.nowMs(), message });
  return undefined;
}

class Loop<T> {
  readonly #engine: SessionEngine;
  /** The number of the first dataset that may be the loop's own. */
  readonly #since: NodeId;
  readonly #callSite: CallSite;
  readonly #options: IterateOptions<T>;
  readonly #job: JobOptions;
  /** States that are kept, the newest last. */
  #kept: LineageNode[] = [];

  constructor(engine: SessionEngine, since: NodeId, callSite: CallSite, options: IterateOptions<T>) {
    this.#engine = engine;
    this.#since = since;
    this.#callSite = callSite;
    this.#options = options;
    // The loop's signal is that of the scope that it runs in.
    this.#job = { method: METHOD };
  }

  async run(initial: Rdd<T>, step: LoopStep<T>, found: LoopCheckpointsOptions['found']): Promise<LoopResult<T>> {
    const { iterations: last = Number.POSITIVE_INFINITY, checkpointEvery = 10, keep = 1, name } = this.#options;
    const engine = this.#engine;
    const callSite = this.#callSite;
    const label = name ?? describeCallSite(callSite);
    const checkpoints = new LoopCheckpoints({ engine, callSite, label, keep, job: this.#job, found });
    const every = checkpointEvery === 'never' || checkpointEvery === 0 ? Number.POSITIVE_INFINITY : checkpointEvery;
    const resumed = await checkpoints.resume(last);
    let state = initial;
    let iteration = 0;
    let converged = false;
    let isDone = false;
    try {
      if (resumed !== undefined) {
        state = new Rdd<T>(engine, resumed.node);
        iteration = resumed.iteration;
        this.#keep(resumed.node);
        // Its process may have ended between the checkpoint and the question.
        converged = await this.#ends(state, iteration);
      }
      while (!converged && iteration < last) {
        this.#throwIfCancelled(iteration);
        const next = await step(state, iteration + 1);
        this.#check(next);
        iteration++;
        const computed = nodeOf(next);
        const stored = iteration % every === 0 ? await checkpoints.write(computed, iteration) : undefined;
        state = stored === undefined ? next : new Rdd<T>(engine, stored);
        this.#keep(stored ?? computed);
        converged = await this.#ends(state, iteration);
        if (stored === undefined) await this.#compute(computed);
        this.#release(stored ?? computed);
        if (stored === undefined) continue;
        this.#drop(computed);
        engine.cleanShuffles(computed, this.#since);
        checkpoints.trim();
      }
      isDone = true;
      return { state, iterations: iteration, converged, resumedAt: resumed?.iteration };
    } finally {
      if (!isDone && !engine.isClosed) this.#release(undefined);
    }
  }

  #check(next: unknown): void {
    try {
      checkState(this.#engine, 'step', next);
    } catch (error) {
      throw continueStack(error, this.#callSite);
    }
  }

  async #ends(state: Rdd<T>, iteration: number): Promise<boolean> {
    const { until } = this.#options;
    if (until === undefined) return false;
    const answer: unknown = await until(state, iteration);
    if (typeof answer === 'boolean') return answer;
    throw continueStack(invalidArgument(METHOD, 'what until gave', 'true or false', answer), this.#callSite);
  }

  /** Keeps a state, where the user has not said how. Datasets from before the loop are none of its business. */
  #keep(node: LineageNode): void {
    const level = storageLevel(this.#options.persist ?? 'MEMORY_AND_DISK');
    if (node.id < this.#since || this.#kept.includes(node)) return;
    if (isPersisted(level) && !node.isPersisted) this.#engine.persist(node, level);
    this.#kept.push(node);
  }

  /** Computes a state that is to be kept and is not there yet: the states before it can go then. */
  async #compute(node: LineageNode): Promise<void> {
    if (!node.isPersisted) return;
    if (this.#engine.blocksOf(node.id).cachedPartitions >= findPartitions(node).length) return;
    await this.#engine.runJob(node, { kind: 'count' }, this.#job);
  }

  /** Gives up all states but this one. */
  #release(newest: LineageNode | undefined): void {
    for (const node of this.#kept) if (node !== newest) this.#drop(node);
    this.#kept = this.#kept.filter((node) => node === newest);
  }

  /** Not what is checkpointed locally: its blocks are all there is. */
  #drop(node: LineageNode): void {
    if (node.id < this.#since || !node.isPersisted || this.#engine.isLocalCheckpoint(node)) return;
    this.#engine.unpersist(node);
  }

  #throwIfCancelled(iteration: number): void {
    const { signal } = currentJobScope();
    if (signal?.aborted !== true) return;
    const reason = signal.reason instanceof Error ? signal.reason.message : String(signal.reason);
    throw continueStack(new CairnError('LOOP_CANCELLED', { iteration, reason }), this.#callSite);
  }
}

function checkState(engine: SessionEngine, argument: 'initial' | 'step', state: unknown): void {
  if (!(state instanceof Rdd)) {
    const expected = argument === 'step' ? 'a function that gives a dataset' : 'a dataset';
    throw invalidArgument(METHOD, argument, expected, state);
  }
  if (engineOfRdd(state) !== engine) throw new CairnError('OTHER_SESSION', { method: METHOD, argument });
}

function checkLoopOptions(options: unknown): void {
  checkOptions(METHOD, options, OPTIONS);
  const { iterations, until, checkpointEvery, keep, persist, name, version, signal } = options as Record<
    (typeof OPTIONS)[number],
    unknown
  >;
  if (iterations === undefined && until === undefined) {
    throw invalidArgument(METHOD, 'options', 'an object with iterations, until or both', options);
  }
  if (iterations !== undefined) checkInteger(METHOD, 'iterations', iterations, 0);
  if (until !== undefined) checkAnyFunction(METHOD, 'until', until);
  if (checkpointEvery !== undefined && checkpointEvery !== 'never') {
    checkInteger(METHOD, 'checkpointEvery', checkpointEvery, 0);
  }
  if (keep !== undefined) checkInteger(METHOD, 'keep', keep, 1);
  if (persist !== undefined && !(typeof persist === 'string' && Object.hasOwn(STORAGE_LEVELS, persist))) {
    throw invalidArgument(METHOD, 'persist', `one of ${Object.keys(STORAGE_LEVELS).join(', ')}`, persist);
  }
  for (const [argument, text] of Object.entries({ name, version })) {
    if (text !== undefined && (typeof text !== 'string' || text === '')) {
      throw invalidArgument(METHOD, argument, 'a text that is not empty', text);
    }
  }
  checkSignal(METHOD, signal);
}
