import { describe, expect, it } from 'vitest';
import { DEFAULT_CSV_SETTINGS } from '../../../formats/csv/csv-settings.ts';
import { schemaOf } from '../../../formats/text/text-type.ts';
import { RowRdd } from '../../../lib/api/row-rdd.ts';
import { CsvScanNode } from '../../../lib/lineage/nodes/csv-scan-node.ts';
import { EngineOfSpec, SpecDirectory } from '../../support/engine-of-spec.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { origin } from '../../support/scan-task.ts';
import { writeFile } from '../../support/write-file.ts';

describe('RowRdd', () => {
  it('finds its schema when it is first asked for', async () => {
    const fs = new MemoryFileSystem();
    using home = new SpecDirectory();
    await using bench = await EngineOfSpec.open({ dir: home.path }, { fileSystem: fs });
    const options = { path: '/in.csv', minPartitions: 1, settings: DEFAULT_CSV_SETTINGS };
    const scan = new CsvScanNode(origin(), fs, options);
    const rows = new RowRdd(bench.engine, scan, () => schemaOf(scan.rowFields));
    expect(() => rows.schema).toThrow(/FILE_NOT_FOUND/);
    writeFile(fs, '/in.csv', 'a\n1\n');
    expect(rows.schema).toEqual({
      fields: [{ name: 'a', type: { kind: 'int', bits: 32, signed: true }, nullable: true }],
    });
    writeFile(fs, '/in.csv', 'b\nx\n');
    expect(rows.schema.fields.map(({ name }) => name)).toEqual(['a']);
  });

  it('writes its columns where it has no rows, and leaves errors to the job', async () => {
    const fs = new MemoryFileSystem();
    using home = new SpecDirectory();
    await using bench = await EngineOfSpec.open({ dir: home.path, master: 'local' }, { fileSystem: fs });
    writeFile(fs, '/in.csv', 'a,b\n');
    const rowsOf = (path: string) => {
      const scan = new CsvScanNode(origin(), fs, { path, minPartitions: 1, settings: DEFAULT_CSV_SETTINGS });
      return new RowRdd(bench.engine, scan, () => schemaOf(scan.rowFields));
    };
    await rowsOf('/in.csv').write.csv('/out');
    expect(rowsOf('/out').schema.fields.map(({ name }) => name)).toEqual(['a', 'b']);
    await expect(rowsOf('/none').write.csv('/out2')).rejects.toThrow(/FILE_NOT_FOUND/);
  });
});
