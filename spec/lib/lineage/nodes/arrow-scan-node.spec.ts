import { describe, expect, it } from 'vitest';
import { type Condition, col } from '../../../../formats/scan/predicate-builder.ts';
import { field, type Schema } from '../../../../formats/schema/data-type.ts';
import { ArrowScanNode, type ArrowScanOptions } from '../../../../lib/lineage/nodes/arrow-scan-node.ts';
import { sampleBytes } from '../../../support/arrow-samples.ts';
import { MemoryFileSystem } from '../../../support/memory-file-system.ts';
import { origin, partitionsOfNode, ScanTask } from '../../../support/scan-task.ts';
import { writeArrowRows } from '../../../support/write-arrow.ts';
import { writeFile } from '../../../support/write-file.ts';

const SCHEMA: Schema = {
  fields: [field('id', { kind: 'int', bits: 64, signed: true }), field('name', { kind: 'string' })],
};
const rowsFrom = (from: number, count = 50) =>
  Array.from({ length: count }, (_, i) => ({ id: from + i, name: `row ${from + i}` }));
const bytesOf = (from: number) => writeArrowRows(SCHEMA, [rowsFrom(from), rowsFrom(from + 50)]);

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

function scan(fs: MemoryFileSystem, options: Partial<Omit<ArrowScanOptions, 'where'>> & { where?: Condition } = {}) {
  const { where, ...rest } = options;
  const defaults = { path: '/t', int64: 'number', timestamp: 'date', decimal: 'string', minPartitions: 1 } as const;
  return new ArrowScanNode(origin('arrow'), fs, { ...defaults, ...rest, where: where?.predicate });
}

describe('ArrowScanNode', () => {
  it('gives rows as objects, in the order of the files, with what directories say', () => {
    const fs = table();
    const rows = partitionsOfNode(scan(fs), new ScanTask(fs)).flat();
    expect(rows).toHaveLength(300);
    expect(rows[150]).toEqual({ id: 150, name: 'row 150', year: 2001 });
    expect(partitionsOfNode(scan(fs, { int64: 'bigint', columns: ['id'] }), new ScanTask(fs)).flat()[0]).toEqual({
      id: 0n,
    });
    expect(fs.openHandles).toBe(0);
  });

  it('reads no directories, columns and batches that are not wanted, and counts what it read', () => {
    const fs = table();
    const where = col('year').eq(2001).and(col('id').between(110, 111));
    const node = scan(fs, { columns: ['name'], where });
    const task = new ScanTask(fs);
    expect(partitionsOfNode(node, task).flat()).toEqual([{ name: 'row 110' }, { name: 'row 111' }]);
    const whole = new ScanTask(fs);
    partitionsOfNode(scan(fs), whole);
    expect(task.inputBytes).toBeLessThan(whole.inputBytes);
    expect(node.details).toEqual([
      'PartitionFilters: [EqualTo(year,2001)]',
      'PushedFilters: [GreaterThanOrEqual(id,110), LessThanOrEqual(id,111)]',
      'ReadSchema: struct<name:string>',
      'Files: 2 of 3',
    ]);
  });

  it('cuts files, and never streams', () => {
    const fs = new MemoryFileSystem();
    fs.makeDirectory('/big');
    const rows = Array.from({ length: 8 }, (_, i) =>
      rowsFrom(0, 4).map((row) => ({ ...row, name: `${i}`.repeat(500_000) })),
    );
    const bytes = writeArrowRows(SCHEMA, rows);
    writeFile(fs, '/big/a', bytes);
    const node = scan(fs, { path: '/big/a', columns: ['id'], minPartitions: 4 });
    expect(node.partitions.length).toBeGreaterThan(1);
    expect(partitionsOfNode(node, new ScanTask(fs)).flat()).toHaveLength(32);
    // What lies between the magic and the footer of a file is a stream.
    writeFile(fs, '/big/s', bytes.subarray(8));
    const stream = scan(fs, { path: '/big/s', columns: ['id'], minPartitions: 4 });
    expect(stream.partitions).toHaveLength(1);
    expect(partitionsOfNode(stream, new ScanTask(fs)).flat()).toHaveLength(32);
  });

  it('finds mistakes before any task runs', () => {
    const fs = table();
    expect(() => scan(fs, { columns: ['nme'] }).partitions).toThrow(/COLUMN_NOT_FOUND.*'name'/s);
    expect(() => scan(fs, { where: col('id').eq('1') }).partitions).toThrow(/PREDICATE_TYPE/);
    writeFile(fs, '/t/year=2002/z', 'no Arrow');
    expect(() => scan(fs).partitions).toThrow(/ARROW_CORRUPT.*year=2002\/z/s);
    expect(scan(fs, { where: col('year').eq(2001) }).partitions).toHaveLength(1);
    expect(fs.openHandles).toBe(0);
  });

  it('makes one table of files that differ', () => {
    const fs = table();
    writeFile(fs, '/t/year=2002/b', sampleBytes('stream'));
    const node = scan(fs, { columns: ['id', 'code', 'year'], where: col('code').eq('code 1') });
    expect(partitionsOfNode(node, new ScanTask(fs)).flat()).toEqual([
      { id: null, code: 'code 1', year: 2002 },
      { id: null, code: 'code 1', year: 2002 },
    ]);
  });

  it('closes its file when the reader stops early, is cancelled, or finds another one', () => {
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
    writeFile(fs, '/t/year=2001/a', Buffer.concat([bytesOf(0), Buffer.from('more')]));
    expect(() => partitionsOfNode(node, new ScanTask(fs))).toThrow(/INPUT_CHANGED/);
    expect(fs.openHandles).toBe(0);
  });
});
