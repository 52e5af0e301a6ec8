import { describe, expect, it } from 'vitest';
import { rowNotWritable, describe as show } from '../../../formats/schema/builder-parts.ts';

describe('values in errors', () => {
  it.each([
    ['text', "'text'"],
    ['x'.repeat(100), `'${'x'.repeat(40)}…'`],
    [-0, '-0'],
    [1.5, '1.5'],
    [5n, '5n'],
    [true, 'true'],
    [undefined, 'undefined'],
    [null, 'null'],
    [() => 1, 'a function'],
    [[1, 2], 'an array of 2'],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [new Date(Number.NaN), 'an invalid Date'],
    [{ toString: () => 'never called' }, 'an object'],
    [new Uint8Array(1), 'an object of a class'],
  ])('are short, and never speak for themselves', (value, text) => {
    expect(show(value)).toBe(text);
  });

  it('come with what to do', () => {
    expect(rowNotWritable('Parquet', 'it is so', 'do this').message).toContain(
      'cannot be written as Parquet: it is so',
    );
  });
});
