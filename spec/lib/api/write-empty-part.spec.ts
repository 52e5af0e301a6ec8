import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { col } from '../../../formats/scan/predicate-builder.ts';
import { formatField } from '../../../formats/schema/data-type.ts';
import type { RowRdd } from '../../../lib/api/row-rdd.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { useSession } from '../../support/use-session.ts';

const shared = useSession();
const directory = temporaryDirectory();
const at = (name: string): string => join(directory.path, name);
const SCHEMA = { id: 'int32 not null', price: 'decimal(9,2)', tags: 'list<string>' };
const COLUMNS = ['id: int32 not null', 'price: decimal(9,2)', 'tags: list<string>'];
const columnsOf = (rows: RowRdd<unknown>) => rows.schema.fields.map(formatField);

beforeAll(async () => {
  await shared.session.parallelize([{ id: 1, price: '1.50', tags: [] }], 1).write.parquet(at('in'), { schema: SCHEMA });
});
afterAll(() => directory[Symbol.dispose]());

describe('a dataset without partitions', () => {
  const none = () => shared.session.read.parquet(at('in'), { where: col('id').gt(1) });

  it('is written as one part with the columns that it was read with', async () => {
    expect(none().getNumPartitions()).toBe(0);
    await none().write.parquet(at('p'));
    await none().write.arrow(at('a'), { codec: 'zstd' });
    expect(readdirSync(at('p')).sort()).toEqual(['_SUCCESS', 'part-00000.parquet']);
    for (const rows of [shared.session.read.parquet(at('p')), shared.session.read.arrow(at('a'))]) {
      expect(columnsOf(rows)).toEqual(COLUMNS);
      expect(await rows.collect()).toEqual([]);
    }
    await shared.session.read.parquet(at('p')).write.parquet(at('again'), { codec: 'zstd' });
    expect(columnsOf(shared.session.read.parquet(at('again')))).toEqual(COLUMNS);
  });

  it('is written with the schema that is given', async () => {
    await none()
      .filter(() => true)
      .write.arrow(at('given'), { schema: { x: 'date' } });
    expect(columnsOf(shared.session.read.arrow(at('given')))).toEqual(['x: date']);
    await expect(
      none()
        .map((row) => row)
        .write.parquet(at('unknown')),
    ).rejects.toThrow(/ROW_NOT_WRITABLE.*no records/s);
  });

  it('is a header in CSV, unless none is wanted', async () => {
    await none().write.csv(at('c'));
    const rows = shared.session.read.csv(at('c'));
    expect(rows.schema.fields.map(({ name }) => name)).toEqual(['id', 'price', 'tags']);
    expect(await rows.collect()).toEqual([]);
    await none().write.csv(at('bare'), { header: false });
    expect(readdirSync(at('bare'))).toEqual(['_SUCCESS']);
    await none().write.json(at('j'));
    expect(readdirSync(at('j'))).toEqual(['_SUCCESS']);
  });

  it('adds nothing to what is there, nor where columns would be directories', async () => {
    await none().write.parquet(at('grown'), { mode: 'append' });
    await none().write.parquet(at('grown'), { mode: 'append' });
    expect(readdirSync(at('grown')).sort()).toEqual(['_SUCCESS', 'part-00000.parquet']);
    await none().write.parquet(at('by'), { partitionBy: 'id' });
    expect(readdirSync(at('by'))).toEqual(['_SUCCESS']);
  });
});
