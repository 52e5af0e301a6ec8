/**
 * k-means by Lloyd's rounds: every point goes to its nearest centre, every centre to the mean of its points.
 *
 * As in Spark: of centres at the same distance the first one wins, a centre without points stays where it is, and rounds
 * end when no centre has moved further than `tolerance`. Sums are added in the order of points and partitions, so that
 * runs with the same partitions give the same bits on any number of threads.
 */
import type { Rdd, Session } from '../../lib/index.ts';
import { checkInteger, checkNumber, invalidArgument } from './check.ts';
import { startingCentres } from './k-means-start.ts';
import { nearestCentre, type Point, squaredDistance } from './point.ts';

export interface KMeansOptions {
  /** How many centres to look for. There are fewer when there are fewer different points. */
  readonly k: number;
  /** Default 20. */
  readonly maxIterations?: number | undefined;
  /** Distance a centre may move in the last round. Default 1e-4. */
  readonly tolerance?: number | undefined;
  /** Where the search for centres to start from begins. Default 0. */
  readonly seed?: number | undefined;
  /** Centres to start from instead, `k` of them. */
  readonly start?: readonly Point[] | undefined;
}

export interface KMeansModel {
  readonly centres: readonly Float64Array[];
  /** Points of each centre. */
  readonly sizes: readonly number[];
  /** Squared distances of all points to their centres, in sum. */
  readonly cost: number;
  readonly iterations: number;
  /** Whether it ended because of `tolerance`. */
  readonly converged: boolean;
}

/** What one partition's points say about each centre. */
interface Assignment {
  /** Coordinates in sum, centre by centre. */
  readonly sums: Float64Array;
  readonly sizes: Float64Array;
  readonly cost: number;
}

const METHOD = 'kMeans';

/**
 * Finds centres. The points are read once a round: persist them where computing them is dear.
 *
 * ```ts
 * const points = session.parallelize([[0, 0], [0, 2], [9, 9], [9, 7]], 2);
 * const { centres } = await kMeans(session, points, { k: 2, start: [[0, 0], [9, 9]] });
 * centres.map((centre) => [...centre]); // [[0, 1], [9, 8]]
 * ```
 * Raises INVALID_ARGUMENT for wrong options and for no points; points of different lengths, and coordinates that are
 * not finite numbers, fail the job with it.
 */
export async function kMeans(session: Session, points: Rdd<Point>, options: KMeansOptions): Promise<KMeansModel> {
  const { k, maxIterations = 20, tolerance = 1e-4, seed = 0, start } = options;
  checkInteger(METHOD, 'k', k, 1);
  checkInteger(METHOD, 'maxIterations', maxIterations, 1);
  checkNumber(METHOD, 'tolerance', tolerance, 0);
  checkInteger(METHOD, 'seed', seed, Number.MIN_SAFE_INTEGER);
  if (start !== undefined && (!Array.isArray(start) || start.length !== k)) {
    throw invalidArgument(METHOD, 'start', `an array of ${k} points, as k says`, start);
  }
  const dimensions = await dimensionsOf(points);
  const checked = points.map((point) => checkedPoint(point, 'point', dimensions));
  let centres =
    start === undefined
      ? await startingCentres(session, checked, k, seed)
      : start.map((point) => checkedPoint(point, 'start', dimensions));
  for (let iterations = 1; ; iterations++) {
    const { sums, sizes } = await assign(session, checked, centres);
    const moved = centres.map((centre, i) => meanOf(sums, i, sizes[i] as number, centre));
    const furthest = Math.max(...moved.map((centre, i) => squaredDistance(centre, centres[i] as Float64Array)));
    centres = moved;
    const converged = furthest <= tolerance ** 2;
    if (!converged && iterations < maxIterations) continue;
    const last = await assign(session, checked, centres);
    return { centres, sizes: [...last.sizes], cost: last.cost, iterations, converged };
  }
}

async function assign(
  session: Session,
  points: Rdd<Float64Array>,
  centres: readonly Float64Array[],
): Promise<Assignment> {
  const shared = session.broadcast(centres);
  const parts = await points.mapPartitions((records) => [assignAll(records, shared.value)]).collect();
  shared.destroy();
  return parts.reduce((a, b) => ({
    sums: a.sums.map((sum, i) => sum + (b.sums[i] as number)),
    sizes: a.sizes.map((size, i) => size + (b.sizes[i] as number)),
    cost: a.cost + b.cost,
  }));
}

function assignAll(points: Iterable<Float64Array>, centres: readonly Float64Array[]): Assignment {
  const dimensions = (centres[0] as Float64Array).length;
  const sums = new Float64Array(centres.length * dimensions);
  const sizes = new Float64Array(centres.length);
  let cost = 0;
  for (const point of points) {
    const { index, squared } = nearestCentre(centres, point);
    const offset = index * dimensions;
    for (let i = 0; i < dimensions; i++) sums[offset + i] = (sums[offset + i] as number) + (point[i] as number);
    sizes[index] = (sizes[index] as number) + 1;
    cost += squared;
  }
  return { sums, sizes, cost };
}

function meanOf(sums: Float64Array, index: number, size: number, centre: Float64Array): Float64Array {
  if (size === 0) return centre;
  return centre.map((_, i) => (sums[index * centre.length + i] as number) / size);
}

async function dimensionsOf(points: Rdd<Point>): Promise<number> {
  const [first] = await points.take(1);
  if (first === undefined) throw invalidArgument(METHOD, 'points', 'a dataset with at least one point', 'none');
  if (!isPoint(first) || first.length === 0) throw invalidArgument(METHOD, 'point', 'an array of numbers', first);
  return first.length;
}

function checkedPoint(point: Point, argument: string, dimensions: number): Float64Array {
  if (!isPoint(point) || point.length !== dimensions) {
    throw invalidArgument(METHOD, argument, `an array of ${dimensions} numbers, as the first point is`, point);
  }
  for (const coordinate of point) checkNumber(METHOD, `a coordinate of ${argument}`, coordinate, -Number.MAX_VALUE);
  return point instanceof Float64Array ? point : Float64Array.from(point);
}

function isPoint(value: unknown): value is Point {
  return Array.isArray(value) || value instanceof Float64Array;
}
