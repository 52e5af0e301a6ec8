/**
 * Lineage of the operations that take more than one node. Each makes the nodes that Spark makes, under the name of the
 * method the user called, so that ids and `toDebugString` agree.
 */

import type { Aggregator } from '../lineage/dependency.ts';
import { findPartitions } from '../lineage/find-partitions.ts';
import type { KeyOrder } from '../lineage/key-order.ts';
import type { LineageNode } from '../lineage/lineage-node.ts';
import { CoGroupNode } from '../lineage/nodes/co-group-node.ts';
import { CoalesceNode } from '../lineage/nodes/coalesce-node.ts';
import { LocalCombineNode } from '../lineage/nodes/local-combine-node.ts';
import { MapPartitionsNode, type PartitionFunction } from '../lineage/nodes/map-partitions-node.ts';
import { ShuffledNode } from '../lineage/nodes/shuffled-node.ts';
import { StepNode } from '../lineage/nodes/step-node.ts';
import { PartitionerAwareUnionNode, UnionNode } from '../lineage/nodes/union-node.ts';
import {
  defaultPartitioner,
  HashPartitioner,
  type Partitioner,
  RangePartitioner,
  RoundRobinPartitioner,
} from '../lineage/partitioner.ts';
import { rangePreparation } from '../lineage/range-sampling.ts';
import type { Step } from '../lineage/step.ts';
import { reducing } from './aggregators.ts';
import { checkTravels } from './check-argument.ts';
import type { Engine } from './engine.ts';
import { type PartitionArgument, toPartitioner } from './partition-argument.ts';
import { keyByNeighbour } from './tree-functions.ts';

/** One per-record step. `keepsPartitioning`: every key stays where it is. */
export function stepNode(
  engine: Engine,
  method: string,
  parent: LineageNode,
  step: Step,
  options: { readonly keepsPartitioning?: boolean; readonly className?: string } = {},
): StepNode {
  return new StepNode(engine.origin(method), parent, step, options);
}

/** The user's choice of partitions for a shuffle of `inputs`, else Spark's default. */
export function choosePartitioner(
  engine: Engine,
  method: string,
  inputs: readonly LineageNode[],
  argument: PartitionArgument | undefined,
): Partitioner {
  if (argument !== undefined) return givenPartitioner(engine, method, argument);
  return defaultPartitioner(
    inputs.map((node) => ({ partitioner: node.partitioner, numPartitions: findPartitions(node).length })),
    engine.configuredParallelism,
  );
}

/** The user's choice. Raises INVALID_ARGUMENT, and TASK_NOT_SERIALIZABLE for a partitioner that cannot travel. */
export function givenPartitioner(engine: Engine, method: string, argument: PartitionArgument): Partitioner {
  const partitioner = toPartitioner(method, argument);
  if (partitioner.kind === 'custom') checkTravels(engine, argument);
  return partitioner;
}

/** Combines by key: through a shuffle, or in place when equal keys are together already. */
export function combineNode(
  engine: Engine,
  method: string,
  parent: LineageNode,
  partitioner: Partitioner,
  aggregator: Aggregator,
  mapSideCombine: boolean,
): LineageNode {
  if (parent.partitioner?.equals(partitioner) === true) {
    return new LocalCombineNode(engine.origin(method), parent, aggregator);
  }
  const shuffleId = engine.nextShuffleId();
  return new ShuffledNode(engine.origin(method), parent, partitioner, { shuffleId, aggregator, mapSideCombine });
}

/** Two nodes: `[key, [values of parent 0, values of parent 1, …]]`. */
export function coGroupNode(
  engine: Engine,
  method: string,
  parents: readonly LineageNode[],
  partitioner: Partitioner,
): LineageNode {
  const groups = new CoGroupNode(engine.origin(method), parents, partitioner, () => engine.nextShuffleId());
  return stepNode(engine, method, groups, { kind: 'pass' }, { keepsPartitioning: true });
}

/** Three nodes. */
export function joinNode(
  engine: Engine,
  method: string,
  parents: readonly [LineageNode, LineageNode],
  partitioner: Partitioner,
  outer: { readonly left: boolean; readonly right: boolean },
): LineageNode {
  const groups = coGroupNode(engine, method, parents, partitioner);
  const step: Step = { kind: 'join', leftOuter: outer.left, rightOuter: outer.right };
  return stepNode(engine, method, groups, step, { keepsPartitioning: true });
}

/** Four nodes: deals records out in turn, so that partitions of the result are equally long. */
export function repartitionNode(engine: Engine, method: string, parent: LineageNode, count: number): LineageNode {
  const dealt = stepNode(engine, method, parent, { kind: 'deal', numPartitions: count });
  const shuffled = new ShuffledNode(engine.origin(method), dealt, new RoundRobinPartitioner(count), {
    shuffleId: engine.nextShuffleId(),
  });
  const coalesced = new CoalesceNode(engine.origin(method), shuffled, count);
  return stepNode(engine, method, coalesced, { kind: 'values' });
}

/** One node; its ranges are found by sampling `parent` when the first job needs them. */
export function sortByKeyNode(
  engine: Engine,
  method: string,
  parent: LineageNode,
  order: KeyOrder,
  numPartitions: number,
): LineageNode {
  const partitioner = new RangePartitioner(numPartitions, order);
  const shuffleId = engine.nextShuffleId();
  const sorted = new ShuffledNode(engine.origin(method), parent, partitioner, { shuffleId, keyOrder: order });
  if (!partitioner.isReady) sorted.preparations.push(rangePreparation(partitioner, parent));
  return sorted;
}

/** Spark's rule: inputs without partitions are left out; those that share a partitioner are united in place. */
export function unionNode(engine: Engine, method: string, parents: readonly LineageNode[]): LineageNode {
  const inputs = parents.filter((parent) => findPartitions(parent).length > 0);
  const shared = inputs[0]?.partitioner;
  if (shared !== undefined && inputs.every(({ partitioner }) => partitioner?.equals(shared) === true)) {
    return new PartitionerAwareUnionNode(engine.origin(method), inputs, shared);
  }
  return new UnionNode(engine.origin(method), inputs);
}

/**
 * One value a partition, which `fold` gives as its only record, brought down to few partitions in rounds of shuffles, so that neither the driver nor one task
 * merges them all. Neighbouring partitions are merged, in their order: `merge` need not be commutative.
 */
export function treeNode(
  engine: Engine,
  method: string,
  parent: LineageNode,
  fold: PartitionFunction,
  merge: (a: unknown, b: unknown) => unknown,
  depth: number,
): LineageNode {
  let count = findPartitions(parent).length;
  let node: LineageNode = new MapPartitionsNode(engine.origin(method), parent, fold);
  const scale = Math.max(Math.ceil(count ** (1 / depth)), 2);
  while (count > scale + Math.ceil(count / scale)) {
    const before = count;
    count = Math.floor(count / scale);
    const keyed = new MapPartitionsNode(engine.origin(method), node, keyByNeighbour(before, count));
    const merged = new ShuffledNode(engine.origin(method), keyed, new HashPartitioner(count), {
      shuffleId: engine.nextShuffleId(),
      aggregator: reducing(merge),
    });
    node = stepNode(engine, method, merged, { kind: 'values' });
  }
  return node;
}
