import { describe, expect, it } from 'vitest';
import { countBits, maskRows } from '../../../formats/schema/mask-rows.ts';
import type { ListVector, Vector } from '../../../formats/schema/vector.ts';
import { vectorValues } from '../../support/vector-values.ts';
import { bytesVector, dictionaryVector, numberVector } from '../../support/vectors.ts';

const INT = { kind: 'int', bits: 32, signed: true } as const;
const numbers = numberVector(INT, [1, null, 3]);
const list: ListVector = {
  ...{ layout: 'list', type: { kind: 'list', element: { name: 'element', type: INT, nullable: true } }, length: 3 },
  ...{ offsets: Int32Array.of(0, 1, 1, 3), element: numbers, validity: undefined, nullCount: 0 },
};

describe('maskRows', () => {
  it('keeps what has a bit and was there', () => {
    const masked = maskRows(numbers, Uint8Array.of(0b110));
    expect(vectorValues(masked)).toEqual([null, null, 3]);
    expect(masked.nullCount).toBe(2);
    expect(maskRows(numbers, undefined)).toBe(numbers);
    expect(maskRows(numbers, Uint8Array.of(0b101))).toBe(numbers);
  });

  it('leaves slots of missing values as vectors have them', () => {
    const text = maskRows(bytesVector({ kind: 'string' }, ['a', 'bb', 'c']), Uint8Array.of(0b101));
    expect(text.layout === 'bytes' && [...text.lengths]).toEqual([1, 0, 1]);
    const coded = maskRows(dictionaryVector({ kind: 'string' }, ['a', 'bb', 'c']), Uint8Array.of(0b101));
    expect(coded.layout === 'dictionary' && [...coded.codes]).toEqual([0, 0, 2]);
    const lists = maskRows(list, Uint8Array.of(0b110));
    expect(vectorValues(lists)).toEqual([null, [], [null, 3]]);
    expect(lists.layout === 'list' && [...lists.offsets]).toEqual([0, 0, 0, 2]);
    const map: Vector = {
      ...{
        layout: 'map',
        length: 3,
        offsets: list.offsets,
        keys: numbers,
        values: numbers,
        validity: undefined,
        nullCount: 0,
      },
      type: {
        kind: 'map',
        key: { name: 'key', type: INT, nullable: false },
        value: { name: 'value', type: INT, nullable: true },
      },
    };
    expect(vectorValues(maskRows(map, Uint8Array.of(0b011)))).toEqual([[[1, 1]], [], null]);
    const struct: Vector = {
      ...{ layout: 'struct', length: 3, fields: [numbers], validity: undefined, nullCount: 0 },
      type: { kind: 'struct', fields: [{ name: 'a', type: INT, nullable: true }] },
    };
    const masked = maskRows(struct, Uint8Array.of(0b011));
    expect(vectorValues(masked)).toEqual([[['a', 1]], [['a', null]], null]);
    expect(masked.layout === 'struct' && masked.fields[0]?.nullCount).toBe(2);
  });

  it('counts bits up to a length, and not those beyond', () => {
    for (let length = 0; length <= 24; length++)
      expect(countBits(Uint8Array.of(255, 0b1010_1010, 255), length)).toBe(countPlainly(length));
  });
});

function countPlainly(length: number): number {
  return [255, 0b1010_1010, 255]
    .flatMap((byte) => Array.from({ length: 8 }, (_, i) => (byte >> i) & 1))
    .slice(0, length)
    .reduce((a, b) => a + b, 0);
}
