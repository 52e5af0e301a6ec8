import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { DEFAULT_CSV_SETTINGS } from '../../../../formats/csv/csv-settings.ts';
import { CsvScanNode, type CsvScanOptions } from '../../../../lib/lineage/nodes/csv-scan-node.ts';
import { MemoryFileSystem } from '../../../support/memory-file-system.ts';
import type { CsvChoices } from '../../../support/read-csv.ts';
import { origin, partitionsOfNode, ScanTask } from '../../../support/scan-task.ts';
import { writeFile } from '../../../support/write-file.ts';

function scan(fs: MemoryFileSystem, choices: CsvChoices = {}, options: Partial<CsvScanOptions> = {}): CsvScanNode {
  const settings = { ...DEFAULT_CSV_SETTINGS, ...choices };
  return new CsvScanNode(origin('csv'), fs, { path: '/in', minPartitions: 2, settings, ...options });
}

describe('CsvScanNode', () => {
  it('gives the rows of files in their order, each with its own header', () => {
    const fs = new MemoryFileSystem();
    writeFile(fs, '/in/a.csv', 'a,b\n1,x\n2,y\n');
    writeFile(fs, '/in/b.csv.gz', gzipSync('a,b\n3,z\n'));
    writeFile(fs, '/in/c.csv', '');
    const node = scan(fs);
    expect(partitionsOfNode(node, new ScanTask(fs)).flat()).toEqual([
      { a: 1, b: 'x' },
      { a: 2, b: 'y' },
      { a: 3, b: 'z' },
    ]);
    expect([node.className, fs.openHandles]).toEqual(['FileScanRDD', 0]);
  });

  it('cuts a large file at the ends of lines, and finds its columns once', () => {
    const fs = new MemoryFileSystem();
    const rows = Array.from({ length: 150_000 }, (_, id) => ({ id, name: `name of ${id}, or "${id}"` }));
    const lines = rows.map(({ id }) => `${id},"name of ${id}, or ""${id}"""\r\n`);
    writeFile(fs, '/in/a.csv', `id,name\r\n${lines.join('')}`);
    const node = scan(fs, {}, { minPartitions: 3 });
    const task = new ScanTask(fs, 1000);
    const found = partitionsOfNode(node, task);
    expect(found.length).toBeGreaterThan(1);
    expect(Math.min(...found.map((part) => part.length))).toBeGreaterThan(0);
    expect(found.flat()).toEqual(rows);
    expect(task.inputBytes).toBeGreaterThan(lines.join('').length);
    expect(scan(fs, { multiLine: true }, { minPartitions: 3 }).partitions).toHaveLength(1);
  });

  it('reads nothing for its fields when the schema is given', () => {
    const fs = new MemoryFileSystem();
    const node = scan(fs, { schema: [['a', 'int32']] }, { path: '/missing' });
    expect(node.rowFields).toEqual([['a', 'int32']]);
    expect(() => node.partitions).toThrow(/FILE_NOT_FOUND/);
  });

  it('holds the header of every file against that of the first', () => {
    const fs = new MemoryFileSystem();
    writeFile(fs, '/in/a.csv', 'a,b\n1,x\n');
    writeFile(fs, '/in/b.csv', 'b,a\nx,1\n');
    expect(() => partitionsOfNode(scan(fs, { sampleRows: 1 }), new ScanTask(fs))).toThrow(
      /CSV_HEADER_MISMATCH: \/in\/b.csv/,
    );
  });

  it('stops at the longest record of a file that is small only while it is compressed', () => {
    const fs = new MemoryFileSystem();
    writeFile(fs, '/in/a.csv.gz', gzipSync(Buffer.alloc(48 * 1024 * 1024, 'a')));
    expect(() => scan(fs).partitions).toThrow(/LIMIT_EXCEEDED: the length in bytes of a record of \/in\/a.csv.gz/);
    expect(fs.openHandles).toBe(0);
  });

  it('has no partitions where files are empty', () => {
    const fs = new MemoryFileSystem();
    writeFile(fs, '/in/a.csv', '');
    expect(scan(fs).partitions).toEqual([]);
  });

  it('closes its file when it is left early, or told to stop', () => {
    const fs = new MemoryFileSystem();
    writeFile(fs, '/in/a.csv', `a\n${'1\n'.repeat(5000)}`);
    const node = scan(fs);
    for (const _ of node.compute(node.partitions[0] as never, new ScanTask(fs, 10))) break;
    expect(fs.openHandles).toBe(0);
    const task = new ScanTask(fs, 10);
    task.isCancelled = true;
    expect(() => partitionsOfNode(node, task)).toThrow(/TASK_CANCELLED/);
    expect(fs.openHandles).toBe(0);
  });
});
