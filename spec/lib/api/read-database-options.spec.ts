import { describe, expect, it } from 'vitest';
import { col } from '../../../formats/scan/predicate-builder.ts';
import { databaseScanOptions, type ReadDatabaseOptions } from '../../../lib/api/read-database-options.ts';

const TABLE = { path: 'a.db', table: 't' };

describe('the options of read.database', () => {
  it('are few when nothing is said', () => {
    expect(databaseScanOptions(TABLE)).toEqual({
      settings: { dialect: 'sqlite', path: 'a.db' },
      source: { table: ['t'] },
      columns: undefined,
      where: undefined,
      schema: [],
      bigints: [],
      sampleRows: 10_000,
      int64: 'auto',
      timestamp: 'date',
      decimal: 'string',
      splits: [{ kind: 'all' }],
      fetchSize: undefined,
    });
  });

  it('say what is read, and how', () => {
    const where = col('a').eq(1);
    const schema = { a: 'bigint', b: 'int64', c: 'uint64' };
    const made = databaseScanOptions({
      path: 'a',
      query: 'SELECT 1',
      where,
      schema,
      columns: ['a'],
      sampleRows: 'all',
      fetchSize: 5,
    });
    expect(made).toMatchObject({
      source: { query: 'SELECT 1' },
      where: where.predicate,
      bigints: ['a', 'c'],
      columns: ['a'],
      fetchSize: 5,
    });
  });

  it.each([
    [0, 10, 'integer', 5n],
    [0n, 10n, 'integer', 5n],
    ['2026-01-01', '2026-01-11', 'date', 20_459n],
    [new Date(0), new Date(10), 'timestamp', 5n],
    ['1970-01-01 00:00:00', '1970-01-01T00:00:00.010', 'timestamp', 5n],
  ])('cut between %s and %s', (lowerBound, upperBound, unit, end) => {
    const { splits } = databaseScanOptions({
      ...TABLE,
      partition: { column: 'a', lowerBound, upperBound, numPartitions: 2 },
    });
    expect(splits).toMatchObject([
      { kind: 'stride', unit, part: { end } },
      { kind: 'stride', unit, part: { low: end } },
    ]);
  });

  it('take a partition for each predicate', () => {
    expect(databaseScanOptions({ ...TABLE, predicates: ['a < 1', 'a >= 1'] }).splits).toEqual([
      { kind: 'predicate', sql: 'a < 1' },
      { kind: 'predicate', sql: 'a >= 1' },
    ]);
  });

  const partition = { column: 'a', lowerBound: 0, upperBound: 9, numPartitions: 2 };
  it.each<[string, object]>([
    ["'table' and 'query'", { path: 'a' }],
    ["'table' and 'query'", { ...TABLE, query: 'x' }],
    ['a query in SQL', { path: 'a', query: ' ' }],
    ['an option "colour"', { ...TABLE, colour: 1 }],
    ['columns', { ...TABLE, columns: [] }],
    ['fetchSize', { ...TABLE, fetchSize: 0 }],
    ['at most 1000000', { ...TABLE, fetchSize: 2_000_000 }],
    ["'auto', 'bigint', 'number'", { ...TABLE, int64: 'text' }],
    ["'partition' and 'predicates'", { ...TABLE, partition, predicates: ['a'] }],
    ['conditions in SQL', { ...TABLE, predicates: [] }],
    ['conditions in SQL', { ...TABLE, predicates: [' '] }],
    ['the name of a column', { ...TABLE, partition: { ...partition, column: '' } }],
    ['numPartitions', { ...TABLE, partition: { ...partition, numPartitions: 0 } }],
    ['a whole number', { ...TABLE, partition: { ...partition, lowerBound: 0.5 } }],
    ['a whole number', { ...TABLE, partition: { ...partition, lowerBound: 'soon' } }],
    ['of the kind of the lower bound', { ...TABLE, partition: { ...partition, upperBound: '2026-01-01' } }],
    ['at most the upper bound', { ...TABLE, partition: { ...partition, lowerBound: 10 } }],
  ])('are refused: %s', (expected, options) => {
    expect(() => databaseScanOptions(options as ReadDatabaseOptions)).toThrow(expected);
  });
});
