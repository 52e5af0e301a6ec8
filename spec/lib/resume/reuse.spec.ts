import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MetadataDatabase } from '../../../storage/metadata/database.ts';
import { type EngineOfSpec, leftovers, SpecDirectory } from '../../support/engine-of-spec.ts';
import { runOnce } from '../../support/resuming.ts';

let home: SpecDirectory;
let dir: string;
beforeEach(() => {
  home = new SpecDirectory();
  dir = home.join('data');
});
afterEach(() => home[Symbol.dispose]());

const ordered = (pairs: [number, number][]) => pairs.sort(([a], [b]) => a - b);
const sums = (bench: EngineOfSpec) =>
  bench
    .parallelize([1, 2, 3, 4, 5, 6], 3)
    .map((n): [number, number] => [n % 2, n])
    .reduceByKey((a, b) => a + b, 2);
const program = async (bench: EngineOfSpec) => ordered(await sums(bench).collect());
const ANSWER = [
  [0, 12],
  [1, 9],
];

const filesOf = (kind: 'data' | 'index') => leftovers(dir).filter((path) => path.endsWith(`.${kind}`));

/** Changes rows as another program might. */
function change(sql: string): void {
  using database = MetadataDatabase.open(join(dir, 'cairn.sqlite'));
  database.transaction(() => database.run(sql));
}

it('gives two jobs at a time what there is once', async () => {
  await runOnce(dir, program, { stops: true });
  const second = await runOnce(dir, async (bench) => {
    const shared = sums(bench);
    const answers = await Promise.all([shared.collect(), shared.mapValues((sum) => sum + 0).collect(), program(bench)]);
    return answers.map(ordered);
  });
  expect(second.answer).toEqual([ANSWER, ANSWER, ANSWER]);
  const reused = second.events.flatMap((event) => (event.kind === 'work-reused' ? [event.mapOutputs] : []));
  // Of the two shuffles that are alike, either is read from what is there.
  expect(reused).toEqual([3, 3]);
  expect(second.tasks).toBe(6);
});

it('takes one output of a shuffle from each run that has one, and computes the rest', async () => {
  await runOnce(dir, program, { stops: true });
  for (const path of [filesOf('index')[0], filesOf('data')[1]]) rmSync(join(dir, path as string));
  const second = await runOnce(dir, program, { stops: true });
  expect(second.answer).toEqual(ANSWER);
  expect(second.reused).toMatchObject({ mapTasks: 3 });
  const computed = 3 - (second.reused?.mapOutputs ?? 0);
  expect(computed).toBeGreaterThan(0);
  const third = await runOnce(dir, program);
  expect(third.reused).toMatchObject({ mapOutputs: 3, mapTasks: 3 });
  expect(third.tasks).toBe(2);
});

it('says of what is damaged that it is, and looks no further at it', async () => {
  await runOnce(dir, program, { stops: true });
  for (const path of filesOf('index')) truncateSync(join(dir, path), 10);
  const second = await runOnce(dir, program, { stops: true });
  expect(second.answer).toEqual(ANSWER);
  expect(second.reused).toBeUndefined();
  expect(second.refused?.reasons).toHaveLength(3);
  expect(second.refused?.reasons[0]).toMatch(/^map partition 0 of run \w{8}: /);
});

it('passes over outputs of another number of partitions, whatever their fingerprint says', async () => {
  await runOnce(dir, program, { stops: true });
  change('UPDATE retained_shuffles SET reducer_count = 5');
  expect(await runOnce(dir, program, { stops: true })).toMatchObject({ answer: ANSWER, reused: undefined });
  change('UPDATE retained_shuffles SET map_count = 2');
  expect(await runOnce(dir, program)).toMatchObject({ answer: ANSWER, reused: undefined });
});

it('does not take the output of another shuffle for this one', async () => {
  await runOnce(
    dir,
    async (bench) => {
      await program(bench);
      await bench
        .parallelize([1, 2, 3], 3)
        .map((n): [number, number] => [n, -n])
        .reduceByKey((a, b) => a + b, 2)
        .collect();
    },
    { stops: true },
  );
  const [ours, other] = [
    filesOf('data').find((path) => path.includes('shuffle_0_')),
    filesOf('data').find((path) => path.includes('shuffle_1_')),
  ];
  writeFileSync(join(dir, ours as string), readFileSync(join(dir, other as string)));
  const second = await runOnce(dir, program);
  expect(second.answer).toEqual(ANSWER);
});

it('looks for nothing in the lineage of what is there already', async () => {
  const first = await runOnce(dir, program, { stops: true });
  const second = await runOnce(dir, async (bench) => {
    const dataset = sums(bench);
    return [ordered(await dataset.collect()), ordered(await dataset.collect())];
  });
  expect(second.answer).toEqual([ANSWER, ANSWER]);
  expect(second.events.filter(({ kind }) => kind === 'work-reused')).toHaveLength(1);
  expect(second.reused?.fromRuns).toEqual([first.run]);
});
