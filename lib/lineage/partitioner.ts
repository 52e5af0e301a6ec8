/**
 * Which reduce partition a key belongs to. Two partitioners that are `equals` place every key alike, so that data
 * partitioned by one needs no shuffle for the other.
 */
import { CairnError, describeValue } from '../base/errors.ts';
import { hashKey, nonNegativeMod } from '../base/hash.ts';
import type { KeyOrder } from './key-order.ts';

export interface Partitioner {
  /** `custom` compares by identity. */
  readonly kind: 'hash' | 'range' | 'round-robin' | 'custom';
  readonly numPartitions: number;
  partitionOf(key: unknown): number;
  equals(other: Partitioner): boolean;
  /** One line for descriptions and the catalog: `hash(8)`. */
  describe(): string;
}

/** Spark's HashPartitioner: `hash(key) mod n`; null and undefined go to 0. */
export class HashPartitioner implements Partitioner {
  readonly kind = 'hash';
  readonly numPartitions: number;

  constructor(numPartitions: number) {
    this.numPartitions = numPartitions;
  }

  partitionOf(key: unknown): number {
    return nonNegativeMod(hashKey(key), this.numPartitions);
  }

  equals(other: Partitioner): boolean {
    return other instanceof HashPartitioner && other.numPartitions === this.numPartitions;
  }

  describe(): string {
    return `hash(${this.numPartitions})`;
  }
}

/** Keys that already are partition numbers: what `repartition` spreads records with. */
export class RoundRobinPartitioner implements Partitioner {
  readonly kind = 'round-robin';
  readonly numPartitions: number;

  constructor(numPartitions: number) {
    this.numPartitions = numPartitions;
  }

  partitionOf(key: unknown): number {
    return (key as number) % this.numPartitions;
  }

  /** Never: what is spread evenly says nothing about its keys. */
  equals(): boolean {
    return false;
  }

  describe(): string {
    return `round-robin(${this.numPartitions})`;
  }
}

/**
 * Ranges of keys in order. The bounds are found by sampling the input when the first job needs them; until then
 * `isReady` is false. Fewer bounds than partitions leave the last partitions empty.
 */
export class RangePartitioner implements Partitioner {
  readonly kind = 'range';
  readonly numPartitions: number;
  readonly order: KeyOrder;
  #bounds: readonly unknown[] | undefined;

  constructor(numPartitions: number, order: KeyOrder) {
    this.numPartitions = numPartitions;
    this.order = order;
    if (numPartitions <= 1) this.#bounds = [];
  }

  get isReady(): boolean {
    return this.#bounds !== undefined;
  }

  get bounds(): readonly unknown[] {
    return this.#bounds ?? [];
  }

  setBounds(bounds: readonly unknown[]): void {
    this.#bounds = bounds;
  }

  /**
   * The bounds where they order numbers as numbers are ordered: all of them numbers but NaN, in natural order. Then the
   * first bound that is not less than a number is the one that `partitionOf` finds for it.
   */
  numberBounds(): Float64Array | undefined {
    const { bounds, order } = this;
    const areNumbers = bounds.every((bound) => typeof bound === 'number' && !Number.isNaN(bound));
    return areNumbers && order.natural ? Float64Array.from(bounds as readonly number[]) : undefined;
  }

  /** The first bound not below the key, by halving; mirrored when descending. */
  partitionOf(key: unknown): number {
    const bounds = this.bounds;
    const { compare, ascending } = this.order;
    let low = 0;
    let high = bounds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compare(bounds[middle], key) < 0) low = middle + 1;
      else high = middle;
    }
    return ascending ? low : bounds.length - low;
  }

  equals(other: Partitioner): boolean {
    return other === this;
  }

  describe(): string {
    return `range(${this.numPartitions})`;
  }
}

/** A user's partitioner: an object with `numPartitions` and `getPartition(key)`. */
export interface UserPartitioner {
  readonly numPartitions: number;
  getPartition(key: unknown): number;
}

/** Wraps a user's partitioner and checks what it answers. */
export class CustomPartitioner implements Partitioner {
  readonly kind = 'custom';
  readonly user: UserPartitioner;
  readonly numPartitions: number;

  constructor(user: UserPartitioner) {
    this.user = user;
    this.numPartitions = user.numPartitions;
  }

  partitionOf(key: unknown): number {
    const partition = this.user.getPartition(key);
    if (!Number.isInteger(partition) || partition < 0 || partition >= this.numPartitions) {
      throw new CairnError('INVALID_ARGUMENT', {
        method: 'getPartition',
        argument: 'the result',
        expected: `an integer from 0 to ${this.numPartitions - 1}`,
        found: `${describeValue(partition)} for key ${describeValue(key)}`,
      });
    }
    return partition;
  }

  equals(other: Partitioner): boolean {
    return other instanceof CustomPartitioner && other.user === this.user;
  }

  describe(): string {
    return `custom(${this.numPartitions})`;
  }
}

/**
 * Spark's `Partitioner.defaultPartitioner`: the largest partitioner among the inputs when it is within an order of
 * magnitude of the most partitioned input, or not smaller than the default; else hash.
 * `parallelism` is the configured default, undefined when the user set none.
 */
export function defaultPartitioner(
  inputs: readonly { readonly partitioner: Partitioner | undefined; readonly numPartitions: number }[],
  parallelism: number | undefined,
): Partitioner {
  const mostUpstream = Math.max(...inputs.map((input) => input.numPartitions));
  let largest: Partitioner | undefined;
  for (const { partitioner } of inputs) {
    if (partitioner === undefined || partitioner.numPartitions <= 0) continue;
    if (largest === undefined || partitioner.numPartitions > largest.numPartitions) largest = partitioner;
  }
  const wanted = Math.max(parallelism ?? mostUpstream, 1);
  if (largest !== undefined) {
    const eligible = Math.log10(mostUpstream) - Math.log10(largest.numPartitions) < 1;
    if (eligible || wanted <= largest.numPartitions) return largest;
  }
  return new HashPartitioner(wanted);
}
