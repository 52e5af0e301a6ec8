import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildColumns } from '../../../formats/record/build-columns.ts';
import { keyIdentity } from '../../../lib/base/hash.ts';
import { combinePairs } from '../../../lib/exec/combine-pairs.ts';
import { type CodegenMode, FusedChain } from '../../../lib/exec/fused-chain.ts';
import type { Sink } from '../../../lib/exec/sink.ts';
import type { Aggregator } from '../../../lib/lineage/dependency.ts';
import { recordsOf } from '../../../lib/lineage/records.ts';
import type { TaskBatch } from '../../../lib/lineage/task-context.ts';
import { gatheringTask } from '../../support/gathering-task.ts';

type Batch = Exclude<TaskBatch, { readonly kind: 'pending' }>;
type Pair = readonly [unknown, unknown];

const ints = fc.integer({ min: -60, max: 60 });
const keys: Record<string, fc.Arbitrary<unknown>> = {
  ints,
  manyInts: fc.integer(),
  doubles: fc.oneof(
    ints.map((n) => n / 4),
    fc.constantFrom(-0, 0, Number.NaN, 2 ** 40, Number.POSITIVE_INFINITY),
  ),
  strings: fc.oneof(
    ints.map((n) => `key ${n}`),
    fc.constantFrom('', '\ud800', '__proto__', 'Aa', 'BB'),
  ),
  composite: fc.oneof(
    ints.map((n) => [n % 5, `${n}`]),
    ints.map((n) => ({ n })),
    ints.map((n) => new Date(n)),
  ),
  mixed: fc.oneof(
    ints,
    ints.map(String),
    ints.map(BigInt),
    fc.constantFrom(null, undefined, true, false, Number.NaN, -0),
  ),
};

interface Case {
  readonly values: fc.Arbitrary<unknown>;
  readonly aggregator: Aggregator;
}

const concat = (a: unknown, b: unknown): unknown[] => [...(a as unknown[]), ...(b as unknown[])];
const cases: Record<string, Case> = {
  'float sums': {
    values: fc.oneof(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), ints, fc.constantFrom(0.1, -0)),
    aggregator: {
      createCombiner: (v) => v,
      mergeValue: (a, b) => (a as number) + (b as number),
      mergeCombiners: (a, b) => (a as number) + (b as number),
    },
  },
  texts: {
    values: fc.string({ maxLength: 12 }),
    aggregator: {
      createCombiner: (v) => `<${v}`,
      mergeValue: (a, b) => `${a},${b}`,
      mergeCombiners: (a, b) => `${a}${b}`,
    },
  },
  'arrays that are changed': {
    values: ints,
    aggregator: {
      createCombiner: (v) => [v],
      mergeValue: (all, v) => {
        (all as unknown[]).push(v);
        return all;
      },
      mergeCombiners: concat,
    },
  },
  sets: {
    values: fc.integer(),
    aggregator: {
      createCombiner: (v) => new Set([v]),
      mergeValue: (all, v) => (all as Set<unknown>).add(v),
      mergeCombiners: (a, b) => new Set([...(a as Set<unknown>), ...(b as Set<unknown>)]),
    },
  },
  // Numbers at first, a text after some of them.
  'what changes its kind': {
    values: fc.oneof(ints, fc.constant('x')),
    aggregator: {
      createCombiner: (v) => v,
      mergeValue: (a, b) => (typeof a === 'number' && typeof b === 'number' && a + b > 200 ? `${a}+${b}` : a),
      mergeCombiners: (a) => a,
    },
  },
  'the first alone': {
    values: fc.constant(null),
    aggregator: { createCombiner: (v) => v, mergeValue: (a) => a, mergeCombiners: (a) => a },
  },
};

function* batchesOf(pairs: readonly Pair[], size: number, asColumns: boolean): Generator<Batch> {
  for (let from = 0; from < pairs.length; from += size) {
    const to = Math.min(from + size, pairs.length);
    const columns = asColumns ? buildColumns(pairs, from, to) : undefined;
    yield columns ?? { kind: 'rows', rows: pairs, from, to };
  }
}

interface Road {
  readonly shareBytes: number;
  readonly mode: CodegenMode | undefined;
  readonly knowsRows: boolean;
}

/** What comes out, whether anything was written out, and what was left of it. */
function combine(pairs: readonly Pair[], aggregator: Aggregator, size: number, { shareBytes, mode, knowsRows }: Road) {
  const task = gatheringTask(shareBytes, { batchRows: 7 });
  const chains = new Map<string, FusedChain>();
  const run = (batch: Batch, sink: Sink): void => {
    const chain = chains.get(sink.kind) ?? new FusedChain([], sink.kind, mode as CodegenMode, 'combine-spec');
    chains.set(sink.kind, chain);
    chain.run(batch, chain.open(0), sink);
  };
  const copies = structuredClone(pairs) as readonly Pair[];
  const input = {
    pairs: batchesOf(copies, size, size % 2 === 0),
    aggregator,
    isMerging: false,
    run: mode === undefined ? undefined : run,
  };
  const combined = [
    ...recordsOf(combinePairs(task, knowsRows ? { ...input, rowCount: pairs.length } : input)),
  ] as unknown[][];
  return {
    combined: plain(combined),
    left: [task.runs(), task.memory.heldBytes],
    spilled: task.memory.uses().some(({ spilledBytes }) => spilledBytes > 0),
  };
}

/** What should come out: a `Map` by identity. */
function model(pairs: readonly Pair[], { createCombiner, mergeValue }: Aggregator): unknown[][] {
  const combined = new Map<unknown, unknown[]>();
  for (const [key, value] of structuredClone(pairs) as readonly Pair[]) {
    const entry = combined.get(keyIdentity(key));
    if (entry === undefined) combined.set(keyIdentity(key), [key, createCombiner(value)]);
    else entry[1] = mergeValue(entry[1], value);
  }
  return plain([...combined.values()]);
}

/** `toStrictEqual` does not look at the order of a set. */
function plain(pairs: unknown[][]): unknown[][] {
  return pairs.map(([key, value]) => [key, value instanceof Set ? ['set', ...value] : value]);
}

describe('combinePairs', () => {
  const spilled = new Set<string>();

  it.each(Object.keys(cases).flatMap((what) => Object.keys(keys).map((kind) => [what, kind] as const)))(
    'gives the same to the last bit and in the same order whatever the memory: %s by %s',
    (what, kind) => {
      const { values, aggregator } = cases[what] as Case;
      const pair = fc.tuple(keys[kind] as fc.Arbitrary<unknown>, values);
      const length = kind === 'manyInts' ? 200 : 120;
      const roads: fc.Arbitrary<Road> = fc.record({
        shareBytes: fc.constantFrom(1, 1024, 2048, 4096, 16_384, 1e9),
        mode: fc.constantFrom<CodegenMode | undefined>('on', 'off', undefined),
        knowsRows: fc.boolean(),
      });
      fc.assert(
        fc.property(
          fc.array(pair, { minLength: length / 4, maxLength: length }),
          fc.nat(40),
          roads,
          (pairs, size, road) => {
            const found = combine(pairs, aggregator, size + 1, road);
            expect(found.combined).toStrictEqual(model(pairs, aggregator));
            expect(found.left).toEqual([[], 0]);
            if (found.spilled) spilled.add(`${what} ${kind}`);
          },
        ),
        { seed: 26_07, numRuns: 12 },
      );
      expect(spilled).toContain(`${what} ${kind}`);
    },
  );
});
