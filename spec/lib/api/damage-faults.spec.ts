/**
 * Files of the engine's own are damaged while a job runs, or between two: the answer is right all the same, and only
 * what was lost is computed again.
 */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { collectionAccumulator } from '../../../lib/api/accumulator.ts';
import type { EngineEvent } from '../../../lib/events/engine-event.ts';
import { EngineOfSpec, leftovers, SpecDirectory } from '../../support/engine-of-spec.ts';
import { seededRandom } from '../../support/seeded-random.ts';

let home: SpecDirectory;
let engine: EngineOfSpec;
beforeAll(async () => {
  home = new SpecDirectory();
  engine = await EngineOfSpec.open({ dir: home.join('data'), memory: '64 MiB' });
});
beforeEach(() => {
  engine.events.length = 0;
});
afterAll(async () => {
  await engine.engine.close();
  engine.engine.budget.assertAllReleased();
  expect(leftovers(home.join('data')).filter((path) => path.includes('/'))).toEqual([]);
  home[Symbol.dispose]();
});

/** The files below a folder that have such names, by name in natural order: by task, or by partition. */
function filesOf(directory: string, pattern: RegExp): string[] {
  return readdirSync(directory, { recursive: true })
    .map(String)
    .filter((name) => pattern.test(name))
    .map((name) => join(directory, name))
    .sort((a, b) => numberOf(a, pattern) - numberOf(b, pattern));
}

function numberOf(path: string, pattern: RegExp): number {
  return Number(pattern.exec(path)?.[1]);
}

function flipBit(path: string, bit: number): void {
  const bytes = readFileSync(path);
  const at = Math.floor(bit / 8) % bytes.length;
  bytes[at] = (bytes[at] as number) ^ (1 << (bit % 8));
  writeFileSync(path, bytes);
}

function swap(a: string, b: string): void {
  renameSync(a, `${a}.x`);
  renameSync(b, a);
  renameSync(`${a}.x`, b);
}

/** Runs `action` once, when the first map stage has written all its outputs. */
function afterMapStage(action: () => void): Disposable {
  let done = false;
  return engine.engine.events.subscribe((event: EngineEvent) => {
    if (event.kind !== 'stage-completed' || done) return;
    done = true;
    action();
  });
}

function remove(...paths: readonly string[]): void {
  for (const path of paths) rmSync(path);
}

const MAPS = 5;
const REDUCES = 3;

/** Starts of tasks of map stages, by map partition. */
function mapTasks(): number[] {
  const maps = new Set(
    engine
      .eventsOf('stage-submitted')
      .filter(({ shuffleId }) => shuffleId !== undefined)
      .map(({ stageId }) => stageId),
  );
  return engine
    .eventsOf('task-started')
    .filter(({ stageId }) => maps.has(stageId))
    .map(({ partition }) => partition);
}

interface Output {
  readonly data: string;
  readonly index: string;
}

/** The files of the shuffle that was written last, by map partition. */
function outputsOf(): Output[] {
  const shuffle = engine.eventsOf('stage-submitted').at(-1)?.shuffleId;
  const directory = engine.engine.storage.shuffleDirectory;
  const data = filesOf(directory, new RegExp(`shuffle_${shuffle}_(\\d+)_0\\.data$`));
  const index = filesOf(directory, new RegExp(`shuffle_${shuffle}_(\\d+)_0\\.index$`));
  expect([data.length, index.length]).toEqual([MAPS, MAPS]);
  return data.map((path, i) => ({ data: path, index: index[i] as string }));
}

const random = seededRandom(20_261);
const bit = () => Math.floor(random() * 2 ** 20);

