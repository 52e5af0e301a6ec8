/** Reliable checkpoints of datasets, from `rdd.checkpoint()` to another session that reads what is left. */
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { nodeOf, type Rdd } from '../../../lib/api/rdd.ts';
import { Session } from '../../../lib/api/session.ts';
import { CairnError } from '../../../lib/base/errors.ts';
import { armFailpoint } from '../../../lib/base/failpoint.ts';
import type { SessionOptions } from '../../../lib/config/options.ts';
import { EngineOfSpec, SpecDirectory } from '../../support/engine-of-spec.ts';
import { SPEC_MASTER } from '../../support/spec-master.ts';

const home = new SpecDirectory();
afterAll(() => home[Symbol.dispose]());
let count = 0;

function newDirectory(): string {
  return home.join(`run-${count++}`);
}

async function openEngine(options: SessionOptions = {}, dir = newDirectory()): Promise<EngineOfSpec> {
  return await EngineOfSpec.open({ dir, checkpoint: { dir: `${dir}-checkpoints` }, ...options });
}

async function openSession(dir = newDirectory()): Promise<Session> {
  return await Session.open({ dir, master: SPEC_MASTER, progress: 'off' });
}

async function failure(work: Promise<unknown>): Promise<CairnError> {
  return await work.then(
    () => expect.unreachable('it should fail'),
    (error: unknown) => error as CairnError,
  );
}

function raised(work: () => unknown): CairnError {
  try {
    work();
  } catch (error) {
    return error as CairnError;
  }
  return expect.unreachable('it should raise');
}

const diskFull = new CairnError('DISK_FULL', { path: '/x', freeBytes: 0, neededBytes: 1 });

const warnings = (spec: EngineOfSpec) => spec.eventsOf('warning').map(({ message }) => message);
function firstTask(spec: EngineOfSpec): Promise<void> {
  return new Promise((resolve) => {
    spec.engine.events.subscribe((event) => {
      if (event.kind === 'task-started') resolve();
    });
  });
}

const jobs = (spec: EngineOfSpec) => spec.eventsOf('job-submitted').length;
const files = (directory: string) => readdirSync(directory, { recursive: true }).map(String).sort();
const pathOf = (rdd: Rdd<unknown>) => rdd.getCheckpointFile() as string;

