import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chance } from '../../../examples/lib/chance.ts';
import type { Edge } from '../../../examples/lib/graph.ts';
import type { Id } from '../../../examples/lib/id.ts';
import { type PageRankOptions, pageRank } from '../../../examples/lib/page-rank.ts';
import { openCatalog, Session } from '../../../lib/index.ts';
import { SPEC_MASTER } from '../../support/spec-master.ts';
import { useSession } from '../../support/use-session.ts';

const spec = useSession({ parallelism: 3 });

/** Power iteration with the whole matrix. */
function denseRanks(edges: readonly Edge[], damping: number, rounds: number): Map<Id, number> {
  const ids = [...new Set(edges.flatMap(({ from, to }) => [from, to]))];
  const matrix = ids.map((source) => {
    const row = ids.map((target) => {
      const between = edges.filter(({ from, to }) => from === source && to === target);
      return between.reduce((sum, { weight = 1 }) => sum + weight, 0);
    });
    const total = row.reduce((a, b) => a + b, 0);
    return row.map((weight) => (total === 0 ? 1 / ids.length : weight / total));
  });
  let ranks = ids.map(() => 1 / ids.length);
  for (let round = 0; round < rounds; round++) {
    const incoming = (to: number) => ranks.reduce((sum, rank, from) => sum + rank * (matrix[from]?.[to] ?? 0), 0);
    ranks = ids.map((_, to) => (1 - damping) / ids.length + damping * incoming(to));
  }
  return new Map(ids.map((id, i) => [id, ranks[i] as number]));
}

async function ranksOf(edges: readonly Edge[], options?: PageRankOptions): Promise<Map<Id, number>> {
  const { ranks } = await pageRank(spec.session, spec.session.parallelize(edges, 3), options);
  const map = new Map(await ranks.collect());
  ranks.unpersist();
  return map;
}

function expectClose(found: Map<Id, number>, wanted: Map<Id, number>): void {
  expect([...found.keys()].map(String).sort()).toEqual([...wanted.keys()].map(String).sort());
  for (const [id, rank] of wanted) expect(found.get(id), `rank of ${id}`).toBeCloseTo(rank, 12);
}

const edge = (from: Id, to: Id, weight?: number): Edge => ({ from, to, weight });

