import { describe, expect, it } from 'vitest';
import { byteViews, extentsOf, listViews, offsets, runsOf } from '../../../formats/arrow/decode-lengths.ts';
import { PLACE } from '../../support/arrow-columns.ts';

const slots = (length: number) => ({ length, validity: undefined, where: PLACE });
const bytes = (...values: number[]) => new Uint8Array(Int32Array.from(values).buffer);

describe('where values begin and end', () => {
  it('is told by offsets that ascend', () => {
    const found = offsets(bytes(2, 2, 5), 32, 5, slots(2));
    expect([...found]).toEqual([2, 2, 5]);
    expect(extentsOf(found, 2)).toEqual({ starts: Int32Array.of(2, 2), lengths: Int32Array.of(0, 3) });
    expect(() => offsets(bytes(2, 1), 32, 5, slots(1))).toThrow(/ARROW_CORRUPT/);
    expect(() => offsets(bytes(2, 0, -1, 0), 64, 5, slots(1))).toThrow(/ARROW_CORRUPT/);
    expect([...offsets(bytes(2, 0, 3, 0), 64, 5, slots(1))]).toEqual([2, 3]);
    expect([...offsets(new Uint8Array(), 64, 5, slots(0))]).toEqual([0]);
  });

  it('is told by views, whatever order they are in', () => {
    expect(listViews(bytes(3, 0), bytes(1, 2), 32, 4, slots(2))).toEqual({
      starts: Int32Array.of(3, 0),
      lengths: Int32Array.of(1, 2),
    });
    expect(() => listViews(bytes(3), bytes(2), 32, 4, slots(1))).toThrow(/ARROW_CORRUPT/);
    expect(() => byteViews(bytes(20, 0, 0, 0), [], slots(1))).toThrow(/ARROW_CORRUPT.*buffer 0/s);
    expect(byteViews(bytes(13, 0, 0, 1), [new Uint8Array(14)], slots(1)).starts).toEqual(Int32Array.of(17));
  });

  it('is told by the ends of runs', () => {
    expect([...runsOf([1, 3, 9], slots(4))]).toEqual([0, 1, 1, 2]);
    for (const ends of [[], [2], [0, 9], [2, 2, 9]]) expect(() => runsOf(ends, slots(4))).toThrow(/ARROW_CORRUPT/);
  });
});
