import { describe, expect, test } from 'vitest';
import { CairnError } from '../../../lib/base/errors.ts';
import { isDamage, reasonOf } from '../../../storage/block/damage.ts';

describe('damage', () => {
  test('is what computing again can repair', () => {
    expect(isDamage(new CairnError('FILE_NOT_FOUND', { path: 'a' }))).toBe(true);
    expect(isDamage(new CairnError('IO_ERROR', { operation: 'read', path: 'a', reason: 'EIO' }))).toBe(true);
    expect(isDamage(new CairnError('CORRUPT_FILE', { path: 'a', offset: 0, expected: 'b', found: 'c' }))).toBe(true);
    expect(isDamage(new CairnError('TOO_MANY_OPEN_FILES', { path: 'a' }))).toBe(false);
    expect(isDamage(new CairnError('PERMISSION_DENIED', { operation: 'open', path: 'a' }))).toBe(false);
    expect(isDamage(new CairnError('INTERNAL', { detail: 'a' }))).toBe(false);
    expect(isDamage(new RangeError('a'))).toBe(false);
    expect(isDamage(undefined)).toBe(false);
  });

  test('is quoted without its code and hint', () => {
    expect(reasonOf(new CairnError('FILE_NOT_FOUND', { path: '/a: b' }))).toBe('/a: b does not exist');
  });
});