/** Names of damage to map partition 1 (and others), with the map partitions it loses. */
const DAMAGE: readonly (readonly [string, readonly number[], (outputs: readonly Output[]) => void])[] = [
  ...Array.from({ length: 12 }, () => bit()).map(
    (at) =>
      [
        `bit ${at} of the data is flipped`,
        [1],
        (of: readonly Output[]) => flipBit((of[1] as Output).data, at),
      ] as const,
  ),
  ...Array.from({ length: 12 }, () => bit()).map(
    (at) =>
      [
        `bit ${at} of the index is flipped`,
        [1],
        (of: readonly Output[]) => flipBit((of[1] as Output).index, at),
      ] as const,
  ),
  ['the data is cut', [1], (of) => truncateSync((of[1] as Output).data, 10)],
  ['the data is empty', [1], (of) => truncateSync((of[1] as Output).data, 0)],
  ['the index is cut', [1], (of) => truncateSync((of[1] as Output).index, 10)],
  ['the data is gone', [1], (of) => rmSync((of[1] as Output).data)],
  ['the index is gone', [1], (of) => rmSync((of[1] as Output).index)],
  ['the data of two is swapped', [1, 2], (of) => swap((of[1] as Output).data, (of[2] as Output).data)],
  ['the indexes of two are swapped', [1, 2], (of) => swap((of[1] as Output).index, (of[2] as Output).index)],
  [
    'two are swapped whole',
    [1, 2],
    (of) => {
      swap((of[1] as Output).data, (of[2] as Output).data);
      swap((of[1] as Output).index, (of[2] as Output).index);
    },
  ],
  ['all data is gone', [0, 1, 2, 3, 4], (of) => remove(...of.map(({ data }) => data))],
  ['all is gone', [0, 1, 2, 3, 4], (of) => remove(...of.flatMap(({ data, index }) => [data, index]))],
];

describe.each(['none', 'zstd'] as const)('map outputs, compressed with %s', (codec) => {
  let compressed: EngineOfSpec;
  beforeAll(async () => {
    compressed = engine;
    engine = await EngineOfSpec.open({ dir: home.join(codec), shuffle: { codec }, memory: '64 MiB' });
  });
  afterAll(async () => {
    await engine.engine.close();
    expect(leftovers(home.join(codec)).filter((path) => path.split('/').length > 1)).toEqual([]);
    engine = compressed;
  });

  test.each(DAMAGE)('%s after the map stage: %j are computed again, once each', async (_, lost, damage) => {
    const records = Array.from({ length: 1000 }, (_, n): [number, string] => [n % 50, `value ${n}`]);
    const grouped = engine.parallelize(records, MAPS).partitionBy(REDUCES);
    let hurt = false;
    using _listener = afterMapStage(() => {
      damage(outputsOf());
      hurt = true;
    });
    const found = await grouped.collect();
    expect(hurt).toBe(true);
    expect([...found].sort((a, b) => a[0] - b[0] || a[1].localeCompare(b[1]))).toEqual(
      [...records].sort((a, b) => a[0] - b[0] || a[1].localeCompare(b[1])),
    );
    expect(mapTasks().sort()).toEqual([0, 1, 2, 3, 4, ...lost].sort());
    expect(
      engine
        .eventsOf('shuffle-output-lost')
        .map(({ mapIndex }) => mapIndex)
        .sort(),
    ).toEqual(lost);
    expect(engine.eventsOf('job-ended').map(({ outcome }) => outcome.kind)).toEqual(['succeeded']);
  });
});

test('outputs that are damaged after a job are found to be so by the next one', async () => {
  const records = Array.from({ length: 100 }, (_, n): [number, number] => [n % 5, n]);
  const sums = engine.parallelize(records, MAPS).reduceByKey((a, b) => a + b, REDUCES);
  const expected = (await sums.collect()).sort();
  const [, , third] = filesOf(engine.engine.storage.shuffleDirectory, /shuffle_\d+_(\d+)_0\.data$/);
  flipBit(third as string, 100);
  engine.events.length = 0;
  expect((await sums.collect()).sort()).toEqual(expected);
  expect(engine.eventsOf('shuffle-output-lost')).toHaveLength(1);
  expect(engine.eventsOf('stage-submitted').map(({ taskCount }) => taskCount)).toContain(1);
});

