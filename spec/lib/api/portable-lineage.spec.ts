import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../../lib/api/engine.ts';
import { hashPartitioner } from '../../../lib/api/partition-argument.ts';
import { Rdd } from '../../../lib/api/rdd.ts';
import type { SessionOptions } from '../../../lib/config/options.ts';
import { engineFolders } from '../../../lib/lineage/call-site.ts';
import { CollectionNode } from '../../../lib/lineage/nodes/collection-node.ts';
import { EngineOfSpec, SpecDirectory } from '../../support/engine-of-spec.ts';
import { PROJECT_ROOT } from '../../support/source-files.ts';
import { ON_WORKERS, SPEC_MASTER } from '../../support/spec-master.ts';
import { TravellingEngine } from '../../support/travelling-engine.ts';

/** Datasets over one engine or the other. */
class Source {
  readonly #engine: Engine;
  readonly #out: (name: string) => string;

  constructor(engine: Engine, out: (name: string) => string) {
    this.#engine = engine;
    this.#out = out;
  }

  of<T>(records: readonly T[], numSlices = 3): Rdd<T> {
    return new Rdd<T>(this.#engine, new CollectionNode(this.#engine.origin('parallelize'), records, numSlices));
  }

  get numbers(): Rdd<number> {
    return this.of([5, 1, 4, 4, 2, 9, 7]);
  }

  get pairs(): Rdd<[string, number]> {
    return this.of([
      ['a', 1],
      ['b', 2],
      ['a', 3],
      ['c', 4],
    ]);
  }

  get many(): Rdd<number> {
    return this.of(
      Array.from({ length: 20 }, (_, i) => i),
      9,
    );
  }

  async saved(name: string, save: (path: string) => Promise<void>): Promise<string> {
    const path = this.#out(name);
    await save(path);
    return readFileSync(`${path}/part-00000`).toString('latin1');
  }
}

type Program = (source: Source) => Promise<unknown>;

const one = 1;
const down = { compare: (a: number, b: number) => (b - a) * one };
const modulo = {
  numPartitions: 2,
  getPartition(key: unknown): number {
    return (String(key).charCodeAt(0) * one) % this.numPartitions;
  },
};
const sum = (a: number, b: number): number => a + b * one;

/** A program or more for each method that makes a node or runs a job. */
const PROGRAMS: Readonly<Record<string, Program | readonly Program[]>> = {
  map: (s) => s.numbers.map((x) => x + one).collect(),
  filter: (s) => s.numbers.filter((x) => x > one).collect(),
  flatMap: (s) => s.numbers.flatMap((x) => [x, one]).collect(),
  mapAsync: (s) => s.numbers.mapAsync(async (x) => x + one).collect(),
  mapPartitions: (s) => s.numbers.mapPartitions((xs) => [[...xs].length + one]).collect(),
  mapPartitionsWithIndex: (s) => s.numbers.mapPartitionsWithIndex((i, xs) => [[i, one, ...xs]]).collect(),
  glom: (s) => s.numbers.glom().collect(),
  keyBy: (s) => s.numbers.keyBy((x) => x % 2 === one).collect(),
  pipe: (s) => s.numbers.pipe('cat').collect(),
  union: (s) => s.numbers.union(s.numbers.map((x) => -x * one)).collect(),
  intersection: (s) => s.numbers.intersection(s.of([4, 9])).collect(),
  subtract: (s) => s.numbers.subtract(s.of([4, 9])).collect(),
  distinct: [(s) => s.numbers.distinct().collect(), (s) => s.pairs.partitionBy(2).distinct(2).collect()],
  cartesian: (s) => s.numbers.cartesian(s.of(['x'], 1)).collect(),
  zip: (s) => s.numbers.zip(s.numbers).collect(),
  zipPartitions: (s) =>
    s.numbers.zipPartitions([s.numbers], (xs, ys) => [[...xs].length * one, [...ys].length]).collect(),
  zipWithIndex: (s) => s.numbers.zipWithIndex().collect(),
  zipWithUniqueId: (s) => s.numbers.zipWithUniqueId().collect(),
  sample: [(s) => s.many.sample(false, 0.5, 7).collect(), (s) => s.many.sample(true, 1.5, 7).collect()],
  randomSplit: async (s) => await Promise.all(s.many.randomSplit([1, 2], 7).map((each) => each.collect())),
  takeSample: [(s) => s.many.takeSample(false, 5, 7), (s) => s.many.takeSample(true, 30, 7)],
  coalesce: [(s) => s.many.coalesce(2).glom().collect(), (s) => s.many.coalesce(2, { shuffle: true }).glom().collect()],
  repartition: (s) => s.numbers.repartition(4).glom().collect(),
  sortBy: [
    (s) =>
      s.many
        .sortBy((x) => -x * one)
        .glom()
        .collect(),
    (s) => s.many.sortBy((x) => x, { ascending: false, ...down }).collect(),
  ],
  groupBy: (s) => s.numbers.groupBy((x) => x % 2 === one).collect(),
  mapValues: (s) => s.pairs.mapValues((x) => x + one).collect(),
  flatMapValues: (s) => s.pairs.flatMapValues((x) => [x, one]).collect(),
  keys: (s) => s.pairs.keys().collect(),
  values: (s) => s.pairs.values().collect(),
  reduceByKey: [
    (s) => s.pairs.reduceByKey(sum).collect(),
    (s) => s.pairs.reduceByKey(sum, modulo).collect(),
    (s) => s.pairs.partitionBy(hashPartitioner(2)).reduceByKey(sum).collect(),
  ],
  foldByKey: [(s) => s.pairs.foldByKey(10, sum).collect(), (s) => s.pairs.foldByKey(() => one, sum).collect()],
  aggregateByKey: [
    (s) =>
      s.pairs
        .aggregateByKey(
          { of: [] as number[] },
          (all, x) => ({ of: [...all.of, x * one] }),
          (a, b) => ({ of: [...a.of, ...b.of] }),
        )
        .collect(),
    (s) =>
      s.pairs
        .aggregateByKey(
          () => new Set<number>(),
          (all, x) => all.add(x * one),
          (a, b) => new Set([...a, ...b]),
        )
        .collect(),
  ],
  combineByKey: (s) =>
    s.pairs
      .combineByKey(
        (x) => `${x * one}`,
        (all, x) => `${all}+${x}`,
        (a, b) => `${a}|${b}`,
      )
      .collect(),
  groupByKey: (s) => s.pairs.groupByKey().collect(),
  cogroup: (s) => s.pairs.cogroup([s.pairs, s.pairs]).collect(),
  groupWith: (s) => s.pairs.groupWith(s.pairs).collect(),
  join: (s) => s.pairs.join(s.pairs.mapValues((x) => x * one)).collect(),
  leftOuterJoin: (s) => s.pairs.leftOuterJoin(s.of([['a', 0] as [string, number]])).collect(),
  rightOuterJoin: (s) =>
    s
      .of([['a', 0] as [string, number]])
      .rightOuterJoin(s.pairs)
      .collect(),
  fullOuterJoin: (s) => s.pairs.fullOuterJoin(s.of([['z', 0] as [string, number]])).collect(),
  saltKeys: (s) =>
    s.pairs
      .saltKeys(2)
      .mapValues((x) => x * one)
      .reduceByKey(sum)
      .collect(),
  replicateKeys: (s) => s.pairs.saltKeys(2).join(s.pairs.replicateKeys(2)).collect(),
  unsaltKeys: (s) => s.pairs.saltKeys(2).unsaltKeys().reduceByKey(sum).collect(),
  subtractByKey: (s) => s.pairs.subtractByKey(s.of([['a', 0] as [string, number]])).collect(),
  partitionBy: [(s) => s.pairs.partitionBy(modulo).glom().collect(), (s) => s.pairs.partitionBy(2).glom().collect()],
  repartitionAndSortWithinPartitions: (s) =>
    s.many
      .keyBy((x) => x * one)
      .repartitionAndSortWithinPartitions(2, { ascending: false, ...down })
      .glom()
      .collect(),
  sortByKey: [
    (s) =>
      s.many
        .keyBy((x) => -x)
        .sortByKey()
        .glom()
        .collect(),
    (s) =>
      s.many
        .keyBy((x) => x % 7)
        .sortByKey({ ascending: false, numPartitions: 2 })
        .collect(),
    (s) =>
      s.many
        .keyBy((x) => x % 7)
        .sortByKey(down)
        .collect(),
    // Long and uneven enough to be sampled twice.
    (s) =>
      s
        .of([0, 1], 2)
        .flatMap((part) => Array.from({ length: part === 0 ? 9000 * one : 10 }, (_, i) => i))
        .keyBy((x) => (x * 7919) % 9001)
        .sortByKey({ numPartitions: 4 })
        .keys()
        .collect(),
  ],
  sampleByKey: [false, true].map(
    (withReplacement) => (s: Source) =>
      s.many
        .keyBy((x) => x % 2)
        .sampleByKey(
          withReplacement,
          new Map([
            [0, 0.5],
            [1, 1],
          ]),
          7,
        )
        .collect(),
  ),

  collect: (s) => s.numbers.collect(),
  count: (s) => s.numbers.count(),
  first: (s) => s.numbers.first(),
  take: (s) => s.numbers.take(3),
  isEmpty: (s) => s.numbers.isEmpty(),
  takeOrdered: [(s) => s.numbers.takeOrdered(3), (s) => s.numbers.takeOrdered(3, down)],
  top: [(s) => s.numbers.top(3), (s) => s.numbers.top(3, down)],
  toLocalIterator: async (s) => {
    const found: number[] = [];
    for await (const x of s.numbers.map((each) => each * one).toLocalIterator()) found.push(x);
    return found;
  },
  foreach: [
    (s) =>
      s.numbers.foreach((x) => {
        if (x > 8 * one) throw new RangeError(`${x}`);
      }),
    (s) => s.numbers.foreach((x) => Promise.resolve(x) as never),
  ],
  foreachPartition: async (s) =>
    await s.numbers.foreachPartition(async (xs) => {
      if ([...xs].includes(9 * one)) throw new RangeError('nine');
    }),
  saveAsTextFile: (s) => s.saved('text', (path) => s.numbers.map((x) => x * one).saveAsTextFile(path)),
  saveAsObjectFile: (s) => s.saved('objects', (path) => s.numbers.map((x) => x * one).saveAsObjectFile(path)),
  reduce: (s) => s.numbers.reduce(sum),
  fold: [(s) => s.numbers.fold(10, sum), (s) => s.numbers.fold(() => one, sum)],
  aggregate: (s) =>
    s.numbers.aggregate(
      { n: 0 },
      (all, x) => ({ n: all.n + x * one }),
      (a, b) => ({ n: a.n + b.n }),
    ),
  treeReduce: [(s) => s.many.treeReduce(sum), (s) => s.many.filter((x) => x > 15).treeReduce(sum, { depth: 3 })],
  treeAggregate: (s) =>
    s.many.treeAggregate(
      [] as number[],
      (all, x) => [...all, x * one],
      (a, b) => [...a, ...b],
      { depth: 3 },
    ),
  min: [(s) => s.numbers.min(), (s) => s.numbers.min(down)],
  max: [(s) => s.numbers.max(), (s) => s.numbers.max(down)],
  sum: (s) => s.numbers.sum(),
  stats: async (s) => (await s.numbers.stats()).toString(),
  mean: (s) => s.numbers.mean(),
  variance: (s) => s.numbers.variance(),
  sampleVariance: (s) => s.numbers.sampleVariance(),
  stdev: (s) => s.numbers.stdev(),
  sampleStdev: (s) => s.numbers.sampleStdev(),
  histogram: [(s) => s.numbers.histogram(3), (s) => s.numbers.histogram([0, 3, 10])],
  countByValue: (s) => s.numbers.countByValue(),
  countApproxDistinct: (s) => s.many.countApproxDistinct(0.1),
  countByKey: (s) => s.pairs.countByKey(),
  collectAsMap: (s) => s.pairs.collectAsMap(),
  reduceByKeyLocally: (s) => s.pairs.reduceByKeyLocally(sum),
  lookup: [(s) => s.pairs.lookup('a'), (s) => s.pairs.sortByKey().lookup('a')],
};

/** What neither makes a node with functions nor runs a job. */
const REST = [
  'constructor',
  'id',
  'name',
  'setName',
  'withVersion',
  'write',
  'getNumPartitions',
  'partitioner',
  'getStorageLevel',
  'toString',
  'toDebugString',
  'persist',
  'cache',
  'unpersist',
  'checkpoint',
  'localCheckpoint',
  'isCheckpointed',
  'getCheckpointFile',
  'cleanShuffleDependencies',
];

const CASES = Object.entries(PROGRAMS).flatMap(([method, programs]) =>
  [programs].flat().map((program, i) => [`${method}${i === 0 ? '' : ` (${i + 1})`}`, program] as const),
);

/** What a program gives over an engine, or why it fails. `way` names the files that it writes. */
async function answerOf(program: Program, engine: Engine, way: (file: string) => string): Promise<unknown> {
  try {
    return await program(new Source(engine, way));
  } catch (error) {
    return error instanceof Error && error.cause instanceof Error ? error.cause.message : error;
  }
}

describe.skipIf(ON_WORKERS)('any lineage', () => {
  const folders = engineFolders(PROJECT_ROOT);
  let directory: SpecDirectory;
  let engine: EngineOfSpec;
  beforeAll(async () => {
    directory = new SpecDirectory();
    engine = await EngineOfSpec.open({ dir: directory.join('data'), master: 'local' });
  });
  afterAll(async () => {
    await engine[Symbol.asyncDispose]();
    directory[Symbol.dispose]();
  });

  it('is looked at: every method there is', () => {
    const known = [...Object.keys(PROGRAMS), ...REST].sort();
    expect(Object.getOwnPropertyNames(Rdd.prototype).sort()).toEqual(known);
  });

  it.each(CASES)('travels with %s, and nothing of the engine with it', async (name, program) => {
    const travelling = new TravellingEngine(engine.engine);
    const [there, here] = [travelling, engine.engine].map((each, way) =>
      answerOf(program, each, (file) => directory.join(`${name}-${way}-${file}`)),
    );
    expect(await there).toEqual(await here);
    const places = travelling.packets.flatMap(({ places }) => [...places.values()]);
    const urls = places.map(({ url }) => url).filter((url) => url !== undefined);
    const own = urls.map((url) => fileURLToPath(url)).filter((path) => folders.some((each) => path.startsWith(each)));
    expect(own).toEqual([]);
    expect(travelling.packets.length).toBeGreaterThan(0);
  });

  it('would be seen to hold a function of the engine', async () => {
    const travelling = new TravellingEngine(engine.engine);
    const rdd = new Source(travelling, () => '').numbers.map(engineFolders as never);
    await expect(rdd.collect()).rejects.toThrow();
    const urls = travelling.packets.flatMap(({ places }) => [...places.values()].map(({ url }) => url));
    expect(urls.some((url) => url?.endsWith('/lib/lineage/call-site.ts'))).toBe(true);
  });
});

describe.runIf(ON_WORKERS)('any lineage on workers', () => {
  let directory: SpecDirectory;
  let inline: EngineOfSpec;
  let workers: EngineOfSpec;
  beforeAll(async () => {
    directory = new SpecDirectory();
    const open = (name: string, master: NonNullable<SessionOptions['master']>) =>
      EngineOfSpec.open({ dir: directory.join(name), master, parallelism: 2 });
    [inline, workers] = await Promise.all([open('inline', 'local'), open('workers', SPEC_MASTER)]);
  });
  afterAll(async () => {
    await inline[Symbol.asyncDispose]();
    await workers[Symbol.asyncDispose]();
    directory[Symbol.dispose]();
  });

  it.each(CASES)('gives the same with %s', async (name, program) => {
    workers.events.length = 0;
    const [there, here] = [workers, inline].map(({ engine }, way) =>
      answerOf(program, engine, (file) => directory.join(`${name}-${way}-${file}`)),
    );
    expect(await there).toEqual(await here);
    const threads = workers.eventsOf('task-started').map(({ executor }) => executor.replace(/\d+$/, 'n'));
    expect(new Set(threads)).toEqual(new Set(['worker-n']));
  });
});
