/**
 * Every wrong use of the API is an error that has a code and says what to do next; it ends the call or the job, and
 * nothing else: the same session goes on.
 */
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Rdd } from '../../../lib/api/rdd.ts';
import { Session } from '../../../lib/api/session.ts';
import { CairnError, isError } from '../../../lib/base/errors.ts';
import type { SessionOptions } from '../../../lib/config/options.ts';
import { EngineOfSpec, leftovers, SpecDirectory } from '../../support/engine-of-spec.ts';
import { ON_WORKERS, SPEC_MASTER } from '../../support/spec-master.ts';
import { useSession } from '../../support/use-session.ts';

const spec = useSession({ memory: '64 MiB' });
const numbers = (count = 10, slices = 2): Rdd<number> => spec.session.parallelize([...Array(count).keys()], slices);
const pairs = (): Rdd<[number, number]> => numbers().map((n): [number, number] => [n % 3, n]);
/** What JavaScript callers may pass. */
// biome-ignore lint/suspicious/noExplicitAny: the type of what no type allows
const wrong = <T = any>(value: unknown): T => value as T;

/** The error of a call; a call that succeeds, or fails with anything else, fails the spec. */
async function errorOf(call: () => unknown): Promise<CairnError> {
  let given: unknown;
  try {
    given = await call();
  } catch (error) {
    expect(error).toBeInstanceOf(CairnError);
    const cairn = error as CairnError;
    expect(cairn.message).toMatch(/^[A-Z_]+: [^{}]+\n {2}hint: .+/s);
    expect(cairn.kind).not.toBe('internal');
    return cairn;
  }
  throw new RangeError(`no error, but ${String(given)}`);
}

/** `CODE`, or `JOB_FAILED < CODE of its cause`. */
async function codeOf(call: () => unknown): Promise<string> {
  const error = await errorOf(call);
  if (error.code !== 'JOB_FAILED') return error.code;
  return error.cause instanceof CairnError ? `JOB_FAILED < ${error.cause.code}` : 'JOB_FAILED';
}

afterAll(async () => {
  // Whatever was done to it, it still works.
  expect(await numbers().sum()).toBe(45);
});

