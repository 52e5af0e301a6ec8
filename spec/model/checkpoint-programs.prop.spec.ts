/**
 * Random programs with checkpoints at random places, made before a first action or after it, reliable, local and eager:
 * none of that shows in any answer, and what was written gives another session the same records in the same order.
 *
 * `CAIRN_MODEL_RUNS` sets how many programs are run, `CAIRN_MODEL_SEED` which ones.
 */
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { Rdd } from '../../lib/api/rdd.ts';
import type { Session } from '../../lib/api/session.ts';
import { SpecDirectory } from '../support/engine-of-spec.ts';
import { ON_WORKERS } from '../support/spec-master.ts';
import { useSession } from '../support/use-session.ts';
import { type Arguments, OPERATORS, type State } from './model-operators.ts';
import { ANY_STEP, anyRows } from './model-steps.ts';
import { show } from './model-values.ts';

const ROAD_IS_CHOSEN = process.env.CAIRN_CODEGEN !== undefined || process.env.CAIRN_MEMORY !== undefined;
const runs = Number(process.env.CAIRN_MODEL_RUNS ?? 1000);
const PROGRAMS = Math.ceil(runs / (ROAD_IS_CHOSEN || ON_WORKERS ? 10 : 4));
const SEED = Number(process.env.CAIRN_MODEL_SEED ?? 8_582);

const home = new SpecDirectory();
afterAll(() => home[Symbol.dispose]());
const checkpoint = (name: string, allMarkedAncestors = false) => ({ dir: home.join(name), allMarkedAncestors });
const ROADS = [
  useSession({ checkpoint: checkpoint('plain') }),
  useSession({ checkpoint: checkpoint('all', true), batch: { rows: 3 }, parallelism: 3 }),
  useSession({ checkpoint: checkpoint('small'), memory: '64 KiB' }),
];
const other = useSession({});

const MARKS = ['none', 'none', 'checkpoint', 'local', 'late', 'eager'] as const;

const program = fc.record({
  road: fc.nat({ max: ROADS.length - 1 }),
  rows: anyRows,
  slices: fc.integer({ min: 1, max: 4 }),
  steps: fc.array(
    fc.record({
      ...ANY_STEP,
      mark: fc.constantFrom(...MARKS),
    }),
    { minLength: 1, maxLength: 5 },
  ),
  first: fc.constantFrom('collect', 'take', 'count', 'none'),
  isConcurrent: fc.boolean(),
});

type Program = typeof program extends fc.Arbitrary<infer P> ? P : never;
type Mark = (typeof MARKS)[number];

/** A dataset on the way, its records, and how it is marked. */
interface Marked {
  readonly state: State;
  readonly mark: Mark;
}

async function build({ rows, slices, steps }: Program, session: Session): Promise<Marked[]> {
  const parallelize: Arguments['parallelize'] = (records, count) => session.parallelize<unknown>(records, count);
  let state: State = { rdd: parallelize(rows, slices), rows, isOrdered: true, isBlurred: false, isPairs: false };
  const all: Marked[] = [{ state, mark: 'none' }];
  for (const { operator, n, flag, others, mark } of steps) {
    const found = OPERATORS[operator];
    if (found === undefined) throw new TypeError(operator);
    if (found.needs === 'pairs' && !state.isPairs) continue;
    if (found.needs === 'order' && !state.isOrdered) continue;
    state = found.apply(state, { n, flag, others, parallelize });
    if (mark === 'checkpoint') state.rdd.checkpoint();
    if (mark === 'local') state.rdd.localCheckpoint();
    if (mark === 'eager') await state.rdd.checkpoint({ eager: true });
    all.push({ state, mark });
  }
  return all;
}

async function actOn(rdd: Rdd<unknown>, action: Program['first']): Promise<void> {
  if (action === 'collect') await rdd.collect();
  if (action === 'count') await rdd.count();
  if (action === 'take') await rdd.take(1);
}

function textsOf(rows: readonly unknown[], state: State): string[] {
  const all = rows.map((row) => show(row, state.isBlurred ? 'key' : 'exact'));
  return state.isOrdered ? all : all.sort();
}

describe('random programs with checkpoints', () => {
  it(
    `give the model's answers, from every dataset on the way: ${PROGRAMS} of them`,
    async () => {
      let written = 0;
      await fc.assert(
        fc.asyncProperty(program, async (one) => {
          const session = ROADS[one.road]?.session as Session;
          const all = await build(one, session);
          const last = (all.at(-1) as Marked).state;
          await actOn(last.rdd, one.first);
          for (const { state, mark } of all) if (mark === 'late') state.rdd.checkpoint();
          const states = [last, ...all.map((each) => each.state)];
          // At once: lineages are cut off while tasks of other jobs compute them.
          const begun = one.isConcurrent ? states.map(({ rdd }) => rdd.collect()) : [];
          await Promise.all(begun);
          for (const [i, state] of states.entries()) {
            const found = await (begun[i] ?? state.rdd.collect());
            expect(textsOf(found, state)).toEqual(textsOf(state.rows, state));
          }
          // A job leaves a checkpoint to another one that is writing it at that moment, and may end before.
          for (const state of states) await state.rdd.count();
          const removed = new Set<string>();
          // Some operators give the dataset they were called on.
          const marked = new Set(all.flatMap(({ state, mark }) => (mark === 'none' ? [] : [state.rdd.id])));
          for (const { state } of all) {
            expect(state.rdd.isCheckpointed).toBe(marked.has(state.rdd.id));
            const path = state.rdd.getCheckpointFile();
            if (path === undefined || removed.has(path)) continue;
            written++;
            const exact = async (rdd: Rdd<unknown>) => (await rdd.collect()).map((row) => show(row, 'exact'));
            const opened = other.session.openCheckpoint<unknown>(path);
            expect(await exact(opened)).toEqual(await exact(state.rdd));
            removed.add(path);
          }
          for (const path of removed) session.removeCheckpoint(path);
        }),
        { numRuns: PROGRAMS, seed: SEED },
      );
      expect(written).toBeGreaterThan(PROGRAMS / 2);
    },
    60_000 * Math.max(1, PROGRAMS / 100),
  );
});
