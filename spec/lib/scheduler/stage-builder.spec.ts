import { describe, expect, it } from 'vitest';
import { CairnError } from '../../../lib/base/errors.ts';
import { nodeId, shuffleId } from '../../../lib/base/ids.ts';
import { type LineageNode, LineageNode as Node } from '../../../lib/lineage/lineage-node.ts';
import type { Partition } from '../../../lib/lineage/partition.ts';
import type { Stage } from '../../../lib/scheduler/stage.ts';
import {
  buildMapStage,
  buildResultStage,
  type MaterializedNodes,
  resolvePartitions,
  type StageContext,
  shufflesReadBy,
} from '../../../lib/scheduler/stage-builder.ts';
import { expectGolden } from '../../support/golden.ts';
import { allOf, callSite, Lineage } from './support/lineages.ts';
import { printStages } from './support/print-stages.ts';

const NONE: MaterializedNodes = { isFullyCached: () => false };
const FRESH: StageContext = { materialized: NONE, findStage: () => undefined, nextStageId: 0 };

function build(node: LineageNode, context: StageContext = FRESH, partitions = allOf(node)) {
  const request = { node, partitions, action: { kind: 'collect' } as const, callSite: callSite('collect', 99) };
  return buildResultStage(request, context);
}

function stagesOf(node: LineageNode, context?: StageContext): Stage[] {
  const { created, stage } = build(node, context);
  return [...created, stage];
}

describe('the stages of a lineage', () => {
  it('are two for a word count', () => {
    const lineage = new Lineage();
    const words = lineage.map(lineage.map(lineage.collection(3)));
    expectGolden('lib/scheduler/word-count.txt', printStages(stagesOf(lineage.shuffled(words, 2)), NONE));
  });

  it('rise from the sources to the result in a join', () => {
    const lineage = new Lineage();
    const left = lineage.shuffled(lineage.map(lineage.collection(4)), 10);
    const right = lineage.map(lineage.collection(2));
    const joined = lineage.map(lineage.coGroup(5, left, right));
    expectGolden('lib/scheduler/join.txt', printStages(stagesOf(joined), NONE));
  });

  it('are made behind cached nodes too, whose blocks may be lost', () => {
    const lineage = new Lineage();
    const cached = lineage.map(lineage.shuffled(lineage.collection(2), 2));
    const last = lineage.shuffled(lineage.map(cached), 3);
    const materialized = { isFullyCached: (node: LineageNode) => node === cached };
    expectGolden('lib/scheduler/cached.txt', printStages(stagesOf(last, { ...FRESH, materialized }), materialized));
  });

  it('end at checkpointed nodes', () => {
    const lineage = new Lineage();
    const saved = lineage.map(lineage.shuffled(lineage.collection(2), 2));
    const materialized = { ...NONE, isCheckpointed: (node: LineageNode) => node === saved };
    const stages = stagesOf(lineage.map(saved), { ...FRESH, materialized });
    expect(stages.map(({ kind, parents }) => [kind, parents.length])).toEqual([['result', 0]]);
  });

  it('share what two branches of a diamond have in common', () => {
    const lineage = new Lineage();
    const source = lineage.shuffled(lineage.collection(2), 2);
    const left = lineage.shuffled(lineage.map(source), 3);
    const right = lineage.shuffled(lineage.map(source), 4);
    expectGolden(
      'lib/scheduler/diamond.txt',
      printStages(stagesOf(lineage.coGroup(2, lineage.union(left, source), right)), NONE),
    );
  });

  it('keep a stage that a shuffle has already', () => {
    const lineage = new Lineage();
    const shuffled = lineage.shuffled(lineage.shuffled(lineage.collection(2), 2), 2);
    const first = build(shuffled);
    const again = build(lineage.map(shuffled), {
      ...FRESH,
      findStage: (id) => first.created.find((stage) => stage.dependency.shuffleId === id),
      nextStageId: first.nextStageId,
    });
    expect(again.created).toEqual([]);
    expect(again.stage.id).toBe(3);
    expect(again.stage.parents).toEqual([first.created[1]]);
  });

  it('can be made for one shuffle alone', () => {
    const lineage = new Lineage();
    const inner = lineage.shuffled(lineage.collection(2), 2);
    const { stage, created, nextStageId } = buildMapStage(lineage.shuffled(inner, 4).shuffle, {
      ...FRESH,
      nextStageId: 7,
    });
    expect(created.map(({ id }) => id)).toEqual([7, 8]);
    expect(stage).toBe(created[1]);
    expect(nextStageId).toBe(9);
  });

  it('run a partition once that is asked for twice', () => {
    const lineage = new Lineage();
    expect(build(lineage.collection(4), FRESH, [3, 1, 3]).stage.partitions).toEqual([3, 1]);
  });

  it.each([-1, 4, 0.5, Number.NaN])('are refused for partition %s of four', (partition) => {
    const node = new Lineage().collection(4);
    expect(() => build(node, FRESH, [0, partition])).toThrow(/NO_SUCH_PARTITION.*4 partitions/);
  });
});

