import { describe, expect, it } from 'vitest';
import { type Condition, col } from '../../../../formats/scan/predicate-builder.ts';
import { partsOf } from '../../../../lib/lineage/fingerprint-parts.ts';
import { ParquetScanNode, type ParquetScanOptions } from '../../../../lib/lineage/nodes/parquet-scan-node.ts';
import { indexedParquet, type PlainCell } from '../../../support/indexed-parquet.ts';
import { MemoryFileSystem } from '../../../support/memory-file-system.ts';
import { origin, partitionsOfNode, ScanTask } from '../../../support/scan-task.ts';
import { writeFile } from '../../../support/write-file.ts';

const COUNT = 100;

function bytesOf(from: number, name = 'id', values?: readonly PlainCell[]): Uint8Array {
  const ids = values ?? Array.from({ length: COUNT }, (_, i) => from + i);
  return indexedParquet(
    [
      { name, type: 'INT32', values: ids },
      { name: 'text', type: 'BYTE_ARRAY', converted: 'UTF8', values: ids.map((id) => `row ${id}`) },
    ],
    { rowGroupRows: 25, pageRows: [5], statistics: true, pageIndex: true },
  );
}

function table(): MemoryFileSystem {
  const fs = new MemoryFileSystem();
  for (const [path, from] of [
    ['/t/year=2001/a', 0],
    ['/t/year=2001/b', 100],
    ['/t/year=2002/a', 200],
  ] as const) {
    fs.makeDirectory(path.slice(0, path.lastIndexOf('/')));
    writeFile(fs, path, bytesOf(from));
  }
  writeFile(fs, '/t/_SUCCESS', '');
  return fs;
}

function scan(fs: MemoryFileSystem, options: Partial<Omit<ParquetScanOptions, 'where'>> & { where?: Condition } = {}) {
  const { where, ...rest } = options;
  const defaults = { path: '/t', int64: 'auto', timestamp: 'date', decimal: 'string', minPartitions: 1 } as const;
  return new ParquetScanNode(origin('parquet'), fs, { ...defaults, ...rest, where: where?.predicate });
}

