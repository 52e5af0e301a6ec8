import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openBloomFilter } from '../../../formats/parquet/bloom-filter.ts';
import type { ColumnChunkMetadata } from '../../../formats/parquet/metadata.ts';
import { openParquet } from '../../../formats/parquet/parquet-file.ts';
import type { LeafNode } from '../../../formats/parquet/schema-tree.ts';
import { parseField } from '../../../formats/schema/parse-type.ts';
import { ByteArraySource } from '../../support/byte-source.ts';
import { queryDuckDb } from '../../support/duckdb.ts';
import { writeRows } from '../../support/write-parquet.ts';

const directory = mkdtempSync(join(tmpdir(), 'cairn-bloom-'));
afterAll(() => rmSync(directory, { recursive: true }));

const TYPES = {
  a: 'int64',
  b: 'string',
  c: 'double',
  d: 'int32',
  e: 'binary',
  f: 'boolean',
  g: 'float',
  h: 'list<int32>',
};
const SCHEMA = { fields: Object.entries(TYPES).map(([name, type]) => parseField(name, type)) };
const ROWS = Array.from({ length: 2000 }, (_, i) => ({
  a: BigInt(i) * 1_000_000_007n,
  b: i % 2 === 0 ? `key ${i}` : `a key that is longer than a stripe of the hash: ${i}`,
  c: i === 0 ? -0 : i === 1 ? Number.NaN : i / 7,
  d: i % 3,
  e: i % 5 === 0 ? null : Uint8Array.of(i, i >> 8, 7),
  f: true,
  g: i % 2 === 0 ? 0 : Number.NaN,
  h: [i, -i],
}));
const NAMES = [...Object.keys(TYPES), 'h.list.element'];

describe('bloom filters', () => {
  const bytes = writeRows(SCHEMA, ROWS, { bloomFilters: NAMES });
  const file = openParquet(new ByteArraySource(bytes));
  const filterOf = (path: string) => {
    const leaf = file.tree.leaves.find((each) => each.path.join('.') === path) as LeafNode;
    return openBloomFilter(file, leaf, file.metadata.rowGroups[0]?.columns[leaf.index] as ColumnChunkMetadata);
  };
  const int64 = (value: bigint) => new Uint8Array(BigInt64Array.of(value).buffer);
  const int32 = (value: number) => new Uint8Array(Int32Array.of(value).buffer);
  const double = (value: number) => new Uint8Array(Float64Array.of(value).buffer);

  it('say yes for every value, and no for most others', () => {
    const [a, b, d, e, h] = ['a', 'b', 'd', 'e', 'h.list.element'].map(filterOf);
    for (const row of ROWS) {
      expect(a?.mayHold(int64(row.a))).toBe(true);
      expect(b?.mayHold(Buffer.from(row.b))).toBe(true);
      expect(d?.mayHold(int32(row.d))).toBe(true);
      if (row.e !== null) expect(e?.mayHold(row.e)).toBe(true);
      for (const each of row.h) expect(h?.mayHold(int32(each))).toBe(true);
    }
    const wrong = Array.from({ length: 2000 }, (_, i) => a?.mayHold(int64(BigInt(i) * 1_000_000_007n + 1n)));
    expect(wrong.filter((each) => each === true).length).toBeLessThan(60);
  });

  it('hold both zeros and every NaN where there is one of them', () => {
    const c = filterOf('c');
    expect([0, -0, Number.NaN, 2 / 7].map((value) => c?.mayHold(double(value)))).toEqual([true, true, true, true]);
    const g = filterOf('g');
    expect(g?.mayHold(new Uint8Array(Float32Array.of(-0).buffer))).toBe(true);
    expect(g?.mayHold(new Uint8Array(Float32Array.of(1).buffer))).toBe(false);
  });

  it('are not made of booleans, or where none is asked for', () => {
    expect(filterOf('f')).toBeUndefined();
    const plain = openParquet(new ByteArraySource(writeRows(SCHEMA, ROWS)));
    const offsets = plain.metadata.rowGroups[0]?.columns.map((each) => each.bloomFilterOffset);
    expect(offsets?.every((each) => each === undefined)).toBe(true);
  });

  it('make DuckDB miss no row', async () => {
    const path = join(directory, 'a.parquet');
    writeFileSync(path, bytes);
    const count = async (where: string) =>
      Number((await queryDuckDb(`select count(*) from '${path}' where ${where}`))[0]?.[0]);
    for (const i of [0, 2, 999, 1999]) {
      expect(await count(`a = ${ROWS[i]?.a}`)).toBe(1);
      expect(await count(`b = '${ROWS[i]?.b}'`)).toBe(1);
    }
    expect(await count('c = 0')).toBe(1);
    expect(await count("c = 'nan'")).toBe(1);
    expect(await count('d = 2')).toBe(666);
    expect(await count("b = 'no such key'")).toBe(0);
    const probed = await queryDuckDb(
      `select count(*) from parquet_bloom_probe('${path}', 'a', 1) where bloom_filter_excludes`,
    );
    expect(probed).toEqual([[1n]]);
  });
});
