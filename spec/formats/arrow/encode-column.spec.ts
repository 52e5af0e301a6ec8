import { describe, expect, it } from 'vitest';
import { EncodedColumns } from '../../../formats/arrow/encode-column.ts';
import { type DataType, field } from '../../../formats/schema/data-type.ts';
import type { Vector } from '../../../formats/schema/vector.ts';
import { booleanVector, bytesVector, dictionaryVector, numberVector, wideVector } from '../../support/vectors.ts';

const INT: DataType = { kind: 'int', bits: 32, signed: true };

function encode(vector: Vector, nullable = true): EncodedColumns {
  const columns = new EncodedColumns('a.arrow');
  columns.add(field('x', vector.type, nullable), vector);
  return columns;
}

describe('buffers of vectors', () => {
  it('have bits where something is missing, and none beyond the last value', () => {
    const vector = { ...numberVector(INT, [1, null, 3]), validity: Uint8Array.of(0b1111_1101) };
    const { nodes, buffers } = encode(vector);
    expect(nodes).toEqual([{ length: 3, nullCount: 1 }]);
    expect(buffers[0]).toEqual(Uint8Array.of(0b101));
    expect(encode(numberVector(INT, [1])).buffers[0]).toHaveLength(0);
  });

  it('have booleans as bits, and texts by offsets', () => {
    expect(encode(booleanVector([true, false, null, true])).buffers[1]).toEqual(Uint8Array.of(0b1001));
    const long = 'a text that is longer than thirty-two bytes';
    for (const vector of [
      bytesVector({ kind: 'string' }, [long, null, 'b']),
      dictionaryVector({ kind: 'string' }, [long, null, 'b']),
    ]) {
      const [, offsets, bytes] = encode(vector).buffers as [Uint8Array, Uint8Array, Uint8Array];
      expect([...new Int32Array(offsets.buffer)]).toEqual([0, long.length, long.length, long.length + 1]);
      expect(Buffer.from(bytes).toString()).toBe(`${long}b`);
    }
  });

  it('leave room for missing values of one length', () => {
    const type: DataType = { kind: 'binary', byteLength: 2 };
    const [, bytes] = encode(bytesVector(type, [Uint8Array.of(1, 2), null, Uint8Array.of(3, 4)])).buffers;
    expect(bytes).toEqual(Uint8Array.of(1, 2, 0, 0, 3, 4));
  });

  it('have decimals in 128 bits, or in 256', () => {
    const small: DataType = { kind: 'decimal', precision: 9, scale: 0 };
    const ints = encode({ ...numberVector(INT, [-2]), type: small }).buffers[1] as Uint8Array;
    expect([...new BigInt64Array(ints.buffer)]).toEqual([-2n, -1n]);
    const wide = encode(wideVector({ kind: 'decimal', precision: 60, scale: 0 }, [-2n], 8)).buffers[1];
    expect(wide).toHaveLength(32);
  });

  it('refuse missing values where there may be none', () => {
    expect(() => encode(numberVector(INT, [null]), false)).toThrow(/NULL_NOT_ALLOWED.*'x'/s);
    expect(() => encode(numberVector(INT, [1]), false)).not.toThrow();
  });
});
