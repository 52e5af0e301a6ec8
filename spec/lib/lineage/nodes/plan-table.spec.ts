import { describe, expect, it } from 'vitest';
import { col } from '../../../../formats/scan/predicate-builder.ts';
import { type DataType, field } from '../../../../formats/schema/data-type.ts';
import { planTable, type TableWish } from '../../../../lib/lineage/nodes/plan-table.ts';
import { MemoryFileSystem } from '../../../support/memory-file-system.ts';
import { writeFile } from '../../../support/write-file.ts';

const INT: DataType = { kind: 'int', bits: 32, signed: true };

function table(): MemoryFileSystem {
  const fs = new MemoryFileSystem();
  for (const year of [2001, 2002]) {
    fs.makeDirectory(`/t/year=${year}`);
    writeFile(fs, `/t/year=${year}/a`, 'any');
  }
  fs.makeDirectory('/empty');
  return fs;
}

describe('planTable', () => {
  const opened: string[] = [];
  const plan = (wish: Partial<TableWish> = {}) => {
    opened.length = 0;
    return planTable(table(), { path: '/t', ...wish }, ({ path }) => {
      opened.push(path);
      return { schema: { fields: [field('id', INT), field('x', INT)] } };
    });
  };

  it('opens the files whose directories may match', () => {
    const { kept, files, partitionFilters, pushedFilters } = plan({
      where: col('year').eq(2002).and(col('id').gt(1)).predicate,
    });
    expect(opened).toEqual(['/t/year=2002/a']);
    expect([kept.length, files.length, partitionFilters.length, pushedFilters.length]).toEqual([1, 2, 1, 1]);
  });

  it('knows the columns though no directory matches', () => {
    const where = col('year').eq(1).predicate;
    const found = plan({ where, columns: ['x', 'year'] });
    expect(found.table.fields.map(({ name }) => name)).toEqual(['x', 'year']);
    expect([found.kept, found.opened.length, opened]).toEqual([[], 1, ['/t/year=2001/a']]);
    expect(() => plan({ where, columns: ['y'] })).toThrow(/COLUMN_NOT_FOUND/);
    expect(plan({ path: '/empty', columns: ['y'] }).table.fields).toEqual([]);
  });
});
