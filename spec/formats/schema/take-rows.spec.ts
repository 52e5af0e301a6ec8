import { describe, expect, it } from 'vitest';
import { type DataType, field } from '../../../formats/schema/data-type.ts';
import { missingVector, takeRows } from '../../../formats/schema/take-rows.ts';
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
const LONG: DataType = { kind: 'int', bits: 64, signed: true };
const TEXT: DataType = { kind: 'string' };
const long = 'a text of more than thirty-two bytes, which is moved at once';

const list: Vector = {
  ...{ layout: 'list', type: { kind: 'list', element: field('element', INT) }, length: 3 },
  ...{ validity: Uint8Array.of(5), nullCount: 1, offsets: Int32Array.of(0, 2, 2, 3) },
  element: numberVector(INT, [1, null, 3]),
};
const map: Vector = {
  ...{ layout: 'map', type: { kind: 'map', key: field('key', TEXT, false), value: field('value', INT) }, length: 3 },
  ...{ validity: undefined, nullCount: 0, offsets: Int32Array.of(0, 1, 1, 3) },
  ...{ keys: bytesVector(TEXT, ['a', 'b', 'c']), values: numberVector(INT, [1, 2, null]) },
};
const struct: Vector = {
  ...{ layout: 'struct', type: { kind: 'struct', fields: [field('x', INT)] }, length: 3, validity: undefined },
  ...{ nullCount: 0, fields: [numberVector(INT, [7, 8, 9])] },
};

const VECTORS: readonly Vector[] = [
  numberVector(INT, [1, null, 3]),
  numberVector({ kind: 'float', bits: 64 }, [0.5, -0, null]),
  { ...(numberVector(INT, [1, 2, 3]) as Vector & { layout: 'number' }), values: Uint32Array.of(1, 2, 3) },
  { ...(numberVector(INT, [1, 2, 3]) as Vector & { layout: 'number' }), values: Float32Array.of(1, 2, 3) },
  booleanVector([true, null, false]),
  int64Vector(LONG, [2n ** 62n, -1n, null]),
  wideVector({ kind: 'decimal', precision: 30, scale: 0 }, [10n ** 25n, null, -1n]),
  bytesVector(TEXT, ['a', null, long]),
  dictionaryVector(TEXT, ['a', null, 'a']),
  dictionaryVector(TEXT, ['a', 'b', 'c']),
  dictionaryVector(TEXT, [null, 'b', 'c']),
  missingVector(field('x', INT), 3),
  list,
  map,
  struct,
];

describe('takeRows', () => {
  it.each(VECTORS.map((vector) => [vector.layout, vector] as const))('takes rows of a %s vector', (_, vector) => {
    const values = vectorValues(vector);
    for (const rows of [[], [2], [0, 1, 2], [2, 2, 0, 1], [1, 0]]) {
      const taken = takeRows(vector, Int32Array.from(rows));
      expect(taken.length).toBe(rows.length);
      expect(vectorValues(taken)).toEqual(rows.map((row) => values[row]));
      expect(taken.type).toEqual(vector.type);
      expect(taken.nullCount).toBe(rows.filter((row) => values[row] === null).length);
    }
  });

  it('does not bring a large dictionary along for a few rows', () => {
    const taken = takeRows(dictionaryVector(TEXT, ['a', 'b', 'c']), Int32Array.of(1));
    expect(taken).toMatchObject({ layout: 'bytes', bytes: Uint8Array.of(98) });
  });
});