describe('blocks on disk', () => {
  const CASES: readonly (readonly [string, readonly number[], (paths: readonly string[]) => void])[] = [
    ...Array.from({ length: 24 }, () => bit()).map(
      (at) => [`bit ${at} is flipped`, [1], (of: readonly string[]) => flipBit(of[1] as string, at)] as const,
    ),
    ...[0, 1, 40, 100].map(
      (size) =>
        [`only ${size} bytes are left`, [1], (of: readonly string[]) => truncateSync(of[1] as string, size)] as const,
    ),
    ['it is gone', [1], (of) => rmSync(of[1] as string)],
    ['two are swapped', [1, 2], (of) => swap(of[1] as string, of[2] as string)],
    ['all are gone', [0, 1, 2, 3], (of) => remove(...of)],
  ];

  test.each(CASES)('when %s, partitions %j alone are computed again', async (_, lost, damage) => {
    const computed = collectionAccumulator<number>('computed');
    const records = Array.from({ length: 200 }, (_, n) => ({ n, name: `name ${n}` }));
    const kept = engine
      .parallelize(records, 4)
      .mapPartitionsWithIndex((index, rows) => {
        computed.add(index);
        return rows;
      })
      .persist('DISK_ONLY');
    const expected = await kept.map(({ n }) => n).collect();
    expect(computed.value.toSorted()).toEqual([0, 1, 2, 3]);
    const paths = filesOf(engine.engine.storage.blockDirectory, new RegExp(`rdd_${kept.id}_(\\d+)$`));
    expect(paths).toHaveLength(4);
    damage(paths);
    engine.events.length = 0;
    expect(await kept.map(({ n }) => n).collect()).toEqual(expected);
    expect(computed.value.slice(4).toSorted()).toEqual(lost);
    const reported = engine.eventsOf('block-lost').map(({ block }) => block);
    expect(reported.sort()).toEqual(lost.map((i) => `rdd_${kept.id}_${i}`));
    // And then they are there again.
    expect(await kept.count()).toBe(200);
    expect(computed.value).toHaveLength(4 + lost.length);
    kept.unpersist();
    expect(paths.some((path) => existsSync(path))).toBe(false);
  });

  test('a lost block of a shuffled dataset whose map outputs are still there costs the reduce task alone', async () => {
    const records = Array.from({ length: 100 }, (_, n): [number, number] => [n % 5, n]);
    const sums = engine
      .parallelize(records, MAPS)
      .reduceByKey((a, b) => a + b, REDUCES)
      .persist('DISK_ONLY');
    const expected = await sums.collect();
    const paths = filesOf(engine.engine.storage.blockDirectory, new RegExp(`rdd_${sums.id}_(\\d+)$`));
    flipBit(paths[0] as string, 77);
    engine.events.length = 0;
    expect(await sums.collect()).toEqual(expected);
    expect(mapTasks()).toEqual([]);
    expect(engine.eventsOf('block-lost')).toHaveLength(1);
  });

  test('a lost block whose map outputs are lost, too, brings back what it needs', async () => {
    const records = Array.from({ length: 100 }, (_, n): [number, number] => [n % 5, n]);
    const sums = engine
      .parallelize(records, MAPS)
      .reduceByKey((a, b) => a + b, REDUCES)
      .persist('DISK_ONLY');
    const expected = await sums.collect();
    const outputs = outputsOfLast();
    const paths = filesOf(engine.engine.storage.blockDirectory, new RegExp(`rdd_${sums.id}_(\\d+)$`));
    for (const path of [...paths, ...outputs]) rmSync(path);
    engine.events.length = 0;
    expect(await sums.collect()).toEqual(expected);
    expect(mapTasks().sort()).toEqual([0, 1, 2, 3, 4]);
  });
});

/** All files of all shuffles. */
function outputsOfLast(): string[] {
  return filesOf(engine.engine.storage.shuffleDirectory, /shuffle_\d+_(\d+)_0\.(?:data|index)$/);
}
