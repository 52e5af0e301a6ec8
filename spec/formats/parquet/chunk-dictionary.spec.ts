import { describe, expect, it } from 'vitest';
import { Arena } from '../../../formats/parquet/arena.ts';
import { dictionaryMayHold, isAllCoded, usefulDictionaryBytes } from '../../../formats/parquet/chunk-dictionary.ts';
import type { ColumnChunkMetadata } from '../../../formats/parquet/metadata.ts';
import { openParquet } from '../../../formats/parquet/parquet-file.ts';
import type { LeafNode } from '../../../formats/parquet/schema-tree.ts';
import { pointSet, rangeSet } from '../../../formats/scan/value-set.ts';
import { ByteArraySource } from '../../support/byte-source.ts';
import { indexedParquet, type PlainColumn } from '../../support/indexed-parquet.ts';

/** A chunk whose dictionary is a small part of it. */
function open(column: Omit<PlainColumn, 'name'>) {
  const bytes = indexedParquet([{ name: 'x', ...column }], { rowGroupRows: 4000, pageRows: [5], dictionary: true });
  const file = openParquet(new ByteArraySource(bytes));
  const chunk = file.metadata.rowGroups[0]?.columns[0] as ColumnChunkMetadata;
  return { file, leaf: file.tree.leaves[0] as LeafNode, chunk, arena: new Arena() };
}

const times = <T>(values: readonly T[]) => Array.from({ length: 400 }, (_, i) => values[i % values.length] as T);

describe('the dictionary of a chunk', () => {
  it.each([
    ['BYTE_ARRAY', { converted: 'UTF8', values: times(['a', 'c', null]) }, 'bytes', Buffer.from('b'), Buffer.from('c')],
    ['INT32', { values: times([1, 3, null]) }, 'integer', 2n, 3n],
    ['INT64', { values: times([1n, 2n ** 60n]) }, 'integer', 2n, 2n ** 60n],
    ['DOUBLE', { values: times([1, Number.NaN]) }, 'float', 2, Number.NaN],
  ] as const)('says what a chunk of %s may hold', (type, column, domain, absent, present) => {
    const { file, leaf, chunk, arena } = open({ type, ...column });
    expect(usefulDictionaryBytes(file, leaf, chunk)).toBeGreaterThan(0);
    expect(dictionaryMayHold(arena, file, leaf, chunk, pointSet(domain, [absent]))).toBe(false);
    expect(dictionaryMayHold(arena, file, leaf, chunk, pointSet(domain, [present, absent]))).toBe(true);
    expect(dictionaryMayHold(arena, file, leaf, chunk, rangeSet(domain, undefined, absent))).toBe(true);
  });

  it('is asked only where it tells all, and is small', () => {
    const { file, leaf, chunk } = open({ type: 'INT32', values: times([1, 2]) });
    expect(usefulDictionaryBytes(file, leaf, { ...chunk, dictionaryPageOffset: undefined })).toBe(0);
    const large = { ...chunk, totalCompressedBytes: chunk.dataPageOffset - 4 };
    expect(usefulDictionaryBytes(file, leaf, large)).toBe(0);
    const mixed = [...(chunk.encodingStats ?? []), { pageType: 0, encoding: 'PLAIN', count: 1 } as const];
    expect(usefulDictionaryBytes(file, leaf, { ...chunk, encodingStats: mixed })).toBe(0);
    expect(usefulDictionaryBytes(file, { ...leaf, physicalType: 'INT96' }, chunk)).toBe(0);
  });

  it('tells all by the statistics of encodings, or by old names', () => {
    const of = (encodings: ColumnChunkMetadata['encodings']) =>
      isAllCoded({ encodings, encodingStats: undefined } as unknown as ColumnChunkMetadata);
    expect(of(['PLAIN_DICTIONARY', 'RLE'])).toBe(true);
    expect(of(['PLAIN_DICTIONARY', 'RLE', 'PLAIN'])).toBe(false);
    expect(of(['RLE_DICTIONARY', 'RLE'])).toBe(false);
  });

  it('is damaged where there is none', () => {
    const { file, leaf, chunk, arena } = open({ type: 'INT32', values: times([1, 2]) });
    const moved = { ...chunk, dictionaryPageOffset: chunk.dataPageOffset, dataPageOffset: chunk.dataPageOffset + 30 };
    expect(() => dictionaryMayHold(arena, file, leaf, moved, pointSet('integer', [1n]))).toThrow(/PARQUET_CORRUPT/);
  });
});
