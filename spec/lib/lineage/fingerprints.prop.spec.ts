/** Random programs: made twice they are one, and with any one thing changed they are two. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Rdd } from '../../../lib/api/rdd.ts';
import { diffFingerprints } from '../../../lib/lineage/diff-fingerprints.ts';
import type { FingerprintRecord } from '../../../lib/lineage/fingerprint-record.ts';
import { type Arguments, OPERATORS, type State } from '../../model/model-operators.ts';
import { anyValue } from '../../model/model-values.ts';
import { FingerprintBench } from './support/fingerprint-bench.ts';

const PROGRAMS = Number(process.env.CAIRN_MODEL_RUNS ?? 60);
const SEED = Number(process.env.CAIRN_MODEL_SEED ?? 20_261_120);

const program = fc.record({
  rows: fc.array(anyValue, { maxLength: 12 }),
  slices: fc.integer({ min: 1, max: 4 }),
  steps: fc.array(
    fc.record({
      operator: fc.constantFrom(...Object.keys(OPERATORS)),
      n: fc.nat({ max: 4 }),
      flag: fc.boolean(),
      others: fc.array(anyValue, { maxLength: 4 }),
    }),
    { maxLength: 6 },
  ),
  /** Where a step is put in, when one is. */
  at: fc.nat({ max: 6 }),
});

type Program = typeof program extends fc.Arbitrary<infer P> ? P : never;
type Mutation = 'a record more' | 'a slice more' | 'a step more' | 'another factor';

/** The record of a program, as another process would have stored it. */
async function recordOf({ rows, slices, steps, at }: Program, mutation?: Mutation): Promise<FingerprintRecord> {
  const bench = new FingerprintBench();
  const parallelize: Arguments['parallelize'] = (records, count) => bench.parallelize(records, count) as Rdd<unknown>;
  const all = mutation === 'a record more' ? [...rows, 'one more'] : rows;
  const rdd = parallelize(all, mutation === 'a slice more' ? slices + 1 : slices);
  let state: State = { rdd, rows: all, isOrdered: true, isBlurred: false, isPairs: false };
  const factor = mutation === 'another factor' ? 2 : 1;
  for (const [i, { operator, n, flag, others }] of steps.entries()) {
    if (i === at % steps.length) {
      state = { ...state, rdd: state.rdd.filter((x) => x !== factor) };
      if (mutation === 'a step more') state = { ...state, rdd: state.rdd.filter(() => true) };
    }
    const found = OPERATORS[operator];
    if (found === undefined) throw new TypeError(operator);
    if (found.needs === 'pairs' && !state.isPairs) continue;
    if (found.needs === 'order' && !state.isOrdered) continue;
    state = found.apply(state, { n, flag, others, parallelize });
  }
  return await bench.recordOf(state.rdd);
}

const digestOf = (record: FingerprintRecord): string | undefined => record.at(-1)?.fingerprint;

describe('random programs', () => {
  it(`have one fingerprint when they are made twice, and another one with any change: ${PROGRAMS} of them`, async () => {
    await fc.assert(
      fc.asyncProperty(program, async (one) => {
        const before = await recordOf(one);
        const again = await recordOf(one);
        expect(again.map(({ fingerprint }) => fingerprint)).toEqual(before.map(({ fingerprint }) => fingerprint));
        expect(diffFingerprints(before, again)).toEqual([]);
        const mutations: Mutation[] = ['a record more', 'a slice more'];
        if (one.steps.length > 0) mutations.push('a step more', 'another factor');
        for (const mutation of mutations) {
          const after = await recordOf(one, mutation);
          expect(digestOf(after), mutation).not.toBe(digestOf(before));
          const changes = diffFingerprints(before, after);
          expect(changes.length).toBeGreaterThan(0);
          expect(changes).not.toContain('something that is on no record changed');
        }
      }),
      { numRuns: PROGRAMS, seed: SEED },
    );
  }, 60_000);
});
