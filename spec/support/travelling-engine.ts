/**
 * An engine whose jobs run on functions that have travelled: each that a lineage or an action holds is captured, with
 * nothing shipped by reference, revived, and put in the place of the original.
 */
import type { Engine, JobOptions } from '../../lib/api/engine.ts';
import type { SessionEngine } from '../../lib/api/session-engine.ts';
import { capture, check } from '../../lib/closure/capture.ts';
import type { Packet } from '../../lib/closure/packet.ts';
import { revive } from '../../lib/closure/revive.ts';
import type { LineageNode } from '../../lib/lineage/lineage-node.ts';
import { CustomPartitioner } from '../../lib/lineage/partitioner.ts';
import { pendingPreparations } from '../../lib/lineage/preparation.ts';
import type { ResultAction } from '../../lib/lineage/result-action.ts';

/** Where a function is held. */
interface Slot {
  readonly holder: object;
  readonly key: string;
  readonly value: unknown;
}

/** What nodes hold that is no part of what a task does: the driver's, or the data itself. */
const NOT_TASKS = new Set(['callSite', 'preparations', 'fileSystem', 'fs', 'records', 'output']);

/** Every function that tasks of these would call, and every partitioner of the user's. */
function findTaskFunctions(...roots: readonly object[]): readonly Slot[] {
  const slots: Slot[] = [];
  const seen = new Set<object>();
  const queue = [...roots];
  for (let holder = queue.pop(); holder !== undefined; holder = queue.pop()) {
    if (seen.has(holder)) continue;
    seen.add(holder);
    for (const key of Object.keys(holder)) {
      const value: unknown = Reflect.get(holder, key);
      if (NOT_TASKS.has(key) || value === null) continue;
      if (typeof value === 'function' || (holder instanceof CustomPartitioner && key === 'user')) {
        slots.push({ holder, key, value });
      } else if (typeof value === 'object') queue.push(value);
    }
  }
  return slots;
}

export class TravellingEngine implements Engine {
  readonly packets: Packet[] = [];
  readonly #engine: SessionEngine;
  readonly #travelled = new Set<unknown>();

  constructor(engine: SessionEngine) {
    this.#engine = engine;
  }

  get ownDirectories(): readonly string[] {
    return this.#engine.ownDirectories;
  }

  get defaultParallelism(): number {
    return this.#engine.defaultParallelism;
  }

  get configuredParallelism(): number | undefined {
    return this.#engine.configuredParallelism;
  }

  get fileSystem(): Engine['fileSystem'] {
    return this.#engine.fileSystem;
  }

  origin(method: string): ReturnType<Engine['origin']> {
    return this.#engine.origin(method);
  }

  checkClosure(fn: unknown): void {
    check(fn);
  }

  newScratchPath(stem: string): string {
    return this.#engine.newScratchPath(stem);
  }

  nextShuffleId(): ReturnType<Engine['nextShuffleId']> {
    return this.#engine.nextShuffleId();
  }

  async runJob(node: LineageNode, action: ResultAction, options: JobOptions): Promise<unknown[]> {
    for (const preparation of pendingPreparations(node)) {
      await preparation.prepare((of, what, partitions) => this.runJob(of, what, { ...options, partitions }));
    }
    const copy = { ...action };
    await this.#travel(findTaskFunctions(node, copy));
    return await this.#engine.runJob(node, copy, options);
  }

  /** Together: what several functions share is shared afterwards. */
  async #travel(found: readonly Slot[]): Promise<void> {
    const slots = found.filter(({ value }) => !this.#travelled.has(value));
    const values = [...new Set(slots.map(({ value }) => value))];
    const packet = structuredClone(await capture(values, { byReference: () => false }));
    this.packets.push(packet);
    const revived = await revive(packet);
    for (const { holder, key, value } of slots) Reflect.set(holder, key, revived[values.indexOf(value)]);
    for (const value of revived) this.#travelled.add(value);
  }

  persist(...args: Parameters<Engine['persist']>): void {
    this.#engine.persist(...args);
  }

  unpersist(...args: Parameters<Engine['unpersist']>): void {
    this.#engine.unpersist(...args);
  }

  checkpoint(...args: Parameters<Engine['checkpoint']>): void {
    this.#engine.checkpoint(...args);
  }

  localCheckpoint(...args: Parameters<Engine['localCheckpoint']>): void {
    this.#engine.localCheckpoint(...args);
  }

  isLocalCheckpoint(...args: Parameters<Engine['isLocalCheckpoint']>): boolean {
    return this.#engine.isLocalCheckpoint(...args);
  }

  materialize(...args: Parameters<Engine['materialize']>): Promise<void> {
    return this.#engine.materialize(...args);
  }

  cleanShuffles(...args: Parameters<Engine['cleanShuffles']>): void {
    this.#engine.cleanShuffles(...args);
  }

  rename(...args: Parameters<Engine['rename']>): void {
    this.#engine.rename(...args);
  }

  blocksOf(...args: Parameters<Engine['blocksOf']>): ReturnType<Engine['blocksOf']> {
    return this.#engine.blocksOf(...args);
  }
}
