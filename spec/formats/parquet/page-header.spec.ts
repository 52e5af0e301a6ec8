import { describe, expect, it } from 'vitest';
import { readPageHeader } from '../../../formats/parquet/page-header.ts';
import { pageBytes } from '../../support/parquet-bytes.ts';
import { int, struct, type ThriftValue } from '../../support/thrift-bytes.ts';

const where = { path: 'a.parquet', place: 'column x' };
const read = (bytes: Uint8Array, end = bytes.length) => readPageHeader(bytes, 0, end, where, 0);
const corrupt = expect.objectContaining({ code: 'PARQUET_CORRUPT' });
const header = (fields: Readonly<Record<number, ThriftValue>>) =>
  Uint8Array.from([...struct(fields).bytes, 1, 2, 3, 4]);

describe('the header of a page', () => {
  it('is read, of either version and of dictionaries', () => {
    const values = Uint8Array.of(1, 2, 3);
    const levels = Uint8Array.of(9, 9);
    const bytes = pageBytes({ count: 7, values, encoding: 'RLE_DICTIONARY', crc: 77 });
    expect(read(bytes)).toMatchObject({
      kind: 'data',
      valueCount: 7,
      encoding: 'RLE_DICTIONARY',
      crc: 77,
      definitionEncoding: 'RLE',
    });
    expect(read(bytes)).toMatchObject({ bodyAt: bytes.length - 3, compressedBytes: 3, uncompressedBytes: 3 });
    const second = pageBytes({ kind: 'data2', count: 5, values, definitions: levels, repetitions: values });
    expect(read(second)).toMatchObject({
      kind: 'data2',
      definitionBytes: 2,
      repetitionBytes: 3,
      isCompressed: true,
      crc: undefined,
    });
    expect(read(pageBytes({ kind: 'dictionary', count: 2, values }))).toMatchObject({
      kind: 'dictionary',
      valueCount: 2,
      encoding: 'PLAIN',
    });
  });

  it('may be of a page to be passed over', () => {
    expect(read(header({ 1: int(1), 2: int(4), 3: int(4) }))).toMatchObject({ kind: 'other', compressedBytes: 4 });
    expect(read(header({ 1: int(9), 2: int(4), 3: int(4) })).kind).toBe('other');
  });

  it('is refused without sizes or a number of values, with negative ones, and with a body or levels that do not fit', () => {
    const body = struct({ 1: int(1), 2: int(0) });
    expect(() => read(header({ 1: int(0), 3: int(4), 5: body }))).toThrow(corrupt);
    expect(() => read(header({ 1: int(0), 2: int(4), 5: body }))).toThrow(corrupt);
    expect(() => read(header({ 1: int(0), 2: int(4), 3: int(4) }))).toThrow(corrupt);
    expect(() => read(header({ 1: int(0), 2: int(-4), 3: int(4), 5: body }))).toThrow(corrupt);
    expect(() => read(header({ 1: int(0), 2: int(4), 3: int(5), 5: body }))).toThrow(corrupt);
    expect(() => read(header({ 1: int(0), 2: int(4), 3: int(4), 5: struct({ 1: int(-1) }) }))).toThrow(corrupt);
    expect(() =>
      read(header({ 1: int(3), 2: int(4), 3: int(4), 8: struct({ 1: int(1), 5: int(3), 6: int(2) }) })),
    ).toThrow(corrupt);
    expect(() => read(header({ 1: int(3), 2: int(4), 3: int(4), 8: struct({ 1: int(1), 5: int(-1) }) }))).toThrow(
      corrupt,
    );
  });

  it('is refused where it is cut, at every byte', () => {
    const bytes = pageBytes({ count: 7, values: new Uint8Array(5) });
    for (let end = 0; end < bytes.length; end++) expect(() => read(bytes, end)).toThrow(corrupt);
  });
});
