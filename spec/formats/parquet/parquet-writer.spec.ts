import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initCompression } from '../../../formats/bytes/compression.ts';
import type { ColumnChunkMetadata, Encoding } from '../../../formats/parquet/metadata.ts';
import { openParquet } from '../../../formats/parquet/parquet-file.ts';
import { ParquetWriter, type ParquetWriterOptions } from '../../../formats/parquet/parquet-writer.ts';
import { PARQUET_CODECS } from '../../../formats/parquet/write-compress.ts';
import { type DataType, field, formatType, type Schema } from '../../../formats/schema/data-type.ts';
import { TableBuilder } from '../../../formats/schema/table-builder.ts';
import { ByteArraySource } from '../../support/byte-source.ts';
import { queryDuckDb } from '../../support/duckdb.ts';
import { TYPE_SAMPLES } from '../../support/parquet-samples.ts';
import { MemorySink, readColumnsOf, writeBatches, writeRows } from '../../support/write-parquet.ts';

const directory = mkdtempSync(join(tmpdir(), 'cairn-parquet-'));
let files = 0;

beforeAll(async () => {
  await initCompression();
});
afterAll(() => rmSync(directory, { recursive: true }));

/** Puts a file where DuckDB finds it. */
function saved(bytes: Uint8Array): string {
  const path = join(directory, `${files++}.parquet`);
  writeFileSync(path, bytes);
  return path;
}

const INT: DataType = { kind: 'int', bits: 32, signed: true };
const LONG: DataType = { kind: 'int', bits: 64, signed: true };
const DOUBLE: DataType = { kind: 'float', bits: 64 };
const STRING: DataType = { kind: 'string' };

const schemaOf = (...types: readonly DataType[]): Schema => ({ fields: types.map((type, i) => field(`c${i}`, type)) });

/** The chunks of the first row group. */
function chunksOf(bytes: Uint8Array): readonly ColumnChunkMetadata[] {
  return openParquet(new ByteArraySource(bytes)).metadata.rowGroups[0]?.columns ?? [];
}

const ENCODINGS: readonly (readonly [string, ParquetWriterOptions])[] = [
  ['dictionaries', {}],
  ['no dictionaries', { dictionaryBytes: 0 }],
  ['streams of bytes', { dictionaryBytes: 0, byteStreamSplit: true }],
];
const NULLS: readonly (readonly [string, (row: number) => boolean])[] = [
  ['no nulls', () => false],
  ['some nulls', (row) => row % 3 === 1],
  ['nothing but nulls', () => true],
];
const ALL_TYPES = schemaOf(...TYPE_SAMPLES.map(({ type }) => type));
const ROWS = 120;

describe('files of every type', () => {
  for (const codec of PARQUET_CODECS) {
    for (const [encoding, options] of ENCODINGS) {
      it.each(NULLS)(`read back by us and by DuckDB: ${codec}, ${encoding}, %s`, async (_, isNull) => {
        const pick = (column: number, row: number, part: 0 | 1 | 2) => {
          const { samples } = TYPE_SAMPLES[column] as (typeof TYPE_SAMPLES)[number];
          return isNull(row + column) ? null : (samples[(row * 7 + (row >> 3)) % samples.length] ?? [])[part];
        };
        const table = (part: 0 | 1 | 2) =>
          TYPE_SAMPLES.map((_, c) => Array.from({ length: ROWS }, (_, r) => pick(c, r, part)));
        const rows = Array.from({ length: ROWS }, (_, r) =>
          Object.fromEntries(TYPE_SAMPLES.map((_, c) => [`c${c}`, pick(c, r, 0)])),
        );
        const bytes = writeRows(ALL_TYPES, rows, { codec, ...options, pageRows: 50, rowGroupRows: 80 });
        expect(readColumnsOf(bytes)).toEqual(table(1));
        const columns = TYPE_SAMPLES.map((_, c) => `c${c}::varchar`).join(', ');
        const found = await queryDuckDb(`select ${columns} from '${saved(bytes)}'`);
        const printed = table(2);
        TYPE_SAMPLES.forEach(({ type }, c) => {
          expect(
            found.map((row) => row[c]),
            formatType(type),
          ).toEqual(printed[c]);
        });
      });
    }
  }

  it('say the types they were written with', () => {
    const bytes = writeRows(ALL_TYPES, []);
    expect(openParquet(new ByteArraySource(bytes)).schema).toEqual(ALL_TYPES);
  });
});