describe('arguments', () => {
  test.each<readonly [string, string, () => unknown]>([
    ['no function', 'INVALID_ARGUMENT', () => numbers().map(wrong(undefined))],
    ['an asynchronous function', 'INVALID_ARGUMENT', () => numbers().map(async (n) => n)],
    ['an asynchronous predicate', 'INVALID_ARGUMENT', () => numbers().filter(wrong(async () => true))],
    ['an asynchronous merge', 'INVALID_ARGUMENT', () => pairs().reduceByKey(wrong(async (a: number) => a))],
    [
      'an asynchronous comparator',
      'INVALID_ARGUMENT',
      () => numbers().sortBy((n) => n, { compare: wrong(async () => 0) }),
    ],
    [
      'a comparator that says yes or no',
      'JOB_FAILED < INVALID_ARGUMENT',
      () => numbers().top(2, { compare: wrong((a: number, b: number) => a > b) }),
    ],
    [
      'an option that nobody reads',
      'INVALID_ARGUMENT',
      () => numbers().saveAsTextFile('/no', wrong({ mode: 'overwrite' })),
    ],
    ['an option of another action', 'INVALID_ARGUMENT', () => numbers().count(wrong({ depth: 2 }))],
    ['an order as in Spark', 'INVALID_ARGUMENT', () => numbers().sortBy((n) => n, wrong(false))],
    ['a shuffle as in Spark', 'INVALID_ARGUMENT', () => numbers().coalesce(2, wrong(true))],
    ['preserved partitioning as in Spark', 'INVALID_ARGUMENT', () => numbers().mapPartitions((x) => x, wrong(true))],
    ['a signal in place of options', 'INVALID_ARGUMENT', () => numbers().count(wrong(new AbortController().signal))],
    ['a signal that is none', 'INVALID_ARGUMENT', () => numbers().count({ signal: wrong({}) })],
    ['properties of jobs that are none', 'INVALID_ARGUMENT', () => spec.session.withJobs(wrong('nightly'), () => 1)],
    ['a group that is none', 'INVALID_ARGUMENT', () => spec.session.withJobs({ group: wrong(1) }, () => 1)],
    ['work that is none', 'INVALID_ARGUMENT', () => spec.session.withJobs({ group: 'a' }, wrong(1))],
    [
      'a foreach that starts something',
      'JOB_FAILED < INVALID_ARGUMENT',
      () => numbers().foreach(() => Promise.reject(new RangeError('lost'))),
    ],
    [
      'a flatMap that gives no iterable',
      'JOB_FAILED < INVALID_ARGUMENT',
      () =>
        numbers()
          .flatMap(wrong(() => 1))
          .collect(),
    ],
    [
      'a flatMapValues that gives no iterable',
      'JOB_FAILED < INVALID_ARGUMENT',
      () =>
        pairs()
          .flatMapValues(wrong(() => null))
          .collect(),
    ],
    ['no slices', 'INVALID_ARGUMENT', () => spec.session.parallelize([1], 0)],
    ['less than no slices', 'INVALID_ARGUMENT', () => spec.session.parallelize([1], -1)],
    ['half a slice', 'INVALID_ARGUMENT', () => spec.session.parallelize([1], 0.5)],
    ['NaN slices', 'INVALID_ARGUMENT', () => spec.session.parallelize([1], Number.NaN)],
    ['slices as text', 'INVALID_ARGUMENT', () => spec.session.parallelize([1], wrong('2'))],
    ['no partitions', 'INVALID_ARGUMENT', () => pairs().groupByKey(0)],
    ['less than no partitions', 'INVALID_ARGUMENT', () => numbers().repartition(-2)],
    ['half a partition', 'INVALID_ARGUMENT', () => pairs().reduceByKey((a) => a, 1.5)],
    ['no partitions to sort into', 'INVALID_ARGUMENT', () => numbers().sortBy((n) => n, { numPartitions: 0 })],
    ['coalesce to none', 'INVALID_ARGUMENT', () => numbers().coalesce(0)],
    ['records that are none', 'INVALID_ARGUMENT', () => spec.session.parallelize(wrong(7))],
    ['a step of 0', 'INVALID_ARGUMENT', () => spec.session.range(0, 5, 0)],
    ['a range without bounds', 'INVALID_ARGUMENT', () => spec.session.range(Number.POSITIVE_INFINITY)],
    ['a negative take', 'INVALID_ARGUMENT', () => numbers().take(-1)],
    ['a fraction above 1', 'INVALID_ARGUMENT', () => numbers().sample(false, 1.5)],
    ['a seed that is none', 'INVALID_ARGUMENT', () => numbers().sample(false, 0.5, 0.5)],
    ['a level that is none', 'INVALID_ARGUMENT', () => numbers().persist(wrong('ON_PAPER'))],
    ['another level', 'STORAGE_LEVEL_ASSIGNED', () => numbers().persist('DISK_ONLY').persist('MEMORY_ONLY')],
    ['a dataset that is none', 'INVALID_ARGUMENT', () => numbers().union(wrong([1]))],
    ['a name that is none', 'INVALID_ARGUMENT', () => numbers().setName(wrong(1))],
    ['an empty path', 'INVALID_ARGUMENT', () => numbers().saveAsTextFile('')],
    ['a partitioner without a method', 'INVALID_ARGUMENT', () => pairs().partitionBy(wrong({ numPartitions: 2 }))],
    [
      'a partitioner without a number',
      'INVALID_ARGUMENT',
      () => pairs().partitionBy({ numPartitions: Number.NaN, getPartition: () => 0 }),
    ],
    ['a file that is not there', 'FILE_NOT_FOUND', () => spec.session.textFile('/no/such/file.txt').count()],
    ['a pattern that nothing matches', 'FILE_NOT_FOUND', () => spec.session.textFile('/no/such/*.txt').count()],
    ['a pipe of unequal partitions', 'PARTITION_COUNTS_DIFFER', () => numbers(4, 2).zip(numbers(4, 3)).collect()],
    ['unequal partitions', 'JOB_FAILED < PARTITION_LENGTHS_DIFFER', () => numbers(4, 2).zip(numbers(6, 2)).collect()],
    ['the least of nothing', 'EMPTY_DATASET', () => numbers(0).min()],
    ['reduce of nothing', 'EMPTY_DATASET', () => numbers(0).reduce((a) => a)],
    ['treeReduce of nothing', 'EMPTY_DATASET', () => numbers(0).treeReduce((a) => a)],
    ['the first of nothing', 'EMPTY_DATASET', () => spec.session.emptyRdd().first()],
  ])('%s gives %s', async (_, code, call) => {
    expect(await codeOf(call)).toBe(code);
  });

  test('an error of an argument points at the line of the caller', async () => {
    const error = await errorOf(() => numbers().map(wrong('no function')));
    expect(error.stack?.split('\n').find((line) => line.trim().startsWith('at '))).toContain('misuse-faults.spec.ts');
  });
});

