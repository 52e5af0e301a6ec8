import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Rdd } from '../../../lib/api/rdd.ts';
import { Session } from '../../../lib/api/session.ts';
import type { CairnError } from '../../../lib/base/errors.ts';
import { SpecDirectory } from '../../support/engine-of-spec.ts';
import { useSession } from '../../support/use-session.ts';

/** Cannot travel. */
const cache = new WeakMap<object, number>();
const seen = (): boolean => cache.has(cache);

type Pairs = Rdd<[number, number]>;

/** Each way to give a dataset a function that runs in tasks. */
const WAYS: Readonly<Record<string, (pairs: Pairs) => unknown>> = {
  map: (pairs) => pairs.map(() => seen()),
  filter: (pairs) => pairs.filter(() => seen()),
  flatMap: (pairs) => pairs.flatMap(() => [seen()]),
  mapAsync: (pairs) => pairs.mapAsync(async () => seen()),
  mapPartitions: (pairs) => pairs.mapPartitions(() => [seen()]),
  mapPartitionsWithIndex: (pairs) => pairs.mapPartitionsWithIndex(() => [seen()]),
  keyBy: (pairs) => pairs.keyBy(() => seen()),
  zipPartitions: (pairs) => pairs.zipPartitions([pairs], (xs, ys) => [seen(), xs, ys]),
  sortBy: (pairs) => pairs.sortBy(() => seen()),
  'sortBy with an order': (pairs) => pairs.sortBy((x) => x, { compare: () => Number(seen()) }),
  'sortByKey with an order': (pairs) => pairs.sortByKey({ compare: () => Number(seen()) }),
  groupBy: (pairs) => pairs.groupBy(() => seen()),
  mapValues: (pairs) => pairs.mapValues(() => seen()),
  flatMapValues: (pairs) => pairs.flatMapValues(() => [seen()]),
  reduceByKey: (pairs) => pairs.reduceByKey(() => Number(seen())),
  foldByKey: (pairs) => pairs.foldByKey(0, () => Number(seen())),
  'foldByKey with a zero': (pairs) =>
    pairs.foldByKey(
      () => Number(seen()),
      (a) => a,
    ),
  'aggregateByKey with seqOp': (pairs) =>
    pairs.aggregateByKey(
      0,
      () => Number(seen()),
      (a) => a,
    ),
  'aggregateByKey with combOp': (pairs) =>
    pairs.aggregateByKey(
      0,
      (a) => a,
      () => Number(seen()),
    ),
  'combineByKey with createCombiner': (pairs) =>
    pairs.combineByKey(
      () => Number(seen()),
      (a) => a,
      (a) => a,
    ),
  'combineByKey with mergeValue': (pairs) =>
    pairs.combineByKey(
      () => 1,
      () => Number(seen()),
      (a) => a,
    ),
  'combineByKey with mergeCombiners': (pairs) =>
    pairs.combineByKey(
      () => 1,
      (a) => a,
      () => Number(seen()),
    ),
  'partitionBy with a partitioner': (pairs) =>
    pairs.partitionBy({ numPartitions: 1, getPartition: () => Number(seen()) }),
  'join with a partitioner': (pairs) => pairs.join(pairs, { numPartitions: 1, getPartition: () => Number(seen()) }),
  'subtractByKey with a partitioner': (pairs) =>
    pairs.subtractByKey(pairs, { numPartitions: 1, getPartition: () => Number(seen()) }),
  foreach: (pairs) => pairs.foreach(() => void seen()),
  foreachPartition: (pairs) => pairs.foreachPartition(() => void seen()),
  reduce: (pairs) => pairs.reduce((a, b) => (seen() ? a : b)),
  fold: (pairs) => pairs.fold([0, 0], (a, b) => (seen() ? a : b)),
  aggregate: (pairs) =>
    pairs.aggregate(
      0,
      () => Number(seen()),
      (a) => a,
    ),
  treeReduce: (pairs) => pairs.treeReduce((a, b) => (seen() ? a : b)),
  'treeAggregate with seqOp': (pairs) =>
    pairs.treeAggregate(
      0,
      () => Number(seen()),
      (a) => a,
    ),
  'treeAggregate with combOp': (pairs) =>
    pairs.treeAggregate(
      0,
      (a) => a,
      () => Number(seen()),
    ),
  min: (pairs) => pairs.min({ compare: () => Number(seen()) }),
  top: (pairs) => pairs.top(1, { compare: () => Number(seen()) }),
  reduceByKeyLocally: (pairs) => pairs.reduceByKeyLocally(() => Number(seen())),
};

async function errorOf(run: () => unknown): Promise<CairnError> {
  try {
    await run();
  } catch (error) {
    return error as CairnError;
  }
  throw new TypeError('nothing was raised');
}

describe('a function that cannot travel', () => {
  let directory: SpecDirectory;
  let session: Session;
  const jobs: string[] = [];
  beforeAll(async () => {
    directory = new SpecDirectory();
    session = await Session.open({ dir: directory.path, master: 'local[2]', progress: 'off' });
    session.onEvent(({ kind }) => jobs.push(kind));
  });
  afterAll(async () => {
    await session.close();
    directory[Symbol.dispose]();
  });
  const pairs = (): Pairs => session.parallelize([[1, 2]] as [number, number][], 1);

  it.each(Object.entries(WAYS))('is refused at once by %s, at the line that gives it', async (_, give) => {
    const error = await errorOf(() => give(pairs()));
    expect(error.code).toBe('TASK_NOT_SERIALIZABLE');
    expect(error.message).toMatch(/captures 'seen' -> function seen \(\S+\) captures 'cache' -> WeakMap/);
    const [, first] = error.stack?.split(/\n\s+at /) ?? [];
    expect(first).toMatch(/closure-check\.spec\.ts/);
    expect(jobs).not.toContain('job-started');
  });

  it('may merge results in the session', async () => {
    const merged = pairs().aggregate(
      0,
      (a) => a,
      () => Number(seen()),
    );
    await expect(merged).resolves.toBe(0);
  });

  it.each([
    ['a dataset', () => pairs(), 'dataset'],
    ['a session', () => session, 'session'],
    ['the class of datasets', () => Session, 'session'],
  ])('may hold %s, which is said', async (_, make, what) => {
    const held = make();
    const error = await errorOf(() => pairs().map(() => String(held)));
    expect(error.message).toContain(`(driver-only: a ${what} cannot be used inside a task)`);
  });

  it('may assign what it captures where the session says so', async () => {
    let n = 0;
    const count = (): number => {
      n += 1;
      return n;
    };
    const error = await errorOf(() => pairs().map(count));
    expect(error.message).toMatch(/captures 'n' and assigns it/);
    using other = new SpecDirectory();
    await using lax = await Session.open({ dir: other.path, master: 'local[2]', closure: { mutableCaptures: 'copy' } });
    expect(() => lax.range(3).map(count)).not.toThrow();
  });
});

describe('where tasks run in the session', () => {
  const cairn = useSession({ master: 'local' });

  it('functions may hold anything', async () => {
    const { session } = cairn;
    await expect(
      session
        .range(1)
        .map(() => seen())
        .collect(),
    ).resolves.toEqual([false]);
  });
});
