/**
 * Sessions in turn in one directory: whose map outputs stay, for how long, and what becomes of rows and files that come
 * apart.
 */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../lib/base/clock.ts';
import { MetadataDatabase } from '../../../storage/metadata/database.ts';
import { EngineOfSpec, leftovers, SpecDirectory } from '../../support/engine-of-spec.ts';
import { type RunOptions, runOnce } from '../../support/resuming.ts';
import { seededRandom } from '../../support/seeded-random.ts';

let home: SpecDirectory;
let dir: string;
beforeEach(() => {
  home = new SpecDirectory();
  dir = home.join('data');
});
afterEach(() => home[Symbol.dispose]());

const NUMBERS = Array.from({ length: 40 }, (_, i) => i);
const DAY_MS = 86_400_000;

/** Two shuffles of two map outputs each: their records follow from the factor. */
const program = (factor: number) => async (bench: EngineOfSpec) => {
  const sums = bench
    .parallelize(NUMBERS, 2)
    .map((n): [number, number] => [n % 3, n * factor])
    .reduceByKey((a, b) => a + b, 2);
  const again = sums.map(([key, sum]): [number, number] => [key % 2, sum]).reduceByKey((a, b) => a + b, 2);
  return (await again.collect()).sort(([a], [b]) => a - b);
};
const answer = (factor: number) => {
  const sumOf = (keys: readonly number[]) =>
    NUMBERS.filter((n) => keys.includes(n % 3)).reduce((a, b) => a + b, 0) * factor;
  return [
    [0, sumOf([0, 2])],
    [1, sumOf([1])],
  ];
};

async function run(factor: number, options: RunOptions = {}): Promise<{ reused: number; run: string }> {
  const found = await runOnce(dir, program(factor), options);
  expect(found.answer).toEqual(answer(factor));
  expect(found.warnings).toEqual([]);
  return { reused: found.reused?.mapOutputs ?? 0, run: found.run };
}

const query = <Row>(sql: string): readonly Row[] => {
  using database = MetadataDatabase.open(join(dir, 'cairn.sqlite'), { readOnly: true });
  return database.all<Row>(sql);
};
/** Outputs that rows name, and their files. */
const rowsAndFiles = () => ({
  rows: query('SELECT 1 FROM retained_outputs').length,
  files: leftovers(dir).filter((path) => /shuffle_\d+_\d+_\d+\.(data|index)$/.test(path)).length,
});

describe('sessions of several names in turn', () => {
  it('keep what is their own, until each has completed', async () => {
    for (let round = 0; round < 2; round++) {
      for (const [factor, name] of ['first', 'second', 'third'].entries()) {
        expect((await run(factor + 1, { name, stops: true })).reused).toBe(round === 0 ? 0 : 4);
      }
    }
    expect(rowsAndFiles()).toEqual({ rows: 12, files: 24 });
    expect((await run(2, { name: 'second' })).reused).toBe(4);
    expect(rowsAndFiles()).toEqual({ rows: 8, files: 16 });
    // One that does not resume takes nothing, and touches nothing.
    for (const stops of [true, false]) expect((await run(1, { name: 'first', resume: false, stops })).reused).toBe(0);
    expect(rowsAndFiles()).toEqual({ rows: 8, files: 16 });
    expect((await run(3, { name: 'third' })).reused).toBe(4);
    expect((await run(1, { name: 'first' })).reused).toBe(4);
    expect(rowsAndFiles()).toEqual({ rows: 0, files: 0 });
  });

  it('keep theirs while runs of another name come and go, more than three times', async () => {
    await run(1, { name: 'patient', stops: true });
    for (let i = 0; i < 5; i++) await run(2, { name: 'busy', stops: i % 2 === 0 });
    expect((await run(1, { name: 'patient', stops: true })).reused).toBe(4);
  });

  it.each([
    '__proto__',
    'constructor',
    `it's`,
    `"quoted"`,
    `'; DROP TABLE runs; --`,
    '%',
    'back\\slash',
    'new\nline',
    'lone \ud800 surrogate',
    '日本',
    ' ',
  ])('may be called %j', async (name) => {
    await run(1, { name: 'bystander', stops: true });
    await run(2, { name, stops: true });
    expect((await run(2, { name, stops: true })).reused).toBe(4);
    expect(rowsAndFiles()).toEqual({ rows: 8, files: 16 });
    await run(2, { name });
    expect(rowsAndFiles()).toEqual({ rows: 4, files: 8 });
  });

  it('are told apart by every character of their names', async () => {
    for (const [factor, name] of ['a', 'A', 'a ', 'á', 'a%', 'ａ'].entries()) {
      await run(factor + 1, { name, stops: true });
    }
    await run(1, { name: 'a' });
    expect(rowsAndFiles()).toEqual({ rows: 20, files: 40 });
  });
});