describe('checkpoint', () => {
  it('writes the dataset with the next action, in the same job, and reads it from there', async () => {
    await using spec = await openEngine();
    const squares = spec.parallelize([1, 2, 3, 4, 5], 3).map((n) => n * n);
    expect(squares.checkpoint()).toBe(squares);
    expect([squares.isCheckpointed, squares.getCheckpointFile()]).toEqual([false, undefined]);
    expect(await squares.collect()).toEqual([1, 4, 9, 16, 25]);
    expect(jobs(spec)).toBe(1);
    expect(squares.isCheckpointed).toBe(true);
    const path = pathOf(squares);
    expect(readdirSync(path).sort()).toEqual(['_manifest', 'part-00000', 'part-00001', 'part-00002']);
    expect(path).toBe(join(spec.engine.checkpoints.directory as string, `rdd-${squares.id}`));
    expect(await squares.collect()).toEqual([1, 4, 9, 16, 25]);
    expect(await squares.map((n) => n + 1).sum()).toBe(60);
    expect(warnings(spec)).toEqual([]);
    expect(spec.eventsOf('checkpoint-committed')).toMatchObject([{ path, partCount: 3, rowCount: 5 }]);
  });

  it('shows in toDebugString as in Spark, under the line of the action', async () => {
    await using spec = await openEngine();
    const pairs = spec.parallelize<[string, number]>(
      [
        ['a', 1],
        ['b', 2],
        ['a', 3],
      ],
      2,
    );
    const sums = pairs.reduceByKey((a, b) => a + b).checkpoint();
    await sums.count();
    const text = sums
      .mapValues((n) => n)
      .partitionBy(3)
      .toDebugString();
    expect(text.replaceAll(/checkpoints\.spec\.ts:\d+/g, 'A.ts:1').split('\n')).toEqual([
      '(3) ShuffledRDD[4] at partitionBy at A.ts:1 []',
      ' +-(2) MapPartitionsRDD[3] at mapValues at A.ts:1 []',
      '    |  ShuffledRDD[1] at reduceByKey at A.ts:1 []',
      '    |  ReliableCheckpointRDD[2] at count at A.ts:1 []',
    ]);
    expect(sums.partitioner).toBe('hash(2)');
  });

  it('computes each partition once, and what an action leaves out in one more job', async () => {
    await using spec = await openEngine();
    const seen = home.join(`seen-${count++}`);
    mkdirSync(seen);
    const source = spec.parallelize([...Array(40).keys()], 4).mapPartitionsWithIndex((index, records) => {
      const rows = [...records];
      // Files, which workers share.
      process.getBuiltinModule('node:fs').appendFileSync(`${seen}/${index}`, 'x');
      return rows;
    });
    source.checkpoint();
    expect(await source.take(3)).toEqual([0, 1, 2]);
    expect(jobs(spec)).toBe(2);
    expect(readdirSync(seen).map((name) => readFileSync(join(seen, name), 'utf8'))).toEqual(['xx', 'x', 'x', 'x']);
    expect(await source.count()).toBe(40);
    const all = spec.parallelize([...Array(40).keys()], 4).mapPartitionsWithIndex((index, records) => {
      process.getBuiltinModule('node:fs').appendFileSync(`${seen}/b${index}`, 'x');
      return [...records];
    });
    const keyed = all.map((n): [number, number] => [n % 3, n]).checkpoint();
    const joined = keyed.reduceByKey((a, b) => a + b, 2).join(keyed.groupByKey(2));
    expect(await joined.count()).toBe(3);
    expect(keyed.isCheckpointed).toBe(true);
    expect(jobs(spec)).toBe(4);
  });

  it('writes a dataset in the middle of a lineage, and the first one on each path only', async () => {
    await using spec = await openEngine();
    const first = spec
      .parallelize([1, 2, 3], 2)
      .map((n) => n + 1)
      .checkpoint();
    const second = first.map((n) => n * 10).checkpoint();
    const third = second.filter((n) => n > 20);
    expect(await third.collect()).toEqual([30, 40]);
    expect([first, second, third].map(({ isCheckpointed }) => isCheckpointed)).toEqual([false, true, false]);
    await first.count();
    expect(first.isCheckpointed).toBe(true);
  });

  it('writes every marked ancestor where the session says so, parents first', async () => {
    const dir = newDirectory();
    await using spec = await EngineOfSpec.open({ dir, checkpoint: { dir: `${dir}-c`, allMarkedAncestors: true } });
    const first = spec
      .parallelize([1, 2, 3], 2)
      .map((n) => n + 1)
      .checkpoint();
    const second = first.map((n) => n * 10).checkpoint();
    await second.map((n) => n).count();
    expect([first, second].map(({ isCheckpointed }) => isCheckpointed)).toEqual([true, true]);
    expect(spec.eventsOf('checkpoint-committed').map(({ nodeId }) => nodeId)).toEqual([first.id, second.id]);
  });

  it('counts for the next action, also where actions have run before', async () => {
    await using spec = await openEngine();
    const numbers = spec.parallelize([3, 1, 2], 2).map((n) => n);
    const sorted = numbers.sortBy((n) => n);
    await sorted.count();
    numbers.checkpoint();
    expect(await sorted.collect()).toEqual([1, 2, 3]);
    // The shuffle's outputs are there, so that the action computed nothing of it: a job of its own did.
    expect(numbers.isCheckpointed).toBe(true);
  });

  it('is written at once where it is eager, by one job', async () => {
    await using spec = await openEngine();
    const numbers = spec.parallelize([1, 2, 3], 2).map((n) => n);
    expect(await numbers.checkpoint({ eager: true })).toBe(numbers);
    expect([numbers.isCheckpointed, jobs(spec)]).toEqual([true, 1]);
    expect(await numbers.checkpoint({ eager: true })).toBe(numbers);
    expect(jobs(spec)).toBe(1);
  });

  it('keeps partitioner, order and records of every kind', async () => {
    await using spec = await openEngine();
    const odd = ['__proto__', 'constructor', '\ud800', '', 'a\u0000b'];
    const records = [
      NaN,
      -0,
      null,
      undefined,
      1n,
      new Date(5),
      new Map([['k', [1]]]),
      new Set([1]),
      ...odd,
      { a: 1 },
      [[]],
    ];
    const all = spec.parallelize(records, 3).checkpoint();
    await all.count();
    expect(await all.collect()).toEqual(records);
    const empty = spec.parallelize([] as number[], 2).checkpoint();
    await empty.count();
    expect([empty.isCheckpointed, await empty.collect(), empty.getNumPartitions()]).toEqual([true, [], 2]);
  });

  it('reads blocks first where the dataset is persisted too, and writes from them', async () => {
    await using spec = await openEngine();
    const kept = spec
      .parallelize([1, 2, 3, 4], 2)
      .map((n) => n)
      .persist();
    await kept.count();
    kept.checkpoint();
    expect(await kept.collect()).toEqual([1, 2, 3, 4]);
    expect([kept.isCheckpointed, jobs(spec)]).toEqual([true, 2]);
    rmSync(join(pathOf(kept), 'part-00001'));
    expect(await kept.collect()).toEqual([1, 2, 3, 4]);
    kept.unpersist();
    expect((await failure(kept.collect())).message).toContain('part-00001');
  });

  it('is where stages begin: nothing before it is run, skipped or waited for', async () => {
    await using spec = await openEngine();
    const pairs = spec.parallelize([...Array(20).keys()], 2).map((n): [number, number] => [n % 3, n]);
    const sums = pairs.reduceByKey((a, b) => a + b, 2).checkpoint();
    await sums.count();
    expect(spec.eventsOf('stage-submitted')).toHaveLength(2);
    const joined = sums.join(sums.mapValues((n) => -n));
    expect(await joined.count()).toBe(3);
    expect(spec.eventsOf('stage-submitted')).toHaveLength(3);
    expect(spec.eventsOf('stage-skipped')).toEqual([]);
    expect(joined.toDebugString()).not.toContain('+-');
  });

  it('is written by a job of asynchronous steps too', async () => {
    await using spec = await openEngine();
    const doubled = spec
      .parallelize([1, 2, 3], 2)
      .mapAsync((n) => Promise.resolve(n * 2))
      .checkpoint();
    expect(await doubled.collect()).toEqual([2, 4, 6]);
    expect([doubled.isCheckpointed, jobs(spec)]).toEqual([true, 1]);
    expect(await doubled.map((n) => n + 1).collect()).toEqual([3, 5, 7]);
  });

  it('leaves tasks alone that compute the dataset at the moment its lineage goes', async () => {
    await using spec = await openEngine({ parallelism: 2 });
    const numbers = spec.parallelize([...Array(200).keys()], 8).map((n) => n);
    const wide = numbers.cartesian(numbers).map(([a, b]) => a * b);
    wide.checkpoint();
    const sum = ((199 * 200) / 2) ** 2;
    const sums = await Promise.all([wide.sum(), wide.sum(), wide.map((n) => n).sum(), wide.sum()]);
    expect(sums).toEqual([sum, sum, sum, sum]);
    expect([wide.isCheckpointed, await wide.sum()]).toEqual([true, sum]);
    expect(warnings(spec)).toEqual([]);
  });
});

