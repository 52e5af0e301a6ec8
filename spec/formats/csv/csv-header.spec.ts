import { describe, expect, it } from 'vitest';
import { columnNames, numberedNames } from '../../../formats/csv/csv-header.ts';

describe('columnNames', () => {
  it('keeps names that are there once', () => {
    expect(columnNames(['a', 'A', '__proto__'], [''])).toEqual(['a', 'A', '__proto__']);
  });

  it('numbers those that are empty, null or there twice', () => {
    expect(columnNames(['a', '', 'a', 'NA'], ['', 'NA'])).toEqual(['a0', '_c1', 'a2', '_c3']);
  });

  it('never gives a name twice', () => {
    expect(columnNames(['a', 'a', 'a0', ''], [''])).toEqual(['a0_', 'a1', 'a0', '_c3']);
    expect(columnNames(['_c1', '', ''], [''])).toEqual(['_c1', '_c1_', '_c2']);
  });
});

describe('numberedNames', () => {
  it('counts from 0', () => {
    expect(numberedNames(2)).toEqual(['_c0', '_c1']);
  });
});