describe('options', () => {
  using directory = new SpecDirectory();
  test.each<readonly [string, string, Record<string, unknown>]>([
    ['an unknown one', 'UNKNOWN_OPTION', { memroy: '1 GiB' }],
    ['an unknown nested one', 'UNKNOWN_OPTION', { shuffle: { coded: 'zstd' } }],
    ['a size without sense', 'INVALID_OPTION', { memory: 'lots' }],
    ['no memory', 'INVALID_OPTION', { memory: 0 }],
    ['a master that is none', 'INVALID_OPTION', { master: 'yarn' }],
    ['a codec that is none', 'INVALID_OPTION', { shuffle: { codec: 'rar' } }],
    ['a fraction above 1', 'INVALID_OPTION', { memoryFraction: 2 }],
    ['an object as directory', 'INVALID_OPTION', { dir: {} }],
    ['null', 'INVALID_OPTION', { memory: null }],
  ])('%s gives %s', async (_, code, options) => {
    expect(await codeOf(() => Session.open({ dir: join(directory.path, 'x'), ...options } as SessionOptions))).toBe(
      code,
    );
  });
});

describe('records', () => {
  test.each<readonly [string, () => unknown]>([
    [
      'reduceByKey',
      () =>
        wrong<typeof numbers>(numbers)()
          .reduceByKey.call(
            wrong(numbers()),
            wrong((a: number) => a),
          )
          .collect(),
    ],
    ['groupByKey', () => wrong<Rdd<[number, number]>>(numbers()).groupByKey().collect()],
    ['join', () => wrong<Rdd<[number, number]>>(numbers()).join(pairs()).collect()],
    ['join on the right', () => pairs().join(wrong(numbers())).collect()],
    ['partitionBy', () => wrong<Rdd<[number, number]>>(numbers()).partitionBy(2).collect()],
    [
      'mapValues',
      () =>
        wrong<Rdd<[number, number]>>(numbers())
          .mapValues((n) => n)
          .collect(),
    ],
    [
      'flatMapValues',
      () =>
        wrong<Rdd<[number, number]>>(numbers())
          .flatMapValues((n) => [n])
          .collect(),
    ],
    ['keys', () => wrong<Rdd<[number, number]>>(numbers()).keys().collect()],
    ['values', () => wrong<Rdd<[number, number]>>(numbers()).values().collect()],
    ['sortByKey', () => wrong<Rdd<[number, number]>>(numbers()).sortByKey().collect()],
    ['lookup', () => wrong<Rdd<[number, number]>>(numbers()).lookup(1)],
    ['countByKey', () => wrong<Rdd<[number, number]>>(numbers()).countByKey()],
    ['collectAsMap', () => wrong<Rdd<[number, number]>>(numbers()).collectAsMap()],
    ['reduceByKeyLocally', () => wrong<Rdd<[number, number]>>(numbers()).reduceByKeyLocally((a) => a)],
    ['subtractByKey', () => wrong<Rdd<[number, number]>>(numbers()).subtractByKey(pairs()).collect()],
  ])('%s of records that are no pairs says so', async (_, call) => {
    expect(await codeOf(call)).toMatch(/^(JOB_FAILED < )?NOT_A_PAIR$/);
  });

  /** Made where they are used: most of them could not travel there. */
  const UNSTORABLE: readonly (readonly [string, () => unknown])[] = [
    ['a function', () => () => 1],
    ['a symbol', () => Symbol('s')],
    ['a promise', () => Promise.resolve(1)],
    ['a server', () => createServer()],
    ['a cycle', cyclic],
    ['a WeakMap', () => new WeakMap()],
    ['an object with a throwing getter', () => Object.defineProperty({}, 'x', { enumerable: true, get: () => fail() })],
    ['a revoked proxy', revoked],
  ];
  function cyclic(): unknown {
    const object: Record<string, unknown> = {};
    object.self = object;
    return object;
  }
  function fail(): never {
    throw new TypeError('not this one');
  }
  function revoked(): unknown {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  }

  test.each(UNSTORABLE.map(([name], i) => [name, i] as const))('%s cannot be shuffled', async (_, i) => {
    const [, make] = UNSTORABLE[i] as (typeof UNSTORABLE)[0];
    const shuffled = spec.session
      .parallelize([1])
      .map((n): [number, unknown] => [n, { inner: make() }])
      .groupByKey(2);
    expect(await codeOf(() => shuffled.collect())).toMatch(/^JOB_FAILED( < VALUE_NOT_SERIALIZABLE)?$/);
  });

  test.each(UNSTORABLE.map(([name], i) => [name, i] as const))('%s cannot be stored on disk', async (_, i) => {
    const [, make] = UNSTORABLE[i] as (typeof UNSTORABLE)[0];
    const kept = spec.session
      .parallelize([1])
      .map(() => [make()])
      .persist('DISK_ONLY');
    expect(await codeOf(() => kept.count())).toMatch(/^JOB_FAILED( < VALUE_NOT_SERIALIZABLE)?$/);
  });

  // Those that raise when they are looked at cannot even be measured.
  test.each(UNSTORABLE.map(([name], i) => [name, i] as const).slice(0, 6))(
    '%s may be a record as long as it stays in memory',
    async (_, i) => {
      const [, make] = UNSTORABLE[i] as (typeof UNSTORABLE)[0];
      const kept = spec.session
        .parallelize([1, 2], 1)
        .map(() => make())
        .persist('MEMORY_ONLY');
      expect(await kept.count()).toBe(2);
      expect(await kept.map(() => 1).collect()).toEqual([1, 1]);
      kept.unpersist();
    },
  );

  test.each(UNSTORABLE.map(([name], i) => [name, i] as const))('%s cannot be a key', async (_, i) => {
    const [, make] = UNSTORABLE[i] as (typeof UNSTORABLE)[0];
    const keyed = spec.session.parallelize([1, 2], 2).map((n): [unknown, number] => [make(), n]);
    expect(await codeOf(() => keyed.reduceByKey((a, b) => a + b).collect())).toMatch(
      /^JOB_FAILED( < VALUE_NOT_SERIALIZABLE)?$/,
    );
    expect(await codeOf(() => keyed.countByKey())).toMatch(/^(JOB_FAILED|VALUE_NOT_SERIALIZABLE)/);
  });
});