describe('a checkpoint that fails', () => {
  const points = ['checkpoint/after-begin', 'checkpoint/before-commit', 'checkpoint/after-manifest'] as const;

  it.each(points)('(%s) leaves nothing, a warning, and the next action tries again', async (point) => {
    await using spec = await openEngine();
    const numbers = spec
      .parallelize([1, 2, 3], 2)
      .map((n) => n + 1)
      .checkpoint();
    {
      using _ = armFailpoint(point, { kind: 'throw', error: diskFull });
      expect(await numbers.collect()).toEqual([2, 3, 4]);
    }
    expect(numbers.isCheckpointed).toBe(false);
    expect(warnings(spec)).toEqual([expect.stringMatching(/could not be checkpointed.*\n.*DISK_FULL/s)]);
    expect(files(spec.engine.checkpoints.directory as string)).toEqual([]);
    expect(spec.engine.checkpointCatalog.list()).toEqual([]);
    expect(await numbers.collect()).toEqual([2, 3, 4]);
    expect(numbers.isCheckpointed).toBe(true);
    expect(spec.engine.checkpointCatalog.list()).toMatchObject([{ state: 'complete', directory: pathOf(numbers) }]);
  });

  it('rejects where it is eager, with the error that hindered it, and can be tried again', async () => {
    await using spec = await openEngine();
    const numbers = spec.parallelize([1, 2, 3], 2).map((n) => n + 1);
    {
      using _ = armFailpoint('checkpoint/before-commit', {
        kind: 'throw',
        error: diskFull,
      });
      expect(await failure(numbers.checkpoint({ eager: true }))).toMatchObject({ code: 'DISK_FULL' });
    }
    await numbers.checkpoint({ eager: true });
    expect(numbers.isCheckpointed).toBe(true);
  });

  it('names records that cannot be written, and does not keep the action from its result', async () => {
    await using spec = await openEngine();
    class Unknown {}
    const strange = spec
      .parallelize([1, 2], 2)
      .map((n) => (n === 2 ? (new Unknown() as never) : n))
      .checkpoint();
    expect(await strange.count()).toBe(2);
    expect(strange.isCheckpointed).toBe(false);
    expect(warnings(spec)).toEqual([expect.stringContaining('VALUE_NOT_SERIALIZABLE')]);
    expect(files(spec.engine.checkpoints.directory as string)).toEqual([]);
  });

  it('goes with the action that fails or is cancelled', async () => {
    await using spec = await openEngine();
    const numbers = spec
      .parallelize([1, 2, 3], 3)
      .map((n) => n)
      .checkpoint();
    const bad = numbers.map((n) => {
      if (n === 3) throw new RangeError('three');
      return n;
    });
    expect((await failure(bad.collect())).code).toBe('JOB_FAILED');
    expect(files(spec.engine.checkpoints.directory as string)).toEqual([]);
    const stop = new AbortController();
    const started = firstTask(spec);
    const waiting = numbers.mapAsync(() => new Promise((resolve) => setTimeout(resolve, 30_000)));
    const cancelled = failure(waiting.collect({ signal: stop.signal }));
    await started;
    stop.abort();
    expect((await cancelled).code).toBe('JOB_CANCELLED');
    expect(files(spec.engine.checkpoints.directory as string)).toEqual([]);
    expect(await numbers.collect()).toEqual([1, 2, 3]);
    expect(numbers.isCheckpointed).toBe(true);
  });

  it('goes when the session closes in the middle of it', async () => {
    const spec = await openEngine();
    const directory = spec.engine.checkpoints.directory as string;
    const numbers = spec
      .parallelize([1, 2, 3], 3)
      .map((n) => n)
      .checkpoint();
    const started = firstTask(spec);
    const waiting = failure(numbers.mapAsync(() => new Promise((resolve) => setTimeout(resolve, 30_000))).collect());
    await started;
    expect(existsSync(join(directory, `rdd-${numbers.id}`))).toBe(true);
    await spec.engine.close();
    expect((await waiting).code).toBe('SESSION_CLOSED');
    expect(existsSync(directory)).toBe(false);
  });
});

