/**
 * Random programs, run by the engine and by a model over arrays: partitions, storage levels, generated code, batch
 * sizes and memory must not show in any answer.
 *
 * `CAIRN_MODEL_RUNS` sets how many programs are run, `CAIRN_MODEL_SEED` which ones. Where the environment chooses a road (`CAIRN_CODEGEN`,
 * `CAIRN_MEMORY`, tasks on workers), only that one is taken, with fewer programs.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Rdd } from '../../lib/api/rdd.ts';
import type { Session } from '../../lib/api/session.ts';
import { ON_WORKERS } from '../support/spec-master.ts';
import { type SessionOfSpec, useSession } from '../support/use-session.ts';
import { type Arguments, OPERATORS, type State } from './model-operators.ts';
import { ANY_STEP, anyRows } from './model-steps.ts';
import { byKeyText, keyText, show } from './model-values.ts';

const ROAD_IS_CHOSEN = process.env.CAIRN_CODEGEN !== undefined || process.env.CAIRN_MEMORY !== undefined;
const PROGRAMS = Number(process.env.CAIRN_MODEL_RUNS ?? (ROAD_IS_CHOSEN || ON_WORKERS ? 200 : 1000));
const SEED = Number(process.env.CAIRN_MODEL_SEED ?? 20_240_607);

function openRoads(): readonly SessionOfSpec[] {
  if (ON_WORKERS) return [useSession({ parallelism: 2 }), useSession({ memory: '64 KiB', parallelism: 2 })];
  if (ROAD_IS_CHOSEN) return [useSession()];
  return [
    useSession({ codegen: 'auto' }),
    useSession({ codegen: 'on', memory: '64 KiB' }),
    useSession({ codegen: 'off', memory: '64 KiB' }),
    useSession({ codegen: 'on', batch: { rows: 3 }, parallelism: 3 }),
  ];
}
const ROADS = openRoads();
/** Of equal partitions: records have the same order on all of them. */
const COMPARED = ON_WORKERS ? [...ROADS, useSession({ master: 'local', parallelism: 2 })] : ROADS.slice(0, 3);

const ACTIONS = [
  'collect',
  'count',
  'take',
  'isEmpty',
  'takeOrdered',
  'countByValue',
  'aggregate',
  'tree',
  'iterate',
  'max',
];

const program = fc.record({
  road: fc.nat({ max: ROADS.length - 1 }),
  rows: anyRows,
  slices: fc.integer({ min: 1, max: 5 }),
  steps: fc.array(
    fc.record({
      ...ANY_STEP,
    }),
    { maxLength: 6 },
  ),
  action: fc.constantFrom(...ACTIONS),
  n: fc.nat({ max: 6 }),
});

type Program = typeof program extends fc.Arbitrary<infer P> ? P : never;

function build({ rows, slices, steps }: Program, session: Session): State {
  const parallelize: Arguments['parallelize'] = (records, count) => session.parallelize<unknown>(records, count);
  let state: State = {
    rdd: parallelize(rows, slices),
    rows,
    isOrdered: true,
    isBlurred: false,
    isPairs: false,
  };
  for (const { operator, n, flag, others } of steps) {
    const found = OPERATORS[operator];
    if (found === undefined) throw new TypeError(operator);
    if (found.needs === 'pairs' && !state.isPairs) continue;
    if (found.needs === 'order' && !state.isOrdered) continue;
    state = found.apply(state, { n, flag, others, parallelize });
  }
  return state;
}

/** Equal in order, or as bags where the order is not known. */
function expectRows(found: readonly unknown[], expected: readonly unknown[], state: State): void {
  const texts = (rows: readonly unknown[]): string[] => {
    const all = rows.map((row) => show(row, state.isBlurred ? 'key' : 'exact'));
    return state.isOrdered ? all : all.sort();
  };
  expect(texts(found)).toEqual(texts(expected));
}

async function check(action: string, n: number, state: State): Promise<void> {
  const { rdd, rows } = state;
  switch (action) {
    case 'collect':
      return expectRows(await rdd.collect(), rows, state);
    case 'count':
      return expect(await rdd.count()).toBe(rows.length);
    case 'isEmpty':
      return expect(await rdd.isEmpty()).toBe(rows.length === 0);
    case 'take': {
      const found = await rdd.take(n);
      if (state.isOrdered) return expectRows(found, rows.slice(0, n), state);
      return expect(found).toHaveLength(Math.min(n, rows.length));
    }
    case 'takeOrdered': {
      const found = await rdd.takeOrdered(n, { compare: byKeyText });
      return expect(found.map(keyText)).toEqual(rows.map(keyText).sort().slice(0, n));
    }
    case 'countByValue': {
      const counts = new Map<string, number>();
      for (const row of rows) counts.set(keyText(row), (counts.get(keyText(row)) ?? 0) + 1);
      const found = [...(await rdd.countByValue())].map(([value, count]) => [keyText(value), count] as const);
      expect(found).toHaveLength(counts.size);
      return expect(new Map(found)).toEqual(counts);
    }
    case 'aggregate':
      return expectRows(
        await rdd.aggregate<unknown[]>(
          [],
          (list, x) => [...list, x],
          (a, b) => [...a, ...b],
        ),
        rows,
        state,
      );
    case 'tree':
      return expectRows(
        await rdd.treeAggregate<unknown[]>(
          () => [],
          (list, x) => [...list, x],
          (a, b) => [...a, ...b],
          { depth: 3 },
        ),
        rows,
        state,
      );
    case 'iterate': {
      const found: unknown[] = [];
      for await (const row of rdd.toLocalIterator()) found.push(row);
      return expectRows(found, rows, state);
    }
    case 'max': {
      if (rows.length === 0) return await expect(rdd.max()).rejects.toMatchObject({ code: 'EMPTY_DATASET' });
      return expect(keyText(await rdd.max({ compare: byKeyText }))).toBe(rows.map(keyText).sort().at(-1));
    }
    default:
      throw new TypeError(action);
  }
}

describe('random programs', () => {
  it(
    `give the model's answers: ${PROGRAMS} of them`,
    async () => {
      const used = new Set<string>();
      await fc.assert(
        fc.asyncProperty(program, async (one) => {
          const session = ROADS[one.road]?.session as Session;
          const state = build(one, session);
          await check(one.action, one.n, state);
          // Blocks, map outputs and bounds are there by now: they must give the same answer.
          expectRows(await (state.rdd as Rdd<unknown>).collect(), state.rows, state);
          for (const { operator } of one.steps) used.add(operator);
        }),
        { numRuns: PROGRAMS, seed: SEED },
      );
      if (PROGRAMS >= 200) expect([...used].sort()).toEqual(Object.keys(OPERATORS).sort());
    },
    60_000 * Math.max(1, PROGRAMS / 500),
  );

  it.skipIf(ROAD_IS_CHOSEN)('give the same records in the same order, with any code, memory and threads', async () => {
    await fc.assert(
      fc.asyncProperty(program, async (one) => {
        const orders = [];
        for (const road of COMPARED) {
          const records = await build(one, road.session).rdd.collect();
          orders.push(records.map((row) => show(row, 'exact')));
        }
        expect(orders[1]).toEqual(orders[0]);
        expect(orders[2]).toEqual(orders[0]);
      }),
      { numRuns: Math.ceil(PROGRAMS / (ON_WORKERS ? 4 : 10)), seed: SEED },
    );
  });
});
