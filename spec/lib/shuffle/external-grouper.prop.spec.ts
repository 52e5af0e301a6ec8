import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildColumns } from '../../../formats/record/build-columns.ts';
import { rowBatch } from '../../../formats/schema/batch.ts';
import { keyIdentity } from '../../../lib/base/hash.ts';
import { ExternalGrouper, type GroupForm } from '../../../lib/shuffle/external-grouper.ts';
import { gatheringTask } from '../../support/gathering-task.ts';

type Pair = readonly [unknown, unknown];
type Inputs = readonly (readonly Pair[])[];

const SHARES = [256, 1024, 4096, 16_384, 65_536, Number.MAX_SAFE_INTEGER];

/** The ten lines that the grouper stands for. */
function plainGroups(inputs: Inputs, form: GroupForm): unknown[] {
  const groups = new Map<unknown, [unknown, unknown[][]]>();
  inputs.forEach((pairs, input) => {
    for (const [key, value] of pairs) {
      const identity = keyIdentity(key);
      const group = groups.get(identity) ?? [key, inputs.map(() => [])];
      groups.set(identity, group);
      group[1][input]?.push(value);
    }
  });
  return [...groups.values()].map(([key, lists]) => [key, form === 'values' ? lists[0] : lists]);
}

interface Options {
  readonly shareBytes: number;
  readonly form?: GroupForm;
  readonly isColumnar?: boolean;
  readonly batchRows?: number;
}

/** What the grouper gives, copied, and whether anything was written. */
function group(inputs: Inputs, { shareBytes, form = 'values-by-input', isColumnar = false, batchRows = 7 }: Options) {
  const task = gatheringTask(shareBytes, { batchRows });
  const { memory, spills, spilledGroups } = task;
  const records: unknown[] = [];
  let written = 0;
  {
    using grouper = new ExternalGrouper({
      inputs: inputs.length,
      form,
      memory,
      spills,
      spilledGroups,
      batchRows,
      check: () => {},
    });
    inputs.forEach((pairs, input) => {
      for (let from = 0; from < pairs.length; from += 50) {
        const part = pairs.slice(from, from + 50);
        grouper.add((isColumnar ? buildColumns(part) : undefined) ?? rowBatch(part), input);
      }
    });
    for (const rows of grouper.batches()) {
      expect(rows.length).toBeLessThanOrEqual(batchRows);
      for (const [key, lists] of rows as [unknown, unknown[]][]) {
        records.push([key, form === 'values' ? [...lists] : lists.map((list) => [...(list as unknown[])])]);
      }
    }
    written = memory.uses()[0]?.spilledBytes ?? 0;
  }
  spilledGroups[Symbol.dispose]();
  spills[Symbol.dispose]();
  expect(task.runs()).toEqual([]);
  expect(memory.heldBytes).toBe(0);
  return { records, written };
}

const leaf = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.string(),
  fc.boolean(),
  fc.bigInt(),
  fc.constantFrom(null, undefined, -0, 0, Number.NaN, '\u0000', '\ud800', '__proto__'),
);
const key = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 20 }) },
  { weight: 2, arbitrary: fc.string({ maxLength: 2 }) },
  leaf,
  fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 2 }),
  fc.record({ a: fc.integer({ min: 0, max: 3 }), b: fc.constantFrom('x', 'y') }),
  fc.date(),
  fc.uint8Array({ maxLength: 2 }),
);
const value = fc.oneof(
  leaf,
  fc.record({ id: fc.integer(), name: fc.string() }),
  fc.array(leaf, { maxLength: 3 }),
  fc.string({ minLength: 200, maxLength: 300 }),
);
const pairs = fc.array(fc.tuple(key, value), { maxLength: 300 });

describe('ExternalGrouper', () => {
  it('gives the same groups in the same order whatever the memory, the keys, the values and the number of inputs', () => {
    let spilled = 0;
    fc.assert(
      fc.property(
        fc.array(pairs, { minLength: 1, maxLength: 3 }),
        fc.constantFrom(...SHARES),
        fc.boolean(),
        (inputs, shareBytes, isColumnar) => {
          const { records, written } = group(inputs, { shareBytes, isColumnar });
          spilled += written;
          expect(records).toStrictEqual(plainGroups(inputs, 'values-by-input'));
        },
      ),
      { seed: 4, numRuns: 150 },
    );
    expect(spilled).toBeGreaterThan(0);
  });

  it('does so for a single input of numbers with some keys that have most of the records', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.oneof(fc.constantFrom(1, 2), fc.integer({ min: 0, max: 400 })), fc.double()), {
          minLength: 200,
          maxLength: 4000,
        }),
        fc.constantFrom(...SHARES),
        fc.boolean(),
        (input, shareBytes, isColumnar) => {
          const { records } = group([input], { shareBytes, isColumnar, form: 'values' });
          expect(records).toStrictEqual(plainGroups([input], 'values'));
        },
      ),
      { seed: 5, numRuns: 60 },
    );
  });
});
