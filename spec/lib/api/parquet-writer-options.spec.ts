import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openParquet } from '../../../formats/parquet/parquet-file.ts';
import { formatField } from '../../../formats/schema/data-type.ts';
import { ByteArraySource } from '../../support/byte-source.ts';
import { queryDuckDb } from '../../support/duckdb.ts';
import { useSession } from '../../support/use-session.ts';

const cairn = useSession();

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'cairn-write-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

let outputs = 0;
const output = () => join(home, `out-${outputs++}`);
const fileOf = (path: string) => openParquet(ByteArraySource.ofFile(path));
const select = async (path: string, columns: string) =>
  await queryDuckDb(
    `select ${columns} from read_parquet('${path}/**/*.parquet', hive_partitioning = true) order by all`,
  );
const codeOf = async (work: Promise<unknown>) =>
  await work.then(
    () => 'done',
    (error) => error.code,
  );

const ROWS = Array.from({ length: 100 }, (_, id) => ({
  id,
  city: id % 3 === 0 ? null : `city ${id % 3}`,
  price: id / 4,
  tags: id % 2 === 0 ? ['even'] : [],
}));

describe('write.parquet', () => {
  it('writes a part a partition, with the columns that hold all records', async () => {
    const path = output();
    const data = cairn.session
      .parallelize([...ROWS, { id: 1.5, more: true }], 3)
      .map((row) => ({ ...row, at: new Date(0) }));
    await data.write.parquet(path);
    expect(readdirSync(path).sort()).toEqual([
      ...['_SUCCESS', 'part-00000.parquet', 'part-00001.parquet', 'part-00002.parquet'],
    ]);
    const schemas = [0, 1, 2].map((part) =>
      fileOf(join(path, `part-0000${part}.parquet`)).schema.fields.map(formatField),
    );
    expect(schemas[0]).toEqual([
      ...['id: float64', 'city: string', 'price: float64', 'tags: list<string>'],
      ...['at: timestamp(millis, zone)', 'more: boolean'],
    ]);
    expect(schemas[1]).toEqual(schemas[0]);
    expect(schemas[2]).toEqual(schemas[0]);
    expect(await select(path, 'count(*), sum(id), sum(price), sum(len(tags)), count(more)')).toEqual([
      [101n, 4951.5, 1237.5, 50n, 1n],
    ]);
  });

  it.each(['none', 'snappy', 'gzip', 'zstd', 'lz4_raw', 'brotli'] as const)('compresses with %s', async (codec) => {
    const path = output();
    await cairn.session.parallelize(ROWS, 2).write.parquet(path, { codec, schema: { id: 'int32', city: 'string' } });
    expect(await select(path, 'count(id), count(city), max(city)')).toEqual([[100n, 66n, 'city 2']]);
  });

  it('takes the types it is given, and cuts row groups', async () => {
    const path = output();
    await cairn.session.parallelize(ROWS, 1).write.parquet(path, {
      schema: { id: 'int16 not null', price: 'decimal(9,2)', tags: 'list<string not null>' },
      rowGroupRows: 40,
      bloomFilters: ['id'],
    });
    const { schema, metadata } = fileOf(join(path, 'part-00000.parquet'));
    expect(schema.fields.map(formatField)).toEqual([
      ...['id: int16 not null', 'price: decimal(9,2)', 'tags: list<string not null>'],
    ]);
    expect(metadata.rowGroups.map(({ rowCount }) => rowCount)).toEqual([40, 40, 20]);
    expect(
      metadata.rowGroups.map(({ columns }) => columns.map((each) => each.bloomFilterOffset !== undefined)),
    ).toEqual(Array.from({ length: 3 }, () => [true, false, false]));
    expect(await select(path, 'sum(price)::varchar')).toEqual([['1237.50']]);
  });

  it('writes a directory a value, which others read as columns', async () => {
    const path = output();
    await cairn.session.parallelize(ROWS, 2).write.parquet(path, { partitionBy: ['city', 'id'], mode: 'overwrite' });
    expect(readdirSync(path).sort()).toEqual([
      ...['_SUCCESS', 'city=__HIVE_DEFAULT_PARTITION__', 'city=city 1', 'city=city 2'],
    ]);
    expect(readdirSync(join(path, 'city=city 1'))).toHaveLength(33);
    expect(await select(path, 'count(*), count(city), sum(id::int), sum(price)')).toEqual([[100n, 66n, 4950n, 1237.5]]);
  });

  it('replaces, adds to and leaves what is there as it is told', async () => {
    const path = output();
    const rows = (n: number) => cairn.session.parallelize(ROWS.slice(0, n), 2);
    const schema = { id: 'int64', city: 'string' };
    await rows(10).write.parquet(path, { schema });
    expect(await codeOf(rows(1).write.parquet(path, { schema }))).toBe('OUTPUT_EXISTS');
    await rows(5).write.parquet(path, { schema, mode: 'ignore' });
    expect(await select(path, 'count(*)')).toEqual([[10n]]);
    await rows(6).write.parquet(path, { schema, mode: 'append' });
    expect(await select(path, 'count(*)')).toEqual([[16n]]);
    await rows(3).write.parquet(path, { schema, mode: 'overwrite' });
    expect(await select(path, 'count(*)')).toEqual([[3n]]);
    const partitioned = output();
    for (const mode of ['append', 'append', 'append'] as const) {
      await rows(9).write.parquet(partitioned, { schema, mode, partitionBy: 'city' });
    }
    expect(await select(partitioned, 'count(*), count(city)')).toEqual([[27n, 18n]]);
    expect(readdirSync(join(partitioned, 'city=city 1')).sort()).toHaveLength(6);
    expect(readFileSync(join(partitioned, '_SUCCESS'))).toHaveLength(0);
  });

  it('publishes nothing when a value does not fit, and says which', async () => {
    const path = output();
    const data = cairn.session.parallelize([{ id: 1 }, { id: 2 ** 40 }], 2);
    const error = await data.write.parquet(path, { schema: { id: 'int32' } }).catch((caught) => caught);
    expect(String(error.cause ?? error)).toMatch(/VALUE_NOT_EXACT.*column 'id'/);
    const missing = await cairn.session
      .parallelize([{ id: null }], 1)
      .write.parquet(path, { schema: { id: 'int32 not null' } })
      .catch((caught) => caught);
    expect(String(missing.cause ?? missing)).toMatch(/NULL_NOT_ALLOWED/);
    expect(readdirSync(home).filter((name) => name.startsWith('.') || join(home, name) === path)).toEqual([]);
  });

  it.each([
    [{ codec: 'lzo' }, 'INVALID_ARGUMENT'],
    [{ codec: 'toString' }, 'INVALID_ARGUMENT'],
    [{ rowGroupRows: 0 }, 'INVALID_ARGUMENT'],
    [{ partitionBy: ['id', 'id'] }, 'INVALID_ARGUMENT'],
    [{ partitionBy: [1] }, 'INVALID_ARGUMENT'],
    [{ partitionBy: 'nothing' }, 'COLUMN_NOT_FOUND'],
    [{ bloomFilters: ['nothing'] }, 'COLUMN_NOT_FOUND'],
    [{ partitionBy: ['id', 'city', 'price', 'tags'] }, 'PARQUET_NOT_WRITABLE'],
    [{ schema: { id: 'text' } }, 'TYPE_UNKNOWN'],
    [{ schema: {} }, 'INVALID_ARGUMENT'],
    [{ schema: ['id'] }, 'INVALID_ARGUMENT'],
    [
      {
        schema: [
          ['id', 'int64'],
          ['id', 'int64'],
        ],
      },
      'PARQUET_NOT_WRITABLE',
    ],
    [{ compression: 'gzip' }, 'INVALID_ARGUMENT'],
    [{ mode: 'add' }, 'INVALID_ARGUMENT'],
  ])('refuses %j', async (options, code) => {
    expect(await codeOf(cairn.session.parallelize(ROWS, 1).write.parquet(output(), options as object))).toBe(code);
  });

  it('needs a schema where there are no records to tell it', async () => {
    const empty = cairn.session.parallelize<{ id: number }>([], 1);
    expect(await codeOf(empty.write.parquet(output()))).toBe('ROW_NOT_WRITABLE');
    const path = output();
    await empty.write.parquet(path, { schema: { id: 'int64' } });
    expect(await select(path, 'count(*)')).toEqual([[0n]]);
  });
});
