import { describe, expect, it } from 'vitest';
import { openParquet, PARQUET_LIMITS, readExactly } from '../../../formats/parquet/parquet-file.ts';
import { ByteArraySource } from '../../support/byte-source.ts';
import { type ElementSpec, int32s, parquetBytes } from '../../support/parquet-bytes.ts';
import { binary, list, struct } from '../../support/thrift-bytes.ts';

const A: ElementSpec = { name: 'a', type: 'INT32', repetition: 'REQUIRED' };
const chunk = { pages: [{ count: 2, values: int32s(1, 2) }] };
const bytes = parquetBytes([A], [{ rowCount: 2, chunks: [chunk] }]);
const open = (content: Uint8Array, limits = {}) => openParquet(new ByteArraySource(content), { limits });
const corrupt = expect.objectContaining({ code: 'PARQUET_CORRUPT' });

describe('an opened file', () => {
  it('knows its size, its columns and its row groups', () => {
    const file = open(bytes);
    expect(file).toMatchObject({ sizeBytes: bytes.length, limits: PARQUET_LIMITS, verifyChecksums: true });
    expect(file.schema).toEqual({
      fields: [{ name: 'a', type: { kind: 'int', bits: 32, signed: true }, nullable: false }],
    });
    expect(file.metadata.rowGroups).toHaveLength(1);
  });

  it('takes one read of its end, and another where the footer is long', () => {
    const source = new ByteArraySource(bytes);
    openParquet(source);
    expect(source.reads).toEqual([{ position: 0, length: bytes.length }]);
    const pairs = list(
      Array.from({ length: 400 }, (_, i) => struct({ 1: binary(`k${i}`), 2: binary('v'.repeat(300)) })),
    );
    const long = new ByteArraySource(parquetBytes([A], [{ rowCount: 2, chunks: [chunk] }], { 5: pairs }));
    expect(openParquet(long).metadata.keyValues.get('k399')).toHaveLength(300);
    const [first, second] = long.reads as [{ position: number; length: number }, { position: number; length: number }];
    expect(long.reads).toHaveLength(2);
    expect(first).toEqual({ position: long.sizeBytes() - 65_536, length: 65_536 });
    expect(second.position + second.length).toBe(first.position);
  });

  it('is refused where it is no Parquet, too short, or cut', () => {
    for (const content of [
      new Uint8Array(),
      Buffer.from('PAR1PAR1'),
      Buffer.alloc(100),
      bytes.subarray(0, -1),
      bytes.subarray(bytes.length - 30),
    ]) {
      expect(() => open(content)).toThrow(corrupt);
    }
  });

  it('is refused as not supported where its footer is encrypted', () => {
    const encrypted = Buffer.from(bytes);
    encrypted.write('PARE', encrypted.length - 4);
    expect(() => open(encrypted)).toThrow(expect.objectContaining({ code: 'PARQUET_UNSUPPORTED' }));
  });

  it('is refused with a footer over the limit, before it is read', () => {
    expect(() => open(bytes, { footerBytes: 20 })).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
  });

  it('is refused where row groups do not have the columns of the schema', () => {
    const B: ElementSpec = { name: 'b', type: 'INT64', repetition: 'REQUIRED' };
    expect(() => open(parquetBytes([A, B], [{ rowCount: 2, chunks: [chunk] }]))).toThrow(corrupt);
    const schemaOf = (element: ElementSpec) => openParquet(new ByteArraySource(parquetBytes([element], [])));
    expect(schemaOf(B).schema.fields).toHaveLength(1);
    const wrong = list([
      struct({ 4: binary('root'), 5: { type: 5, bytes: [2] } }),
      struct({ 1: { type: 5, bytes: [4] }, 4: binary('a') }),
    ]);
    expect(() => open(parquetBytes([A], [{ rowCount: 2, chunks: [chunk] }], { 2: wrong }))).toThrow(corrupt);
  });

  it('is damaged where it ends before what was to be read', () => {
    const source = new ByteArraySource(bytes);
    const target = new Uint8Array(10);
    expect(() => readExactly(source, target, bytes.length - 5, { path: 'a', place: 'b' })).toThrow(corrupt);
  });
});
