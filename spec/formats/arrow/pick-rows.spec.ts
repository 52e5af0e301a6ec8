import { describe, expect, it } from 'vitest';
import { pickRows } from '../../../formats/arrow/pick-rows.ts';
import { takeRows } from '../../../formats/schema/take-rows.ts';
import type { Vector } from '../../../formats/schema/vector.ts';
import { vectorValues } from '../../support/vector-values.ts';
import { bytesVector, dictionaryVector, int64Vector, numberVector } from '../../support/vectors.ts';

const INT = { kind: 'int', bits: 32, signed: true } as const;
const ALL = { length: 4, validity: undefined, nullCount: 0 };
const texts = bytesVector({ kind: 'string' }, ['a', null, 'ccc', '']);
const list: Vector = {
  ...{ ...ALL, layout: 'list', type: { kind: 'list', element: { name: 'element', type: texts.type, nullable: true } } },
  ...{ offsets: Int32Array.of(0, 2, 2, 4, 4), element: texts, validity: Uint8Array.of(0b1101), nullCount: 1 },
};
const map: Vector = {
  ...{ ...ALL, layout: 'map', offsets: Int32Array.of(0, 2, 2, 4, 4), keys: texts, values: texts },
  type: {
    kind: 'map',
    key: { name: 'key', type: texts.type, nullable: true },
    value: { name: 'value', type: texts.type, nullable: true },
  },
};
const struct: Vector = {
  ...ALL,
  layout: 'struct',
  type: { kind: 'struct', fields: [{ name: 'a', type: texts.type, nullable: true }] },
  fields: [texts],
};

describe('pickRows', () => {
  it.each<readonly [string, Vector]>([
    ['numbers', numberVector(INT, [1, null, 3, 4])],
    ['64-bit integers', int64Vector({ kind: 'int', bits: 64, signed: true }, [1n, null, 3n, 4n])],
    ['texts', texts],
    ['texts with a dictionary', dictionaryVector({ kind: 'string' }, ['a', null, 'a', 'd'])],
    ['lists', list],
    ['maps', map],
    ['structs', struct],
  ])('gives of %s what takeRows does', (_, vector) => {
    for (const rows of [[], [0], [1, 1, 1], [3, 2, 1, 0], [2, 0, 2, 0, 2, 1, 3]]) {
      const picked = pickRows(vector, Int32Array.from(rows), () => undefined);
      expect(vectorValues(picked)).toEqual(vectorValues(takeRows(vector, Int32Array.from(rows))));
      expect(picked.nullCount).toBe(vectorValues(picked).filter((value) => value === null).length);
    }
  });

  it('copies no bytes, and asks before it makes room for elements', () => {
    const picked = pickRows(texts, new Int32Array(1000).fill(2), () => undefined);
    expect(picked.layout === 'dictionary' && picked.dictionary.bytes).toBe(texts.bytes);
    const counts: number[] = [];
    pickRows(list, Int32Array.of(0, 0, 1), (count) => counts.push(count));
    expect(counts).toEqual([2, 4, 4]);
  });
});
