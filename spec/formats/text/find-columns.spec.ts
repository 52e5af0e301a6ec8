import { describe, expect, it } from 'vitest';
import { findColumns } from '../../../formats/text/find-columns.ts';
import type { TextField } from '../../../formats/text/text-type.ts';

const fields: readonly TextField[] = [
  ['id', 'int32'],
  ['__proto__', 'string'],
  ['origin', 'string'],
];

describe('findColumns', () => {
  it('gives places in the order asked for', () => {
    expect(findColumns(fields, ['origin', 'id', '__proto__'], 'in.csv')).toEqual([2, 0, 1]);
    expect(findColumns(fields, [], 'in.csv')).toEqual([]);
  });

  it('raises COLUMN_NOT_FOUND with the column that was probably meant', () => {
    expect(() => findColumns(fields, ['id', 'orgin'], 'in.csv')).toThrow(
      /COLUMN_NOT_FOUND: in\.csv has no column 'orgin'.*did you mean 'origin'/s,
    );
    expect(() => findColumns(fields, ['constructor'], 'in.csv')).toThrow(/its columns are id, __proto__, origin/);
  });
});