describe('what is asked wrongly', () => {
  it('is refused: no directory, a name twice, arguments of other types', async () => {
    await using session = await openSession();
    const numbers = session.range(3);
    const missing = raised(() => numbers.checkpoint());
    expect(missing.code).toBe('CHECKPOINT_DIR_NOT_SET');
    expect(missing.stack).toMatch(/\n {4}at .*checkpoints\.spec\.ts/);
    expect(raised(() => session.setCheckpointDir('' as string)).code).toBe('INVALID_ARGUMENT');
    session.setCheckpointDir(`${session.directory}-c`);
    numbers.checkpoint({ name: 'twice' }).checkpoint({ name: 'twice' });
    expect(raised(() => session.range(3).checkpoint({ name: 'twice' }))).toMatchObject({
      code: 'CHECKPOINT_NAME_TAKEN',
      params: { name: 'twice', other: numbers.id },
    });
    expect(raised(() => numbers.checkpoint({ name: '' })).code).toBe('INVALID_ARGUMENT');
    expect(raised(() => numbers.checkpoint({ eager: 1 } as never)).code).toBe('INVALID_ARGUMENT');
    expect(raised(() => numbers.checkpoint({ lazy: true } as never)).code).toBe('INVALID_ARGUMENT');
    expect(raised(() => session.openCheckpoint(5 as never)).code).toBe('INVALID_ARGUMENT');
  });

  it('is refused in a directory that cannot be written to, at once', async () => {
    await using session = await openSession();
    writeFileSync(home.join('a-file'), '');
    expect(raised(() => session.setCheckpointDir(home.join('a-file'))).code).toBe('CHECKPOINT_DIR_UNUSABLE');
    if (process.getuid?.() === 0) return;
    const closed = home.join(`closed-${count++}`);
    mkdirSync(closed);
    chmodSync(closed, 0o500);
    expect(raised(() => session.setCheckpointDir(closed)).code).toBe('CHECKPOINT_DIR_UNUSABLE');
  });

  it('ends the opening of a session whose option names no usable directory', async () => {
    const dir = newDirectory();
    writeFileSync(home.join('b-file'), '');
    const opening = Session.open({ dir, master: 'local', checkpoint: { dir: home.join('b-file') } });
    expect((await failure(opening)).code).toBe('CHECKPOINT_DIR_UNUSABLE');
    await using session = await openSession(dir);
    expect(session.checkpointDir).toBeUndefined();
  });
});

