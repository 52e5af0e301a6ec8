import { describe, expect, it } from 'vitest';
import { longAccumulator } from '../../../lib/api/accumulator.ts';
import { DriverBroadcast } from '../../../lib/api/broadcast.ts';
import type { Rdd } from '../../../lib/api/rdd.ts';
import { perWorker } from '../../../lib/closure/per-worker.ts';
import { BroadcastRegistry } from '../../../lib/exec/broadcasts.ts';
import { captureCallSite } from '../../../lib/lineage/call-site.ts';
import { findPartitions } from '../../../lib/lineage/find-partitions.ts';
import type { LineageNode } from '../../../lib/lineage/lineage-node.ts';
import { LocalCheckpointNode } from '../../../lib/lineage/nodes/local-checkpoint-node.ts';
import { ReliableCheckpointNode } from '../../../lib/lineage/nodes/reliable-checkpoint-node.ts';
import { RangePartitioner } from '../../../lib/lineage/partitioner.ts';
import { STORAGE_LEVELS } from '../../../storage/block/storage-level.ts';
import { compare, FingerprintBench, nodeOf, type Program } from './support/fingerprint-bench.ts';

/** Puts a checkpoint in the place of a node's lineage. */
function truncate(bench: FingerprintBench, node: LineageNode): void {
  const count = findPartitions(node).length;
  node.truncate(new LocalCheckpointNode(bench.engine.origin('checkpoint'), node.id, count, node.partitioner));
}

type Pairs = Rdd<[number, number]>;

const numbers = (bench: FingerprintBench): Rdd<number> => bench.parallelize([1, 2, 3]);
const pairs = (bench: FingerprintBench): Pairs => bench.parallelize<[number, number]>([[1, 2]]);
const add = (a: number, b: number): number => a + b;
const HERE = String.raw`at \S*fingerprints\.spec\.ts:\d+`;

/** A function with its text moved down, and comments around it. */
const written = (text: string, before = ''): ((x: unknown) => unknown) =>
  new Function(`${before}return ${text}`)() as (x: unknown) => unknown;

const times =
  (factor: unknown): ((x: number) => unknown) =>
  (x) => [x, factor];
const throughHelper = (factor: number): ((x: number) => number) => {
  const helper = (x: number): number => x * factor;
  return (x) => helper(x) + 1;
};
const customPartitioner = (shift: number) => ({
  numPartitions: 2,
  getPartition: (key: unknown) => (Number(key) + shift) % 2,
});
const broadcastOf = (value: unknown) => {
  const registry = new BroadcastRegistry();
  return new DriverBroadcast(value, captureCallSite('broadcast'), { registry, captureOptions: {} });
};
const reading = (shared: { readonly value: unknown }) => (x: number) => [x, shared.value];