describe('ParquetScanNode', () => {
  it('gives rows as objects, in the order of the files', () => {
    const fs = table();
    const node = scan(fs);
    const rows = partitionsOfNode(node, new ScanTask(fs)).flat();
    expect(rows).toHaveLength(300);
    expect(rows[150]).toEqual({ id: 150, text: 'row 150', year: 2001 });
    expect(node.rowFields.map(({ name }) => name)).toEqual(['id', 'text', 'year']);
    expect(fs.openHandles).toBe(0);
  });

  it('does not enter directories, files, row groups and pages that cannot match, and counts what it read', () => {
    const fs = table();
    const where = col('year').eq(2001).and(col('id').between(110, 111));
    const node = scan(fs, { columns: ['text'], where });
    const task = new ScanTask(fs);
    expect(partitionsOfNode(node, task).flat()).toEqual([{ text: 'row 110' }, { text: 'row 111' }]);
    const files = node.partitions.flatMap(({ split }) =>
      (split as { file: { path: string } }[]).map(({ file }) => file.path),
    );
    expect(files).toEqual(['/t/year=2001/b']);
    const whole = new ScanTask(fs);
    partitionsOfNode(scan(fs), whole);
    expect(task.inputBytes).toBeLessThan(whole.inputBytes / 2);
    expect(node.details).toEqual([
      'PartitionFilters: [EqualTo(year,2001)]',
      'PushedFilters: [GreaterThanOrEqual(id,110), LessThanOrEqual(id,111)]',
      'ReadSchema: struct<text:string>',
      expect.stringMatching(/^Files: 1 of 3; RowGroups: 1 of 8; Bytes: [\d.]+ B of [\d.]+ KiB$/),
    ]);
    expect(scan(fs, { where: col('id').gt(1000) }).partitions).toEqual([]);
  });

  it('is another one where files that are not read make other rows of those that are', () => {
    const fs = table();
    const identity = () => JSON.stringify(partsOf(scan(fs, { where: col('id').lt(10) })).parameters);
    const first = identity();
    writeFile(fs, '/t/year=2002/b', bytesOf(300));
    expect(identity()).toBe(first);
    writeFile(fs, '/t/year=2002/c', bytesOf(500, 'more'));
    const withMore = identity();
    expect(withMore).not.toBe(first);
    fs.makeDirectory('/t/year=none');
    writeFile(fs, '/t/year=none/a', bytesOf(400));
    expect(identity()).not.toBe(withMore);
  });

  it('packs files into partitions as they were wished for', () => {
    const fs = table();
    const node = scan(fs, { minPartitions: 2 });
    expect(partitionsOfNode(node, new ScanTask(fs)).map(({ length }) => length)).toEqual([200, 100]);
    expect(scan(fs, { minPartitions: 9 }).partitions).toHaveLength(3);
  });

  it('finds mistakes before any task runs', () => {
    const fs = table();
    expect(() => scan(fs, { path: '/none' }).partitions).toThrow(/FILE_NOT_FOUND/);
    expect(() => scan(fs, { columns: ['txt'] }).partitions).toThrow(/COLUMN_NOT_FOUND.*'text'/s);
    expect(() => scan(fs, { where: col('idd').eq(1) }).partitions).toThrow(/COLUMN_NOT_FOUND/);
    expect(() => scan(fs, { where: col('id').eq('1') }).partitions).toThrow(/PREDICATE_TYPE/);
    expect(() => scan(fs, { where: col('year').eq('1') }).partitions).toThrow(/PREDICATE_TYPE/);
    writeFile(fs, '/t/year=2002/z', 'no Parquet');
    expect(() => scan(fs).partitions).toThrow(/PARQUET_CORRUPT/);
    // Nor is it read where its directory is left out.
    expect(scan(fs, { where: col('year').eq(2001) }).partitions).toHaveLength(1);
    expect(fs.openHandles).toBe(0);
  });

  it('checks names even where every directory is left out, and gives no rows then', () => {
    const fs = table();
    const where = col('year').gt(9999);
    expect(scan(fs, { where }).partitions).toEqual([]);
    expect(() => scan(fs, { where, columns: ['nothing'] }).partitions).toThrow(/COLUMN_NOT_FOUND/);
    fs.makeDirectory('/empty');
    expect(scan(fs, { path: '/empty', columns: ['x'], where }).partitions).toEqual([]);
  });

  it('merges schemas, or says which files differ', () => {
    const fs = table();
    writeFile(fs, '/t/year=2002/b', bytesOf(0, 'other', [7]));
    const node = scan(fs, { where: col('other').isNotNull() });
    expect(partitionsOfNode(node, new ScanTask(fs)).flat()).toEqual([
      { id: null, text: 'row 7', other: 7, year: 2002 },
    ]);
    const other = { name: 'text', type: 'INT32', values: [7] } as const;
    writeFile(fs, '/t/year=2002/c', indexedParquet([other], { rowGroupRows: 1, pageRows: [1] }));
    expect(() => scan(fs).partitions).toThrow(/SCHEMAS_DIFFER.*year=2001\/a.*year=2002\/c/s);
  });

  it('makes numbers of 64-bit integers where all files say that it may', () => {
    const fs = new MemoryFileSystem();
    fs.makeDirectory('/t');
    const file = (values: readonly bigint[]) =>
      indexedParquet([{ name: 'x', type: 'INT64', values }], { rowGroupRows: 9, pageRows: [9], statistics: true });
    writeFile(fs, '/t/a', file([1n]));
    const rows = (options: Partial<ParquetScanOptions> = {}) =>
      partitionsOfNode(scan(fs, options as never), new ScanTask(fs)).flat();
    expect(rows()).toEqual([{ x: 1 }]);
    expect(rows({ int64: 'bigint' })).toEqual([{ x: 1n }]);
    writeFile(fs, '/t/b', file([2n ** 60n]));
    expect(rows()).toEqual([{ x: 1n }, { x: 2n ** 60n }]);
    expect(() => rows({ int64: 'number' })).toThrow(/VALUE_NOT_EXACT/);
  });

  it('closes its file when the reader stops early, and stops when cancelled', () => {
    const fs = table();
    const node = scan(fs);
    const task = new ScanTask(fs);
    for (const batch of node.compute(node.partitions[0] as never, task)) {
      expect(batch.kind).toBe('columns');
      break;
    }
    expect(fs.openHandles).toBe(0);
    task.isCancelled = true;
    expect(() => partitionsOfNode(node, task)).toThrow(/TASK_CANCELLED/);
    expect(fs.openHandles).toBe(0);
  });

  it('refuses files that are others than when the job was planned', () => {
    const fs = table();
    const node = scan(fs);
    expect(node.partitions).toHaveLength(1);
    writeFile(
      fs,
      '/t/year=2002/a',
      bytesOf(
        0,
        'id',
        Array.from({ length: 400 }, (_, i) => i),
      ),
    );
    expect(() => partitionsOfNode(node, new ScanTask(fs))).toThrow(/INPUT_CHANGED/);
    expect(fs.openHandles).toBe(0);
  });

  it('finds damage in a scan, and takes any name for a name', () => {
    const fs = table();
    const bytes = Uint8Array.from(bytesOf(0, '__proto__'));
    writeFile(fs, '/t/year=2001/a', bytes);
    const rows = partitionsOfNode(scan(fs, { path: '/t/year=2001/a' }), new ScanTask(fs)).flat() as object[];
    expect(Object.keys(rows[3] as object)).toEqual(['__proto__', 'text']);
    expect(Object.getPrototypeOf(rows[3])).toBe(Object.prototype);
    bytes[60] = (bytes[60] as number) ^ 1;
    writeFile(fs, '/t/year=2001/a', bytes);
    expect(() => partitionsOfNode(scan(fs, { path: '/t/year=2001/a' }), new ScanTask(fs))).toThrow(/PARQUET_CORRUPT/);
    expect(fs.openHandles).toBe(0);
  });
});
