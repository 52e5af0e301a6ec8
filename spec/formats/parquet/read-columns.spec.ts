import { describe, expect, it } from 'vitest';
import { Arena } from '../../../formats/parquet/arena.ts';
import { dictionaryRange, placeOf } from '../../../formats/parquet/chunk-pages.ts';
import type { ColumnChunkMetadata, RowGroupMetadata } from '../../../formats/parquet/metadata.ts';
import { openParquet } from '../../../formats/parquet/parquet-file.ts';
import { projectColumns } from '../../../formats/parquet/project-columns.ts';
import { bytesToRead, leavesOf, readColumns, scratchBytes } from '../../../formats/parquet/read-columns.ts';
import type { LeafNode } from '../../../formats/parquet/schema-tree.ts';
import type { Vector } from '../../../formats/schema/vector.ts';
import { ByteArraySource } from '../../support/byte-source.ts';
import {
  type ElementSpec,
  hybrid,
  int32s,
  type PageSpec,
  pageBytes,
  parquetBytes,
} from '../../support/parquet-bytes.ts';
import { vectorValues } from '../../support/vector-values.ts';

const leaf = (name: string): ElementSpec => ({ name, type: 'INT32', repetition: 'REQUIRED' });
const plain = (...values: readonly number[]): PageSpec => ({ count: values.length, values: int32s(...values) });
const coded = (...codes: readonly number[]): PageSpec => ({
  ...{ count: codes.length, encoding: 'RLE_DICTIONARY' },
  values: Uint8Array.of(2, ...hybrid(codes, 2)),
});
const dictionary: PageSpec = { kind: 'dictionary', count: 3, values: int32s(10, 20, 30) };
const ELEMENTS = [leaf('a'), leaf('b'), leaf('c')];
const bytes = parquetBytes(ELEMENTS, [
  {
    rowCount: 3,
    chunks: [{ pages: [plain(1, 2, 3)] }, { pages: [dictionary, coded(0, 1), coded(2)] }, { pages: [plain(7, 8, 9)] }],
  },
]);

function setUp(columns: readonly string[]) {
  const source = new ByteArraySource(bytes);
  const file = openParquet(source);
  source.reads.length = 0;
  const nodes = projectColumns(file.tree, columns, 'a.parquet');
  const rowGroup = file.metadata.rowGroups[0] as RowGroupMetadata;
  const arena = new Arena();
  arena.restart(scratchBytes(file, rowGroup, nodes));
  return { source, file, nodes, rowGroup, arena };
}

const values = (vectors: readonly Vector[]) => vectors.map((vector) => vectorValues(vector));

describe('reading columns', () => {
  it('gives them in the order asked for, and reads their bytes alone, together where they lie together', () => {
    const { source, file, nodes, rowGroup, arena } = setUp(['b', 'a']);
    expect(values(readColumns(arena, file, rowGroup, nodes))).toEqual([
      [10, 20, 30],
      [1, 2, 3],
    ]);
    const bytesRead = source.reads.reduce((sum, { length }) => sum + length, 0);
    const chunks = rowGroup.columns.slice(0, 2).map((chunk) => chunk.totalCompressedBytes);
    expect(source.reads).toHaveLength(1);
    expect(bytesRead).toBe((chunks[0] as number) + (chunks[1] as number));
    expect(bytesToRead(file, rowGroup, nodes)).toBe(bytesRead);
  });

  it('does not read what lies between', () => {
    const { source, file, nodes, rowGroup, arena } = setUp(['a', 'c']);
    expect(values(readColumns(arena, file, rowGroup, nodes))).toEqual([
      [1, 2, 3],
      [7, 8, 9],
    ]);
    const [a, , c] = rowGroup.columns as [ColumnChunkMetadata, ColumnChunkMetadata, ColumnChunkMetadata];
    expect(source.reads).toEqual([
      { position: a.dataPageOffset, length: a.totalCompressedBytes },
      { position: c.dataPageOffset, length: c.totalCompressedBytes },
    ]);
  });

  it('reads the pages selected alone, with their dictionary', () => {
    const { source, file, nodes, rowGroup, arena } = setUp(['b']);
    const chunk = rowGroup.columns[1] as ColumnChunkMetadata;
    const second = chunk.dataPageOffset + pageBytes(coded(0, 1)).length;
    const select = (node: LeafNode) => [
      dictionaryRange(file, chunk, placeOf(file, node), chunk.dataPageOffset),
      { offset: second, length: pageBytes(coded(2)).length },
    ];
    expect(values(readColumns(arena, file, rowGroup, nodes, select))).toEqual([[30]]);
    expect(source.reads).toHaveLength(2);
    expect(bytesToRead(file, rowGroup, nodes, select)).toBe(source.reads.reduce((sum, { length }) => sum + length, 0));
  });

  it('refuses pages that are not in the file', () => {
    const { file, nodes, rowGroup, arena } = setUp(['a']);
    const select = () => [{ offset: 4, length: bytes.length }];
    expect(() => readColumns(arena, file, rowGroup, nodes, select)).toThrow(
      expect.objectContaining({ code: 'PARQUET_CORRUPT' }),
    );
  });

  it('finds the leaves of nested columns in the order of the schema', () => {
    const item: ElementSpec = { name: 'list', repetition: 'REPEATED', children: [leaf('element')] };
    const entry: ElementSpec = { name: 'key_value', repetition: 'REPEATED', children: [leaf('key'), leaf('value')] };
    const elements: readonly ElementSpec[] = [
      { name: 'l', repetition: 'REQUIRED', converted: 'LIST', children: [item] },
      { name: 's', repetition: 'REQUIRED', children: [leaf('x'), leaf('y')] },
      { name: 'm', repetition: 'REQUIRED', converted: 'MAP', children: [entry] },
    ];
    const { tree } = openParquet(new ByteArraySource(parquetBytes(elements, [])));
    expect(leavesOf(tree.columns)).toEqual(tree.leaves);
  });
});
