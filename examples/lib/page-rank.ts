/**
 * PageRank: how often a walker comes by a vertex who follows edges, and now and then starts again anywhere.
 *
 * Ranks add up to 1. A vertex without outgoing edges (or with weights of 0 only) gives its rank to all vertices alike.
 */
import type { Rdd, Session } from '../../lib/index.ts';
import { checkInteger, checkInterval, checkNumber, invalidArgument } from './check.ts';
import { checkedEdges, type Edge } from './graph.ts';
import { compareIds, type Id } from './id.ts';

export interface PageRankOptions {
  /** The chance to follow an edge rather than to start again. Default 0.85. */
  readonly damping?: number | undefined;
  /** Stops when the ranks of a round differ from those before by less than this in sum. Default 1e-9; 0 never stops. */
  readonly tolerance?: number | undefined;
  /** Default 100. */
  readonly maxIterations?: number | undefined;
  /** Every how many rounds ranks are checkpointed, where a directory is set; -1 for never. Default 10. */
  readonly checkpointInterval?: number | undefined;
  /** Partitions of the ranks. Default: the session's parallelism. */
  readonly partitions?: number | undefined;
}

export interface PageRanks {
  /** The rank of each vertex, persisted: `unpersist` gives them up. */
  readonly ranks: Rdd<[Id, number]>;
  readonly iterations: number;
  /** By how much the last round changed the ranks, in sum. */
  readonly change: number;
}

/** Where the edges of a vertex lead, each vertex once, and how much of its rank goes there. */
interface Links {
  readonly targets: readonly Id[];
  readonly shares: Float64Array;
}

interface RankState {
  readonly rank: number;
  readonly change: number;
  /** Whether its rank goes to all vertices. */
  readonly isDangling: boolean;
}

interface RoundTotals {
  readonly dangling: number;
  readonly change: number;
}

const METHOD = 'pageRank';

/**
 * Ranks all vertices that edges lead from or to. Parallel edges add their weights; loops count like other edges.
 *
 * ```ts
 * const edges = session.parallelize([{ from: 'a', to: 'b' }, { from: 'b', to: 'a' }, { from: 'c', to: 'a' }]);
 * const { ranks } = await pageRank(session, edges);
 * (await ranks.sortByKey().collect()).map(([id, rank]) => [id, rank.toFixed(2)]); // [['a', '0.49'], ['b', '0.46'], ['c', '0.05']]
 * ```
 * In a session that resumes, a job that was killed goes on from its last checkpoint when it is run again. Raises
 * INVALID_ARGUMENT for wrong options and for a dataset without edges; bad edges fail the job with it.
 */
export async function pageRank(session: Session, edges: Rdd<Edge>, options: PageRankOptions = {}): Promise<PageRanks> {
  const { damping = 0.85, tolerance = 1e-9, maxIterations = 100, checkpointInterval = 10 } = options;
  const { partitions = session.defaultParallelism } = options;
  checkNumber(METHOD, 'damping', damping, 0, 1);
  checkNumber(METHOD, 'tolerance', tolerance, 0);
  checkInteger(METHOD, 'maxIterations', maxIterations, 1);
  checkInterval(METHOD, 'checkpointInterval', checkpointInterval);
  checkInteger(METHOD, 'partitions', partitions, 1);

  const links = linksOf(edges, partitions).setName('links').persist('MEMORY_AND_DISK');
  try {
    const vertices = await links.count();
    if (vertices === 0) throw invalidArgument(METHOD, 'edges', 'a dataset with at least one edge', 'none');
    const initial = links.mapValues(
      ({ targets }): RankState => ({ rank: 1 / vertices, change: 1, isDangling: targets.length === 0 }),
    );
    const { state, iterations } = await session.iterate(
      initial,
      async (states) => {
        const { dangling } = await totalsOf(states);
        const everyone = (1 - damping + damping * dangling) / vertices;
        return nextRound(links, states, damping, everyone, partitions);
      },
      {
        name: METHOD,
        iterations: maxIterations,
        until: async (states) => (await totalsOf(states)).change < tolerance,
        checkpointEvery:
          session.checkpointDir === undefined || checkpointInterval === -1 ? 'never' : checkpointInterval,
      },
    );
    const { change } = await totalsOf(state);
    const ranks = state
      .mapValues(({ rank }) => rank)
      .setName('ranks')
      .persist('MEMORY_AND_DISK');
    await ranks.count();
    state.unpersist();
    return { ranks, iterations, change };
  } finally {
    links.unpersist();
  }
}

/** Each vertex with what it gives along its edges, and with what all get. */
function nextRound(
  links: Rdd<[Id, Links]>,
  states: Rdd<[Id, RankState]>,
  damping: number,
  everyone: number,
  partitions: number,
): Rdd<[Id, RankState]> {
  const given = links
    .join(states, partitions)
    .flatMap(([, [{ targets, shares }, { rank }]]) =>
      targets.map((target, i): [Id, number] => [target, damping * rank * (shares[i] as number)]),
    )
    .reduceByKey((a, b) => a + b, partitions);
  return states.leftOuterJoin(given, partitions).mapValues(([{ rank, isDangling }, received = 0]) => {
    const next = everyone + received;
    return { rank: next, change: Math.abs(next - rank), isDangling };
  });
}

/** Sums are added in the order of the partitions, whichever ends first. */
async function totalsOf(states: Rdd<[Id, RankState]>): Promise<RoundTotals> {
  const parts = await states
    .mapPartitions((records) => {
      let [dangling, change] = [0, 0];
      for (const [, state] of records) {
        if (state.isDangling) dangling += state.rank;
        change += state.change;
      }
      return [{ dangling, change }];
    })
    .collect();
  return {
    dangling: parts.reduce((sum, part) => sum + part.dangling, 0),
    change: parts.reduce((sum, part) => sum + part.change, 0),
  };
}

/** Every vertex with its links, those that have none included. */
function linksOf(edges: Rdd<Edge>, partitions: number): Rdd<[Id, Links]> {
  return checkedEdges(METHOD, edges)
    .flatMap(({ from, to, weight = 1 }): [Id, WeightedTarget[]][] => [
      [from, weight > 0 ? [{ target: to, weight }] : []],
      [to, []],
    ])
    .groupByKey(partitions)
    .mapValues((lists) => shareOut(lists.flat()));
}

interface WeightedTarget {
  readonly target: Id;
  readonly weight: number;
}

/** Targets ascend, and so do the weights that are added up for one: the same sums in whatever order edges arrive. */
function shareOut(edges: WeightedTarget[]): Links {
  edges.sort((a, b) => compareIds(a.target, b.target) || a.weight - b.weight);
  // Divided before adding: weights may be as large as numbers get.
  const largest = edges.reduce((most, { weight }) => Math.max(most, weight), 0);
  const weights = new Map<Id, number>();
  for (const { target, weight } of edges) weights.set(target, (weights.get(target) ?? 0) + weight / largest);
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  return { targets: [...weights.keys()], shares: Float64Array.from(weights.values(), (weight) => weight / total) };
}