describe('statistics', () => {
  /** How many rows DuckDB finds, which skips row groups by what the statistics say. */
  const count = async (path: string, where: string) =>
    Number((await queryDuckDb(`select count(*) from '${path}' where ${where}`))[0]?.[0]);

  it('make DuckDB miss no row with NaN, zeros of either sign, or infinities', async () => {
    const values = [[Number.NaN, 1], [-0], [0], [Number.POSITIVE_INFINITY, 2], [-1, -2], [null, Number.NaN], [null]];
    for (const bits of [32, 64] as const) {
      const schema = schemaOf({ kind: 'float', bits });
      const bytes = writeRows(
        schema,
        values.flatMap((each) => [{ c0: each[0] }, { c0: each[1] ?? each[0] }]),
        { rowGroupRows: 2, dictionaryBytes: 0 },
      );
      const path = saved(bytes);
      expect(await count(path, 'c0 = 0')).toBe(4);
      expect(await count(path, 'c0 >= 0')).toBe(9);
      expect(await count(path, 'c0 <= 0')).toBe(6);
      expect(await count(path, 'isnan(c0)')).toBe(2);
      expect(await count(path, "c0 = 'nan'")).toBe(2);
      expect(await count(path, 'c0 > 2')).toBe(3);
      expect(await count(path, 'c0 < 0')).toBe(2);
    }
  });

  it('make DuckDB miss no string: not among emoji, long common beginnings, the last code point, or empty ones', async () => {
    const texts = ['', 'z', '\uffff', '😀', '\u{10ffff}'.repeat(20), `${'a'.repeat(63)}é1`, `${'a'.repeat(63)}é2`];
    for (const [dictionaryBytes, rowGroupRows] of [
      [0, 4],
      [1000, 4],
      [0, 1],
    ] as const) {
      const rows = [...texts, ...texts].map((c0) => ({ c0 }));
      const bytes = writeRows(schemaOf(STRING), rows, { dictionaryBytes, rowGroupRows, boundBytes: 16 });
      const path = saved(bytes);
      for (const text of texts) {
        expect(await count(path, `c0 = '${text}'`), text).toBe(2);
        const greater = texts.filter((each) => Buffer.compare(Buffer.from(each), Buffer.from(text)) > 0);
        expect(await count(path, `c0 > '${text}'`), text).toBe(2 * greater.length);
      }
      expect(await queryDuckDb(`select min(c0), max(c0) from '${path}'`)).toEqual([['', texts[4]]]);
    }
  });

  it.each([
    ['int64', { kind: 'int', bits: 64, signed: true }, [-(2n ** 63n), -1n, 0n, 2n ** 53n + 1n, 2n ** 63n - 1n]],
    ['uint64', { kind: 'int', bits: 64, signed: false }, [0n, 1n, 2n ** 63n, 2n ** 64n - 1n]],
    ['uint32', { kind: 'int', bits: 32, signed: false }, [0, 2 ** 31, 2 ** 32 - 1]],
    ['int8', { kind: 'int', bits: 8, signed: true }, [-128, 0, 127]],
    ['decimal(38,2)', { kind: 'decimal', precision: 38, scale: 2 }, ['-5', '0', '0.01', '99999999999999999999.99']],
    ['decimal(18,2)', { kind: 'decimal', precision: 18, scale: 2 }, ['-5', '0', '0.01', '9999999999999999.99']],
    ['boolean', { kind: 'boolean' }, [false, true]],
  ] as readonly (readonly [string, DataType, readonly unknown[]])[])(
    'make DuckDB miss no value of %s, its extremes included',
    async (_, type, values) => {
      // Each value in the same row group as others, and in others.
      for (const [dictionaryBytes, rowGroupRows] of [
        [0, 2],
        [1000, 2],
        [0, 100],
      ] as const) {
        const rows = [...values.toReversed(), null].map((c0) => ({ c0 }));
        const bytes = writeRows(schemaOf(type), rows, { dictionaryBytes, rowGroupRows });
        const path = saved(bytes);
        for (const [i, value] of values.entries()) {
          expect(await count(path, `c0 = ${value}`)).toBe(1);
          expect(await count(path, `c0 < ${value}`)).toBe(i);
          expect(await count(path, `c0 >= ${value}`)).toBe(values.length - i);
        }
        expect(await count(path, 'c0 is null')).toBe(1);
      }
    },
  );

  it('hold bounds, counts of nulls and whether bounds are exact', () => {
    const rows = [5, null, -7, 5].map((c0, i) => ({ c0, c1: 'x'.repeat(10 * (i + 1)), c2: i === 1 ? Number.NaN : 1 }));
    const [ints, texts, doubles] = chunksOf(writeRows(schemaOf(INT, STRING, DOUBLE), rows, { boundBytes: 10 }));
    expect(ints?.statistics).toMatchObject({
      ...{ nullCount: 1, isMinExact: true, isMaxExact: true },
      minValue: new Uint8Array(Int32Array.of(-7).buffer),
      maxValue: new Uint8Array(Int32Array.of(5).buffer),
    });
    expect(texts?.statistics).toMatchObject({ nullCount: 0, isMinExact: true, isMaxExact: false });
    expect(Buffer.from(texts?.statistics?.maxValue ?? []).toString()).toBe('xxxxxxxxxy');
    expect(doubles?.statistics).toMatchObject({ nullCount: 0, minValue: undefined, maxValue: undefined });
    expect(doubles?.columnIndexOffset).toBeUndefined();
    expect(doubles?.offsetIndexOffset).toBeDefined();
  });
});