/** What is done otherwise, and the sentence that says so. */
const MUTATIONS: readonly (readonly [what: string, before: Program, after: Program, says: string | RegExp])[] = [
  [
    'the text of a function',
    (b) => numbers(b).map((x) => x + 1),
    (b) => numbers(b).map((x) => x + 2),
    /function .* changed/,
  ],
  [
    'a captured variable',
    (b) => numbers(b).map(times(2)),
    (b) => numbers(b).map(times(3)),
    /^captured 'factor' changed at \S*fingerprints\.spec\.ts:\d+$/,
  ],
  [
    'the type of a captured variable',
    (b) => numbers(b).map(times(2)),
    (b) => numbers(b).map(times(2n)),
    /^captured 'factor' changed/,
  ],
  [
    'something deep in a captured object',
    (b) => numbers(b).map(times({ a: [{ b: new Map([['c', { d: 1 }]]) }] })),
    (b) => numbers(b).map(times({ a: [{ b: new Map([['c', { d: 2 }]]) }] })),
    /^captured 'factor' changed/,
  ],
  [
    'what a captured function captures',
    (b) => numbers(b).map(throughHelper(2)),
    (b) => numbers(b).map(throughHelper(3)),
    /^captured 'factor' changed/,
  ],
  [
    'the value of a broadcast',
    (b) => numbers(b).map(reading(broadcastOf({ rate: 1 }))),
    (b) => numbers(b).map(reading(broadcastOf({ rate: 2 }))),
    /^captured 'shared' changed/,
  ],
  [
    'what a value is built by in each worker',
    (b) => numbers(b).map(times(perWorker(() => 1))),
    (b) => numbers(b).map(times(perWorker(() => 2))),
    /function .* changed/,
  ],
  [
    'an operator',
    (b) => numbers(b).map((x) => [x]),
    (b) => numbers(b).flatMap((x) => [x]),
    /^flatMap at .* is in the place of map at /,
  ],
  [
    'a step more',
    (b) => numbers(b).map(add.bind(null, 1)),
    (b) => numbers(b).filter(Boolean).map(add.bind(null, 1)),
    /was added$/,
  ],
  [
    'a step less',
    (b) => numbers(b).filter(Boolean).map(add.bind(null, 1)),
    (b) => numbers(b).map(add.bind(null, 1)),
    /was removed$/,
  ],
  [
    'a seed',
    (b) => numbers(b).sample(false, 0.5, 1),
    (b) => numbers(b).sample(false, 0.5, 2),
    /^'seed' of .*: 1 -> 2$/,
  ],
  [
    'a fraction',
    (b) => numbers(b).sample(false, 0.5, 1),
    (b) => numbers(b).sample(false, 0.4, 1),
    /^'upper' of .*: 0\.5 -> 0\.4$/,
  ],
  ['no seed at all', (b) => numbers(b).sample(false, 0.5), (b) => numbers(b).sample(false, 0.5), /^'seed' of/],
  [
    'the slices of a collection',
    (b) => b.parallelize([1], 2),
    (b) => b.parallelize([1], 3),
    /^'numSlices' of .*: 2 -> 3$/,
  ],
  ['records', (b) => b.parallelize([1, 2]), (b) => b.parallelize([1, 3]), /^records of parallelize .* changed$/],
  ['the count of records', (b) => b.parallelize([1, 2]), (b) => b.parallelize([1, 2, 2]), /changed \(2 -> 3\)$/],
  ['the sign of a zero', (b) => b.parallelize([0]), (b) => b.parallelize([-0]), /^records of/],
  [
    'records that are functions',
    (b) => b.parallelize([times(1)]),
    (b) => b.parallelize([times(2)]),
    /^captured 'factor'/,
  ],
  [
    'partitions',
    (b) => numbers(b).coalesce(1),
    (b) => numbers(b).coalesce(2),
    /^'maxPartitions' of coalesce .*: 1 -> 2$/,
  ],
  [
    'a partitioner',
    (b) => pairs(b).partitionBy(2),
    (b) => pairs(b).partitionBy(3),
    /^partitioner of .*: hash\(2\) -> hash\(3\)$/,
  ],
  [
    'what a partitioner of the user captures',
    (b) => pairs(b).partitionBy(customPartitioner(0)),
    (b) => pairs(b).partitionBy(customPartitioner(1)),
    /^captured 'shift' changed/,
  ],
  [
    'how values are merged',
    (b) => pairs(b).reduceByKey(add),
    (b) => pairs(b).reduceByKey((a, c) => a * c),
    /function .* changed/,
  ],
  [
    'where values are combined',
    (b) =>
      pairs(b).combineByKey(
        (v) => [v],
        (c, v) => [...c, v],
        (c, d) => [...c, ...d],
        { mapSideCombine: true },
      ),
    (b) =>
      pairs(b).combineByKey(
        (v) => [v],
        (c, v) => [...c, v],
        (c, d) => [...c, ...d],
        { mapSideCombine: false },
      ),
    /^the shuffle of combineByKey/,
  ],
  [
    'an order',
    (b) => numbers(b).sortBy((x) => x, { ascending: true }),
    (b) => numbers(b).sortBy((x) => x, { ascending: false }),
    /^the shuffle of sortBy/,
  ],
  ['the key of a sort', (b) => numbers(b).sortBy((x) => x), (b) => numbers(b).sortBy((x) => -x), /function .* changed/],
  [
    'a comparator',
    (b) => numbers(b).sortBy((x) => x, { compare: (a, c) => a - c }),
    (b) => numbers(b).sortBy((x) => x, { compare: (a, c) => c - a }),
    /function .* changed/,
  ],
  [
    'the number of a dataset that ranges are sampled from, which seeds the sample',
    (b) => numbers(b).sortBy((x) => x),
    (b) => {
      b.skipIds(3);
      return numbers(b).sortBy((x) => x);
    },
    /^seed of the ranges of sortBy .*: 1 -> 4$/,
  ],
  [
    'a kind of join',
    (b) => pairs(b).join(pairs(b)),
    (b) => pairs(b).leftOuterJoin(pairs(b)),
    /^'leftOuter' of leftOuterJoin .*: false -> true$/,
  ],
  [
    'an order of inputs',
    (b) => numbers(b).union(b.parallelize([9])),
    (b) => b.parallelize([9]).union(numbers(b)),
    /^records of/,
  ],
  [
    'a function of several datasets',
    (b) => numbers(b).zipPartitions([numbers(b)], (a, c) => [...a, ...c]),
    (b) => numbers(b).zipPartitions([numbers(b)], (a, c) => [...c, ...a]),
    /function .* changed/,
  ],
  ['a command', (b) => numbers(b).pipe('cat'), (b) => numbers(b).pipe('tac'), /^'command' of pipe .* changed$/],
  [
    'a variable of a command, whose value is on no record',
    (b) => numbers(b).pipe('cat', { env: { TOKEN: 'first secret' } }),
    (b) => numbers(b).pipe('cat', { env: { TOKEN: 'second secret' } }),
    /^'env' of pipe .* changed$/,
  ],
  [
    'the size of a file',
    reads({ 'a.csv': ['one', 1] }),
    reads({ 'a.csv': ['three', 1] }),
    'input /data/a.csv: size 3 -> 5',
  ],
  [
    'the time of a file',
    reads({ 'a.csv': ['one', 1000] }),
    reads({ 'a.csv': ['one', 1000.25] }),
    'input /data/a.csv: modified 1970-01-01T00:00:01.000Z -> 1970-01-01T00:00:01.000Z',
  ],
  [
    'a file more',
    reads({ 'a.csv': ['one', 1] }),
    reads({ 'a.csv': ['one', 1], 'b.csv': ['two', 1] }),
    'input /data/b.csv: added',
  ],
  [
    'a file less',
    reads({ 'a.csv': ['one', 1], 'b.csv': ['two', 1] }),
    reads({ 'a.csv': ['one', 1] }),
    'input /data/b.csv: removed',
  ],
];

