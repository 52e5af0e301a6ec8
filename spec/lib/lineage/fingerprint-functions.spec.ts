import { describe, expect, it } from 'vitest';
import { addList, captureLists, listFunctions, type Owner } from '../../../lib/lineage/fingerprint-functions.ts';
import { partsOf } from '../../../lib/lineage/fingerprint-parts.ts';
import { CollectionNode } from '../../../lib/lineage/nodes/collection-node.ts';
import { StepNode } from '../../../lib/lineage/nodes/step-node.ts';
import { HashPartitioner } from '../../../lib/lineage/partitioner.ts';
import { origin } from '../../support/scan-task.ts';
import { shuffledBy } from './support/shuffled-by.ts';

const f = (x: unknown): unknown => x;

function listOf(node: StepNode | CollectionNode, records?: { readonly count: number; readonly digest: string }) {
  const lists = new Map<Owner, readonly unknown[]>();
  listFunctions({ node, parts: partsOf(node), dependencies: node.dependencies, records }, lists);
  return lists;
}

describe('the functions of a node', () => {
  it('are those it was given', () => {
    const source = new CollectionNode(origin(), [1], 1);
    const step = new StepNode(origin(), source, { kind: 'map', f });
    expect(listOf(step)).toEqual(new Map([[step, [f]]]));
    expect(listOf(new StepNode(origin(), source, { kind: 'keys' })).size).toBe(0);
    expect(listOf(source, { count: 1, digest: 'a' }).size).toBe(0);
  });

  it('are its records where these are no values', () => {
    const source = new CollectionNode(origin(), [f], 1);
    expect(listOf(source, { count: 1, digest: '' })).toEqual(new Map([[source, [f]]]));
  });

  it('of its shuffles are lists of their own', () => {
    const { node } = shuffledBy(new CollectionNode(origin(), [[1, 1]], 1), 2);
    const [plain] = node.dependencies;
    if (plain?.kind !== 'shuffle') throw new TypeError('no shuffle');
    const shuffle = { ...plain, aggregator: { createCombiner: f, mergeValue: f, mergeCombiners: f } };
    const lists = new Map<Owner, readonly unknown[]>();
    listFunctions({ node, parts: partsOf(node), dependencies: [shuffle], records: undefined }, lists);
    expect(lists).toEqual(new Map([[shuffle, [f, f, f]]]));
  });
});

describe('captureLists', () => {
  it('gives each list what it gives alone, refused ones included', async () => {
    const [a, b, c] = [new HashPartitioner(1), new HashPartitioner(2), new HashPartitioner(3)];
    const lists = new Map<Owner, readonly unknown[]>();
    addList(lists, a, [f]);
    addList(lists, b, [() => Promise.resolve(lists), Promise.resolve()]);
    addList(lists, c, [(x: number) => x + 1]);
    const together = await captureLists(lists, {});
    const alone = await captureLists(new Map([[c, lists.get(c) ?? []]]), {});
    expect(together.get(c)).toEqual(alone.get(c));
    expect(together.get(a)?.volatile).toEqual([]);
    expect(together.get(b)?.record?.digest).toBe('refused');
    expect(together.get(b)?.volatile).toHaveLength(1);
  });
});
