/** Random programs whose tasks all travel: every stage shipped, cloned and revived, every outcome encoded. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Rdd } from '../../../lib/api/rdd.ts';
import { type Arguments, OPERATORS, type State } from '../../model/model-operators.ts';
import { ANY_STEP, anyRows } from '../../model/model-steps.ts';
import { show } from '../../model/model-values.ts';
import { ShippingEngine } from './support/shipping-engine.ts';

const PROGRAMS = Number(process.env.CAIRN_MODEL_RUNS ?? 150);
const SEED = Number(process.env.CAIRN_MODEL_SEED ?? 20_261_120);

const program = fc.record({
  codegen: fc.constantFrom('on' as const, 'off' as const),
  rows: anyRows,
  slices: fc.integer({ min: 1, max: 4 }),
  steps: fc.array(
    fc.record({
      ...ANY_STEP,
    }),
    { maxLength: 5 },
  ),
});

type Program = typeof program extends fc.Arbitrary<infer P> ? P : never;

function build({ codegen, rows, slices, steps }: Program): State {
  const engine = new ShippingEngine({ codegen });
  const parallelize: Arguments['parallelize'] = (records, count) => engine.parallelize<unknown>(records, count);
  let state: State = { rdd: parallelize(rows, slices), rows, isOrdered: true, isBlurred: false, isPairs: false };
  for (const { operator, n, flag, others } of steps) {
    const found = OPERATORS[operator];
    if (found === undefined) throw new TypeError(operator);
    if (found.needs === 'pairs' && !state.isPairs) continue;
    if (found.needs === 'order' && !state.isOrdered) continue;
    state = found.apply(state, { n, flag, others, parallelize });
  }
  return state;
}

function expectRows(found: readonly unknown[], { rows, isBlurred, isOrdered }: State): void {
  const texts = (some: readonly unknown[]): string[] => {
    const all = some.map((row) => show(row, isBlurred ? 'key' : 'exact'));
    return isOrdered ? all : all.sort();
  };
  expect(texts(found)).toEqual(texts(rows));
}

describe('random programs whose stages travel', () => {
  it(`give the model's answers: ${PROGRAMS} of them`, async () => {
    const used = new Set<string>();
    await fc.assert(
      fc.asyncProperty(program, async (one) => {
        const state = build(one);
        const rdd = state.rdd as Rdd<unknown>;
        expectRows(await rdd.collect(), state);
        // Blocks, map outputs and bounds are there by now.
        expect(await rdd.count()).toBe(state.rows.length);
        for (const { operator } of one.steps) used.add(operator);
      }),
      { numRuns: PROGRAMS, seed: SEED },
    );
    if (PROGRAMS >= 100) expect([...used].sort()).toEqual(Object.keys(OPERATORS).sort());
  }, 60_000);
});