function reads(files: Readonly<Record<string, readonly [content: string, modifiedMs: number]>>): Program {
  return (bench) => {
    for (const [name, [content, modifiedMs]] of Object.entries(files))
      bench.write(`/data/${name}`, content, modifiedMs);
    return bench.lines('/data/*.csv').map((line) => line.length);
  };
}

/** What says nothing about the records. */
const SAME: readonly (readonly [what: string, before: Program, after: Program])[] = [
  [
    'other ids of datasets and shuffles',
    (b) => pairs(b).reduceByKey(add).join(pairs(b)),
    (b) => {
      b.skipIds(5);
      return pairs(b).reduceByKey(add).join(pairs(b));
    },
  ],
  [
    'other places of the same text',
    (b) => numbers(b).map(written('(x) => x')),
    (b) => numbers(b).map(written('(x) => x', '\n\n /* moved */  ')),
  ],
  ['a name', (b) => numbers(b).map(times(1)), (b) => numbers(b).map(times(1)).setName('named')],
  ['a level of storage', (b) => numbers(b).map(times(1)), (b) => numbers(b).map(times(1)).persist('DISK_ONLY')],
  [
    'another object with the same content',
    (b) => numbers(b).map(times({ a: 1 })),
    (b) => numbers(b).map(times({ a: 1 })),
  ],
  ['an array as another iterable', (b) => b.parallelize([1, 2]), (b) => b.parallelize([...new Set([1, 2])])],
  [
    'accumulators, whatever was added',
    (b) => numbers(b).map(times(longAccumulator('bad lines'))),
    (b) => {
      const other = longAccumulator('bad lines');
      other.add(5);
      return numbers(b).map(times(other));
    },
  ],
  [
    'broadcasts of the same content',
    (b) => numbers(b).map(times(broadcastOf([1]))),
    (b) => numbers(b).map(times(broadcastOf([1]))),
  ],
  [
    'bounds that were found already',
    (b) => numbers(b).sortBy((x) => x),
    (b) => {
      const sorted = numbers(b).sortBy((x) => x);
      const { partitioner } = nodeOf(sorted).dependencies[0]?.parent ?? nodeOf(sorted);
      if (partitioner instanceof RangePartitioner) partitioner.setBounds([2]);
      return sorted;
    },
  ],
  [
    'a partitioner object of its own',
    (b) => pairs(b).partitionBy(customPartitioner(1)),
    (b) => pairs(b).partitionBy(customPartitioner(1)),
  ],
  [
    'how many records are awaited at a time',
    (b) => numbers(b).mapAsync(async (x) => x, { concurrency: 1 }),
    (b) => numbers(b).mapAsync(async (x) => x, { concurrency: 9 }),
  ],
  [
    'a pattern that means the same files',
    reads({ 'a.csv': ['1', 5] }),
    (b) => {
      b.write('/data/a.csv', '1', 5);
      return b.lines(['/data/a.csv']).map((line) => line.length);
    },
  ],
];

