import { describe, expect, it } from 'vitest';
import { BitInput } from '../../../formats/text/bit-input.ts';
import { SourceStream } from '../../../formats/text/byte-stream.ts';
import { sourceOf } from '../../support/bytes.ts';

const inputOf = (bytes: readonly number[], most?: number): BitInput =>
  new BitInput(new SourceStream(sourceOf(Uint8Array.from(bytes), most)), 'a.gz');

describe('BitInput', () => {
  it('gives bits lowest first, then whole bytes, and knows its offset', () => {
    const input = inputOf([0b1010_0101, 0xff, 7, 8, 9], 1);
    expect([input.take(3), input.take(1), input.take(6)]).toEqual([0b101, 0, 0b11_1010]);
    input.align();
    expect(input.offset).toBe(2);
    expect([input.byte(), input.byte(), input.offset]).toEqual([7, 8, 4]);
    expect([input.byte(), input.byte(), input.byte(), input.offset]).toEqual([9, -1, -1, 5]);
  });

  it('gives bytes it has taken as bits before those it has not', () => {
    const input = inputOf([1, 2, 3]);
    expect(input.take(16)).toBe(0x0201);
    const other = inputOf([1, 2, 3]);
    other.hold = 0x0201;
    other.bits = 16;
    other.at = 2;
    expect([other.byte(), other.byte()]).toEqual([1, 2]);
  });

  it('raises CORRUPT_FILE with the offset at the end', () => {
    const input = inputOf([1]);
    input.take(8);
    expect(() => input.take(1)).toThrow(/CORRUPT_FILE: a\.gz is damaged at byte 1: expected more compressed data/);
  });
});
