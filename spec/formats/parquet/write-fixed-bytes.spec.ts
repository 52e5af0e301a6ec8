import { describe, expect, it } from 'vitest';
import { fixedByteArrays } from '../../../formats/parquet/write-fixed-bytes.ts';
import type { DataType } from '../../../formats/schema/data-type.ts';

const common = (type: DataType, length: number) => ({ type, length, validity: undefined, nullCount: 0 });

describe('numbers as byte arrays', () => {
  it('are decimals with the most significant byte first, with their sign', () => {
    const type: DataType = { kind: 'decimal', precision: 20, scale: 0 };
    const words = Int32Array.of(-2, -1, -1, -1, 1, 2, 0, 0);
    const { bytes, starts, lengths } = fixedByteArrays({ layout: 'wide', ...common(type, 2), words, width: 4 }, 9);
    expect(Buffer.from(bytes).toString('hex')).toBe(
      'fffffffffffffffffe000000000200000001'.replace('0000000002', '0000000002'),
    );
    expect([[...starts], [...lengths]]).toEqual([
      [0, 9],
      [9, 9],
    ]);
    const lanes = Int32Array.of(-1, -1, 5, 0);
    const narrow = fixedByteArrays({ layout: 'int64', ...common(type, 2), lanes }, 9).bytes;
    expect(Buffer.from(narrow).toString('hex')).toBe(`${'ff'.repeat(9)}${'00'.repeat(8)}05`);
    const values = Int32Array.of(-256);
    const int = fixedByteArrays({ layout: 'number', ...common(type, 1), values }, 9).bytes;
    expect(Buffer.from(int).toString('hex')).toBe(`${'ff'.repeat(8)}00`);
  });
});