describe('openCheckpoint', () => {
  it('gives another session the records, their partitions and their partitioner', async () => {
    const path = await (async () => {
      await using spec = await openEngine();
      const sums = spec.parallelize([...Array(20).keys()], 3).map((n): [number, number] => [n % 4, n]);
      return pathOf(await sums.reduceByKey((a, b) => a + b, 2).checkpoint({ eager: true, name: 'sums' }));
    })();
    await using session = await openSession();
    const sums = session.openCheckpoint<[number, number]>(path);
    expect((await sums.collect()).sort()).toEqual([
      [0, 40],
      [1, 45],
      [2, 50],
      [3, 55],
    ]);
    expect([sums.getNumPartitions(), sums.partitioner, sums.getCheckpointFile()]).toEqual([2, 'hash(2)', path]);
    expect(sums.toDebugString()).toMatch(/^\(2\) ReliableCheckpointRDD\[0\] at openCheckpoint at /);
    expect(await sums.lookup(3)).toEqual([55]);
    expect(sums.reduceByKey((a, b) => a + b, 2).toDebugString()).not.toContain('+-');
    session.setCheckpointDir(`${session.directory}-c`);
    expect(sums.checkpoint().localCheckpoint()).toBe(sums);
    expect(await sums.count()).toBe(4);
    expect(sums.isCheckpointed).toBe(false);
  });

  it('keeps ranges that were found', async () => {
    await using spec = await openEngine();
    const pairs = spec.parallelize(['d', 'a', 'c', 'b'], 2).map((word): [string, number] => [word, 1]);
    const sorted = await pairs.sortByKey({ numPartitions: 2 }).checkpoint({ eager: true });
    await using session = await openSession();
    const opened = session.openCheckpoint<[string, number]>(pathOf(sorted));
    expect(opened.partitioner).toBe('range(2)');
    expect(await opened.keys().collect()).toEqual(['a', 'b', 'c', 'd']);
    expect(await opened.lookup('c')).toEqual([1]);
  });

  it('says what is wrong with what it finds', async () => {
    await using spec = await openEngine();
    const numbers = await spec
      .parallelize([...Array(30).keys()], 3)
      .map((n) => n)
      .checkpoint({ eager: true });
    const others = await spec
      .parallelize([...Array(30).keys()], 3)
      .map((n) => n)
      .checkpoint({ eager: true });
    const copies = home.join(`copies-${count++}`);
    const copy = (name: string, change: (path: string) => void): string => {
      const path = join(copies, name);
      cpSync(pathOf(numbers), path, { recursive: true });
      change(path);
      return path;
    };
    await using session = await openSession();
    const opening = (path: string) => raised(() => session.openCheckpoint(path));
    expect(opening(home.join('nowhere')).code).toBe('CHECKPOINT_NOT_FOUND');
    const headless = copy('headless', (path) => rmSync(join(path, '_manifest')));
    expect(opening(headless).code).toBe('CHECKPOINT_NOT_FOUND');
    const short = copy('short', (path) => rmSync(join(path, 'part-00002')));
    expect(opening(short)).toMatchObject({ code: 'CORRUPT_FILE', params: { path: join(short, 'part-00002') } });
    const long = copy('long', (path) => cpSync(join(path, 'part-00001'), join(path, 'part-00003')));
    expect(opening(long)).toMatchObject({ code: 'CORRUPT_FILE', params: { path: join(long, 'part-00003') } });
    const foreign = copy('foreign', (path) => writeFileSync(join(path, 'notes.txt'), 'mine'));
    expect(await session.openCheckpoint(foreign).count()).toBe(30);
    const mixed = copy('mixed', (path) => cpSync(join(pathOf(others), 'part-00001'), join(path, 'part-00001')));
    const mixedError = await failure(session.openCheckpoint(mixed).count());
    expect(mixedError.cause).toMatchObject({ code: 'CORRUPT_FILE', params: { path: join(mixed, 'part-00001') } });
    const flipped = copy('flipped', (path) => {
      const bytes = readFileSync(join(path, 'part-00000'));
      bytes[100] = 255 - (bytes[100] as number);
      writeFileSync(join(path, 'part-00000'), bytes);
    });
    const flippedError = await failure(session.openCheckpoint(flipped).count());
    expect(flippedError.cause).toMatchObject({ code: 'CORRUPT_FILE', params: { path: join(flipped, 'part-00000') } });
    const version = copy('version', (path) => {
      const manifest = readFileSync(join(path, '_manifest'), 'utf8').replace('"version":1', '"version":9');
      writeFileSync(join(path, '_manifest'), manifest);
    });
    expect(['CORRUPT_FILE', 'UNSUPPORTED_VERSION']).toContain(opening(version).code);
    const moved = join(copies, 'moved');
    renameSync(foreign, moved);
    expect(await session.openCheckpoint(moved).count()).toBe(30);
  });
});

