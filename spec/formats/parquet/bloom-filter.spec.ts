import { describe, expect, it } from 'vitest';
import { bloomBytes, openBloomFilter } from '../../../formats/parquet/bloom-filter.ts';
import type { ColumnChunkMetadata } from '../../../formats/parquet/metadata.ts';
import { openParquet, type ParquetFile } from '../../../formats/parquet/parquet-file.ts';
import type { LeafNode } from '../../../formats/parquet/schema-tree.ts';
import type { DataType } from '../../../formats/schema/data-type.ts';
import { ByteArraySource } from '../../support/byte-source.ts';
import { bloomFilter, indexedParquet } from '../../support/indexed-parquet.ts';
import { int, struct } from '../../support/thrift-bytes.ts';

const column = { name: 'x', type: 'BYTE_ARRAY', converted: 'UTF8', values: ['a', 'b'] } as const;
const plain = openParquet(new ByteArraySource(indexedParquet([column], { rowGroupRows: 9, pageRows: [9] })));
const leaf = plain.tree.leaves[0] as LeafNode;
const chunk = plain.metadata.rowGroups[0]?.columns[0] as ColumnChunkMetadata;

/** The file with a filter behind it. */
function withFilter(filter: Uint8Array): { file: ParquetFile; source: ByteArraySource; chunk: ColumnChunkMetadata } {
  const whole = new Uint8Array(plain.sizeBytes + filter.length);
  plain.source.read(whole.subarray(0, plain.sizeBytes), 0);
  whole.set(filter, plain.sizeBytes);
  const source = new ByteArraySource(whole);
  const file = { ...plain, source, sizeBytes: whole.length };
  return { file, source, chunk: { ...chunk, bloomFilterOffset: plain.sizeBytes } };
}

const filterOf = ({ file, chunk: own }: ReturnType<typeof withFilter>) => openBloomFilter(file, leaf, own);

describe('a bloom filter', () => {
  it('holds what was put in, little else, and is read by blocks', () => {
    const words = Array.from({ length: 300 }, (_, i) => Buffer.from(`word ${i}`));
    const made = withFilter(bloomFilter(words, 64));
    const filter = filterOf(made);
    expect(words.every((word) => filter?.mayHold(word))).toBe(true);
    const others = Array.from({ length: 1000 }, (_, i) => Buffer.from(`other ${i}`));
    expect(others.filter((word) => filter?.mayHold(word)).length).toBeLessThan(30);
    expect(new Set(made.source.reads.map(({ length }) => length))).toEqual(new Set([64, 32]));
  });

  it('agrees with a block that another implementation wrote', () => {
    // XXH64 of the empty input is 0xef46db3751d8e999; its low half times each constant, the top five bits of each.
    const bits = [0x51d8e999].flatMap((key) =>
      [0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d, 0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31].map(
        (salt) => Math.imul(key, salt) >>> 27,
      ),
    );
    const block = Uint32Array.from(bits, (bit) => (1 << bit) >>> 0);
    const union = struct({ 1: struct({}) });
    const header = struct({ 1: int(32), 2: union, 3: union, 4: union });
    const filter = filterOf(withFilter(Buffer.concat([Uint8Array.from(header.bytes), new Uint8Array(block.buffer)])));
    expect(filter?.mayHold(new Uint8Array())).toBe(true);
    expect(filter?.mayHold(Buffer.from('x'))).toBe(false);
  });

  it('is left alone where there is none, or of another kind', () => {
    expect(openBloomFilter(plain, leaf, chunk)).toBeUndefined();
    const other = struct({ 1: int(32), 2: struct({ 2: struct({}) }), 3: struct({ 1: struct({}) }) });
    expect(filterOf(withFilter(Buffer.concat([Uint8Array.from(other.bytes), new Uint8Array(64)])))).toBeUndefined();
  });

  it('is refused where it does not fit', () => {
    const union = struct({ 1: struct({}) });
    const sized = (size: number) => Uint8Array.from(struct({ 1: int(size), 2: union, 3: union, 4: union }).bytes);
    for (const size of [31, 33, 0, 64, 2 ** 30]) {
      expect(() => filterOf(withFilter(Buffer.concat([sized(size), new Uint8Array(40)])))).toThrow(/PARQUET_CORRUPT/);
    }
    expect(() => openBloomFilter(plain, leaf, { ...chunk, bloomFilterOffset: 1e9 })).toThrow(/PARQUET_CORRUPT/);
  });
});

describe('bloomBytes', () => {
  it('has the bytes of a value only where there is one way to write it', () => {
    const of = (physicalType: LeafNode['physicalType'], type: DataType, value: bigint | number | Uint8Array) =>
      bloomBytes({ ...leaf, physicalType, type, typeLength: 2 }, value);
    const int32: DataType = { kind: 'int', bits: 32, signed: true };
    const double: DataType = { kind: 'float', bits: 64 };
    expect(of('INT32', int32, -2n)).toEqual(Uint8Array.of(254, 255, 255, 255));
    expect(of('INT32', int32, 2n ** 40n)).toBeUndefined();
    expect(of('INT64', int32, 1n)?.length).toBe(8);
    expect(of('DOUBLE', double, 1)?.length).toBe(8);
    for (const value of [0, -0, Number.NaN]) expect(of('DOUBLE', double, value)).toBeUndefined();
    expect(of('FLOAT', { kind: 'float', bits: 32 }, 0.1)).toBeUndefined();
    expect(of('FLOAT', { kind: 'float', bits: 32 }, 0.5)).toEqual(Uint8Array.of(0, 0, 0, 63));
    expect(of('FIXED_LEN_BYTE_ARRAY', { kind: 'binary', byteLength: 2 }, Uint8Array.of(1))).toBeUndefined();
    expect(of('BYTE_ARRAY', { kind: 'decimal', precision: 4, scale: 1 }, 5n)).toBeUndefined();
    expect(of('BOOLEAN', { kind: 'boolean' }, 1n)).toBeUndefined();
  });
});
