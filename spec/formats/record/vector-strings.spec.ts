import { describe, expect, it } from 'vitest';
import { rowAt } from '../../../formats/record/row-at.ts';
import { binaryColumn, stringColumn, uuidColumn } from '../../../formats/record/vector-strings.ts';
import type { BytesVector, DictionaryVector } from '../../../formats/schema/vector.ts';

/** Values with four bytes between them, as pages have them. */
function vectorOf(values: readonly (string | Uint8Array)[], between = 0): BytesVector {
  const parts = values.map((value) => Buffer.from(value as string));
  const bytes = new Uint8Array(Buffer.concat(parts.flatMap((part) => [Buffer.alloc(4, between), part])));
  let at = 0;
  const starts = Int32Array.from(parts, (part) => {
    at += 4 + part.length;
    return at - part.length;
  });
  const lengths = Int32Array.from(parts, (part) => part.length);
  return {
    layout: 'bytes',
    type: { kind: 'string' },
    length: values.length,
    bytes,
    starts,
    lengths,
    validity: undefined,
    nullCount: 0,
  };
}

const dictionaryOf = (dictionary: BytesVector, codes: readonly number[]): DictionaryVector => ({
  ...{ layout: 'dictionary', type: { kind: 'string' }, length: codes.length, validity: undefined, nullCount: 0 },
  ...{ codes: Int32Array.from(codes), dictionary },
});
const TEXTS = ['', 'a', 'short', 'longer than thirteen', 'x'.repeat(70_000), 'b', 'z'.repeat(12)];

describe('strings of files', () => {
  it.each([0, 200])('are decoded, of whatever length and whatever lies between (%i)', (between) => {
    for (const texts of [TEXTS, [...TEXTS, 'äöü €', '😀', '\ufffd'], ['', ''], []]) {
      const column = stringColumn(vectorOf(texts, between), undefined, 'a');
      expect(texts.map((_, i) => rowAt(column, i))).toEqual(texts);
    }
  });

  it('keep the codes of a dictionary', () => {
    const column = stringColumn(dictionaryOf(vectorOf(['x', 'é']), [1, 0, 1]), Uint8Array.of(0, 0, 1), 'a');
    expect(column.kind).toBe('dictionary');
    expect([0, 1, 2].map((i) => rowAt(column, i))).toEqual(['é', 'x', null]);
  });

  it('are refused where they are no UTF-8, when someone looks', () => {
    const broken = vectorOf(['fine', Uint8Array.of(0x61, 0xff)]);
    const inexact = expect.objectContaining({
      code: 'VALUE_NOT_EXACT',
      params: expect.objectContaining({ column: 'a.b' }),
    });
    const column = stringColumn(broken, undefined, 'a.b');
    expect(() => rowAt(column, 0)).toThrow(inexact);
    expect(() => stringColumn(dictionaryOf(broken, [0]), undefined, 'a.b')).toThrow(inexact);
  });
});

describe('UUIDs and binary of files', () => {
  const id = Uint8Array.from({ length: 16 }, (_, i) => i * 17);

  it('are text in the usual form', () => {
    const column = uuidColumn(vectorOf([id, id]), Uint8Array.of(0, 1));
    expect([rowAt(column, 0), rowAt(column, 1)]).toEqual(['00112233-4455-6677-8899-aabbccddeeff', null]);
    expect(rowAt(uuidColumn(dictionaryOf(vectorOf([id]), [0]), undefined), 0)).toBe(
      '00112233-4455-6677-8899-aabbccddeeff',
    );
  });

  it('are bytes of their own', () => {
    const vector = vectorOf([Uint8Array.of(1, 2), Uint8Array.of(3)]);
    const { values } = binaryColumn({ ...vector, validity: Uint8Array.of(0b01), nullCount: 1 });
    expect(values).toEqual([Uint8Array.of(1, 2), null]);
    expect((values[0] as Uint8Array).buffer.byteLength).toBe(2);
    expect(binaryColumn(dictionaryOf(vector, [1, 0])).values).toEqual([Uint8Array.of(3), Uint8Array.of(1, 2)]);
  });
});