describe('a run that is killed before its first job is over', () => {
  it('does not count among those that had no use for what was left', async () => {
    await run(1, { stops: true });
    // Nothing but their rows is there of them, and of some a job that did not end.
    for (let i = 0; i < 4; i++) {
      const idle = async (bench: EngineOfSpec) => (i % 2 === 0 ? await bench.parallelize([1], 1).count() : 0);
      const { run: id } = await runOnce(dir, idle, { name: 'empty' });
      using database = MetadataDatabase.open(join(dir, 'cairn.sqlite'));
      database.transaction(() =>
        database.run(
          `UPDATE runs SET options = json_set(options, '$.name', 'spec'), state = 'killed' WHERE run = ?`,
          id,
        ),
      );
      database.transaction(() => database.run(`UPDATE jobs SET state = 'killed' WHERE run = ?`, id));
    }
    expect((await run(1, { stops: true })).reused).toBe(4);
  });
});

describe('how long outputs stay', () => {
  /** A session that is opened so many milliseconds from now. */
  async function openAt(offsetMs: number, options: RunOptions): Promise<void> {
    const clock = { nowMs: () => systemClock.nowMs() + offsetMs, monotonicMs: () => systemClock.monotonicMs() };
    const bench = await EngineOfSpec.open({ dir, name: 'later', ...options }, { clock });
    await bench.engine.close();
  }

  it.each([
    ['a week less an hour later', 7 * DAY_MS - DAY_MS / 24, {}, 4],
    ['a week and an hour later', 7 * DAY_MS + DAY_MS / 24, {}, 0],
    ['two days later, when a day is all they get', 2 * DAY_MS, { shuffle: { retain: '1 d' } }, 0],
    ['at once, when nothing is to be retained', 0, { shuffle: { retain: '0 ms' } }, 0],
    ['a month before, since a clock was set back', -30 * DAY_MS, {}, 4],
    ['later, by a session that does not resume', 8 * DAY_MS, { resume: false }, 0],
  ] as const)('is looked at %s', async (_, offsetMs, options, rows) => {
    await run(1, { stops: true });
    await openAt(offsetMs, options);
    expect(rowsAndFiles()).toEqual({ rows, files: rows * 2 });
    // What a clock that was set back has dated is too old once it is right again.
    expect((await run(1)).reused).toBe(offsetMs < 0 ? 0 : rows);
    expect(rowsAndFiles()).toEqual({ rows: 0, files: 0 });
  });

  it('is counted from the last use', async () => {
    await run(1, { stops: true });
    const { run: first } = await run(1, { stops: true });
    const dates = query<{ run: string; at: number }>('SELECT run, created_at_ms AS at FROM retained_shuffles');
    expect(dates.every(({ run: each }) => each !== first)).toBe(true);
    const started = query<{ at: number }>('SELECT started_at_ms AS at FROM runs ORDER BY seq DESC')[0]?.at ?? 0;
    expect(dates.filter(({ at }) => at >= started)).toHaveLength(2);
  });
});

describe('a chain of a thousand steps', () => {
  it('is found again, with no deep stack', async () => {
    const chain = async (bench: EngineOfSpec) => {
      let dataset = bench.parallelize(NUMBERS, 2).map((n): [number, number] => [n % 2, n]);
      for (let i = 0; i < 1200; i++) dataset = dataset.mapValues((n) => n + 1);
      return (await dataset.reduceByKey((a, b) => a + b, 2).collect()).sort(([a], [b]) => a - b);
    };
    const first = await runOnce(dir, chain, { stops: true });
    const second = await runOnce(dir, chain);
    expect(second.answer).toEqual(first.answer);
    expect(second.answer).toEqual([0, 1].map((key) => [key, 20 * (19 + key + 1200)]));
    expect([second.reused?.mapOutputs, second.tasks]).toEqual([2, 2]);
  });
});

describe('rows and files that come apart', () => {
  it('are made one again, and neither is trusted', async () => {
    const random = seededRandom(4_711);
    for (let round = 0; round < 12; round++) {
      rmSync(dir, { recursive: true, force: true });
      await run(1, { stops: true });
      const files = leftovers(dir).filter((path) => /shuffle_\d+_\d+_\d+\.(data|index)$/.test(path));
      for (const file of files) if (random() < 0.25) rmSync(join(dir, file));
      if (random() < 0.5) {
        using database = MetadataDatabase.open(join(dir, 'cairn.sqlite'));
        database.transaction(() =>
          database.run('DELETE FROM retained_outputs WHERE map_index = ?', Math.floor(random() * 2)),
        );
      }
      if (random() < 0.5) writeFileSync(join(dir, files[0] as string).replace(/shuffle_\d+/, 'shuffle_99'), 'stray');
      // Opening compares them; what is left is a row with both its files.
      await runOnce(dir, () => {}, { name: 'empty' });
      const { rows, files: count } = rowsAndFiles();
      expect(count).toBe(rows * 2);
      expect(leftovers(dir).filter((path) => path.includes('shuffle_99'))).toEqual([]);
      await run(1, { stops: random() < 0.5 });
      await run(1);
      expect(rowsAndFiles()).toEqual({ rows: 0, files: 0 });
      expect(existsSync(join(dir, 'lock'))).toBe(false);
    }
  });
});
