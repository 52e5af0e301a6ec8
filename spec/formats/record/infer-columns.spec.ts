import { describe, expect, it } from 'vitest';
import {
  countLeaves,
  inferShape,
  isInt,
  isPlainArray,
  joinShapes,
  shapeSignature,
} from '../../../formats/record/infer-columns.ts';

function shapeOf(...rows: unknown[]): string {
  return shapeSignature(inferShape(rows, 0, rows.length));
}

class Point {
  x = 1;
}
class Numbers extends Array<number> {}

function nested(depth: number): unknown {
  return depth === 0 ? 1 : [nested(depth - 1)];
}

describe('the shape of records', () => {
  it.each<[string, unknown[], string]>([
    ['ints', [1, -5, 2 ** 31 - 1], 'int'],
    ['-0', [1, -0], 'double'],
    ['NaN', [Number.NaN], 'double'],
    ['numbers over 32 bits', [2 ** 31], 'double'],
    ['ints and others', [1, 1.5], 'double'],
    ['strings', ['a', ''], 'string'],
    ['numbers and strings', [1, 'a'], 'value'],
    ['nulls', [null, 1, undefined], 'int?'],
    ['nothing but nulls', [null, undefined], 'unknown?'],
    ['nothing', [], 'unknown'],
    ['bigints', [1n, -(2n ** 63n)], 'bigint'],
    ['large bigints', [2n ** 63n], 'value'],
    ['dates', [new Date(0), new Date(Number.NaN)], 'date'],
    ['dates with properties', [Object.assign(new Date(0), { zone: 'x' })], 'value'],
    ['false dates', [Object.create(Date.prototype)], 'value'],
    [
      'objects',
      [
        { a: 1, b: 'x' },
        { a: 2.5, b: null },
      ],
      '{"a":double,"b":string?}',
    ],
    ['a missing key', [{ a: 1 }, {}], 'value'],
    ['undefined keys', [{ a: 1 }, { a: undefined }], '{"a":int?}'],
    [
      'keys in another order',
      [
        { a: 1, b: 1 },
        { b: 1, a: 1 },
      ],
      'value',
    ],
    ['no prototype', [Object.create(null)], 'value'],
    ['instances', [new Point()], 'value'],
    ['`__proto__` as a key', [JSON.parse('{"__proto__":1}')], 'value'],
    ['functions', [() => 1], 'value'],
    ['symbols', [Symbol('x')], 'value'],
    [
      'pairs',
      [
        ['a', 1],
        ['b', 2],
      ],
      '(string,int)',
    ],
    ['arrays of different lengths', [[1], [1, 2], []], '[int]'],
    ['a long array', [[1, 2, 3, 4, 5, 6, 7, 8, 9.5]], '[double]'],
    ['arrays of anything', [['a', 1], [1]], 'value'],
    ['empty arrays', [[], []], '()'],
    ['holes', [new Array(2)], 'value'],
    ['a hole in a list', [[1, 2], Object.assign(new Array(3), [1])], 'value'],
    ['named properties', [Object.assign([1], { index: 0 })], 'value'],
    ['arrays of other classes', [new Numbers()], 'value'],
    ['typed arrays', [new Uint8Array(2)], 'value'],
    ['maps', [new Map()], 'value'],
    [
      'nested',
      [
        { p: [{ x: 1 }, { x: null }], q: { r: [1, 'a'] } },
        { p: [], q: null },
      ],
      '{"p":[{"x":int?}],"q":{"r":(int,string)}?}',
    ],
    ['deep arrays', [nested(17)], `${'('.repeat(16)}value${')'.repeat(16)}`],
    ['frozen objects', [Object.freeze({ a: 1 })], '{"a":int}'],
  ])('of %s', (_, rows, expected) => {
    expect(shapeOf(...rows)).toBe(expected);
  });

  it('does not depend on the order of the records', () => {
    const sets: unknown[][] = [
      [[1, 'a'], ['a', 1], [1]],
      [[1], [1, 2], null, [2.5]],
      [{ a: null }, { a: 1 }, { a: 1.5 }, undefined],
      [[], [1], [[2]]],
      [[[1]], [[]], []],
    ];
    for (const rows of sets) expect(shapeOf(...rows)).toBe(shapeOf(...rows.toReversed()));
  });

  it('joins as it infers', () => {
    const rows = [1, 2.5, null, 'x', [1], [1, 2], { a: 1 }, { a: null }, new Date(0), 1n, true, undefined];
    for (const a of rows) {
      for (const b of rows) {
        const joined = joinShapes(inferShape([a], 0, 1), inferShape([b], 0, 1));
        expect(shapeSignature(joined)).toBe(shapeOf(a, b));
      }
    }
  });

  it('counts what generated code grows with', () => {
    expect(countLeaves(inferShape([{ a: 1, b: [1, 'x'], c: [[1], []] }], 0, 1))).toBe(9);
  });

  it('knows ints and plain arrays', () => {
    expect([0, -1, 2 ** 31 - 1].map(isInt)).toEqual([true, true, true]);
    expect([-0, 0.5, 2 ** 31, Number.NaN].map(isInt)).toEqual([false, false, false, false]);
    const oddTail = Object.assign(new Array(2), { x: 1 });
    oddTail[0] = 1;
    expect([[], [1], [undefined]].map(isPlainArray)).toEqual([true, true, true]);
    expect([new Array(1), oddTail].map(isPlainArray)).toEqual([false, false]);
  });
});
