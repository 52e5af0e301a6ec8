import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildColumns } from '../../../formats/record/build-columns.ts';
import { type Batch, rowBatch } from '../../../formats/schema/batch.ts';
import { sortByKey } from '../../../lib/exec/sort-by-key.ts';
import type { KeyOrder } from '../../../lib/lineage/key-order.ts';
import { compareNatural } from '../../../lib/lineage/natural-order.ts';
import { recordsOf } from '../../../lib/lineage/records.ts';
import type { MemoryConsumer } from '../../../storage/memory/task-memory.ts';
import { gatheringTask } from '../../support/gathering-task.ts';

type Pairs = readonly (readonly [unknown, unknown])[];

const number = fc.oneof(
  fc.double(),
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(-0, 0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
);
const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom('', 'user-1', 'user-12', 'user-\u0000', '\ud800', '\udfff', '\u{1f600}'),
  fc.integer({ min: 0, max: 30 }).map((n) => `customer number ${n}`),
);
const mixed = fc.oneof(number, text, fc.constantFrom(null, undefined, true, false), fc.bigInt(), fc.array(number));
const value = fc.oneof(
  number,
  text,
  fc.constantFrom(null, undefined),
  fc.record({ id: fc.integer(), name: text }),
  fc.array(fc.integer(), { maxLength: 3 }),
);

function pairsOf(key: fc.Arbitrary<unknown>, values: fc.Arbitrary<unknown>): fc.Arbitrary<[unknown, unknown][]> {
  return fc.array(fc.tuple(key, values), { maxLength: 600, size: 'max' });
}

const natural = (ascending: boolean): KeyOrder => ({ compare: compareNatural, ascending, natural: true });

/** Batches as map outputs give them: columns where records have a shape. */
function* batchesOf(pairs: Pairs, rows: number): Generator<Batch> {
  for (let from = 0; from < pairs.length; from += rows) {
    const to = Math.min(from + rows, pairs.length);
    yield buildColumns(pairs, from, to) ?? rowBatch(pairs, from, to);
  }
}

/** The output of a sort, and how many runs there were when it began to give. */
function sorted(pairs: Pairs, order: KeyOrder, shareBytes: number, batch = 37) {
  const task = gatheringTask(shareBytes, { batchRows: 50 });
  const rows: unknown[] = [];
  let runs = -1;
  for (const given of sortByKey(task, batchesOf(pairs, batch), order)) {
    if (runs < 0) runs = task.runs().length;
    rows.push(...recordsOf([given]));
  }
  expect(task.runs()).toEqual([]);
  expect(task.memory.heldBytes).toBe(0);
  return { rows, runs };
}

function expectSameAtAllShares(pairs: Pairs, order: KeyOrder): void {
  const { compare, ascending } = order;
  const expected = pairs.toSorted((a, b) => (ascending ? compare(a[0], b[0]) : compare(b[0], a[0])));
  for (const share of [1024, 4096, 20_000, 1e9]) expect(sorted(pairs, order, share).rows).toEqual(expected);
}

describe('sorting in any memory', () => {
  it('gives pairs of numbers in the same order', () => {
    fc.assert(
      fc.property(pairsOf(number, number), fc.boolean(), (pairs, ascending) => {
        expectSameAtAllShares(pairs, natural(ascending));
      }),
      { seed: 21, numRuns: 20 },
    );
  });

  it('gives numbers that are their own keys in the same order', () => {
    fc.assert(
      fc.property(fc.array(number, { maxLength: 900, size: 'max' }), fc.boolean(), (keys, ascending) => {
        expectSameAtAllShares(
          keys.map((key) => [key, key]),
          natural(ascending),
        );
      }),
      { seed: 22, numRuns: 20 },
    );
  });

  it.each([
    ['strings', text],
    ['mixed keys', mixed],
  ])('gives %s with values of all sorts in the same order', (_, key) => {
    fc.assert(
      fc.property(pairsOf(key, value), fc.boolean(), (pairs, ascending) => {
        expectSameAtAllShares(pairs, natural(ascending));
      }),
      { seed: 23, numRuns: 12 },
    );
  });

  it('gives the order of a function of the user in the same order', () => {
    const order: KeyOrder = {
      compare: (a, b) => Math.abs(a as number) - Math.abs(b as number),
      ascending: true,
      natural: false,
    };
    fc.assert(
      fc.property(pairsOf(fc.integer({ min: -9, max: 9 }), value), fc.boolean(), (pairs, ascending) => {
        expectSameAtAllShares(pairs, { ...order, ascending });
      }),
      { seed: 24, numRuns: 12 },
    );
  });

  it('gives the same when something else than numbers comes late, with few numbers held and with many', () => {
    fc.assert(
      fc.property(pairsOf(number, number), pairsOf(mixed, value), fc.boolean(), (numbers, others, ascending) => {
        expectSameAtAllShares([...numbers, ...others, ...numbers], natural(ascending));
      }),
      { seed: 25, numRuns: 12 },
    );
  });

  it('gives the same whenever its memory is asked for', () => {
    fc.assert(
      fc.property(
        fc.oneof(pairsOf(number, number), pairsOf(mixed, value)),
        fc.array(fc.nat(60), { maxLength: 4 }),
        fc.constantFrom(3000, 1e9),
        (pairs, moments, share) => {
          const task = gatheringTask(share, { batchRows: 20 });
          let moment = 0;
          const ask = (): void => {
            if (moments.includes(moment++)) askForMemory(task.memory);
          };
          const input = function* (): Generator<Batch> {
            for (const batch of batchesOf(pairs, 37)) {
              ask();
              yield batch;
            }
          };
          const rows: unknown[] = [];
          for (const batch of sortByKey(task, input(), natural(true))) {
            rows.push(...recordsOf([batch]));
            ask();
          }
          expect(rows).toEqual(pairs.toSorted((a, b) => compareNatural(a[0], b[0])));
          expect(task.runs()).toEqual([]);
        },
      ),
      { seed: 26, numRuns: 60 },
    );
  });

  it('spills where the share is small, and merges runs in passes where they are many', () => {
    const pairs = Array.from({ length: 8000 }, (_, i) => [(i * 7919) % 8000, i] as const);
    expect(sorted(pairs, natural(true), 1e9).runs).toBe(0);
    expect(sorted(pairs, natural(true), 40_000).runs).toBeGreaterThan(3);
    // 31 runs of 256 pairs, of which two may be read at a time.
    expect(sorted(pairs, natural(true), 1024).runs).toBe(2);
  });
});

/** Another part of the task that holds more than there is, and gives it back at once. */
function askForMemory(memory: ReturnType<typeof gatheringTask>['memory']): void {
  const consumer: MemoryConsumer = { name: 'cogroup', spill: () => {} };
  using held = memory.register(consumer);
  held.hold(memory.shareBytes + 1);
}
