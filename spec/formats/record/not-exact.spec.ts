import { describe, expect, it } from 'vitest';
import { notExact } from '../../../formats/record/not-exact.ts';

describe('a value that would be lost', () => {
  it('is an error that names the column, the value and the next step', () => {
    const error = notExact('s.x', 2n ** 60n, 'a number', "read it with int64: 'bigint'");
    expect(error).toMatchObject({ code: 'VALUE_NOT_EXACT', kind: 'user' });
    expect(error.message).toBe(
      "VALUE_NOT_EXACT: column 's.x' has the value 1152921504606846976, which a number cannot hold exactly\n  hint: read it with int64: 'bigint'",
    );
  });
});
