/**
 * Random programs that are stopped in the middle, by a step that throws in one partition, and run again in the same
 * directory, with other options: what the first run left takes the place of computing it, and none of that shows in any
 * answer. Work of earlier programs stays about: a program that took another one's would show.
 *
 * `CAIRN_MODEL_RUNS` sets how many programs are run, `CAIRN_MODEL_SEED` which ones.
 */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { Rdd } from '../../lib/api/rdd.ts';
import type { SessionOptions } from '../../lib/config/options.ts';
import { type EngineOfSpec, SpecDirectory } from '../support/engine-of-spec.ts';
import { runOnce } from '../support/resuming.ts';
import { ON_WORKERS } from '../support/spec-master.ts';
import { type Arguments, OPERATORS, type State } from './model-operators.ts';
import { ANY_STEP, anyRows } from './model-steps.ts';
import { show } from './model-values.ts';

const ROAD_IS_CHOSEN = process.env.CAIRN_CODEGEN !== undefined || process.env.CAIRN_MEMORY !== undefined;
const runs = Number(process.env.CAIRN_MODEL_RUNS ?? 1000);
const PROGRAMS = Math.ceil(runs / (ROAD_IS_CHOSEN || ON_WORKERS ? 50 : 10));
const SEED = Number(process.env.CAIRN_MODEL_SEED ?? 90_125);
/** Programs that share a directory. */
const NEIGHBOURS = 10;

const home = new SpecDirectory();
afterAll(() => home[Symbol.dispose]());

/** Of the same partitions, so that work of one serves another. */
const ROADS: readonly SessionOptions[] = ROAD_IS_CHOSEN
  ? [{}]
  : [{}, { codegen: 'on', memory: '64 KiB' }, { codegen: 'off' }, { batch: { rows: 3 }, shuffle: { codec: 'zstd' } }];

const program = fc.record({
  roads: fc.tuple(fc.nat({ max: ROADS.length - 1 }), fc.nat({ max: ROADS.length - 1 })),
  rows: anyRows,
  slices: fc.integer({ min: 1, max: 4 }),
  steps: fc.array(fc.record({ ...ANY_STEP, isCheckpointed: fc.boolean() }), { minLength: 1, maxLength: 6 }),
  /** After which step the first run throws, and in which partition. */
  stop: fc.record({ after: fc.nat({ max: 6 }), partition: fc.nat({ max: 3 }) }),
  /** Datasets on the way that are looked at before the last one is. */
  looks: fc.array(fc.nat({ max: 6 }), { maxLength: 2 }),
  isDone: fc.boolean(),
  /** Whether all of them are looked at at once, so that jobs find the same work together. */
  isConcurrent: fc.boolean(),
});
type Program = typeof program extends fc.Arbitrary<infer P> ? P : never;

/** Throws in one partition while the file is there: in another process it would be the power that fails. */
function stopping(rdd: Rdd<unknown>, partition: number, file: string): Rdd<unknown> {
  return rdd.mapPartitionsWithIndex(
    (index, rows) => {
      if (index === partition && existsSync(file)) throw new TypeError('stopped here');
      return rows;
    },
    { preservesPartitioning: true },
  );
}

function build(bench: EngineOfSpec, { rows, slices, steps, stop }: Program, file: string): State[] {
  const parallelize: Arguments['parallelize'] = (records, count) => bench.parallelize<unknown>(records, count);
  let state: State = { rdd: parallelize(rows, slices), rows, isOrdered: true, isBlurred: false, isPairs: false };
  const all = [state];
  for (const [at, { operator, n, flag, others, isCheckpointed }] of steps.entries()) {
    const found = OPERATORS[operator];
    if (found === undefined) throw new TypeError(operator);
    if ((found.needs === 'pairs' && !state.isPairs) || (found.needs === 'order' && !state.isOrdered)) continue;
    state = found.apply(state, { n, flag, others, parallelize });
    if (at === stop.after) state = { ...state, rdd: stopping(state.rdd, stop.partition, file) };
    if (isCheckpointed) state.rdd.checkpoint();
    all.push(state);
  }
  return all;
}

function textsOf(rows: readonly unknown[], state: State): string[] {
  const all = rows.map((row) => show(row, state.isBlurred ? 'key' : 'exact'));
  return state.isOrdered ? all : all.sort();
}

describe('random programs that are stopped and run again', () => {
  it(
    `give the model's answers: ${PROGRAMS} of them`,
    async () => {
      const counts = { stopped: 0, reused: 0 };
      let number = 0;
      await fc.assert(
        fc.asyncProperty(program, async (one) => {
          const dir = home.join(`programs-${Math.floor(number / NEIGHBOURS)}`);
          if (number % NEIGHBOURS === 0) rmSync(dir, { recursive: true, force: true });
          const file = home.join(`stop-${number++}`);
          const options = (road: number) => ({ ...ROADS[road], checkpoint: { dir: `${dir}-checkpoints` } });
          const looksOf = (all: readonly State[]) => [...one.looks.map((at) => all[at % all.length]), all.at(-1)];
          writeFileSync(file, '');
          const before = async (bench: EngineOfSpec) => {
            for (const state of looksOf(build(bench, one, file))) await state?.rdd.collect();
          };
          const isStopped = async (bench: EngineOfSpec) => await before(bench).then(() => false, isStop);
          if ((await runOnce(dir, isStopped, { ...options(one.roads[0]), stops: true })).answer) counts.stopped++;
          rmSync(file);
          const after = async (bench: EngineOfSpec) => {
            const check = async (state: State | undefined) => {
              if (state === undefined) return;
              expect(textsOf(await state.rdd.collect(), state)).toEqual(textsOf(state.rows, state));
            };
            const states = looksOf(build(bench, one, file));
            if (one.isConcurrent) await Promise.all(states.map(check));
            else for (const state of states) await check(state);
          };
          const found = await runOnce(dir, after, { ...options(one.roads[1]), stops: !one.isDone });
          if (found.reused !== undefined) counts.reused++;
        }),
        { numRuns: PROGRAMS, seed: SEED },
      );
      expect(counts.stopped).toBeGreaterThan(PROGRAMS / 10);
      expect(counts.reused).toBeGreaterThan(PROGRAMS / 2);
    },
    60_000 * Math.max(1, PROGRAMS / 10),
  );
});

function isStop(error: unknown): true {
  if (error instanceof Error && error.message.includes('stopped here')) return true;
  throw error;
}
