import { describe, expect, it } from 'vitest';
import { NEW_SHAPE, NO_SHAPE, ShapeTable } from '../../../formats/record/shape-table.ts';
import { MAX_SHAPES } from '../../../formats/record/value-tags.ts';

describe('the shape table', () => {
  it('numbers key lists in order of first use', () => {
    const table = new ShapeTable();
    const lists = [['a'], ['a', 'b'], [], ['b', 'a'], ['b'], ['__proto__']];
    for (const names of lists) expect(table.find(names)).toBe(NEW_SHAPE);
    for (let round = 0; round < 3; round++) {
      lists.forEach((names, i) => {
        expect(table.find([...names])).toBe(i);
      });
    }
  });

  it('takes no more than its limit, and still knows what it has', () => {
    const table = new ShapeTable();
    for (let i = 0; i < MAX_SHAPES; i++) expect(table.find([`k${i}`])).toBe(NEW_SHAPE);
    expect(table.find(['one', 'more'])).toBe(NO_SHAPE);
    expect(table.find([])).toBe(NO_SHAPE);
    expect(table.find(['k7'])).toBe(7);
  });
});