describe('a fingerprint', () => {
  it.each(MUTATIONS)('differs with %s, and the difference is named', async (_what, before, after, says) => {
    const { same, changes } = await compare(before, after);
    expect(same).toBe(false);
    expect(changes[0]).toMatch(says);
  });

  it.each(SAME)('does not differ with %s', async (_what, before, after) => {
    expect(await compare(before, after)).toEqual({ same: true, changes: [] });
  });

  it('says nothing of the values themselves', async () => {
    const bench = new FingerprintBench();
    const secret = 'pa55word';
    const rdd = numbers(bench)
      .map(times({ secret }))
      .pipe(['login', 'pa55word'], { env: { PASSWORD: 'pa55word' } });
    expect(JSON.stringify(await bench.recordOf(rdd))).not.toContain(secret);
  });

  it('of one node holds for its shuffle too, which is found by its own', async () => {
    const bench = new FingerprintBench();
    const rdd = pairs(bench).reduceByKey(add);
    const [dependency] = nodeOf(rdd).dependencies;
    if (dependency?.kind !== 'shuffle') throw new TypeError('no shuffle');
    expect(bench.fingerprints.findShuffle(dependency)).toBe(undefined);
    const { digest } = await bench.fingerprints.of(nodeOf(rdd));
    const shuffle = bench.fingerprints.findShuffle(dependency);
    expect(shuffle?.key).toMatch(/^[0-9a-f]{64}$/);
    expect(shuffle?.digest).not.toBe(digest);
  });

  it('of a shuffle follows from its input, its partitioner and how values are merged, and from no id', async () => {
    const shuffleOf = async (partitions: number, merge: (a: number, b: number) => number, key: number, skipped = 0) => {
      const bench = new FingerprintBench();
      if (skipped > 0) bench.skipIds(skipped);
      const rdd = bench.parallelize<[number, number]>([[key, 1]]).reduceByKey(merge, partitions);
      await bench.of(rdd);
      const [dependency] = nodeOf(rdd).dependencies;
      return dependency?.kind === 'shuffle' ? bench.fingerprints.findShuffle(dependency)?.key : undefined;
    };
    const key = await shuffleOf(2, add, 1);
    expect(await shuffleOf(2, add, 1, 7)).toBe(key);
    const others = [await shuffleOf(3, add, 1), await shuffleOf(2, (a, b) => a * b, 1), await shuffleOf(2, add, 2)];
    expect(new Set([key, ...others]).size).toBe(4);
  });

  it('of a dataset partitioned by the ranges of another one follows from that one', async () => {
    const program =
      (factor: number): Program =>
      (bench) => {
        const sorted = pairs(bench).mapValues(times(factor)).sortByKey();
        return pairs(bench).cogroup(sorted);
      };
    expect((await compare(program(1), program(1))).same).toBe(true);
    expect((await compare(program(1), program(2))).changes).toEqual([
      expect.stringMatching(/^captured 'factor' changed/),
    ]);
  });

  it('knows files by their content where it is told to, wherever they are', async () => {
    const program =
      (folder: string, content: string, modifiedMs: number): Program =>
      (bench) => {
        bench.write(`${folder}/a.csv`, content, modifiedMs);
        return bench.lines(`${folder}/a.csv`);
      };
    const inputs = 'content' as const;
    const fileSystem = new FingerprintBench().fileSystem;
    const options = { inputs, fileSystem };
    expect((await compare(program('/a', 'one', 1), program('/b', 'one', 2), options)).same).toBe(true);
    expect((await compare(program('/a', 'one', 1), program('/b', 'two', 1), options)).changes).toEqual([
      'input /b/a.csv: added',
      'input /a/a.csv: removed',
    ]);
    expect((await compare(program('/a', 'one', 1), program('/a', 'two', 3), options)).changes).toEqual([
      'input /a/a.csv: content changed',
    ]);
  });

  it('knows the path where the records hold it', async () => {
    const program =
      (folder: string): Program =>
      (bench) => {
        bench.write(`${folder}/a.csv`, 'one');
        return bench.files(`${folder}/a.csv`);
      };
    const options = { inputs: 'content' as const, fileSystem: new FingerprintBench().fileSystem };
    expect((await compare(program('/a'), program('/b'), options)).same).toBe(false);
  });

  it('holds the version that the user declared', async () => {
    const program =
      (version: string): Program =>
      (bench) =>
        numbers(bench).map(times(1)).withVersion(version);
    expect((await compare(program('1'), program('1'))).same).toBe(true);
    expect((await compare(program('1'), program('2'))).same).toBe(false);
  });
});

