import type { MapOutput } from '../../storage/shuffle/map-output.ts';
import type { ShuffleId } from '../base/ids.ts';
import { invariant } from '../base/invariant.ts';

interface ShuffleOutputs {
  /** By map partition; undefined where it is missing. */
  readonly byMap: (MapOutput | undefined)[];
  available: number;
  /** What readers got; made anew after a change, so that a task keeps what it started with. */
  snapshot: readonly MapOutput[] | undefined;
  readonly restored: boolean;
  /** Map partitions of which `countOnce` was told. */
  readonly counted: Set<number>;
}

/**
 * Where the map outputs of every shuffle are. It outlives jobs: a later job over the same lineage finds a shuffle
 * complete and skips its stage. Plain memory, no I/O; the files belong to the shuffle storage.
 */
export class MapOutputTracker {
  readonly #shuffles = new Map<ShuffleId, ShuffleOutputs>();
  #epoch = 0;

  /** Rises whenever an output changes or is lost: whoever keeps a snapshot compares it. */
  get epoch(): number {
    return this.#epoch;
  }

  /** The shuffles it knows, complete or not. */
  get shuffleIds(): readonly ShuffleId[] {
    return [...this.#shuffles.keys()];
  }

  /** Announces a shuffle with `mapCount` map partitions, of which none is there yet. Again: changes nothing. */
  registerShuffle(shuffleId: ShuffleId, mapCount: number): void {
    const known = this.#shuffles.get(shuffleId);
    if (known === undefined) this.#shuffles.set(shuffleId, emptyShuffle(mapCount, false));
    else
      invariant(
        known.byMap.length === mapCount,
        `shuffle ${shuffleId} has ${known.byMap.length} maps, not ${mapCount}`,
      );
  }

  /** Takes over the outputs of a shuffle that an earlier process committed; missing ones are computed as usual. */
  restore(shuffleId: ShuffleId, mapCount: number, outputs: Iterable<MapOutput>): void {
    invariant(!this.#shuffles.has(shuffleId), `shuffle ${shuffleId} is known already`);
    this.#shuffles.set(shuffleId, emptyShuffle(mapCount, true));
    for (const output of outputs) this.register(output);
  }

  /** Whether a shuffle was announced, or taken over. */
  isKnown(shuffleId: ShuffleId): boolean {
    return this.#shuffles.has(shuffleId);
  }

  /** Whether the shuffle came from an earlier process. */
  isRestored(shuffleId: ShuffleId): boolean {
    return this.#shuffles.get(shuffleId)?.restored ?? false;
  }

  /**
   * Notes an output of a registered shuffle. The first one of a map partition stays until it is lost: tasks may be
   * reading it. Gives whether it was taken.
   */
  register(output: MapOutput): boolean {
    const shuffle = this.#shuffles.get(output.shuffleId);
    invariant(shuffle !== undefined, `shuffle ${output.shuffleId} is not registered`);
    const { mapIndex } = output;
    invariant(
      mapIndex >= 0 && mapIndex < shuffle.byMap.length,
      `shuffle ${output.shuffleId} has no map partition ${mapIndex}`,
    );
    if (shuffle.byMap[mapIndex] !== undefined) return false;
    shuffle.byMap[mapIndex] = output;
    shuffle.available++;
    this.#changed(shuffle);
    return true;
  }

  /**
   * Forgets one output. With `seen`, only when it is still that one: a reader that failed on an older file says nothing
   * against the one that replaced it. Gives whether it was forgotten.
   */
  unregister(shuffleId: ShuffleId, mapIndex: number, seen?: Pick<MapOutput, 'taskId' | 'from'>): boolean {
    const shuffle = this.#shuffles.get(shuffleId);
    const output = shuffle?.byMap[mapIndex];
    if (shuffle === undefined || output === undefined) return false;
    // Tasks are counted in each run: one of an earlier run may have the number of one of this run.
    if (seen !== undefined && (output.taskId !== seen.taskId || output.from?.run !== seen.from?.run)) return false;
    shuffle.byMap[mapIndex] = undefined;
    shuffle.available--;
    this.#changed(shuffle);
    return true;
  }

  /**
   * Whether what the task of a map partition added to accumulators is to be counted: the first time it is asked. An output
   * that takes the place of a lost one comes of the same records again.
   */
  countOnce(shuffleId: ShuffleId, mapIndex: number): boolean {
    const counted = this.#shuffles.get(shuffleId)?.counted;
    if (counted === undefined || counted.has(mapIndex)) return false;
    counted.add(mapIndex);
    return true;
  }

  /** Forgets a shuffle whose dataset no one holds any more. */
  forgetShuffle(shuffleId: ShuffleId): void {
    if (this.#shuffles.delete(shuffleId)) this.#epoch++;
  }

  /** Whether all outputs are there. */
  isComplete(shuffleId: ShuffleId): boolean {
    const shuffle = this.#shuffles.get(shuffleId);
    return shuffle !== undefined && shuffle.available === shuffle.byMap.length;
  }

  /** Map partitions without output, ascending. The shuffle is registered. */
  missing(shuffleId: ShuffleId): number[] {
    const shuffle = this.#shuffles.get(shuffleId);
    invariant(shuffle !== undefined, `shuffle ${shuffleId} is not registered`);
    const missing: number[] = [];
    for (const [mapIndex, output] of shuffle.byMap.entries()) if (output === undefined) missing.push(mapIndex);
    return missing;
  }

  /** All outputs by map partition, or undefined while any is missing. Never changed afterwards: shared by readers. */
  findOutputs(shuffleId: ShuffleId): readonly MapOutput[] | undefined {
    const shuffle = this.#shuffles.get(shuffleId);
    if (shuffle === undefined || shuffle.available < shuffle.byMap.length) return undefined;
    shuffle.snapshot ??= Object.freeze(shuffle.byMap.slice()) as readonly MapOutput[];
    return shuffle.snapshot;
  }

  #changed(shuffle: ShuffleOutputs): void {
    shuffle.snapshot = undefined;
    this.#epoch++;
  }
}

function emptyShuffle(mapCount: number, restored: boolean): ShuffleOutputs {
  return {
    byMap: new Array(mapCount).fill(undefined),
    available: 0,
    snapshot: undefined,
    restored,
    counted: new Set(),
  };
}
