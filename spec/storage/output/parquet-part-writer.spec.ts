import { expect, it } from 'vitest';
import { openParquet } from '../../../formats/parquet/parquet-file.ts';
import { field } from '../../../formats/schema/data-type.ts';
import { abortOutput, beginOutput } from '../../../storage/output/output-job.ts';
import { ParquetPartWriter } from '../../../storage/output/parquet-part-writer.ts';
import { ByteArraySource } from '../../support/byte-source.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';

it('parts of Parquet are written as they were asked for', () => {
  const fs = new MemoryFileSystem();
  const job = beginOutput(fs, '/out');
  const schema = { fields: [field('id', { kind: 'int', bits: 32, signed: true })] };
  const options = { schema, codec: 'gzip', partitionBy: [], bloomFilters: ['id'], rowGroupRows: 3000 } as const;
  using writer = new ParquetPartWriter(fs, job, 0, 0, options);
  writer.write(Array.from({ length: 5000 }, (_, id) => ({ id })));
  const { name } = writer.commit();
  const file = openParquet(new ByteArraySource(fs.readFile(`${job.staging}/${name}`)));
  expect(name).toBe('part-00000.parquet');
  expect(file.metadata.rowGroups.map(({ rowCount }) => rowCount)).toEqual([3000, 2000]);
  expect(file.metadata.rowGroups[0]?.columns[0]).toMatchObject({
    codec: 'GZIP',
    bloomFilterOffset: expect.any(Number),
  });
  abortOutput(fs, job);
});
