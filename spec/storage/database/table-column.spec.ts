import { describe, expect, it } from 'vitest';
import { parseField, parseType } from '../../../formats/schema/parse-type.ts';
import { asNumbers, columnAsGiven } from '../../../storage/database/table-column.ts';
import { COLUMN_OPTIONS, tableColumn } from '../../support/databases.ts';

const int64 = parseType('int64');
const schema = [parseField('a', 'int64')];

describe('columns of tables', () => {
  it('give numbers where that was asked for, or is safe', () => {
    expect(asNumbers(COLUMN_OPTIONS, 'a', int64, true)).toBe(true);
    expect(asNumbers(COLUMN_OPTIONS, 'a', int64, false)).toBe(false);
    expect(asNumbers({ ...COLUMN_OPTIONS, schema }, 'a', int64, false)).toBe(true);
    expect(asNumbers({ ...COLUMN_OPTIONS, schema, bigints: ['a'] }, 'a', int64, true)).toBe(false);
    expect(asNumbers({ ...COLUMN_OPTIONS, int64: 'bigint' }, 'a', int64, true)).toBe(false);
    expect(asNumbers(COLUMN_OPTIONS, 'a', parseType('int32'), true)).toBe(false);
  });

  it("keep the database's order where their type is the database's", () => {
    const column = tableColumn('a', int64, { order: 'integer' });
    expect(columnAsGiven(column, { ...COLUMN_OPTIONS, schema })).toMatchObject({ order: 'integer', asNumbers: true });
    const text = { ...COLUMN_OPTIONS, schema: [parseField('a', 'string')] };
    expect(columnAsGiven(column, text)).toMatchObject({ order: 'none', field: { type: { kind: 'string' } } });
    expect(columnAsGiven(column, COLUMN_OPTIONS)).toEqual(column);
  });
});
