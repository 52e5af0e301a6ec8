import { describe, expect, it } from 'vitest';
import { materializeRows } from '../../../formats/record/materialize-rows.ts';
import { type Condition, col } from '../../../formats/scan/predicate-builder.ts';
import { parseType } from '../../../formats/schema/parse-type.ts';
import { planScan } from '../../../storage/database/scan-plan.ts';
import { ScanRows } from '../../../storage/database/scan-rows.ts';
import { scanRequest, tableColumn } from '../../support/databases.ts';

const COLUMNS = [tableColumn('id', parseType('int64'), { asNumbers: true }), tableColumn('name', parseType('string'))];

function rowsOf(rows: readonly unknown[][], where?: Condition): unknown[] | undefined {
  const request = scanRequest({ dialect: 'sqlite', path: 'a' }, { table: ['t'] });
  const plan = planScan({ ...request, columns: ['id'], where: where?.predicate }, COLUMNS);
  const batch = new ScanRows(plan, 't', false).batch(rows);
  return batch && materializeRows(batch);
}

describe('rows of a scan', () => {
  it('have the columns that are wanted', () => {
    expect(rowsOf([[1n], [null]])).toEqual([{ id: 1 }, { id: null }]);
  });

  it('are those that match what the database did not compare', () => {
    const where = col('name').eq('a');
    const rows = [
      [1n, 'a'],
      [2n, 'b'],
      [3n, 'a'],
    ];
    expect(rowsOf(rows, where)).toEqual([{ id: 1 }, { id: 3 }]);
    expect(rowsOf([[1n, 'a']], where)).toEqual([{ id: 1 }]);
    expect(rowsOf([[1n, null]], where)).toBeUndefined();
  });

  it('fail where a number would be another one', () => {
    expect(() => rowsOf([[2n ** 53n + 1n]])).toThrow(/VALUE_NOT_EXACT.*9007199254740993/s);
  });
});
