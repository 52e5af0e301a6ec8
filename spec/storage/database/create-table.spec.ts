import { describe, expect, it } from 'vitest';
import { parseField } from '../../../formats/schema/parse-type.ts';
import { columnDefinitions } from '../../../storage/database/create-table.ts';
import type { DialectName } from '../../../storage/database/database-settings.ts';

const DIALECTS = ['sqlite', 'postgres', 'mysql'] as const;
const typesOf = (type: string) =>
  DIALECTS.map((dialect) => columnDefinitions(dialect, { fields: [parseField('c', type)] }, {}).slice(4)).join(' | ');

describe('columns of new tables', () => {
  it.each([
    ['boolean', 'BOOLEAN | boolean | TINYINT(1)'],
    ['int8', 'INTEGER | smallint | TINYINT'],
    ['int32 not null', 'INTEGER NOT NULL | integer NOT NULL | INT NOT NULL'],
    ['uint32', 'INTEGER | bigint | INT UNSIGNED'],
    ['int64', 'INTEGER | bigint | BIGINT'],
    ['uint64', 'INTEGER | numeric(20,0) | BIGINT UNSIGNED'],
    ['float', 'REAL | real | FLOAT'],
    ['double', 'REAL | double precision | DOUBLE'],
    ['decimal(9,2)', 'TEXT | numeric(9,2) | DECIMAL(9,2)'],
    ['string', 'TEXT | text | LONGTEXT CHARACTER SET utf8mb4'],
    ['binary', 'BLOB | bytea | LONGBLOB'],
    ['uuid', 'TEXT | uuid | CHAR(36) CHARACTER SET ascii'],
    ['date', 'DATE | date | DATE'],
    ['time(micros)', 'TEXT | time(6) | TIME(6)'],
    ['timestamp', 'TIMESTAMP | timestamp(6) with time zone | DATETIME(6)'],
    ['timestamp(micros)', 'TIMESTAMP | timestamp(6) | DATETIME(6)'],
  ])('hold all values of %s', (type, expected) => {
    expect(typesOf(type)).toBe(expected);
  });

  it.each<[DialectName, string]>([
    ['sqlite', 'list<int32>'],
    ['postgres', 'struct<a: int32>'],
    ['mysql', 'map<string, int32>'],
    ['postgres', 'timestamp(nanos)'],
    ['mysql', 'decimal(76,2)'],
  ])('are refused in %s where there is no such type: %s', (dialect, type) => {
    expect(() => columnDefinitions(dialect, { fields: [parseField('c', type)] }, {})).toThrow(
      /DATABASE_TYPE_UNSUPPORTED: column 'c'/,
    );
  });

  it("have the user's own types, and quoted names", () => {
    const fields = [parseField('a"b', 'string'), parseField('tags', 'list<string>')];
    expect(columnDefinitions('sqlite', { fields }, { tags: 'JSON' })).toBe('"a""b" TEXT, "tags" JSON');
  });
});