describe('the catalog', () => {
  it('has a row for each checkpoint, which outlives the session and goes with it', async () => {
    const dir = newDirectory();
    const path = await (async () => {
      await using spec = await openEngine({}, dir);
      const numbers = await spec
        .parallelize([1, 2, 3], 2)
        .map((n) => n)
        .checkpoint({ eager: true, name: 'numbers' });
      expect(spec.engine.checkpointCatalog.list()).toMatchObject([
        { name: 'numbers', state: 'complete', node: numbers.id, rowCount: 3, partitionCount: 2, fingerprint: null },
      ]);
      expect(spec.engine.checkpointCatalog.findByName('numbers')?.directory).toBe(pathOf(numbers));
      return pathOf(numbers);
    })();
    await using spec = await openEngine({}, dir);
    expect(spec.engine.checkpointCatalog.list()).toMatchObject([{ directory: path, state: 'complete' }]);
    spec.engine.checkpoints.remove(path);
    expect([spec.engine.checkpointCatalog.list(), existsSync(path)]).toEqual([[], false]);
    spec.engine.checkpoints.remove(path);
  });

  it('finds the newest of a name, in the same data directory', async () => {
    const dir = newDirectory();
    for (const records of [[1], [2, 3]]) {
      await using spec = await openEngine({}, dir);
      await spec.parallelize(records, 1).checkpoint({ eager: true, name: 'again' });
    }
    await using session = await openSession(dir);
    expect(await session.openCheckpoint({ name: 'again' }).collect()).toEqual([2, 3]);
    const unknown = raised(() => session.openCheckpoint({ name: 'other' }));
    expect(unknown.code).toBe('CHECKPOINT_NOT_FOUND');
    expect(raised(() => session.openCheckpoint({ name: '' })).code).toBe('INVALID_ARGUMENT');
    expect(raised(() => session.openCheckpoint({} as never)).code).toBe('INVALID_ARGUMENT');
    expect(raised(() => session.openCheckpoint(null as never)).code).toBe('INVALID_ARGUMENT');
  });

  it('tells checkpoints of the same fingerprint apart that are written at once', async () => {
    await using spec = await openEngine();
    const same = [1, 2].map(() => spec.parallelize([1, 2, 3], 2).map((n) => n + 1));
    for (const rdd of same) spec.engine.checkpoints.markReliable(nodeOf(rdd), { fingerprint: 'abc' });
    expect(await (same[0] as Rdd<number>).union(same[1] as Rdd<number>).collect()).toEqual([2, 3, 4, 2, 3, 4]);
    expect(same.map((rdd) => rdd.isCheckpointed)).toEqual([true, true]);
    expect(jobs(spec)).toBe(1);
    const [first, second] = same.map((rdd) => readFileSync(join(pathOf(rdd), 'part-00001')));
    expect(first).toEqual(second);
    for (const rdd of same) expect(await rdd.collect()).toEqual([2, 3, 4]);
  });

  it('notes a fingerprint where one is given', async () => {
    await using spec = await openEngine();
    const numbers = spec.parallelize([1, 2, 3], 2);
    spec.engine.checkpoints.markReliable(nodeOf(numbers), { fingerprint: 'abc' });
    await numbers.count();
    expect(spec.engine.checkpointCatalog.findByFingerprint('abc')).toMatchObject({ owner: 'abc' });
  });
});

describe('cleanShuffleDependencies', () => {
  it('removes the map outputs behind the checkpoint, and what needs them computes them again', async () => {
    await using spec = await openEngine();
    const pairs = spec.parallelize([...Array(20).keys()], 2).map((n): [number, number] => [n % 3, n]);
    const sums = pairs.reduceByKey((a, b) => a + b, 2);
    const kept = sums.mapValues((n) => n + 1).checkpoint();
    await kept.count();
    const shuffles = () => files(spec.engine.storage.shuffleDirectory).filter((name) => name.includes('shuffle_'));
    expect(shuffles().length).toBeGreaterThan(0);
    kept.cleanShuffleDependencies();
    expect(shuffles()).toEqual([]);
    expect(await kept.count()).toBe(3);
    expect(await sums.count()).toBe(3);
  });
});
