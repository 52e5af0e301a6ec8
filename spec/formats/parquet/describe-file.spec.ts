import { describe, expect, it } from 'vitest';
import { describeParquet, formatOrdered } from '../../../formats/parquet/describe-file.ts';
import { openParquet } from '../../../formats/parquet/parquet-file.ts';
import type { DataType } from '../../../formats/schema/data-type.ts';
import { ByteArraySource } from '../../support/byte-source.ts';
import { indexedParquet } from '../../support/indexed-parquet.ts';

describe('describeParquet', () => {
  it('says what the footer says, and reads nothing else', () => {
    const source = new ByteArraySource(
      indexedParquet(
        [
          { name: 'id', type: 'INT32', values: [1, 2, null] },
          { name: 'text', type: 'BYTE_ARRAY', converted: 'UTF8', values: ['a', 'é', 'a'] },
        ],
        { rowGroupRows: 2, pageRows: [1], statistics: true, dictionary: true, pageIndex: true, bloom: true },
      ),
    );
    const file = openParquet(source);
    const reads = source.reads.length;
    const described = describeParquet(file);
    expect(source.reads.length).toBe(reads);
    expect(described).toMatchObject({
      ...{ path: 'a.parquet', createdBy: 'spec', rowCount: 3, keys: [] },
      schema: [
        { name: 'id', type: 'int32', nullable: true },
        { name: 'text', type: 'string', nullable: true },
      ],
    });
    expect(described.rowGroups.map(({ rowCount }) => rowCount)).toEqual([2, 1]);
    expect(described.rowGroups[0]?.columns[1]).toMatchObject({
      ...{ path: 'text', type: 'string', codec: 'UNCOMPRESSED', encodings: ['RLE_DICTIONARY', 'RLE'] },
      ...{ valueCount: 2, nullCount: 0, min: 'a', max: 'é', hasDictionary: true, hasBloomFilter: true },
      ...{ hasOffsetIndex: true, hasColumnIndex: true },
    });
    expect(described.rowGroups[1]?.columns[0]).toMatchObject({ nullCount: 1, min: undefined, max: undefined });
  });
});

describe('formatOrdered', () => {
  it('writes values as their types are written', () => {
    const micros: DataType = { kind: 'timestamp', unit: 'micros', withZone: true };
    const cases: readonly (readonly [DataType, bigint | number | Uint8Array, string])[] = [
      [{ kind: 'int', bits: 64, signed: true }, 5n, '5'],
      [{ kind: 'float', bits: 64 }, -0, '-0'],
      [{ kind: 'boolean' }, 1n, 'true'],
      [{ kind: 'date' }, -1n, '1969-12-31'],
      [{ kind: 'date' }, 2n ** 31n, 'day 2147483648'],
      [micros, -1n, '1969-12-31T23:59:59.999999Z'],
      [{ kind: 'timestamp', unit: 'millis', withZone: true }, 2n ** 62n, '4611686018427387904 millis'],
      [{ kind: 'timestamp', unit: 'millis', withZone: false }, 5n, '1970-01-01T00:00:00.005'],
      [{ kind: 'timestamp', unit: 'nanos', withZone: false }, 5n, '1970-01-01T00:00:00.000000005'],
      [{ kind: 'decimal', precision: 9, scale: 2 }, -5n, '-0.05'],
      [{ kind: 'decimal', precision: 9, scale: 0 }, 12n, '12'],
      [{ kind: 'string' }, Buffer.from('é'), 'é'],
      [{ kind: 'binary', byteLength: undefined }, Uint8Array.of(1, 255), '0x01ff'],
    ];
    for (const [type, value, text] of cases) expect(formatOrdered(type, value)).toBe(text);
  });
});
