import { describe, expect, it } from 'vitest';
import { formatKey, formatValuePath } from '../../../formats/record/value-path.ts';

describe('the path of a value', () => {
  it('is written as a user would write it', () => {
    expect(formatValuePath('record', [], [])).toBe('record');
    expect(formatValuePath('record', [{}, [], {}], ['user', 3, 'first name'])).toBe('record.user[3]["first name"]');
    expect(formatValuePath('record.a', [new Map(), new Set()], [3, 0])).toBe('record.a (value of entry 1) (item 0)');
    expect(formatValuePath('record', [new Map()], ['extra'])).toBe('record.extra');
  });

  it('loses its middle when it is long, and the end of long keys', () => {
    const keys = Array.from({ length: 1000 }, (_, i) => i);
    const path = formatValuePath(
      'record',
      keys.map(() => []),
      keys,
    );
    expect(path).toMatch(/^record\[0\].*…\[988\].*\[999\]$/);
    expect(formatKey('x y'.repeat(1000)).length).toBeLessThan(70);
  });
});
