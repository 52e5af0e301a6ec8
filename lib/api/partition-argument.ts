import { CustomPartitioner, HashPartitioner, type Partitioner, type UserPartitioner } from '../lineage/partitioner.ts';
import { checkInteger, invalidArgument } from './check-argument.ts';

/** Where a shuffle sends its keys: a number of partitions to hash them into, or a partitioner. */
export type PartitionArgument = number | UserPartitioner;

/** Recognised by its class, so that two partitioners with equally many partitions place keys alike. */
export class PublicHashPartitioner implements UserPartitioner {
  readonly numPartitions: number;

  constructor(numPartitions: number) {
    this.numPartitions = numPartitions;
  }

  getPartition(key: unknown): number {
    return new HashPartitioner(this.numPartitions).partitionOf(key);
  }
}

/**
 * Spark's HashPartitioner: key `k` goes to partition `hash(k) mod numPartitions`, null and undefined to 0. Numbers,
 * strings and booleans hash as on a JVM; arrays, plain objects, dates and bytes by content.
 *
 * ```ts
 * pairs.partitionBy(hashPartitioner(8)).reduceByKey((a, b) => a + b); // one shuffle
 * ```
 * Raises INVALID_ARGUMENT unless `numPartitions` is a positive integer.
 */
export function hashPartitioner(numPartitions: number): UserPartitioner {
  checkInteger('hashPartitioner', 'numPartitions', numPartitions, 1);
  return Object.freeze(new PublicHashPartitioner(numPartitions));
}

/** The engine's partitioner for a user's argument. Raises INVALID_ARGUMENT for anything else. */
export function toPartitioner(method: string, argument: PartitionArgument): Partitioner {
  if (typeof argument === 'number') {
    checkInteger(method, 'numPartitions', argument, 1);
    return new HashPartitioner(argument);
  }
  if (typeof argument !== 'object' || argument === null || typeof argument.getPartition !== 'function') {
    const expected = 'a number of partitions, or an object with numPartitions and getPartition(key)';
    throw invalidArgument(method, 'partitioner', expected, argument);
  }
  checkInteger(method, 'partitioner.numPartitions', argument.numPartitions, 1);
  if (argument instanceof PublicHashPartitioner) return new HashPartitioner(argument.numPartitions);
  return new CustomPartitioner(argument);
}
