import type { ShuffleId } from '../base/ids.ts';
import { portableValue } from '../closure/portable.ts';
import type { KeyOrder } from './key-order.ts';
import type { LineageNode } from './lineage-node.ts';
import type { Partitioner } from './partitioner.ts';

/** How values of one key become one (Spark's `Aggregator`). Functions may keep and change the combiner they are given. */
export interface Aggregator<V = unknown, C = unknown> {
  readonly createCombiner: (value: V) => C;
  readonly mergeValue: (combined: C, value: V) => C;
  readonly mergeCombiners: (a: C, b: C) => C;
}

/** The `createCombiner` of a fold whose combiners are values; known by identity, so that loops can leave it out. */
export function identity<T>(value: T): T {
  return value;
}

portableValue('identity', identity);

/** Each child partition reads whole partitions of the parent, in the same stage. */
export interface NarrowDependency {
  readonly kind: 'narrow';
  readonly parent: LineageNode;
}

/** Each child partition reads a part of every parent partition: a stage ends here. Records are `[key, value]` pairs. */
export interface ShuffleDependency {
  readonly kind: 'shuffle';
  readonly parent: LineageNode;
  readonly shuffleId: ShuffleId;
  readonly partitioner: Partitioner;
  readonly aggregator: Aggregator | undefined;
  /** Combine before writing: map outputs then hold combiners, otherwise values. */
  readonly mapSideCombine: boolean;
  /** The order of keys within a reduce partition, when the reader sorts. */
  readonly keyOrder: KeyOrder | undefined;
}

export type Dependency = NarrowDependency | ShuffleDependency;
