import { describe, expect, it } from 'vitest';
import { checkWriteMode } from '../../../lib/api/write-mode.ts';

describe('what becomes of what is there', () => {
  it('is one of four things', () => {
    expect(checkWriteMode('csv', 'ignore')).toBe('ignore');
    for (const wrong of ['errorifexists', undefined, 1]) {
      expect(() => checkWriteMode('csv', wrong)).toThrow(
        /csv: mode must be 'error', 'overwrite', 'append' or 'ignore'/,
      );
    }
  });
});
