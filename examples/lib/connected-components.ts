/**
 * Connected components by alternating large-star and small-star (Kiveris et al., "Connected Components in MapReduce and
 * Beyond", 2014).
 *
 * Both steps replace the edges around a vertex by edges to the least vertex it knows; components stay the same. When the
 * edges form stars, the centre of a star is its component's least id. That takes about as many rounds as the logarithm
 * of the longest path, where handing on the least id along edges takes as many as that path has edges.
 */
import type { Rdd, Session } from '../../lib/index.ts';
import { checkInteger, checkInterval } from './check.ts';
import { checkedEdges, type Edge } from './graph.ts';
import { compareIds, type Id } from './id.ts';

export interface ComponentOptions {
  /** Every how many rounds edges are checkpointed, where a directory is set; -1 for never. Default 10. */
  readonly checkpointInterval?: number | undefined;
  /** Partitions of the result. Default: the session's parallelism. */
  readonly partitions?: number | undefined;
}

export interface Components {
  /** The component of each vertex, called after its least id (see `compareIds`); persisted. */
  readonly components: Rdd<[vertex: Id, component: Id]>;
  readonly rounds: number;
}

const METHOD = 'connectedComponents';

/**
 * Finds the component of every vertex that edges lead from or to; their direction does not matter. A vertex without
 * neighbours is given by an edge to itself. Weights are ignored. All neighbours of a vertex must fit in memory.
 *
 * ```ts
 * const edges = session.parallelize([{ from: 3, to: 2 }, { from: 2, to: 1 }, { from: 9, to: 9 }]);
 * const { components } = await connectedComponents(session, edges);
 * await components.sortByKey().collect(); // [[1, 1], [2, 1], [3, 1], [9, 9]]
 * ```
 * Raises INVALID_ARGUMENT for wrong options; bad edges fail the job with it.
 */
export async function connectedComponents(
  session: Session,
  edges: Rdd<Edge>,
  options: ComponentOptions = {},
): Promise<Components> {
  const { checkpointInterval = 10, partitions = session.defaultParallelism } = options;
  checkInterval(METHOD, 'checkpointInterval', checkpointInterval);
  checkInteger(METHOD, 'partitions', partitions, 1);
  const checked = checkedEdges(METHOD, edges);
  const vertices = checked
    .flatMap(({ from, to }): Id[] => [from, to])
    .distinct(partitions)
    .map((id): [Id, null] => [id, null]);
  const links = checked.map(({ from, to }): [Id, Id] => [from, to]).filter(([from, to]) => from !== to);
  const initial = neighboursOf(links, partitions).persist('MEMORY_AND_DISK');
  try {
    const { state, iterations: rounds } = (await areStars(initial))
      ? { state: initial, iterations: 0 }
      : await session.iterate(initial, (neighbours) => nextRound(neighbours, partitions), {
          name: METHOD,
          until: areStars,
          checkpointEvery:
            session.checkpointDir === undefined || checkpointInterval === -1 ? 'never' : checkpointInterval,
        });
    const centres = state.mapValues(([least]) => least as Id);
    const components = vertices
      .leftOuterJoin(centres, partitions)
      .map(([vertex, [, least = vertex]]): [Id, Id] => [vertex, compareIds(least, vertex) < 0 ? least : vertex])
      .setName('components')
      .persist('MEMORY_AND_DISK');
    await components.count();
    state.unpersist();
    return { components, rounds };
  } finally {
    initial.unpersist();
  }
}

/** What each vertex is linked with, in either direction. */
function neighboursOf(links: Rdd<[Id, Id]>, partitions: number): Rdd<[Id, Id[]]> {
  return links
    .flatMap(([a, b]): [Id, Id][] => [
      [a, b],
      [b, a],
    ])
    .groupByKey(partitions)
    .mapValues(distinctIds);
}

/** A large-star and a small-star step. */
function nextRound(neighbours: Rdd<[Id, Id[]]>, partitions: number): Rdd<[Id, Id[]]> {
  const links = neighbours
    .flatMap(([vertex, others]) => largeStar(vertex, others))
    .groupByKey(partitions)
    .flatMap(([vertex, less]) => smallStar(vertex, distinctIds(less)));
  return neighboursOf(links, partitions);
}

/** Whether nothing is left to do. */
async function areStars(neighbours: Rdd<[Id, Id[]]>): Promise<boolean> {
  return (await neighbours.filter(([vertex, others]) => !isInStar(vertex, others)).count()) === 0;
}

/** Whether a vertex is the centre of its neighbours, or has one neighbour, its centre. `others` ascend. */
function isInStar(vertex: Id, others: readonly Id[]): boolean {
  return compareIds(vertex, others[0] as Id) < 0 || others.length === 1;
}

/**
 * Links every greater neighbour to the least of all, the vertex included: `[greater, less]`. A vertex's own link to a
 * lesser neighbour is that neighbour's to replace.
 */
function* largeStar(vertex: Id, others: readonly Id[]): Generator<[Id, Id]> {
  const first = others[0] as Id;
  const least = compareIds(first, vertex) < 0 ? first : vertex;
  for (const other of others) if (compareIds(other, vertex) > 0) yield [other, least];
}

/** Links a vertex and its lesser neighbours, which ascend, to the least of them: `[greater, less]`. */
function* smallStar(vertex: Id, less: readonly Id[]): Generator<[Id, Id]> {
  const [least, ...others] = less as readonly [Id, ...Id[]];
  yield [vertex, least];
  for (const other of others) yield [other, least];
}

function distinctIds(ids: readonly Id[]): Id[] {
  return [...new Set(ids)].sort(compareIds);
}
