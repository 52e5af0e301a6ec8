import { describe, expect, it } from 'vitest';
import { type DataType, field } from '../../../formats/schema/data-type.ts';
import { sliceRows } from '../../../formats/schema/slice-rows.ts';
import { missingVector } from '../../../formats/schema/take-rows.ts';
import type { Vector } from '../../../formats/schema/vector.ts';
import { vectorValues } from '../../support/vector-values.ts';
import {
  booleanVector,
  bytesVector,
  dictionaryVector,
  int64Vector,
  numberVector,
  wideVector,
} from '../../support/vectors.ts';

const INT: DataType = { kind: 'int', bits: 32, signed: true };
const TEXT: DataType = { kind: 'string' };
const ROWS = 27;

/** Every third value is missing, but for the last ten. */
function some<T>(make: (i: number) => T): (T | null)[] {
  return Array.from({ length: ROWS }, (_, i) => (i % 3 === 1 && i < 17 ? null : make(i)));
}

const offsets = Int32Array.from({ length: ROWS + 1 }, (_, i) => i >> 1);
const items = numberVector(INT, some((i) => i).slice(0, ROWS >> 1));
const { validity, nullCount } = numberVector(
  INT,
  some((i) => i),
);
const common = { length: ROWS, validity, nullCount };

const VECTORS: readonly Vector[] = [
  numberVector(
    INT,
    some((i) => i),
  ),
  numberVector(
    INT,
    Array.from({ length: ROWS }, (_, i) => -i),
  ),
  int64Vector(
    { kind: 'int', bits: 64, signed: true },
    some((i) => 2n ** 40n + BigInt(i)),
  ),
  wideVector(
    { kind: 'decimal', precision: 38, scale: 0 },
    some((i) => -(10n ** 30n) - BigInt(i)),
  ),
  booleanVector(some((i) => i % 2 === 0)),
  bytesVector(
    TEXT,
    some((i) => `text ${i}`),
  ),
  dictionaryVector(
    TEXT,
    some((i) => `text ${i % 4}`),
  ),
  missingVector(field('x', TEXT), ROWS),
  { layout: 'list', type: { kind: 'list', element: field('element', INT) }, ...common, offsets, element: items },
  {
    ...{ layout: 'map', type: { kind: 'map', key: field('key', INT, false), value: field('value', INT) } },
    ...{
      ...common,
      offsets,
      keys: numberVector(
        INT,
        Array.from({ length: ROWS >> 1 }, (_, i) => i),
      ),
      values: items,
    },
  },
  {
    ...{ layout: 'struct', type: { kind: 'struct', fields: [field('x', INT), field('y', TEXT)] }, ...common },
    fields: [
      numberVector(
        INT,
        some((i) => i),
      ),
      bytesVector(
        TEXT,
        some((i) => `${i}`),
      ),
    ],
  },
];

describe('sliceRows', () => {
  it.each(VECTORS.map((vector) => [vector.layout, vector] as const))('gives rows of a %s vector', (_, vector) => {
    const values = vectorValues(vector);
    const batch = { fields: [field('x', vector.type)], rowCount: ROWS, vectors: [vector] };
    for (let from = 0; from <= ROWS; from++) {
      for (let to = from; to <= ROWS; to++) {
        const { vectors, rowCount } = sliceRows(batch, from, to);
        const [slice] = vectors as [Vector];
        expect(rowCount).toBe(to - from);
        expect(vectorValues(slice)).toEqual(values.slice(from, to));
        expect(slice.nullCount).toBe(values.slice(from, to).filter((value) => value === null).length);
        expect(slice.validity === undefined).toBe(slice.nullCount === 0 || slice.layout === 'null');
      }
    }
  });

  it('copies no values, and leaves a dictionary the object that it is', () => {
    const vectors = [numberVector(INT, [1, 2, 3]), dictionaryVector(TEXT, ['x', 'y', 'x'])] as const;
    const batch = { fields: vectors.map(({ type }, i) => field(`c${i}`, type)), rowCount: 3, vectors };
    const [numbers, texts] = sliceRows(batch, 1, 3).vectors as [Vector, Vector];
    const [{ values }, { dictionary }] = vectors as unknown as [{ values: Int32Array }, { dictionary: object }];
    expect(numbers).toMatchObject({ values: { buffer: values.buffer } });
    expect((texts as { dictionary?: object }).dictionary).toBe(dictionary);
  });
});
