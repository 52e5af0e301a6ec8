/**
 * Programs whose captured variable changes at random moments: between actions, while a job runs, and back. Whatever was
 * computed and kept meanwhile, later runs whose variable does not change get the answers of their own value.
 *
 * `CAIRN_MODEL_RUNS` sets how many programs are run, `CAIRN_MODEL_SEED` which ones.
 */
import { rmSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { Rdd } from '../../lib/api/rdd.ts';
import { type EngineOfSpec, SpecDirectory } from '../support/engine-of-spec.ts';
import { runOnce } from '../support/resuming.ts';
import { ON_WORKERS } from '../support/spec-master.ts';

const ROAD_IS_CHOSEN = process.env.CAIRN_CODEGEN !== undefined || process.env.CAIRN_MEMORY !== undefined;
const runs = Number(process.env.CAIRN_MODEL_RUNS ?? 1000);
const PROGRAMS = Math.ceil(runs / (ROAD_IS_CHOSEN || ON_WORKERS ? 100 : 40));
const SEED = Number(process.env.CAIRN_MODEL_SEED ?? 1_117);

const home = new SpecDirectory();
afterAll(() => home[Symbol.dispose]());

type Pairs = Rdd<[number, number]>;
const NUMBERS = Array.from({ length: 12 }, (_, n) => n);

/** Datasets that read one variable, at several places, and what sets it. */
interface Family {
  readonly datasets: readonly Pairs[];
  readonly set: (value: number) => void;
}

function familyOf(bench: EngineOfSpec, directory: string, start: number): Family {
  let factor = start;
  const source = bench.parallelize(NUMBERS, 3).map((n): [number, number] => [n % 4, n + factor]);
  const sums = source.reduceByKey((a, b) => a + b, 2);
  const shifted = sums.mapValues((sum) => sum * 10 + factor);
  const kept = shifted.map(([key, sum]): [number, number] => [key % 2, sum]).persist();
  const again = kept.reduceByKey((a, b) => a * 3 + b, 2);
  const sorted = shifted.sortBy(([, sum]) => (sum * factor) % 7, { numPartitions: 2 });
  bench.engine.checkpoints.setDirectory(`${directory}-checkpoints`);
  const checkpointed = sums.mapValues((sum) => sum - factor).checkpoint();
  const after = checkpointed.map(([key, sum]): [number, number] => [key + factor, sum]).reduceByKey((a, b) => a + b, 2);
  const set = (value: number): void => {
    factor = value;
  };
  return { datasets: [source, sums, shifted, kept, again, sorted, checkpointed, after], set };
}

/** What the datasets hold for one value, by arrays. */
function model(factor: number): readonly (readonly [number, number][])[] {
  const reduce = (pairs: readonly [number, number][], f: (a: number, b: number) => number): [number, number][] => {
    const found = new Map<number, number>();
    for (const [key, value] of pairs) {
      const before = found.get(key);
      found.set(key, before === undefined ? value : f(before, value));
    }
    return [...found];
  };
  const add = (a: number, b: number): number => a + b;
  const source = NUMBERS.map((n): [number, number] => [n % 4, n + factor]);
  const sums = reduce(source, add);
  const shifted = sums.map(([key, sum]): [number, number] => [key, sum * 10 + factor]);
  const kept = shifted.map(([key, sum]): [number, number] => [key % 2, sum]);
  const again = reduce(kept, (a, b) => a * 3 + b);
  const checkpointed = sums.map(([key, sum]): [number, number] => [key, sum - factor]);
  const after = reduce(
    checkpointed.map(([key, sum]): [number, number] => [key + factor, sum]),
    add,
  );
  return [source, sums, shifted, kept, again, shifted, checkpointed, after];
}
const COUNT = model(1).length;

const inOrder = (pairs: readonly [number, number][]): [number, number][] =>
  pairs.toSorted(([a, b], [c, d]) => a - c || b - d);

const step = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('act' as const), which: fc.nat({ max: COUNT - 1 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('begin' as const), which: fc.nat({ max: COUNT - 1 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('set' as const), value: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('turns' as const), count: fc.integer({ min: 1, max: 20 }) }) },
);
const program = fc.record({
  start: fc.integer({ min: 1, max: 3 }),
  steps: fc.array(step, { minLength: 2, maxLength: 12 }),
  later: fc.array(
    fc.record({ value: fc.integer({ min: 1, max: 3 }), order: fc.shuffledSubarray([...NUMBERS.slice(0, COUNT)]) }),
    { minLength: 1, maxLength: 3 },
  ),
});
type Program = typeof program extends fc.Arbitrary<infer P> ? P : never;

async function change({ datasets, set }: Family, { steps, start }: Program): Promise<void> {
  const begun: Promise<unknown>[] = [];
  let fresh = 100;
  let value = start;
  for (const each of steps) {
    if (each.kind === 'act') await datasets[each.which]?.collect();
    else if (each.kind === 'begin') begun.push(datasets[each.which]?.collect() ?? Promise.resolve());
    else if (each.kind === 'turns')
      for (let i = 0; i < each.count; i++) await new Promise((next) => setImmediate(next));
    else {
      // In the caller's thread, a change that is taken back while a stage runs is not seen: there, values are new ones.
      value = begun.length > 0 && !ON_WORKERS ? fresh++ : each.value;
      set(value);
    }
  }
  await Promise.all(begun);
}

describe('a variable that changes while datasets are computed from it', () => {
  it(
    `leaves nothing that gives another run the answers of another value: ${PROGRAMS} programs`,
    async () => {
      let reused = 0;
      let number = 0;
      await fc.assert(
        fc.asyncProperty(program, async (one) => {
          const dir = home.join(`changes-${number++}`);
          await runOnce(dir, (bench) => change(familyOf(bench, dir, one.start), one), { stops: true });
          for (const { value, order } of one.later) {
            const expected = model(value);
            const found = await runOnce(
              dir,
              async (bench) => {
                const { datasets } = familyOf(bench, dir, value);
                for (const which of order) {
                  expect(inOrder((await datasets[which]?.collect()) ?? [])).toEqual(inOrder(expected[which] ?? []));
                }
              },
              { stops: true },
            );
            if (found.reused !== undefined) reused++;
          }
          for (const path of [dir, `${dir}-checkpoints`]) rmSync(path, { recursive: true, force: true });
        }),
        { numRuns: PROGRAMS, seed: SEED },
      );
      expect(reused).toBeGreaterThan(PROGRAMS / 4);
    },
    60_000 * Math.max(1, PROGRAMS / 10),
  );
});