describe('functions that throw', () => {
  const hostile = (): TypeError =>
    Object.defineProperties(new TypeError('x'), {
      message: { get: () => raise() },
      name: { get: () => raise() },
    });
  function raise(): never {
    throw new RangeError('from a getter');
  }
  /** Made where they are thrown, and what of them is left in the cause. */
  const THROWN: readonly (readonly [string, () => unknown, (cause: unknown) => void])[] = [
    ['an error', () => new TypeError('bad'), (cause) => expect(cause).toEqual(new TypeError('bad'))],
    ['a string', () => 'x', (cause) => expect(cause).toBe('x')],
    ['undefined', () => undefined, (cause) => expect(cause).toMatchObject({ code: 'TASK_FAILED' })],
    ['null', () => null, (cause) => expect(cause).toBe(null)],
    ['a number', () => 0, (cause) => expect(cause).toBe(0)],
    ['an object', () => ({ code: 'EIO' }), (cause) => expect(cause).toEqual({ code: 'EIO' })],
    ['an object with throwing getters', () => Object.defineProperty({}, 'message', { get: () => raise() }), anyObject],
    ['an error with throwing getters', hostile, (cause) => expect(cause).toBeInstanceOf(TypeError)],
    // What a proxy raises when it is looked at takes its place.
    ['a proxy', () => new Proxy(new TypeError('p'), { get: () => raise(), getPrototypeOf: () => raise() }), anyObject],
    ['an object without prototype', () => Object.create(null), anyObject],
    ['a symbol', () => Symbol('thrown'), (cause) => expect(cause).toSatisfy(ON_WORKERS ? isError : isSymbol)],
  ];
  function anyObject(cause: unknown): void {
    expect(typeof cause).toBe('object');
  }
  const isSymbol = (value: unknown): boolean => typeof value === 'symbol';
  const throwing = (make: () => unknown) => (): never => {
    throw make();
  };
  const ROADS: readonly (readonly [string, (f: () => never) => Promise<unknown>])[] = [
    ['map', (f) => numbers().map(f).collect()],
    ['filter', (f) => numbers().filter(f).count()],
    ['flatMap', (f) => numbers().flatMap(f).collect()],
    ['mapPartitions', (f) => numbers().mapPartitions(f).collect()],
    ['mapAsync', (f) => numbers().mapAsync(f).collect()],
    [
      'an iterator',
      (f) =>
        numbers()
          .flatMap(() => ({ [Symbol.iterator]: () => ({ next: f }) }))
          .collect(),
    ],
    ['reduce', (f) => numbers(10, 1).reduce(f)],
    ['aggregate', (f) => numbers().aggregate(0, f, f)],
    ['foreach', (f) => numbers().foreach(f)],
    ['foreachPartition', (f) => numbers().foreachPartition(f)],
    ['reduceByKey', (f) => pairs().reduceByKey(f).collect()],
    ['combineByKey', (f) => pairs().combineByKey(f, f, f).collect()],
    ['sortBy', (f) => numbers().sortBy(f).collect()],
    [
      'a comparator',
      (f) =>
        numbers()
          .sortBy((n) => n, { compare: f, numPartitions: 1 })
          .collect(),
    ],
    ['takeOrdered', (f) => numbers().takeOrdered(2, { compare: f })],
    ['a partitioner', (f) => pairs().partitionBy({ numPartitions: 2, getPartition: f }).collect()],
    ['a kept dataset', (f) => numbers().map(f).persist('MEMORY_AND_DISK').count()],
  ];

  // By number: the runner reads what it is given.
  test.each(THROWN.map(([name], i) => [name, i] as const))(
    '%s: each road ends in JOB_FAILED, with it as the cause',
    async (_, i) => {
      const [, make, check] = THROWN[i] as (typeof THROWN)[0];
      for (const [road, run] of ROADS) {
        const error = await errorOf(() => run(throwing(make)));
        expect([road, error.code]).toEqual([road, 'JOB_FAILED']);
        check(error.cause);
      }
    },
  );
});