describe('a volatile dataset', () => {
  const memory = new SharedArrayBuffer(8);

  it('has no key, nor has what is computed from it, and says why', async () => {
    const bench = new FingerprintBench();
    const source = numbers(bench);
    const child = source.map(times(memory)).filter(Boolean);
    expect(await bench.keyOf(child)).toBe(undefined);
    expect(await bench.keyOf(source)).toMatch(/^[0-9a-f]{64}$/);
    expect(bench.fingerprints.volatileReasons(nodeOf(child))).toEqual([
      expect.stringMatching(new RegExp(`^closure ${HERE} captures 'factor' -> SharedArrayBuffer$`)),
    ]);
    expect(bench.fingerprints.volatileReasons(nodeOf(source))).toEqual([]);
  });

  it.each<[string, Program, RegExp]>([
    [
      'a function that loads modules',
      (b) => numbers(b).mapAsync(async () => await import('node:os')),
      /loads modules by a path/,
    ],
    [
      'a function that cannot be captured',
      (b) => numbers(b).map(times(Promise.resolve())),
      /captures 'factor' -> Promise/,
    ],
    ['an aggregator', (b) => pairs(b).reduceByKey((a, c) => a + c + memory.byteLength), /captures 'memory'/],
    [
      'a partitioner',
      (b) => pairs(b).partitionBy({ numPartitions: 2, getPartition: () => memory.byteLength % 2 }),
      /captures 'memory'/,
    ],
    ['ranges of keys', (b) => pairs(b).cogroup(pairs(b).mapValues(times(memory)).sortByKey()), /captures 'factor'/],
    ['ranges of which nothing is known', (b) => pairs(b).partitionBy(2), /nothing holds the dataset/],
  ])('is one by %s', async (what, program, reason) => {
    const bench = new FingerprintBench();
    let node = nodeOf(program(bench));
    if (what.startsWith('ranges of which')) {
      const { ShuffledNode } = await import('../../../lib/lineage/nodes/shuffled-node.ts');
      const order = { compare: () => 0, ascending: true, natural: false };
      const [dependency] = node.dependencies;
      if (dependency?.kind !== 'shuffle') throw new TypeError('no shuffle');
      const partitioner = new RangePartitioner(2, order);
      node = new ShuffledNode(bench.engine.origin('lost'), dependency.parent, partitioner, dependency);
    }
    expect((await bench.fingerprints.of(node)).key).toBe(undefined);
    expect(bench.fingerprints.volatileReasons(node)[0]).toMatch(reason);
  });

  it('is one whose value of perWorker is built by something else than before: workers keep the first', async () => {
    const bench = new FingerprintBench();
    let path = 'first';
    const open = (): string => path;
    const handle = perWorker(() => open());
    const make = () => numbers(bench).map((x) => [x, handle()]);
    const before = await bench.keyOf(make());
    expect(before).toMatch(/^[0-9a-f]{64}$/);
    expect(await bench.keyOf(make())).toBe(before);
    path = 'second';
    const later = make();
    expect(await bench.keyOf(later)).toBe(undefined);
    expect(bench.fingerprints.volatileReasons(nodeOf(later))).toEqual([expect.stringMatching(/a value of perWorker/)]);
    const other = new FingerprintBench();
    expect(await other.keyOf(numbers(other).map((x) => [x, handle()]))).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is none where the user declared a version', async () => {
    const bench = new FingerprintBench();
    expect(await bench.keyOf(numbers(bench).map(times(memory)).withVersion('tables of May'))).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('the fingerprints of a session', () => {
  it('take functions when their node is first asked about, whatever function object it is', async () => {
    const bench = new FingerprintBench();
    let round = 0;
    const f = (x: number): number => x + round;
    const first = numbers(bench).map(f);
    const digest = await bench.of(first);
    round = 1;
    const second = numbers(bench).map(f);
    expect(await bench.of(second)).not.toBe(digest);
    expect(await bench.of(first)).toBe(digest);
    round = 0;
    expect(await bench.of(numbers(bench).map(f))).toBe(digest);
  });

  it('tell, when asked again, what is not as it was', async () => {
    const bench = new FingerprintBench();
    let factor = 2;
    let merged = 0;
    const records = [1, 2, 3];
    bench.write('/data/a', 'one');
    const scaled = bench.parallelize(records).map((x) => x * factor);
    const lines = bench.lines('/data/a').map((line) => line.length);
    const all = scaled
      .union(lines)
      .keyBy((x) => x)
      .reduceByKey((a, b) => a + b + merged);
    const node = nodeOf(all);
    await bench.of(all);
    expect(await bench.fingerprints.recheck(node)).toEqual([]);
    factor = 3;
    merged = 1;
    records[0] = 9;
    bench.write('/data/a', 'other');
    const changes = await bench.fingerprints.recheck(node);
    expect([...changes].sort()).toEqual([
      expect.stringMatching(/^captured 'factor' changed at/),
      expect.stringMatching(/^captured 'merged' changed at/),
      'input /data/a: size 3 -> 5',
      expect.stringMatching(/^the records of parallelize at .* changed$/),
    ]);
    const stored = new Set([nodeOf(scaled), nodeOf(lines)]);
    expect(await bench.fingerprints.recheck(node, (each) => stored.has(each))).toEqual([
      expect.stringMatching(/^captured 'merged' changed at/),
    ]);
  });

  it('call bounds that were found no change', async () => {
    const bench = new FingerprintBench();
    const sorted = pairs(bench).sortByKey({ numPartitions: 2 });
    const digest = await bench.of(sorted);
    const { partitioner } = nodeOf(sorted);
    expect(partitioner).toBeInstanceOf(RangePartitioner);
    (partitioner as RangePartitioner).setBounds([5]);
    expect(await bench.fingerprints.recheck(nodeOf(sorted))).toEqual([]);
    expect(await bench.of(sorted)).toBe(digest);
  });

  it('stay what they were when a checkpoint takes the place of a lineage', async () => {
    const [bench, other] = [new FingerprintBench(), new FingerprintBench()];
    const program = (of: FingerprintBench) => numbers(of).map(times(1));
    const rdd = program(bench);
    const digest = await bench.of(rdd);
    truncate(bench, nodeOf(rdd));
    expect(await bench.of(rdd)).toBe(digest);
    expect(await bench.of(rdd.filter(Boolean))).toBe(await other.of(program(other).filter(Boolean)));
    expect(bench.fingerprints.recordOf(nodeOf(rdd))).toHaveLength(1);
    expect(bench.fingerprints.volatileReasons(nodeOf(rdd))).toEqual([]);
    expect(await bench.fingerprints.recheck(nodeOf(rdd))).toEqual([]);
  });

  it('never speak for a lineage that was gone before they were asked', async () => {
    const bench = new FingerprintBench();
    const rdd = numbers(bench).map(times(1));
    truncate(bench, nodeOf(rdd));
    expect(await bench.keyOf(rdd.filter(Boolean))).toBe(undefined);
    expect(bench.fingerprints.volatileReasons(nodeOf(rdd))).toEqual([
      expect.stringMatching(/^map at .* was checkpointed before it had a fingerprint$/),
    ]);
  });

  it('know a checkpoint that is read by its path by what its parts hold', async () => {
    const digestOf = async (directory: string, checksum: number) => {
      const bench = new FingerprintBench();
      const part = { partition: 0, bytes: 10, rows: 1, checksum, codec: 'none' as const, classes: [] };
      const place = { directory, owner: 'of a job', partitionCount: 1 };
      const node = new ReliableCheckpointNode(bench.engine.origin('checkpointFile'), place, [part], undefined);
      return (await bench.fingerprints.of(node)).key;
    };
    expect(await digestOf('/b', 1)).toBe(await digestOf('/a', 1));
    expect(await digestOf('/a', 2)).not.toBe(await digestOf('/a', 1));
  });

  it('are the same when two jobs ask at once', async () => {
    const bench = new FingerprintBench();
    const shared = numbers(bench).map(times(1));
    const [a, b] = [shared.filter(Boolean), shared.flatMap((x) => [x])];
    const [first, second] = await Promise.all([bench.of(a), bench.of(b)]);
    const alone = new FingerprintBench();
    const again = numbers(alone).map(times(1));
    expect(first).toBe(await alone.of(again.filter(Boolean)));
    expect(second).not.toBe(first);
  });

  it('need no deep call stack, and one capture for each function, for 10,000 steps', async () => {
    const bench = new FingerprintBench();
    let rdd: Rdd<number> = numbers(bench);
    for (let i = 0; i < 10_000; i++) rdd = rdd.map((x) => x + i);
    await bench.of(rdd);
    expect(bench.captured).toBe(10_000);
    expect(bench.fingerprints.recordOf(nodeOf(rdd))).toHaveLength(10_001);
    await bench.of(rdd);
    expect(bench.captured).toBe(10_000);
    await bench.of(rdd.map((x) => x));
    expect(bench.captured).toBe(10_001);
  }, 30_000);

  it('capture what is new in a round of a loop, however many rounds there were', async () => {
    const bench = new FingerprintBench();
    let rdd = pairs(bench);
    const rounds: number[] = [];
    for (let i = 0; i < 1000; i++) {
      const before = bench.captured;
      rdd = rdd
        .map(([key, value]): [number, number] => [key + i, value])
        .reduceByKey(add)
        .filter(([key]) => key !== i);
      await bench.of(rdd);
      rounds.push(bench.captured - before);
    }
    expect(new Set(rounds)).toEqual(new Set([rounds[0]]));
    expect(rounds[0]).toBeLessThan(6);
  }, 30_000);

  it('take no notice of levels of storage that are set later', async () => {
    const bench = new FingerprintBench();
    const rdd = numbers(bench).map(times(1));
    const digest = await bench.of(rdd);
    nodeOf(rdd).storageLevel = STORAGE_LEVELS.DISK_ONLY;
    expect(await bench.of(rdd)).toBe(digest);
    expect(await bench.fingerprints.recheck(nodeOf(rdd))).toEqual([]);
  });
});
