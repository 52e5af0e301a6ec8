import { expect, it } from 'vitest';
import { col } from '../../../lib/index.ts';
import { SpecDirectory } from '../../support/engine-of-spec.ts';
import { useSession } from '../../support/use-session.ts';

const spec = useSession({ parallelism: 2 });

it('ParquetRdd tells how many files, row groups and bytes are left to be read', async () => {
  const { session } = spec;
  using home = new SpecDirectory();
  const path = home.join('rows');
  const rows = Array.from({ length: 100 }, (_, i) => ({ id: i, half: i < 50 ? 'a' : 'b' }));
  await session.parallelize(rows, 1).write.parquet(path, { partitionBy: 'half', rowGroupRows: 10 });

  const all = session.read.parquet(path);
  const { total } = all.scanFigures.bytes;
  expect(all.scanFigures).toMatchObject({ files: { read: 2, total: 2 }, rowGroups: { read: 10, total: 10 } });

  const some = session.read.parquet(path, { columns: ['id'], where: col('half').eq('b').and(col('id').ge(90)) });
  expect(some.scanFigures).toMatchObject({ files: { read: 1, total: 2 }, rowGroups: { read: 1, total: 5 } });
  expect(some.scanFigures.bytes.total).toBe(total);
  expect(some.scanFigures.bytes.read).toBeLessThan(all.scanFigures.bytes.read);
  expect(some.toDebugString()).toContain('Files: 1 of 2; RowGroups: 1 of 5;');

  const wrong = session.read.parquet(path, { where: col('di').eq(1) });
  expect(() => wrong.scanFigures).toThrow(expect.objectContaining({ code: 'COLUMN_NOT_FOUND' }));
  expect(() => session.read.parquet(home.join('none')).scanFigures).toThrow(/FILE_NOT_FOUND/);
});
