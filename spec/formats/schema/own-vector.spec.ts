import { describe, expect, it } from 'vitest';
import { type DataType, field } from '../../../formats/schema/data-type.ts';
import { ownBatch, ownVector } from '../../../formats/schema/own-vector.ts';
import type { BytesVector, Vector } from '../../../formats/schema/vector.ts';
import { vectorValues } from '../../support/vector-values.ts';

const INT: DataType = { kind: 'int', bits: 32, signed: true };
const whole = { validity: undefined, nullCount: 0 };

function bytesVector(starts: readonly number[], lengths: readonly number[], bytes: Uint8Array): BytesVector {
  return {
    ...{ layout: 'bytes', type: { kind: 'string' }, length: starts.length, ...whole },
    ...{ bytes, starts: Int32Array.from(starts), lengths: Int32Array.from(lengths) },
  };
}

const text = Buffer.from('xxoneyytwozzzthree');
const strings = bytesVector([2, 7, 13, 0], [3, 3, 5, 0], text);
const numbers: Vector = { layout: 'number', type: INT, length: 3, values: Int32Array.of(1, 2, 3, 99), ...whole };
const validity = Uint8Array.of(0b101, 255, 255);

const VECTORS: readonly Vector[] = [
  { layout: 'null', type: { kind: 'null' }, length: 3, validity, nullCount: 1 },
  {
    layout: 'boolean',
    type: { kind: 'boolean' },
    length: 3,
    values: Uint8Array.of(1, 0, 1, 1),
    validity,
    nullCount: 1,
  },
  numbers,
  { layout: 'int64', type: INT, length: 2, lanes: Int32Array.of(1, 2, 3, 4, 5, 6), ...whole },
  { layout: 'wide', type: INT, length: 1, width: 4, words: Int32Array.of(1, 2, 3, 4, 5), ...whole },
  strings,
  {
    layout: 'dictionary',
    type: { kind: 'string' },
    length: 3,
    codes: Int32Array.of(2, 0, 2),
    dictionary: strings,
    ...whole,
  },
  {
    ...{ layout: 'list', type: { kind: 'list', element: field('element', INT) }, length: 2, ...whole },
    ...{ offsets: Int32Array.of(0, 1, 3, 7), element: numbers },
  },
  {
    ...{
      layout: 'map',
      type: { kind: 'map', key: field('key', INT), value: field('value', INT) },
      length: 1,
      ...whole,
    },
    ...{ offsets: Int32Array.of(0, 3), keys: numbers, values: numbers },
  },
  {
    layout: 'struct',
    type: { kind: 'struct', fields: [field('a', INT)] },
    length: 3,
    fields: [numbers],
    validity,
    nullCount: 1,
  },
];

function buffersOf(value: unknown): readonly ArrayBufferLike[] {
  if (ArrayBuffer.isView(value)) return [value.buffer];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(buffersOf) : [];
}

describe('a vector of its own', () => {
  it.each(VECTORS.map((vector) => [vector.layout, vector] as const))(
    'of layout %s has the same values and shares nothing',
    (_, vector) => {
      const own = ownVector(vector);
      expect(vectorValues(own)).toEqual(vectorValues(vector));
      const theirs = new Set(buffersOf(vector));
      expect(buffersOf(own).filter((buffer) => theirs.has(buffer))).toEqual([]);
    },
  );

  it('holds little more than the bytes of its values, however they are spread', () => {
    const far = Buffer.alloc(100_000, 'a');
    const own = ownVector(bytesVector([10, 99_000], [2, 3], far)) as BytesVector;
    expect(own.bytes.length).toBe(5);
    expect(vectorValues(own)).toEqual(['aa', 'aaa']);
    expect((ownVector(bytesVector([5, 9], [0, 0], far)) as BytesVector).bytes.length).toBe(0);
    expect((ownVector(bytesVector([10, 13, 20], [3, 3, 3], far)) as BytesVector).bytes.length).toBe(13);
  });

  it('is made of every vector of a batch', () => {
    const batch = { fields: [field('a', INT)], rowCount: 3, vectors: [numbers] };
    const own = ownBatch(batch);
    expect(own).toMatchObject({ fields: batch.fields, rowCount: 3 });
    expect(vectorValues(own.vectors[0] as Vector)).toEqual([1, 2, 3]);
  });
});
