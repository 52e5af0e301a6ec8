import { describe, expect, it } from 'vitest';
import { materializeRows } from '../../../formats/record/materialize-rows.ts';
import { recordColumns } from '../../../formats/record/record-columns.ts';
import { parseType } from '../../../formats/schema/parse-type.ts';
import { RawRows } from '../../../storage/database/raw-values.ts';
import { tableColumn } from '../../support/databases.ts';

function read(type: string, value: unknown, isText: boolean): unknown {
  const column = tableColumn('c', parseType(type));
  const vectors = new RawRows([column], 'db t', isText).vectors([[value], [null]]);
  const [row, none] = materializeRows(recordColumns({ fields: [column.field], rowCount: 2, vectors })) as {
    c: unknown;
  }[];
  expect(none?.c).toBeNull();
  return row?.c;
}

describe('values of drivers', () => {
  it.each([
    ['boolean', 't', true],
    ['boolean', '0', false],
    ['int64', '-9007199254740993', -9007199254740993n],
    ['int16', '12', 12],
    ['float32', '0.1', Math.fround(0.1)],
    ['double', '-Infinity', Number.NEGATIVE_INFINITY],
    ['double', 'NaN', Number.NaN],
    ['decimal(9,2)', '12.5', '12.50'],
    ['string', '01', '01'],
    ['uuid', '00112233-4455-6677-8899-AABBCCDDEEFF', '00112233-4455-6677-8899-aabbccddeeff'],
    ['date', '2026-02-28', new Date('2026-02-28')],
    ['timestamp(micros, zone)', '2026-02-28 10:00:00.123+00', new Date('2026-02-28T10:00:00.123Z')],
    ['timestamp', '2026-02-28T10:00:00Z', new Date('2026-02-28T10:00:00Z')],
    ['time(micros)', '10:00:00.000001', 36_000_000_001],
    ['binary', new Uint8Array([1]), new Uint8Array([1])],
  ])('come as texts: %s %s', (type, value, expected) => {
    expect(read(type, value, true)).toEqual(expected);
  });

  it.each([
    ['boolean', 1n, true],
    ['int64', 5n, 5n],
    ['int32', 5, 5],
    ['double', 5n, 5],
    ['decimal(9,2)', 1.5, '1.50'],
    ['decimal(9,2)', 3n, '3.00'],
    ['string', 5n, '5'],
    ['string', 1.5, '1.5'],
    ['timestamp', 1500n, new Date(1500)],
    ['date', '2026-02-28', new Date('2026-02-28')],
  ])("come as SQLite's own: %s %s", (type, value, expected) => {
    expect(read(type, value, false)).toEqual(expected);
  });

  it.each([
    ['boolean', 'yes', true],
    ['boolean', 2n, false],
    ['int64', '5', false],
    ['int64', '1.5', true],
    ['int64', 1.5, false],
    ['int16', 99_999n, false],
    ['double', 'x', true],
    ['double', 2n ** 53n + 1n, false],
    ['decimal(4,2)', '123.45', true],
    ['decimal(4,2)', '1.234', true],
    ['decimal(9,2)', 'NaN', true],
    ['string', new Uint8Array([1]), false],
    ['binary', 'text', true],
    ['date', 'infinity', true],
    ['date', '2026-02-30', true],
    ['date', '2026-02-28 10:00:00', true],
    ['timestamp', '2026-02-28 10:00:00.123456', true],
    ['list<int32>', '{1}', true],
  ])('are refused where the type does not hold them: %s %s', (type, value, isText) => {
    expect(() => read(type, value, isText)).toThrow(/DATABASE_VALUE_TYPE: column 'c' of db t is read as .*, and has /);
  });
});
