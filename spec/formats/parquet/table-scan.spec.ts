import { describe, expect, it } from 'vitest';
import { Arena } from '../../../formats/parquet/arena.ts';
import { openParquet } from '../../../formats/parquet/parquet-file.ts';
import { type FileOfTable, TableScan } from '../../../formats/parquet/table-scan.ts';
import { mergeSchemas } from '../../../formats/scan/merge-schemas.ts';
import { type PartitionEntry, partitionFields } from '../../../formats/scan/partition-path.ts';
import { type Condition, col } from '../../../formats/scan/predicate-builder.ts';
import { projectFields } from '../../../formats/scan/project-fields.ts';
import { type ScanTable, tableSchema } from '../../../formats/scan/scan-table.ts';
import { ByteArraySource } from '../../support/byte-source.ts';
import { indexedParquet, type PlainColumn } from '../../support/indexed-parquet.ts';
import { vectorValues } from '../../support/vector-values.ts';

const ints = (name: string, ...values: (number | null)[]): PlainColumn => ({ name, type: 'INT32', values });
const longs = (name: string, ...values: bigint[]): PlainColumn => ({ name, type: 'INT64', values });
const texts = (name: string, ...values: string[]): PlainColumn => ({
  ...{ name, type: 'BYTE_ARRAY', converted: 'UTF8', values },
});

function fileOf(
  path: string,
  columns: readonly PlainColumn[],
  ...entries: PartitionEntry[]
): FileOfTable & { source: ByteArraySource } {
  const bytes = indexedParquet(columns, { rowGroupRows: 2, pageRows: [1], statistics: true });
  const source = new ByteArraySource(bytes, path);
  return { file: openParquet(source), entries, source };
}

function tableOf(files: readonly FileOfTable[], columns?: readonly string[], where?: Condition): ScanTable {
  const schema = mergeSchemas(files.map(({ file }) => ({ source: file.source.path, schema: file.schema })));
  const partitions = partitionFields(files.map(({ file, entries }) => ({ path: file.source.path, entries })));
  const whole = tableSchema(schema, partitions);
  const fields = columns === undefined ? whole.fields : projectFields(whole, columns, 't');
  return { schema, partitions, fields, where: where?.predicate };
}

function rowsOf(files: readonly FileOfTable[], columns?: readonly string[], where?: Condition): unknown[] {
  const table = tableOf(files, columns, where);
  return files.flatMap((each) => {
    const scan = new TableScan(table, each, { arena: new Arena(), batchRows: 100 });
    const rows: unknown[] = [];
    for (const { rowCount, vectors } of scan.batches()) {
      const values = vectors.map(vectorValues);
      for (let i = 0; i < rowCount; i++) rows.push(values.map((own) => own[i]));
    }
    return rows;
  });
}

const older = fileOf('old', [ints('id', 1, null, 3), texts('name', 'a', 'b', 'c')], ['year', '2001'], ['kind', 'x']);
const newer = fileOf('new', [texts('note', 'n'), longs('id', 2n ** 40n)], ['year', '2002'], ['kind', null]);

describe('TableScan', () => {
  it('gives rows of one shape from files of several', () => {
    expect(tableOf([older, newer]).fields.map(({ name }) => name)).toEqual(['id', 'name', 'note', 'year', 'kind']);
    expect(rowsOf([older, newer])).toEqual([
      [1n, 'a', null, 2001, 'x'],
      [null, 'b', null, 2001, 'x'],
      [3n, 'c', null, 2001, 'x'],
      [2n ** 40n, null, 'n', 2002, null],
    ]);
  });

  it('projects columns of files and of directories in any order', () => {
    expect(rowsOf([older, newer], ['year', 'note', 'id'], col('id').isNotNull())).toEqual([
      [2001, null, 1n],
      [2001, null, 3n],
      [2002, 'n', 2n ** 40n],
    ]);
    expect(rowsOf([older], ['kind'])).toEqual([['x'], ['x'], ['x']]);
  });

  it('answers predicates on columns that a file lacks, or that its directories have, without reading', () => {
    expect(rowsOf([older, newer], ['id'], col('note').eq('n'))).toEqual([[2n ** 40n]]);
    expect(rowsOf([older, newer], ['name'], col('note').isNull().and(col('year').lt(2002)))).toEqual([
      ['a'],
      ['b'],
      ['c'],
    ]);
    const table = tableOf([older, newer], ['id'], col('year').gt(2001).or(col('kind').isNull()));
    const reads = older.source.reads.length;
    expect([...new TableScan(table, older, { arena: new Arena(), batchRows: 9 }).batches()]).toEqual([]);
    expect(older.source.reads.length).toBe(reads);
  });

  it('compares exactly where a file has a narrower type than the table', () => {
    expect(
      rowsOf(
        [older, newer],
        ['id'],
        col('id')
          .ge(3)
          .and(col('id').ne(2n ** 40n)),
      ),
    ).toEqual([[3n]]);
  });

  it('lets directories win over columns of their name', () => {
    const both = fileOf('both', [ints('year', 1, 2), ints('id', 5, 6)], ['year', '2003']);
    expect(rowsOf([both])).toEqual([
      [5, 2003],
      [6, 2003],
    ]);
    expect(rowsOf([both], undefined, col('year').eq(1))).toEqual([]);
  });

  it('says how much of a file it took', () => {
    const scan = new TableScan(tableOf([older], ['id'], col('id').eq(3)), older, { arena: new Arena(), batchRows: 9 });
    expect([...scan.batches()]).toHaveLength(1);
    expect(scan.figures).toEqual({ rowGroups: 2, rowGroupsRead: 1, rows: 1, rowsKept: 1 });
  });

  it('harms nothing with columns and directories of strange names', () => {
    const strange = fileOf('s', [ints('__proto__', 1), ints('constructor', 2)], ['toString', '3']);
    expect(rowsOf([strange], undefined, col('__proto__').eq(1).and(col('toString').eq(3)))).toEqual([[1, 2, 3]]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
