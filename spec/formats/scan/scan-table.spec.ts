import { describe, expect, it } from 'vitest';
import { mergeSchemas } from '../../../formats/scan/merge-schemas.ts';
import { type PartitionEntry, partitionFields } from '../../../formats/scan/partition-path.ts';
import { type Condition, col } from '../../../formats/scan/predicate-builder.ts';
import {
  bindToTable,
  canSkipDirectory,
  checkPredicate,
  conformBatch,
  type FileInTable,
  type ScanTable,
  tableSchema,
} from '../../../formats/scan/scan-table.ts';
import { type DataType, field } from '../../../formats/schema/data-type.ts';
import { vectorValues } from '../../support/vector-values.ts';
import { numberVector } from '../../support/vectors.ts';

const INT: DataType = { kind: 'int', bits: 32, signed: true };
const LONG: DataType = { kind: 'int', bits: 64, signed: true };
const entries = (year: string, kind: string | null): readonly PartitionEntry[] => [
  ['year', year],
  ['kind', kind],
];
const older: FileInTable = { path: 'old', schema: { fields: [field('id', INT)] }, entries: entries('2001', 'x') };
const newer: FileInTable = {
  path: 'new',
  schema: { fields: [field('id', LONG), field('note', INT)] },
  entries: entries('2002', null),
};

function tableOf(files: readonly FileInTable[], where?: Condition): ScanTable {
  const schema = mergeSchemas(files.map(({ path, schema }) => ({ source: path, schema })));
  const partitions = partitionFields(files);
  return { schema, partitions, fields: tableSchema(schema, partitions).fields, where: where?.predicate };
}

describe('tables of files', () => {
  it('have rows of one shape', () => {
    const table = tableOf([older, newer]);
    expect(table.fields.map(({ name }) => name)).toEqual(['id', 'note', 'year', 'kind']);
    const batch = { fields: older.schema.fields, rowCount: 2, vectors: [numberVector(INT, [1, null])] };
    const { vectors } = conformBatch(table, older.entries, [true, false, false, false], batch);
    expect(vectors.map(vectorValues)).toEqual([
      [1n, null],
      [null, null],
      [2001, 2001],
      ['x', 'x'],
    ]);
  });

  it('ask of a file what it has, and know the rest', () => {
    const bound = (where: Condition, file: FileInTable) => bindToTable(tableOf([older, newer], where), file);
    expect(bound(col('note').isNull(), older)?.columns).toEqual([]);
    expect(bound(col('note').isNull(), newer)?.columns).toEqual([{ path: ['note'], type: INT }]);
    expect(bound(col('year').eq(2001), older)?.predicate).toEqual({ kind: 'all', of: [] });
    expect(bindToTable(tableOf([older]), older)).toBeUndefined();
    expect(() => bound(col('none').eq(1), older)).toThrow(/COLUMN_NOT_FOUND/);
  });
});

describe('predicates of tables', () => {
  it('are checked against all columns', () => {
    const { schema, partitions } = tableOf([older]);
    const whole = tableSchema(schema, partitions);
    expect(() => checkPredicate(col('yaer').eq(1).predicate, whole, 't')).toThrow(/COLUMN_NOT_FOUND.*'year'/s);
    expect(() => checkPredicate(col('year').eq('x').predicate, whole, 't')).toThrow(/PREDICATE_TYPE/);
    checkPredicate(col('id').gt(1).predicate, whole, 't');
  });

  it('skip directories by their names', () => {
    const { partitions } = tableOf([older, newer]);
    const skips = (condition: Condition, { entries }: FileInTable) =>
      canSkipDirectory(condition.predicate, partitions, entries, 't');
    expect(skips(col('year').eq(2002), older)).toBe(true);
    expect(skips(col('year').eq(2002), newer)).toBe(false);
    expect(skips(col('kind').ne('x'), newer)).toBe(true);
    expect(skips(col('kind').isNull(), newer)).toBe(false);
    expect(() => skips(col('id').eq(1), newer)).toThrow(/COLUMN_NOT_FOUND/);
  });
});