describe('pageRank', () => {
  it("gives a dangling vertex's rank to all", async () => {
    // b has no edges: r_a = 0.05 + 0.85 (r_b / 3 + r_c / 2), and so on.
    const edges = [edge('a', 'b'), edge('c', 'a'), edge('c', 'b')];
    const found = await ranksOf(edges, { tolerance: 0, maxIterations: 60 });
    expectClose(found, denseRanks(edges, 0.85, 60));
    const [a, b, c] = ['a', 'b', 'c'].map((id) => found.get(id) as number) as [number, number, number];
    const all = 0.05 + (0.85 * b) / 3;
    expect(a).toBeCloseTo(all + (0.85 * c) / 2, 10);
    expect(b).toBeCloseTo(all + 0.85 * (a + c / 2), 10);
    expect(c).toBeCloseTo(all, 10);
  });

  it('adds the weights of parallel edges, follows loops, and tells numbers from texts', async () => {
    const edges = [edge(1, '1', 2), edge(1, '1', 1), edge(1, 1, 1), edge('1', 1), edge('1', 3, 0), edge(3, 3, 0)];
    expectClose(await ranksOf(edges, { maxIterations: 7, tolerance: 0 }), denseRanks(edges, 0.85, 7));
  });

  it.each([0, 1])('allows a damping of %d', async (damping) => {
    const edges = [edge(1, 2), edge(2, 3), edge(3, 1), edge(3, 2)];
    expectClose(await ranksOf(edges, { damping, maxIterations: 5, tolerance: 0 }), denseRanks(edges, damping, 5));
  });

  it('agrees with the dense matrix on random graphs', async () => {
    for (const seed of [1, 2, 3]) {
      const next = chance(seed);
      const edges = Array.from({ length: 60 }, () =>
        edge(Math.floor(next() * 25), Math.floor(next() * 30), Math.floor(next() * 4)),
      );
      const found = await ranksOf(edges, { maxIterations: 12, tolerance: 0, partitions: 1 + seed });
      expectClose(found, denseRanks(edges, 0.85, 12));
      expect([...found.values()].reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    }
  });

  it('stops when the ranks change no more than the tolerance', async () => {
    const edges = spec.session.parallelize([edge(1, 2), edge(2, 1), edge(3, 1)]);
    const { iterations, change, ranks } = await pageRank(spec.session, edges, { tolerance: 1e-3 });
    expect(iterations).toBeLessThan(60);
    expect(change).toBeLessThan(1e-3);
    ranks.unpersist();
  });

  it.each([
    [{ damping: 1.5 }, 'damping must be a finite number of at least 0 and at most 1, found 1.5'],
    [{ damping: Number.NaN }, 'damping must be'],
    [{ tolerance: -1 }, 'tolerance must be'],
    [{ maxIterations: 0 }, 'maxIterations must be an integer of at least 1'],
    [{ checkpointInterval: 0 }, 'checkpointInterval must be an integer of at least 1, or -1 for never'],
    [{ partitions: 0.5 }, 'partitions must be'],
  ])('refuses %j', async (options, message) => {
    await expect(ranksOf([edge(1, 2)], options)).rejects.toThrow(message);
  });

  it('refuses a dataset without edges', async () => {
    await expect(ranksOf([])).rejects.toThrow('edges must be a dataset with at least one edge');
  });

  it.each([
    [edge(1.5, 2), 'from must be a text or a safe integer, found 1.5'],
    [edge(1, 2, -1), 'weight must be a finite number of at least 0, found -1'],
    [edge(1, 2, Number.NaN), 'weight must be'],
  ])('fails for %j', async (bad, message) => {
    await expect(ranksOf([edge(1, 2), bad])).rejects.toThrow(message);
  });
});

describe('with a checkpoint directory', () => {
  const checkpointing = useSession({ parallelism: 2 });
  let directory = '';
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'cairn-page-rank-'));
    checkpointing.session.setCheckpointDir(directory);
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('cuts the lineage, and leaves one checkpoint', async () => {
    const { session } = checkpointing;
    const edges = [edge(1, 2), edge(2, 3), edge(3, 1), edge(3, 2)];
    const options = { checkpointInterval: 2, maxIterations: 9, tolerance: 0 };
    const { ranks } = await pageRank(session, session.parallelize(edges), options);
    expectClose(new Map(await ranks.collect()), denseRanks(edges, 0.85, 9));
    expect(readdirSync(session.checkpointDir as string)).toHaveLength(1);
    expect(ranks.toDebugString()).toContain('ReliableCheckpointRDD');
    // What is kept is not needed to compute the ranks again.
    ranks.unpersist();
    expectClose(new Map(await ranks.collect()), denseRanks(edges, 0.85, 9));
  });

  it('goes on from its last checkpoint in another run, with no warning', async () => {
    const edges = [edge(1, 2), edge(2, 3), edge(3, 1), edge(3, 2)];
    const warnings: unknown[] = [];
    const run = async (maxIterations: number, damping = 0.85) => {
      const dir = join(directory, 'runs');
      const checkpoint = { dir: join(directory, 'kept') };
      await using session = await Session.open({
        ...{ dir, checkpoint, name: 'ranks', parallelism: 2, master: SPEC_MASTER, progress: 'off' },
      });
      using _ = session.onEvent((event) => {
        if (event.kind === 'warning') warnings.push(event.message);
      });
      const options = { checkpointInterval: 2, maxIterations, tolerance: 0, damping };
      const { ranks, iterations } = await pageRank(session, session.parallelize(edges, 2), options);
      expect(iterations).toBe(maxIterations);
      expectClose(new Map(await ranks.collect()), denseRanks(edges, damping, maxIterations));
      using catalog = openCatalog(dir);
      return catalog
        .reuse(session.run)
        .filter(({ callSite }) => callSite.startsWith('iterate'))
        .map(({ decision, callSite, reasons }) => [decision, callSite.replace(/^.*, /, ''), ...reasons]);
    };
    expect(await run(5)).toEqual([['new', expect.stringMatching(/^iterate at page-rank\.ts:\d+$/)]]);
    expect(await run(9)).toContainEqual(['reused', 'after iteration 4']);
    const [[decision, , reason] = []] = await run(9, 0.5);
    expect([decision, reason]).toEqual(['refused', expect.stringMatching(/^captured 'damping' changed at /)]);
    expect(warnings).toEqual([]);
  });
});