describe('encodings', () => {
  const encodingsOf = (bytes: Uint8Array) => chunksOf(bytes).map((chunk) => chunk.encodings.at(-1));
  const rows = Array.from({ length: 20_000 }, (_, i) => ({
    c0: i,
    c1: BigInt(i) * 1_000_003n + (i % 2 === 0 ? 2n ** 62n : -(2n ** 61n)),
    c2: (Math.imul(i, 0x9e3779b1) >>> 0) / 7,
    c3: `row ${i} of many`,
    c4: (i * 37) % 50,
    c5: `city ${i % 50}`,
    c6: BigInt((i * 7919) % 1000) * 1_000_000n,
  }));
  const schema = schemaOf(INT, LONG, DOUBLE, STRING, INT, STRING, LONG);

  it('are chosen by what pays: deltas, dictionaries while they are small, plain values', () => {
    const coded: Encoding = 'RLE_DICTIONARY';
    // RLE is that of levels: the values are PLAIN.
    expect(encodingsOf(writeRows(schema, rows))).toEqual([
      ...['DELTA_BINARY_PACKED', 'RLE', 'RLE', 'RLE', coded, coded, coded],
    ]);
  });

  it('fall back to plain values when the dictionary would grow too large', () => {
    const found = encodingsOf(writeRows(schema, rows, { dictionaryBytes: 100 }));
    expect(found.slice(4)).toEqual(['DELTA_BINARY_PACKED', 'RLE', 'DELTA_BINARY_PACKED'] satisfies Encoding[]);
  });

  it.each([['snappy'], ['none'], ['lz4_raw']] as const)('keep every value, in pages of any size: %s', async (codec) => {
    for (const options of [{}, { pageRows: 777 }, { pageBytes: 5000 }, { dictionaryBytes: 0, byteStreamSplit: true }]) {
      const bytes = writeRows(schema, rows, { codec, ...options });
      expect(readColumnsOf(bytes)).toEqual([
        ...[rows.map((row) => row.c0), rows.map((row) => row.c1), rows.map((row) => row.c2)],
        ...[rows.map((row) => row.c3), rows.map((row) => row.c4), rows.map((row) => row.c5), rows.map((row) => row.c6)],
      ]);
      const [found] = await queryDuckDb(
        `select sum(c0)::varchar, sum(c1)::varchar, max(c2), count(distinct c3), sum(c4)::int, min(c5), sum(c6)::varchar
        from '${saved(bytes)}'`,
      );
      expect(found).toEqual([
        String(rows.reduce((sum, row) => sum + row.c0, 0)),
        String(rows.reduce((sum, row) => sum + row.c1, 0n)),
        rows.reduce((most, row) => Math.max(most, row.c2), 0),
        20_000n,
        rows.reduce((sum, row) => sum + row.c4, 0),
        'city 0',
        String(rows.reduce((sum, row) => sum + row.c6, 0n)),
      ]);
    }
  });

  it.each(PARQUET_CODECS.map((codec) => [codec]))('are read by hyparquet: %s', async (codec) => {
    const some = rows.slice(0, 3000).map((row, i) => (i % 5 === 0 ? { ...row, c2: null, c5: null } : row));
    const bytes = writeRows(schema, some, { codec, pageRows: 500 });
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    const found = await parquetReadObjects({ file, compressors });
    expect(found.map(({ c0, c1, c2, c3, c4, c5, c6 }) => ({ c0, c1, c2, c3, c4, c5, c6 }))).toEqual(some);
  });
});