test.skipIf(ON_WORKERS)('what is thrown in the thread of the caller is the cause itself, not a copy', async () => {
  for (const thrown of [new TypeError('bad'), { code: 'EIO' }, Symbol('thrown')]) {
    const failing = numbers().map(() => {
      throw thrown;
    });
    expect((await errorOf(() => failing.count())).cause).toBe(thrown);
  }
});

describe('partitioners', () => {
  test.each([Number.NaN, -1, 2, 0.5, '1', undefined, null, 1n])('one that answers %s is told so', async (answer) => {
    const partitioner = { numPartitions: 2, getPartition: () => wrong<number>(answer) };
    const error = await errorOf(() => pairs().partitionBy(partitioner).collect());
    expect(error.code).toBe('JOB_FAILED');
    expect((error.cause as CairnError).code).toBe('INVALID_ARGUMENT');
    expect(error.message).toContain('getPartition');
  });
});

describe('datasets inside functions', () => {
  test.each<readonly [string, () => unknown]>([
    [
      'an action',
      () =>
        numbers()
          .mapAsync(async () => await numbers().count())
          .collect(),
    ],
    [
      'a transformation',
      () =>
        numbers()
          .map(() => numbers().map((n) => n))
          .count(),
    ],
    [
      'a late action',
      () =>
        numbers()
          .mapAsync(async (n) => {
            await Promise.resolve();
            return (await numbers().first()) + n;
          })
          .collect(),
    ],
    ['an action in foreachPartition', () => numbers().foreachPartition(async () => void (await numbers().count()))],
    [
      'a new dataset',
      () =>
        numbers()
          .flatMap(() => [spec.session.range(3)])
          .count(),
    ],
    [
      'persist',
      () =>
        numbers()
          .map(() => numbers().persist())
          .count(),
    ],
  ])('%s is refused', async (_, call) => {
    // What travels is looked at first.
    expect(await codeOf(call)).toBe(ON_WORKERS ? 'TASK_NOT_SERIALIZABLE' : 'JOB_FAILED < ACTION_INSIDE_TASK');
  });
});