describe('long and wide lineages', () => {
  it('of 10,000 steps are one stage', () => {
    const lineage = new Lineage();
    let node = lineage.collection(2);
    for (let i = 0; i < 10_000; i++) node = lineage.map(node);
    resolvePartitions(node, FRESH);
    expect(stagesOf(node)).toHaveLength(1);
  });

  it('of 10,000 unions of a node with itself visit each node once', () => {
    const lineage = new Lineage();
    const first = lineage.shuffled(lineage.collection(1), 1);
    let visits = 0;
    let node: LineageNode = first;
    for (let i = 0; i < 10_000; i++) node = new CountedPair(i, node, () => visits++);
    resolvePartitions(node, FRESH);
    visits = 0;
    expect(shufflesReadBy(node, NONE)).toEqual([first.shuffle]);
    expect(visits).toBe(2 * 10_000);
  });

  it('of 10,000 shuffles have a stage each', () => {
    const lineage = new Lineage();
    let node = lineage.collection(1);
    for (let i = 0; i < 10_000; i++) node = lineage.shuffled(node, 1);
    resolvePartitions(node, FRESH);
    const stages = stagesOf(node);
    expect(stages).toHaveLength(10_001);
    expect(stages.every((stage, i) => stage.id === i)).toBe(true);
  });

  it('of 40 joins of a node with itself have two stages a join', () => {
    const lineage = new Lineage();
    let node = lineage.collection(1);
    for (let i = 0; i < 40; i++) node = lineage.coGroup(1, lineage.map(node), lineage.map(node));
    // The inputs of a join are not partitioned alike, as `map` loses the partitioner.
    expect(stagesOf(node)).toHaveLength(81);
  });
});

describe('finding out partitions', () => {
  it('raises what the input raises, unchanged', () => {
    const error = new CairnError('FILE_NOT_FOUND', { path: '/data' });
    const node = new Lineage().map(new Unreadable(error));
    expect(() => resolvePartitions(node, FRESH)).toThrow(error);
  });

  it('looks behind shuffles, but not behind those that have a stage', () => {
    const error = new CairnError('FILE_NOT_FOUND', { path: '/data' });
    const lineage = new Lineage();
    const node = lineage.shuffled(new Unreadable(error), 2);
    expect(() => resolvePartitions(node, FRESH)).toThrow(error);
    const [stage] = build(lineage.shuffled(lineage.collection(1), 1)).created;
    expect(() => resolvePartitions(node, { ...FRESH, findStage: () => stage })).not.toThrow();
  });
});

/** Twice its parent, one behind the other, telling each look at its dependencies. */
class CountedPair extends Node {
  readonly kind = 'counted-pair';
  readonly className = 'CountedPair';

  constructor(id: number, parent: LineageNode, onLook: () => void) {
    const dependencies = [
      { kind: 'narrow', parent },
      { kind: 'narrow', parent },
    ] as const;
    super(
      { id: nodeId(id), callSite: callSite('pair', id) },
      new Proxy(dependencies, {
        get(target, key, receiver) {
          if (key === '0' || key === '1') onLook();
          return Reflect.get(target, key, receiver);
        },
      }),
    );
  }

  protected override computePartitions(): readonly Partition[] {
    return [{ index: 0, split: undefined }];
  }
}

class Unreadable extends Node {
  readonly kind = 'unreadable';
  readonly className = 'Unreadable';
  readonly #error: Error;

  constructor(error: Error) {
    super({ id: nodeId(0), callSite: callSite('textFile', 1) }, []);
    this.#error = error;
  }

  protected override computePartitions(): readonly Partition[] {
    throw this.#error;
  }
}

describe('what a stage reads', () => {
  it('is in the order of the dependencies, each shuffle once', () => {
    const lineage = new Lineage();
    const a = lineage.shuffled(lineage.collection(1), 1);
    const b = lineage.shuffled(lineage.collection(1), 1);
    const node = lineage.union(lineage.map(b), a, lineage.map(a), b);
    expect(shufflesReadBy(node, NONE)).toEqual([b.shuffle, a.shuffle]);
    expect(shufflesReadBy(node, NONE, (each) => each === b)).toEqual([a.shuffle]);
    expect(shufflesReadBy(node, NONE, (each) => each === node)).toEqual([]);
    expect(a.shuffle.shuffleId).toBe(shuffleId(0));
  });
});
