import { describe, expect, it } from 'vitest';
import { col } from '../../../../formats/scan/predicate-builder.ts';
import { DatabaseScanNode, type DatabaseScanOptions } from '../../../../lib/lineage/nodes/database-scan-node.ts';
import { strideParts } from '../../../../storage/database/column-stride.ts';
import type { DatabaseSplit } from '../../../../storage/database/scan-plan.ts';
import { nodeFileSystem } from '../../../../storage/fs/node-file-system.ts';
import { scanOptions, sqliteOf } from '../../../support/databases.ts';
import { origin, partitionsOfNode, ScanTask } from '../../../support/scan-task.ts';

const SCRIPT = `CREATE TABLE t (id INTEGER, name TEXT, any);
  INSERT INTO t SELECT value, 'n' || (value % 3), 'x' FROM generate_series(0, 9) WHERE value <> 4;
  INSERT INTO t VALUES (NULL, NULL, NULL)`.replace(
  'generate_series(0, 9)',
  '(WITH RECURSIVE s(value) AS (SELECT 0 UNION ALL SELECT value + 1 FROM s WHERE value < 9) SELECT * FROM s)',
);

function splits(lowerBound: bigint, upperBound: bigint, numPartitions: number): readonly DatabaseSplit[] {
  const stride = { column: 'id', unit: 'integer', lowerBound, upperBound, numPartitions } as const;
  return strideParts(stride).map((part) => ({ kind: 'stride', column: 'id', unit: 'integer', part }));
}

function scan(path: string, choices: Partial<DatabaseScanOptions> = {}): DatabaseScanNode {
  return new DatabaseScanNode(origin('database'), nodeFileSystem, scanOptions(path, choices));
}

const read = (node: DatabaseScanNode) => partitionsOfNode(node, new ScanTask(nodeFileSystem, 2));

describe('DatabaseScanNode', () => {
  it('gives the rows of a table, a batch at a time', () => {
    using file = sqliteOf(SCRIPT);
    const node = scan(file.path, { columns: ['name', 'id'] });
    const [rows] = read(node);
    expect(rows).toHaveLength(10);
    expect([rows?.[0], rows?.[9]]).toEqual([
      { name: 'n0', id: 0 },
      { name: null, id: null },
    ]);
    const batches = [...node.compute(node.partitions[0] as never, new ScanTask(nodeFileSystem, 4))];
    expect(batches.map((batch) => (batch.kind === 'columns' ? batch.rowCount : batch.kind))).toEqual([4, 4, 2]);
  });

  it('gives each row to one partition: the first has what is below, and the rows without a value', () => {
    using file = sqliteOf(SCRIPT);
    const parts = read(scan(file.path, { columns: ['id'], splits: splits(2n, 8n, 3) }));
    expect(parts.map((rows) => rows.map((row) => (row as { id: number }).id))).toEqual([
      [0, 1, 2, 3, null],
      [5],
      [6, 7, 8, 9],
    ]);
    const predicates = ['id < 3', 'id >= 3 OR id IS NULL'].map((sql) => ({ kind: 'predicate', sql }) as const);
    expect(read(scan(file.path, { splits: predicates })).map(({ length }) => length)).toEqual([3, 7]);
  });

  it('says what the database is asked, and what is looked at here', () => {
    using file = sqliteOf(SCRIPT);
    const where = col('id').gt(3).and(col('any').eq('x')).predicate;
    const node = scan(file.path, { where, columns: ['id'], splits: splits(0n, 100n, 4) });
    expect(node.details).toEqual([
      'PushedFilters: [GreaterThan(id,3)]',
      'PostScanFilters: [EqualTo(any,x)]',
      'ReadSchema: struct<id:int64>',
      'Partitioning: id cut 3 times from 25 to 75',
    ]);
    expect(read(node).flat()).toEqual([5, 6, 7, 8, 9].map((id) => ({ id })));
    expect(node.rowFields.map(({ name }) => name)).toEqual(['id']);
    expect(scan(file.path, { splits: [{ kind: 'predicate', sql: 'id = 1' }] }).details.at(-1)).toBe(
      'Partitioning: 1 predicates',
    );
  });

  it('finds out about columns before the first job, and again where that failed', async () => {
    using file = sqliteOf('CREATE TABLE other (a)');
    const node = scan(file.path);
    const [prepare] = node.preparations;
    await expect(prepare?.prepare(async () => [])).rejects.toMatchObject({ code: 'TABLE_NOT_FOUND' });
    const wrong = scan(file.path, { source: { table: ['other'] }, columns: ['b'] });
    await expect(wrong.preparations[0]?.prepare(async () => [])).rejects.toMatchObject({ code: 'COLUMN_NOT_FOUND' });
    const right = scan(file.path, { source: { table: ['other'] } });
    await right.preparations[0]?.prepare(async () => []);
    expect(right.preparations[0]?.isReady).toBe(true);
  });

  it('needs a server only when a job does', () => {
    const settings = { dialect: 'postgres', connection: { host: '127.0.0.1', port: 1, password: 's3cret' } } as const;
    const node = scan('', { settings });
    expect(node.mayPend).toBe(true);
    expect(node.details).toEqual(['PushedFilters: known when a job has asked the database for its columns']);
    expect(() => node.rowFields).toThrow(/DATABASE_SCHEMA_UNKNOWN.*postgres:\/\/127.0.0.1:1 t/);
  });

  it('lets go of the file when a task ends early, or is cancelled', () => {
    using file = sqliteOf(SCRIPT);
    const node = scan(file.path);
    const task = new ScanTask(nodeFileSystem, 1);
    const batches = node.compute(node.partitions[0] as never, task);
    batches.next();
    task.isCancelled = true;
    expect(() => batches.next()).toThrow(/TASK_CANCELLED/);
    const [first] = [...node.compute(node.partitions[0] as never, new ScanTask(nodeFileSystem, 100))];
    expect(first).toBeDefined();
  });

  it('names table, column and value where a value is none of the column', () => {
    using file = sqliteOf("CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1), ('x')");
    const node = scan(file.path, { sampleRows: 1 });
    expect(() => read(node)).toThrow(/column 'a' of sqlite:.*spec.db t is read as int64, and has 'x'/);
  });
});