describe('ParquetWriter', () => {
  it('writes files without rows, and with columns of any names', async () => {
    const names = ['__proto__', 'constructor', '', 'a.b', '😀', 'toString'];
    const schema: Schema = { fields: names.map((name) => field(name, INT)) };
    const empty = writeRows(schema, []);
    expect(readColumnsOf(empty)).toEqual(names.map(() => []));
    expect(await queryDuckDb(`select count(*) from '${saved(empty)}'`)).toEqual([[0n]]);
    const row: object = JSON.parse('{"__proto__":1,"constructor":2,"":3,"a.b":4,"😀":5}');
    const bytes = writeRows(schema, [row]);
    expect(readColumnsOf(bytes)).toEqual([[1], [2], [3], [4], [5], [null]]);
    expect(openParquet(new ByteArraySource(bytes)).schema).toEqual(schema);
  });

  it('cuts row groups by rows and by bytes, whatever the batches are', () => {
    const schema = schemaOf(STRING);
    const builder = new TableBuilder(schema, 'Parquet');
    const batches = [0, 3, 1000, 1, 0, 500].map((length, k) => {
      builder.add(Array.from({ length }, (_, i) => ({ c0: `${k} ${i} ${'x'.repeat(100)}` })));
      return builder.take();
    });
    const groupsOf = (options: ParquetWriterOptions) =>
      openParquet(new ByteArraySource(writeBatches(schema, batches, options))).metadata.rowGroups.map(
        ({ rowCount }) => rowCount,
      );
    expect(groupsOf({ rowGroupRows: 700 })).toEqual([700, 700, 104]);
    expect(groupsOf({ rowGroupBytes: 100_000 })).toEqual([1003, 501]);
    expect(groupsOf({})).toEqual([1504]);
    expect(readColumnsOf(writeBatches(schema, batches, { rowGroupRows: 7 }))[0]).toHaveLength(1504);
  });

  it('puts entries of its caller into the footer, and says who wrote the file', () => {
    const bytes = writeRows(schemaOf(INT), [{ c0: 1 }], { keyValues: new Map([['made by', 'a spec']]) });
    const { metadata } = openParquet(new ByteArraySource(bytes));
    expect(metadata.keyValues).toEqual(new Map([['made by', 'a spec']]));
    expect(metadata.createdBy).toMatch(/^cairn-engine version \d+\.\d+\.\d+/);
    expect(metadata.columnOrders).toEqual(['TYPE_ORDER']);
  });

  it('gives the metadata it wrote, and counts rows and bytes on the way', () => {
    const sink = new MemorySink();
    const schema = schemaOf(INT);
    const writer = new ParquetWriter(sink, schema, { rowGroupRows: 2 });
    const builder = new TableBuilder(schema, 'Parquet');
    builder.add([{ c0: 1 }, { c0: 2 }, { c0: 3 }]);
    writer.write(builder.take());
    expect(writer.rowCount).toBe(3);
    const metadata = writer.finish();
    expect(metadata).toEqual(openParquet(new ByteArraySource(sink.bytes())).metadata);
    expect(writer.sizeBytes).toBe(sink.bytes().length);
  });

  it('refuses a missing value where the schema has none, also deep inside', () => {
    const inner = field('element', { kind: 'struct', fields: [field('x', INT, false)] }, false);
    const schema: Schema = { fields: [field('a', INT, false), field('l', { kind: 'list', element: inner })] };
    const code = (row: object) => {
      try {
        writeRows(schema, [{ a: 1, l: null }, row]);
        return 'none';
      } catch (error) {
        return (error as { code: string; params: { column: string } }).params.column;
      }
    };
    expect(code({ a: 1, l: [] })).toBe('none');
    expect(code({ l: [] })).toBe('a');
    expect(code({ a: 1, l: [{ x: 1 }, {}] })).toBe('l.list.element.x');
    expect(code({ a: 1, l: [null] })).toBe('l.list.element.x');
  });
});
