import { describe, expect, it } from 'vitest';
import { damaged, unsupported } from '../../../formats/parquet/damage.ts';

describe('errors of Parquet files', () => {
  const where = { path: 'a.parquet', place: 'column x' };

  it('name the file, the place in it, and what was expected and found', () => {
    expect(damaged(where, 12, 'a page', 'none').message).toMatch(
      /^PARQUET_CORRUPT: a\.parquet .*byte 12, in column x, expected a page, found none\n/,
    );
  });

  it('name what is not read, and the next step', () => {
    expect(unsupported(where, 'LZO compression')).toMatchObject({ code: 'PARQUET_UNSUPPORTED', kind: 'user' });
    expect(unsupported(where, 'encryption', 'decrypt it').message).toContain(
      'encryption in column x, which is not read here\n  hint: decrypt it',
    );
  });
});
