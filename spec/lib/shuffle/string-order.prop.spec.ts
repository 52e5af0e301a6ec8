import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringOrder } from '../../../lib/shuffle/string-order.ts';

const unit = fc.constantFrom('a', 'b', '\u0000', '\u00ff', '\u0100', '\ud800', '\udc00', '\uffff', '\u{1f600}');
const text = fc.array(unit, { maxLength: 12 }).map((units) => units.join(''));
const narrow = fc.string({ unit: fc.constantFrom('a', 'b', '\u0000', '\u00ff'), maxLength: 14 });

function check(texts: readonly string[], ascending: boolean): void {
  const expected = texts
    .map((_, i) => i)
    .toSorted((a, b) => {
      const [left, right] = [texts[a] as string, texts[b] as string];
      return left === right ? 0 : left < right === ascending ? -1 : 1;
    });
  expect([...stringOrder(texts, ascending)]).toEqual(expected);
}

describe('stringOrder', () => {
  it('orders strings by their code units, stably, both ways', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.array(text, { maxLength: 40 }), fc.array(narrow, { maxLength: 40 })),
        fc.constantFrom('', 'same ', '\ud83d'),
        fc.boolean(),
        (texts, prefix, ascending) => {
          check(
            texts.map((rest) => prefix + rest),
            ascending,
          );
        },
      ),
      { seed: 12, numRuns: 400 },
    );
  });
});
