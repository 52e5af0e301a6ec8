import { describe, expect, it } from 'vitest';
import { databaseChoices, type WriteDatabaseOptions } from '../../../lib/api/write-database-options.ts';

describe('the options of write.database', () => {
  it('are few when nothing is said', () => {
    expect(databaseChoices({ path: 'a.db', table: 't' })).toEqual({
      settings: { dialect: 'sqlite', path: 'a.db' },
      table: ['t'],
      mode: 'error',
      keepsTable: false,
      createTable: true,
      schema: undefined,
      columnTypes: {},
      batchSize: 1000,
    });
  });

  it('say what becomes of the table', () => {
    const choices = databaseChoices({
      url: 'postgres://h/d',
      table: ['s', 't'],
      mode: 'overwrite',
      truncate: true,
      createTable: false,
      schema: { id: 'int64 not null' },
      columnTypes: { id: 'serial' },
      batchSize: 5,
    });
    expect(choices).toMatchObject({
      mode: 'overwrite',
      keepsTable: true,
      createTable: false,
      columnTypes: { id: 'serial' },
      batchSize: 5,
    });
    expect(choices.schema?.fields).toHaveLength(1);
  });

  it.each<[string, object]>([
    ['mode', { mode: 'replace' }],
    ['batchSize', { batchSize: 0 }],
    ['columnTypes', { columnTypes: { a: '' } }],
    ['columnTypes', { columnTypes: ['TEXT'] }],
    ['truncate', { truncate: 1 }],
    ['schema', { schema: {} }],
    ['signal', { signal: 1 }],
    ['colour', { colour: 1 }],
    ['table', { table: '' }],
  ])('are refused: %s', (expected, options) => {
    expect(() => databaseChoices({ path: 'a', table: 't', ...options } as WriteDatabaseOptions)).toThrow(expected);
  });
});