describe('a closed session', () => {
  test('refuses every call, and says which', async () => {
    using directory = new SpecDirectory();
    const session = await Session.open({ dir: directory.join('data'), master: SPEC_MASTER });
    const rdd = session.parallelize([1, 2], 1);
    const keyed = rdd.map((n): [number, number] => [n, n]);
    await session.close();
    await session.close();
    const calls: readonly (() => unknown)[] = [
      () => session.parallelize([1]),
      () => session.range(3),
      () => session.emptyRdd(),
      () => session.textFile('x'),
      () => session.union([rdd]),
      () => session.union([rdd, rdd]),
      () => rdd.map((n) => n),
      () => rdd.persist(),
      () => keyed.reduceByKey((a) => a),
      () => rdd.collect(),
      () => rdd.count(),
      () => rdd.take(1),
      () => rdd.foreach(() => {}),
      () => rdd.toLocalIterator().next(),
      () => rdd.saveAsTextFile(directory.join('out')),
      () => keyed.countByKey(),
    ];
    const codes: string[] = [];
    for (const call of calls.filter((_, i) => i !== 4)) codes.push(await codeOf(call));
    expect(new Set(codes)).toEqual(new Set(['SESSION_CLOSED']));
  });

  test('ends the jobs that run with SESSION_CLOSED', async () => {
    using directory = new SpecDirectory();
    const session = await Session.open({ dir: directory.join('data'), master: SPEC_MASTER });
    const started = withResolvers();
    using _ = session.onEvent(({ kind }) => {
      // Once it has had a turn to begin.
      if (kind === 'task-started') setImmediate(() => started.resolve());
    });
    const job = session
      .range(0, 100, 1, 4)
      .mapAsync(async (n) => {
        await new Promise((resolve) => setImmediate(resolve));
        return n;
      })
      .collect();
    const code = codeOf(() => job);
    await started.promise;
    await session.close();
    expect(await code).toBe('SESSION_CLOSED');
    expect(leftovers(directory.join('data')).filter((path) => path.includes('/'))).toEqual([]);
  });

  function withResolvers(): { promise: Promise<void>; resolve: () => void } {
    let resolve = () => {};
    const promise = new Promise<void>((done) => {
      resolve = done;
    });
    return { promise, resolve };
  }
});

describe('signals', () => {
  test('one that has aborted stops an action before it starts', async () => {
    const calls = spec.session.longAccumulator('calls');
    const counted = numbers().map(() => calls.add(1));
    expect(await codeOf(() => counted.collect({ signal: AbortSignal.abort(new RangeError('no')) }))).toBe(
      'JOB_CANCELLED',
    );
    expect(calls.value).toBe(0);
  });

  test('one that aborts meanwhile stops a job, and so does one that aborts with nothing', async () => {
    for (const reason of [new RangeError('enough'), 'a text', undefined, null]) {
      const controller = new AbortController();
      using _ = spec.session.onEvent((event) => {
        if (event.kind === 'task-started' && event.partition === 1) setImmediate(() => controller.abort(reason));
      });
      const job = numbers(100, 4)
        .mapAsync(
          async (n) => {
            await new Promise((resolve) => setTimeout(resolve, 10));
            return n;
          },
          { concurrency: 1 },
        )
        .collect({ signal: controller.signal });
      expect(await codeOf(() => job)).toBe('JOB_CANCELLED');
    }
  });
});

