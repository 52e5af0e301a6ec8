import { describe, expect, it } from 'vitest';
import { FlatBytes } from '../../../formats/arrow/flat-bytes.ts';
import { PLACE } from '../../support/arrow-columns.ts';

const flat = (...words: number[]) => new FlatBytes(new Uint8Array(Int32Array.from(words).buffer), PLACE);

describe('FlatBytes', () => {
  it('reads numbers, little end first', () => {
    const bytes = flat(-2, 1);
    expect([bytes.readInt8(0), bytes.readUint8(0), bytes.readInt16(0), bytes.readInt32(4)]).toEqual([-2, 254, -2, 1]);
    expect(bytes.readInt64(0)).toBe((1n << 32n) + 0xfffffffen);
    expect(bytes.position()).toBe(0);
  });

  it('refuses what is not within its bytes', () => {
    const bytes = flat(1);
    for (const read of [
      () => bytes.readInt32(1),
      () => bytes.readInt64(0),
      () => bytes.readUint8(4),
      () => bytes.readInt8(-1),
    ]) {
      expect(read).toThrow(/ARROW_CORRUPT/);
    }
    expect(() => bytes.readInt32(Number.NaN)).toThrow(/ARROW_CORRUPT/);
  });

  it('follows offsets forward alone', () => {
    expect(flat(4, 0).__indirect(0)).toBe(4);
    expect(() => flat(0, 0).__indirect(0)).toThrow(/ARROW_CORRUPT.*an offset forward/s);
    expect(() => flat(0, -4).__indirect(4)).toThrow(/ARROW_CORRUPT/);
  });

  it('knows how long vectors and texts are, and that they end', () => {
    expect(flat(4, 3, 0).__vector_len(0)).toBe(3);
    expect(flat(4, 3, 0).__vector(0)).toBe(8);
    expect(() => flat(4, 5, 0).__vector_len(0)).toThrow(/ARROW_CORRUPT/);
    expect(() => flat(4, -1, 0).__vector_len(0)).toThrow(/ARROW_CORRUPT/);
    expect(flat(4, 3, 0x636261).__string(0)).toBe('abc');
  });

  it('finds fields of tables by their layouts', () => {
    // A layout of 6 bytes with one field, at 8 from the table; then the table.
    const bytes = flat(6 | (8 << 16), 0, 0);
    expect(() => bytes.__offset(4, 4)).not.toThrow();
    expect(flat(0, 4, 0).__offset(4, 4)).toBe(0);
    expect(() => flat(0, 400).__offset(4, 4)).toThrow(/ARROW_CORRUPT/);
    const table: { bb: FlatBytes | null; bb_pos: number } = { bb: null, bb_pos: 0 };
    expect(flat(4, 0).__union(table, 0)).toMatchObject({ bb_pos: 4 });
  });
});
