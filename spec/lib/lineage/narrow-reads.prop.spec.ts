/** Random lineages: what is said to be read is what tasks read. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shuffleId } from '../../../lib/base/ids.ts';
import { ComputedNode, type LineageNode } from '../../../lib/lineage/lineage-node.ts';
import { allNarrowReads } from '../../../lib/lineage/narrow-reads.ts';
import { CartesianNode } from '../../../lib/lineage/nodes/cartesian-node.ts';
import { CoGroupNode } from '../../../lib/lineage/nodes/co-group-node.ts';
import { CoalesceNode } from '../../../lib/lineage/nodes/coalesce-node.ts';
import { CollectionNode } from '../../../lib/lineage/nodes/collection-node.ts';
import { LocalCombineNode } from '../../../lib/lineage/nodes/local-combine-node.ts';
import { MapPartitionsNode } from '../../../lib/lineage/nodes/map-partitions-node.ts';
import { ShuffledNode } from '../../../lib/lineage/nodes/shuffled-node.ts';
import { StepNode } from '../../../lib/lineage/nodes/step-node.ts';
import { SubtractNode } from '../../../lib/lineage/nodes/subtract-node.ts';
import { PartitionerAwareUnionNode, UnionNode } from '../../../lib/lineage/nodes/union-node.ts';
import { ZipPartitionsNode } from '../../../lib/lineage/nodes/zip-partitions-node.ts';
import { HashPartitioner } from '../../../lib/lineage/partitioner.ts';
import type { BatchIterator } from '../../../lib/lineage/task-context.ts';
import { origin } from '../../support/scan-task.ts';
import { GroupingTask } from './support/grouping-task.ts';

const PARTITIONER = new HashPartitioner(3);

/** Notes what is read in place; what is beyond shuffles is read by nobody. */
class RecordingTask extends GroupingTask {
  readonly reads = new Set<string>();

  override iterate(node: LineageNode, partition: number): BatchIterator {
    this.reads.add(`${node.id}/${partition}`);
    if (node instanceof ComputedNode) return super.iterate(node, partition);
    return this.iterate((node as StepNode).parent, partition);
  }

  override *readShuffle(): BatchIterator {}

  override combineByKey(...[pairs]: readonly unknown[]): BatchIterator {
    return pairs as BatchIterator;
  }
}

type Make = (a: LineageNode, b: LineageNode, n: number) => LineageNode;

let shuffles = 0;
const nextId = () => shuffleId(shuffles++);
const shuffled = (a: LineageNode) => new ShuffledNode(origin(), a, PARTITIONER, { shuffleId: nextId() });
const keyed = (a: LineageNode) => (a.partitioner === PARTITIONER ? a : shuffled(a));
const functions = {
  createCombiner: (value: unknown) => value,
  mergeValue: (value: unknown) => value,
  mergeCombiners: (value: unknown) => value,
};

/** Nodes that wait for promises are left out: they read as `mapPartitions` does. */
const MAKERS: Readonly<Record<string, Make>> = {
  step: (a) => new StepNode(origin(), a, { kind: 'pass' }, { keepsPartitioning: true }),
  mapPartitions: (a) => new MapPartitionsNode(origin(), a, (rows) => rows),
  union: (a, b) => new UnionNode(origin(), [a, b]),
  partitionerAwareUnion: (a, b) => new PartitionerAwareUnionNode(origin(), [keyed(a), keyed(b)], PARTITIONER),
  coalesce: (a, _, n) => new CoalesceNode(origin(), a, 1 + n),
  cartesian: (a, b) => (a.partitions.length * b.partitions.length > 60 ? a : new CartesianNode(origin(), a, b)),
  zip: (a, b) =>
    a.partitions.length === b.partitions.length
      ? new ZipPartitionsNode(origin(), [a, b], (x, y) => [[...x], [...y]])
      : a,
  coGroup: (a, b) => new CoGroupNode(origin(), [a, b], PARTITIONER, nextId),
  subtract: (a, b) => new SubtractNode(origin(), keyed(a), b, PARTITIONER, nextId),
  localCombine: (a) => new LocalCombineNode(origin(), keyed(a), functions),
  shuffled,
};

const lineage = fc.record({
  sources: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }),
  steps: fc.array(
    fc.record({ make: fc.constantFrom(...Object.keys(MAKERS)), a: fc.nat(), b: fc.nat(), n: fc.nat({ max: 3 }) }),
    { minLength: 1, maxLength: 7 },
  ),
});

describe('narrow reads', () => {
  it('are what tasks read, for random lineages', () => {
    const used = new Set<string>();
    fc.assert(
      fc.property(lineage, ({ sources, steps }) => {
        const nodes: LineageNode[] = sources.map((n) => new CollectionNode(origin(), Array(n).fill(['k', 1]), n));
        for (const { make, a, b, n } of steps) {
          const found = MAKERS[make] as Make;
          const [left, right] = [nodes[a % nodes.length], nodes[b % nodes.length]] as [LineageNode, LineageNode];
          nodes.push(found(left, right, n));
          used.add(make);
        }
        const last = nodes.at(-1) as LineageNode;
        for (let partition = 0; partition < last.partitions.length; partition++) {
          const task = new RecordingTask();
          for (const _ of task.iterate(last, partition));
          const said = [...allNarrowReads(last, partition)].map((read) => `${read.node.id}/${read.partition}`);
          // A side that turned out to be empty saves the other: what is read may be less than what is said.
          expect([...task.reads].filter((read) => !said.includes(read))).toEqual([]);
          expect(new Set(said).size).toBe(said.length);
          if (!steps.some(({ make }) => EMPTYING.has(make)))
            expect(said.toSorted()).toEqual([...task.reads].toSorted());
        }
      }),
      { numRuns: 300, seed: 20_261_120 },
    );
    expect([...used].sort()).toEqual(Object.keys(MAKERS).sort());
  });
});

/** Nobody writes to these shuffles: what comes out of them is empty, as is what pairs it with something. */
const EMPTYING: ReadonlySet<string> = new Set([
  'shuffled',
  'coGroup',
  'subtract',
  'localCombine',
  'partitionerAwareUnion',
]);
