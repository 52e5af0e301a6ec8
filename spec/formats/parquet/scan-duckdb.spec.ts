import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initCompression } from '../../../formats/bytes/compression.ts';
import { openParquet } from '../../../formats/parquet/parquet-file.ts';
import { type Condition, col } from '../../../formats/scan/predicate-builder.ts';
import { ByteArraySource } from '../../support/byte-source.ts';
import { queryDuckDb } from '../../support/duckdb.ts';
import { scanBytes } from '../../support/scan-parquet.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const directory = temporaryDirectory();
const path = join(directory.path, 'a.parquet');
let bytes: Uint8Array;

/** What each condition is in SQL. NaN is equal to itself and above all else there, too. */
const CONDITIONS: readonly (readonly [sql: string, condition: Condition])[] = [
  ['id between 5000 and 5003', col('id').between(5000, 5003)],
  ['key = 777', col('key').eq(777)],
  ['key in (1, 999, 1000000)', col('key').in(1, 999, 1_000_000)],
  ["word = 'w17'", col('word').eq('w17')],
  ["word = 'absent'", col('word').eq('absent')],
  ["word like 'w1%' and id < 3000", col('word').startsWith('w1').and(col('id').lt(3000))],
  ['price > 99.50', col('price').gt('99.50')],
  ['not (price <= 0.03)', col('price').le(0.03).not()],
  ['ratio >= 2', col('ratio').ge(2)],
  ["ratio = 'nan'::double", col('ratio').eq(Number.NaN)],
  ['ratio < 0.001 or day is null', col('ratio').lt(0.001).or(col('day').isNull())],
  ["day = date '2001-02-03'", col('day').eq('2001-02-03')],
  ["seen >= timestamp '2001-01-01 01:00:00' and flag", col('seen').ge('2001-01-01 01:00:00').and(col('flag').eq(true))],
  ['big = 9007199254740993', col('big').eq(9_007_199_254_740_993n)],
  ['small = 200 and id <> 200', col('small').eq(200).and(col('id').ne(200))],
  ['point.x = 12 and point.name is not null', col('point.x').eq(12).and(col('point.name').isNotNull())],
];

beforeAll(async () => {
  await initCompression();
  await queryDuckDb(`copy (
    select i as id, (hash(i) % 4000)::integer as key, 'w' || (hash(i * 3) % 50) as word,
      ((hash(i * 5) % 10000) / 100)::decimal(9, 2) as price,
      case when i % 1000 = 3 then 'nan'::double else (hash(i * 7) % 1000) / 1000 end as ratio,
      case when i % 10 = 0 then null else date '2001-01-01' + (i // 100)::integer end as day,
      timestamp '2001-01-01' + interval (i) second as seen, i % 3 = 0 as flag,
      9007199254740992 + i as big, (i % 256)::utinyint as small,
      case when i % 11 = 0 then null else list_resize([i, null, i * 2], i % 4) end as items,
      map {i % 5: 'v' || i} as tags,
      {x: (i % 20)::integer, name: case when i % 7 = 0 then null else 'n' end} as point
    from range(20000) t(i)
  ) to '${path}' (format parquet, row_group_size 2048, codec 'zstd')`);
  const source = ByteArraySource.ofFile(path);
  bytes = new Uint8Array(source.sizeBytes());
  source.read(bytes, 0);
});
afterAll(() => directory[Symbol.dispose]());

describe("a scan of DuckDB's file", () => {
  it.each(CONDITIONS)('finds the rows where %s', async (sql, condition) => {
    const expected = await queryDuckDb(`select id from '${path}' where ${sql} order by id`);
    const found = scanBytes(bytes, { columns: ['id'], where: condition.predicate });
    expect(found.rows.map(([id]) => String(id))).toEqual(expected.map(([id]) => String(id)));
  });

  it('gives lists, maps and structs of the rows that match', () => {
    const columns = ['items', 'tags', 'point', 'id'];
    const whole = scanBytes(bytes, { columns }).rows;
    const kept = (condition: Condition) =>
      scanBytes(bytes, { columns, where: condition.predicate, batchRows: 100 }).rows;
    expect(kept(col('id').between(7000, 7020))).toEqual(whole.slice(7000, 7021));
    expect(kept(col('small').eq(3))).toEqual(whole.filter((_, i) => i % 256 === 3));
    expect(kept(col('items').isNull())).toEqual(whole.filter(([items]) => items === null));
    expect(kept(col('point.name').isNull().and(col('id').lt(50)))).toEqual(
      whole.filter((_, i) => i < 50 && i % 7 === 0),
    );
    expect(kept(col('point').isNotNull())).toEqual(whole);
  });

  it('leaves row groups out by statistics, bloom filters and dictionaries that another program wrote', () => {
    const groups = (condition: Condition) => scanBytes(bytes, { where: condition.predicate }).figures.rowGroupsRead;
    const { rowGroups } = openParquet(new ByteArraySource(bytes)).metadata;
    expect(rowGroups.length).toBeGreaterThan(8);
    expect(rowGroups[0]?.columns.some(({ bloomFilterOffset }) => bloomFilterOffset !== undefined)).toBe(true);
    expect(groups(col('id').between(5000, 5003))).toBe(1);
    expect(groups(col('word').eq('w1x'))).toBe(0);
    expect(groups(col('key').eq(3999))).toBeLessThan(rowGroups.length);
  });
});
