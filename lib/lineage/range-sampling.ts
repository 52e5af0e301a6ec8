/**
 * Finds the bounds of a range partitioner as Spark does: each partition gives a reservoir of keys and its length; a
 * partition so long that its reservoir would stand for too much is sampled again, in proportion; the weighted keys in
 * order then give bounds between which equal weights lie.
 *
 * Seeds follow from the dataset's id and the partition, so that the same job finds the same bounds.
 */
import { byteswap32, partitionSeed, XorShiftRandom } from '../base/random.ts';
import { portable, portableValues } from '../closure/portable.ts';
import { findPartitions } from './find-partitions.ts';
import type { LineageNode } from './lineage-node.ts';
import { checkPair } from './pair.ts';
import type { RangePartitioner } from './partitioner.ts';
import { type Finding, type Preparation, preparation } from './preparation.ts';
import type { ResultAction } from './result-action.ts';

/** Keys a partition of the result is sampled by, and the most altogether. */
const KEYS_PER_PARTITION = 20;
const MAX_KEYS = 1e6;
/** Partitions are not equally long: each is sampled for three times its share. */
const OVERSAMPLING = 3;

/** What one partition told. */
export interface KeySample {
  readonly count: number;
  readonly keys: readonly unknown[];
}

/** A key and how many it stands for. */
export interface WeightedKey {
  readonly key: unknown;
  readonly weight: number;
}

/** Gathers a uniform sample of `size` keys of pairs, all of them when there are no more, and counts them. */
export class Reservoir {
  readonly #size: number;
  readonly #random: XorShiftRandom;
  readonly #keys: unknown[] = [];
  #count = 0;

  constructor(size: number, seed: number) {
    this.#size = size;
    this.#random = new XorShiftRandom(seed);
  }

  /** Raises NOT_A_PAIR. */
  add(pair: unknown): this {
    const key = checkPair(pair)[0];
    this.#count++;
    if (this.#keys.length < this.#size) {
      this.#keys.push(key);
      return this;
    }
    const at = Math.floor(this.#random.nextDouble() * this.#count);
    if (at < this.#size) this.#keys[at] = key;
    return this;
  }

  sample(): KeySample {
    return { count: this.#count, keys: this.#keys };
  }
}

/** Gathers each key of pairs with probability `fraction`. */
export class Bernoulli {
  readonly keys: unknown[] = [];
  readonly #fraction: number;
  readonly #random: XorShiftRandom;

  constructor(fraction: number, seed: number) {
    this.#fraction = fraction;
    this.#random = new XorShiftRandom(seed);
  }

  /** Raises NOT_A_PAIR. */
  add(pair: unknown): this {
    const key = checkPair(pair)[0];
    if (this.#random.nextDouble() < this.#fraction) this.keys.push(key);
    return this;
  }
}

/**
 * At most `numPartitions - 1` bounds in ascending order, all different, that cut the keys into runs of about equal
 * weight. Fewer when keys repeat or are few.
 */
export function rangeBounds(
  candidates: readonly WeightedKey[],
  numPartitions: number,
  compare: (a: unknown, b: unknown) => number,
): unknown[] {
  const ordered = candidates.toSorted((a, b) => compare(a.key, b.key));
  const wanted = Math.min(numPartitions, ordered.length);
  const step = ordered.reduce((sum, { weight }) => sum + weight, 0) / wanted;
  const bounds: unknown[] = [];
  let passed = 0;
  let target = step;
  for (const { key, weight } of ordered) {
    if (bounds.length >= wanted - 1) break;
    passed += weight;
    if (passed >= target && (bounds.length === 0 || compare(key, bounds.at(-1)) > 0)) {
      bounds.push(key);
      target += step;
    }
  }
  return bounds;
}

const sampledInputs = new WeakMap<RangePartitioner, WeakRef<LineageNode>>();

/**
 * The dataset whose keys give a partitioner its bounds, and whose id the seeds: wherever the partitioner is used, its
 * answers follow from both. Undefined when nothing else holds the dataset any more, and where nothing is sampled.
 */
export function sampledInput(partitioner: RangePartitioner): LineageNode | undefined {
  return sampledInputs.get(partitioner)?.deref();
}

/** The jobs that find the bounds of `partitioner` over the keys of `parent`: one, or two when partitions are uneven. */
export function rangePreparation(partitioner: RangePartitioner, parent: LineageNode): Preparation {
  sampledInputs.set(partitioner, new WeakRef(parent));
  const finding: Finding = {
    owner: partitioner,
    source: parent,
    get: () => partitioner.bounds,
    set: (bounds) => partitioner.setBounds(bounds),
  };
  return preparation(async (runJob) => {
    if (partitioner.isReady) return;
    const { numPartitions, order } = partitioner;
    const inputs = findPartitions(parent).length;
    const wanted = Math.min(KEYS_PER_PARTITION * numPartitions, MAX_KEYS);
    const size = Math.ceil((OVERSAMPLING * wanted) / Math.max(inputs, 1));
    const all = Array.from({ length: inputs }, (_, i) => i);
    const samples = (await runJob(parent, reservoirAction(size, parent.id), all)) as KeySample[];
    const total = samples.reduce((sum, { count }) => sum + count, 0);
    const fraction = Math.min(wanted / Math.max(total, 1), 1);
    const candidates: WeightedKey[] = [];
    const uneven: number[] = [];
    samples.forEach(({ count, keys }, partition) => {
      if (fraction * count > size) uneven.push(partition);
      else for (const key of keys) candidates.push({ key, weight: count / keys.length });
    });
    if (uneven.length > 0) {
      const again = (await runJob(parent, bernoulliAction(fraction, parent.id), uneven)) as unknown[][];
      for (const keys of again) for (const key of keys) candidates.push({ key, weight: 1 / fraction });
    }
    partitioner.setBounds(rangeBounds(candidates, numPartitions, order.compare));
  }, finding);
}

const reservoirOf = portable(
  'ranges/reservoir-of',
  (size: number, nodeId: number) => (partition: number) => new Reservoir(size, byteswap32(partition ^ (nodeId << 16))),
);

const bernoulliOf = portable(
  'ranges/bernoulli-of',
  (fraction: number, nodeId: number) => (partition: number) =>
    new Bernoulli(fraction, partitionSeed(byteswap32(-nodeId - 1), partition)),
);

const addToReservoir = (reservoir: unknown, pair: unknown): unknown => (reservoir as Reservoir).add(pair);
const addToBernoulli = (sampler: unknown, pair: unknown): unknown => (sampler as Bernoulli).add(pair);
const sampleOf = (reservoir: unknown): unknown => (reservoir as Reservoir).sample();
const keysOf = (sampler: unknown): unknown => (sampler as Bernoulli).keys;

portableValues('ranges', { addToReservoir, addToBernoulli, sampleOf, keysOf });

function reservoirAction(size: number, nodeId: number): ResultAction {
  return { kind: 'aggregate', zero: reservoirOf(size, nodeId), merge: addToReservoir, finish: sampleOf };
}

function bernoulliAction(fraction: number, nodeId: number): ResultAction {
  return { kind: 'aggregate', zero: bernoulliOf(fraction, nodeId), merge: addToBernoulli, finish: keysOf };
}
