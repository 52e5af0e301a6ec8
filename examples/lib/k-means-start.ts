/**
 * Where k-means starts: k-means|| (Bahmani et al., "Scalable K-Means++", 2012), Spark's default.
 *
 * A few passes over the points each pick about 2k of them, far ones rather; the candidates, weighted by the points
 * nearest to each, are then reduced to k by k-means++ in this thread. All chance follows from the seed and from where a
 * point stands: tasks that run again, in whatever thread, pick the same.
 */
import type { Rdd, Session } from '../../lib/index.ts';
import { chance } from './chance.ts';
import { nearestCentre, squaredDistance } from './point.ts';

/** As in Spark: more passes gain little. */
const PASSES = 2;
/** Rounds over the candidates; they end by themselves long before. */
const MOST_ROUNDS = 30;

interface Weighted {
  readonly point: Float64Array;
  readonly weight: number;
}

/** At most `k` centres, all different; fewer when there are fewer different points. `points` must not be empty. */
export async function startingCentres(
  session: Session,
  points: Rdd<Float64Array>,
  k: number,
  seed: number,
): Promise<Float64Array[]> {
  const candidates = [await anyPoint(points, seed)];
  for (let pass = 1; pass <= PASSES; pass++) {
    const shared = session.broadcast([...candidates]);
    const costs = await points
      .mapPartitions((records) => {
        let cost = 0;
        for (const point of records) cost += nearestCentre(shared.value, point).squared;
        return [cost];
      })
      .collect();
    const cost = costs.reduce((a, b) => a + b, 0);
    if (cost > 0) {
      const picked = points.mapPartitionsWithIndex((partition, records) => {
        const next = chance(seed, pass, partition);
        return pickFar(records, shared.value, next, (2 * k) / cost);
      });
      candidates.push(...(await picked.collect()));
    }
    shared.destroy();
  }
  const different = [...new Map(candidates.map((point) => [point.join(), point])).values()];
  if (different.length <= k) return await fillUp(session, points, different, k);
  return reduceTo(k, await weigh(session, points, different), chance(seed, PASSES + 1));
}

/** Each point of the dataset is as likely: of random numbers, one a point, the greatest decides. */
async function anyPoint(points: Rdd<Float64Array>, seed: number): Promise<Float64Array> {
  const best = await points
    .mapPartitionsWithIndex((partition, records) => {
      const next = chance(seed, 0, partition);
      const found: { lot: number; point: Float64Array }[] = [];
      for (const point of records) {
        const lot = next();
        if (lot > (found[0]?.lot ?? -1)) found[0] = { lot, point };
      }
      return found;
    })
    .collect();
  return best.reduce((a, b) => (b.lot > a.lot ? b : a)).point;
}

function* pickFar(
  points: Iterable<Float64Array>,
  centres: readonly Float64Array[],
  next: () => number,
  perSquaredDistance: number,
): Generator<Float64Array> {
  for (const point of points) {
    const lot = next();
    if (lot < nearestCentre(centres, point).squared * perSquaredDistance) yield point;
  }
}

/** Adds the point furthest from all centres until there are `k`, or none is away from them. */
async function fillUp(
  session: Session,
  points: Rdd<Float64Array>,
  centres: Float64Array[],
  k: number,
): Promise<Float64Array[]> {
  while (centres.length < k) {
    const shared = session.broadcast([...centres]);
    const furthest = await points
      .mapPartitions((records) => {
        const found: { squared: number; point: Float64Array }[] = [];
        for (const point of records) {
          const { squared } = nearestCentre(shared.value, point);
          if (squared > (found[0]?.squared ?? 0)) found[0] = { squared, point };
        }
        return found;
      })
      .collect();
    shared.destroy();
    if (furthest.length === 0) break;
    centres.push(furthest.reduce((a, b) => (b.squared > a.squared ? b : a)).point);
  }
  return centres;
}

async function weigh(
  session: Session,
  points: Rdd<Float64Array>,
  candidates: readonly Float64Array[],
): Promise<Weighted[]> {
  const shared = session.broadcast(candidates);
  const counts = await points.map((point) => nearestCentre(shared.value, point).index).countByValue();
  shared.destroy();
  return candidates.map((point, i) => ({ point, weight: counts.get(i) ?? 0 }));
}

/** k-means++ over weighted points, and Lloyd's rounds over them. */
function reduceTo(k: number, candidates: readonly Weighted[], next: () => number): Float64Array[] {
  const centres = [draw(candidates, (candidate) => candidate.weight, next)];
  while (centres.length < k) {
    const cost = ({ point, weight }: Weighted) => weight * nearestCentre(centres, point).squared;
    if (!candidates.some((candidate) => cost(candidate) > 0)) break;
    centres.push(draw(candidates, cost, next));
  }
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const nearest = candidates.map(({ point }) => nearestCentre(centres, point).index);
    const moved = centres.map((centre, i) => weightedMean(candidates.filter((_, at) => nearest[at] === i)) ?? centre);
    const isDone = moved.every((centre, i) => squaredDistance(centre, centres[i] as Float64Array) === 0);
    centres.splice(0, centres.length, ...moved);
    if (isDone) break;
  }
  return centres;
}

/** One of the candidates, as likely as its share. Some share must be above 0. */
function draw(
  candidates: readonly Weighted[],
  shareOf: (candidate: Weighted) => number,
  next: () => number,
): Float64Array {
  const shares = candidates.map(shareOf);
  let left = next() * shares.reduce((a, b) => a + b, 0);
  // Rounding may leave a rest after the last one.
  let drawn = shares.findLastIndex((share) => share > 0);
  for (const [i, share] of shares.entries()) {
    left -= share;
    if (left >= 0) continue;
    drawn = i;
    break;
  }
  return (candidates[drawn] as Weighted).point;
}

function weightedMean(candidates: readonly Weighted[]): Float64Array | undefined {
  const total = candidates.reduce((sum, { weight }) => sum + weight, 0);
  if (total === 0) return undefined;
  return (candidates[0] as Weighted).point.map(
    (_, i) => candidates.reduce((sum, { point, weight }) => sum + weight * (point[i] as number), 0) / total,
  );
}
