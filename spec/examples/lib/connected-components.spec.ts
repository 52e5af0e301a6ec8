import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chance } from '../../../examples/lib/chance.ts';
import { type ComponentOptions, connectedComponents } from '../../../examples/lib/connected-components.ts';
import type { Edge } from '../../../examples/lib/graph.ts';
import { compareIds, type Id } from '../../../examples/lib/id.ts';
import { useSession } from '../../support/use-session.ts';

const spec = useSession({ parallelism: 2 });

/** Union-find: each vertex with the least id of its component, by vertex. */
function unionFind(edges: readonly Edge[]): [Id, Id][] {
  const parents = new Map<Id, Id>(edges.flatMap(({ from, to }) => [[from, from] as const, [to, to] as const]));
  const rootOf = (id: Id): Id => {
    let root = id;
    while (parents.get(root) !== root) root = parents.get(root) as Id;
    return root;
  };
  for (const { from, to } of edges) {
    const [a, b] = [rootOf(from), rootOf(to)].sort(compareIds) as [Id, Id];
    parents.set(b, a);
  }
  return [...parents.keys()].sort(compareIds).map((id) => [id, rootOf(id)]);
}

async function componentsOf(edges: readonly Edge[], options?: ComponentOptions): Promise<[Id, Id][]> {
  const { components } = await connectedComponents(spec.session, spec.session.parallelize(edges, 3), options);
  const found = await components.collect();
  components.unpersist();
  return found.sort((a, b) => compareIds(a[0], b[0]));
}

const edge = (from: Id, to: Id): Edge => ({ from, to });

describe('connectedComponents', () => {
  it('names each component after its least id', async () => {
    const edges = [edge(5, 4), edge(4, 9), edge(7, 7), edge('b', 'a'), edge('1', 2)];
    expect(await componentsOf(edges)).toEqual([
      [2, 2],
      [4, 4],
      [5, 4],
      [7, 7],
      [9, 4],
      ['1', 2],
      ['a', 'a'],
      ['b', 'a'],
    ]);
  });

  it('gives nothing for no edges', async () => {
    expect(await componentsOf([])).toEqual([]);
  });

  it('agrees with union-find on random graphs', async () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const next = chance(seed);
      // About as many edges as half the vertices: components of all sizes.
      const edges = Array.from({ length: 60 }, () => edge(Math.floor(next() * 100), Math.floor(next() * 100)));
      expect(await componentsOf(edges, { partitions: seed })).toEqual(unionFind(edges));
    }
  });

  it('takes few rounds for a long path whose ids are shuffled', async () => {
    const next = chance(9);
    const path = Array.from({ length: 400 }, (_, id) => ({ id, lot: next() })).sort((a, b) => a.lot - b.lot);
    const edges = path.slice(1).map(({ id }, i) => edge(path[i]?.id as number, id));
    const { components, rounds } = await connectedComponents(spec.session, spec.session.parallelize(edges, 2));
    expect(await components.values().distinct().collect()).toEqual([0]);
    expect(await components.count()).toBe(400);
    expect(rounds).toBeLessThan(12);
    components.unpersist();
  });

  it('checkpoints, and leaves one checkpoint', async () => {
    const { session } = spec;
    const directory = mkdtempSync(join(tmpdir(), 'cairn-components-'));
    session.setCheckpointDir(directory);
    const edges = Array.from({ length: 40 }, (_, i) => edge(i, i + 1));
    expect(await componentsOf(edges, { checkpointInterval: 1 })).toEqual(unionFind(edges));
    expect(readdirSync(session.checkpointDir as string)).toHaveLength(1);
    rmSync(directory, { recursive: true, force: true });
  });

  it('refuses wrong options and ids', async () => {
    await expect(componentsOf([edge(1, 2)], { partitions: 0 })).rejects.toThrow('partitions must be an integer');
    await expect(componentsOf([edge(1, 2)], { checkpointInterval: -2 })).rejects.toThrow('or -1 for never');
    await expect(componentsOf([edge(1, Number.NaN)])).rejects.toThrow('to must be a text or a safe integer');
    await expect(componentsOf([null as unknown as Edge])).rejects.toThrow('edge must be a { from, to }, found null');
  });
});