describe('results', () => {
  test.each(['collect', 'toLocalIterator', 'takeOrdered', 'aggregate'] as const)(
    '%s of more than result.maxBytes ends the job',
    async (method) => {
      using directory = new SpecDirectory();
      await using engine = await EngineOfSpec.open({ dir: directory.join('data'), result: { maxBytes: '64 KiB' } });
      const wide = engine.parallelize([...Array(2000).keys()], 2).map((n) => ({ n, text: 'x'.repeat(100) + n }));
      const run = {
        collect: () => wide.collect(),
        toLocalIterator: async () => {
          for await (const _ of wide.toLocalIterator());
        },
        takeOrdered: () => wide.takeOrdered(2000, { compare: (a, b) => a.n - b.n }),
        aggregate: () =>
          wide.aggregate<unknown[]>(
            [],
            (all, one) => [...all, one],
            (a, b) => [...a, ...b],
          ),
      }[method];
      expect(await codeOf(run)).toBe('JOB_FAILED < LIMIT_EXCEEDED');
      expect(await wide.count()).toBe(2000);
      expect((await wide.take(10)).length).toBe(10);
    },
  );
});

describe('users who do as they like', () => {
  test('an iterator that is left early leaves nothing open', async () => {
    using directory = new SpecDirectory();
    const engine = await EngineOfSpec.open({ dir: directory.join('data'), memory: '64 MiB' });
    const kept = engine
      .parallelize([...Array(5000).keys()], 3)
      .map((n) => ({ n }))
      .persist('DISK_ONLY');
    await kept.count();
    for await (const { n } of kept.toLocalIterator()) if (n === 3) break;
    expect(await kept.mapPartitions((rows) => [rows.next().value]).collect()).toHaveLength(3);
    expect(await kept.mapPartitions(() => []).count()).toBe(0);
    expect(await kept.take(2)).toHaveLength(2);
    // Kept in a global of the thread, which the next job's tasks find if they run there.
    await kept.foreachPartition((rows) => {
      rows.next();
      const global = globalThis as { stolen?: Iterator<unknown>[] };
      global.stolen ??= [];
      global.stolen.push(rows);
    });
    expect(engine.engine.blocks.openReads).toBe(0);
    const found = await kept
      .mapPartitions(() => {
        const global = globalThis as { stolen?: Iterator<unknown>[] };
        return (global.stolen ?? []).map((rows) => rows.next().done);
      })
      .collect();
    expect(new Set(found)).toEqual(new Set([true]));
    delete (globalThis as { stolen?: unknown }).stolen;
    await engine.engine.close();
    engine.engine.budget.assertAllReleased();
    expect(leftovers(directory.join('data')).filter((path) => path.includes('/'))).toEqual([]);
  });

  test('records of a dataset kept as bytes are new each time: changing them changes nothing', async () => {
    for (const level of ['MEMORY_ONLY_SER', 'DISK_ONLY', 'MEMORY_AND_DISK_SER'] as const) {
      const kept = numbers(6)
        .map((n) => ({ n, tags: ['a'] }))
        .persist(level);
      await kept.count();
      await kept.foreach((row) => {
        row.n = -1;
        row.tags.push('b');
      });
      expect(await kept.map((row) => [row.n, row.tags.length]).collect()).toEqual(
        [0, 1, 2, 3, 4, 5].map((n) => [n, 1]),
      );
      kept.unpersist();
    }
  });

  test('functions that change the array they were given change no dataset of numbers', async () => {
    const base = numbers(5, 1);
    const first = await base.collect();
    first.reverse();
    first.length = 2;
    expect(await base.collect()).toEqual([0, 1, 2, 3, 4]);
    const kept = base.map((n) => n + 1).persist();
    (await kept.collect()).sort((a, b) => b - a);
    expect(await kept.collect()).toEqual([1, 2, 3, 4, 5]);
    kept.unpersist();
  });

  test('a listener that throws disturbs nothing', async () => {
    using directory = new SpecDirectory();
    await using engine = await EngineOfSpec.open({ dir: directory.join('data') });
    engine.engine.events.subscribe(() => {
      throw new TypeError('a listener');
    });
    expect(await engine.parallelize([1, 2], 2).sum()).toBe(3);
  });
});
