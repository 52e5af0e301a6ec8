import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowBatch } from '../../../formats/schema/batch.ts';
import { CombineSink } from '../../../lib/exec/combine-sink.ts';
import { type CodegenMode, FusedChain } from '../../../lib/exec/fused-chain.ts';
import {
  AggregateSink,
  BucketSink,
  ForeachSink,
  ReduceSink,
  RowsSink,
  type Sink,
  TakeSink,
} from '../../../lib/exec/sink.ts';
import { StepFailure } from '../../../lib/exec/step-failure.ts';
import type { Step } from '../../../lib/lineage/step.ts';
import { KeyTable } from '../../../lib/shuffle/key-table.ts';

/** Notes each call of a user's function and throws at one of them. */
class Calls {
  readonly log: string[] = [];
  readonly #failAt: number;

  constructor(failAt: number) {
    this.#failAt = failAt;
  }

  note(what: string): void {
    this.log.push(what);
    if (this.log.length === this.#failAt) throw new RangeError(what);
  }
}

type Maker = (calls: Calls, at: number) => Step;

/** A generator that notes each step and its end, as one over a file would open and close it. */
function* items(calls: Calls, at: number, of: (i: number) => unknown): Generator<unknown> {
  calls.note(`open ${at}`);
  try {
    for (let i = 0; i < 3; i++) {
      yield of(i);
      calls.note(`item ${at}`);
    }
  } finally {
    calls.log.push(`close ${at}`);
  }
}

/** Steps that take pairs and give pairs. */
const makers: Record<string, Maker> = {
  map: (calls, at) => ({
    kind: 'map',
    f: (pair) => {
      calls.note(`map ${at}`);
      return pair;
    },
  }),
  filter: (calls, at) => ({
    kind: 'filter',
    f: () => {
      calls.note(`filter ${at}`);
      return calls.log.length % 3 !== 0;
    },
  }),
  'map-values': (calls, at) => ({
    kind: 'map-values',
    f: (value) => {
      calls.note(`value ${at}`);
      return value;
    },
  }),
  'flat-map': (calls, at) => ({ kind: 'flat-map', f: (pair) => items(calls, at, () => pair) }),
  'flat-map-values': (calls, at) => ({ kind: 'flat-map-values', f: () => items(calls, at, (i) => i) }),
  'not iterable': (calls, at) => ({
    kind: 'flat-map',
    f: (pair) => {
      calls.note(`flat ${at}`);
      return calls.log.length % 5 === 0 ? (7 as never) : [pair];
    },
  }),
  'no pair': (calls, at) => ({
    kind: 'map',
    f: (pair) => {
      calls.note(`unpair ${at}`);
      return calls.log.length % 7 === 0 ? 'no pair' : pair;
    },
  }),
  index: () => ({ kind: 'index', starts: { value: [0] } }),
  pass: () => ({ kind: 'pass' }),
};

const sinks: Record<string, (calls: Calls) => Sink> = {
  rows: () => new RowsSink(),
  take: () => new TakeSink(4),
  foreach: (calls) => new ForeachSink(() => calls.note('visit')),
  reduce: (calls) =>
    new ReduceSink((_, b) => {
      calls.note('reduce');
      return b;
    }),
  aggregate: (calls) =>
    new AggregateSink(0, (n) => {
      calls.note('aggregate');
      return (n as number) + 1;
    }),
  combine: (calls) => {
    const count = (n: unknown) => {
      calls.note('merge');
      return (n as number) + 1;
    };
    const createCombiner = () => {
      calls.note('create');
      return 1;
    };
    return new CombineSink(new KeyTable(), { createCombiner, mergeValue: count, mergeCombiners: count }, false);
  },
  bucket: (calls) =>
    new BucketSink(
      2,
      (key) => {
        calls.note('place');
        return Number(String(key).length > 1);
      },
      false,
    ),
};

function outcomeOf(kinds: readonly string[], sinkKind: string, failAt: number, mode: CodegenMode) {
  const calls = new Calls(failAt);
  const steps = kinds.map((kind, at) => (makers[kind] as Maker)(calls, at));
  const sink = (sinks[sinkKind] as (calls: Calls) => Sink)(calls);
  const chain = new FusedChain(steps, sink.kind, mode, 'calls');
  const pairs = ['a', 'bb', 'a', 'ccc'].map((key, i) => [key, i]);
  try {
    chain.run(rowBatch(pairs), chain.open(0), sink);
    return { log: calls.log, failed: undefined };
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    return { log: calls.log, failed: { step: error.stepIndex, cause: (error.cause as Error).name } };
  }
}

describe('both roads of a chain', () => {
  const chains = fc.array(fc.constantFrom(...Object.keys(makers)), { maxLength: 6 });

  it('call the same functions in the same order, name the step that threw and close what it iterated', () => {
    let failures = 0;
    fc.assert(
      fc.property(
        chains,
        fc.constantFrom(...Object.keys(sinks)),
        fc.integer({ min: 1, max: 60 }),
        (kinds, sink, failAt) => {
          const plain = outcomeOf(kinds, sink, failAt, 'off');
          expect(outcomeOf(kinds, sink, failAt, 'on')).toEqual(plain);
          if (plain.failed !== undefined) failures++;
          const count = (word: string) => plain.log.filter((line) => line.startsWith(word)).length;
          if (plain.failed === undefined) expect(count('close')).toBe(count('open'));
        },
      ),
      { seed: 1811, numRuns: 1500 },
    );
    expect(failures).toBeGreaterThan(300);
  });
});
