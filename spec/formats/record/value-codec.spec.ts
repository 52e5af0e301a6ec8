import { describe, expect, it } from 'vitest';
import { decodeValue, encodeValue } from '../../../formats/record/value-codec.ts';
import { expectSame } from './same-value.ts';

describe('one value to bytes and back', () => {
  it('keeps it', () => {
    const value = { a: [1, -0, null, undefined], m: new Map([['k', new Date(0)]]) };
    expectSame(decodeValue(encodeValue(value)), value);
  });

  it('gives bytes that the caller owns', () => {
    const first = encodeValue('first');
    encodeValue('second');
    expect(decodeValue(first)).toBe('first');
  });

  it('refuses bytes that are more or less than one value', () => {
    const bytes = encodeValue([1, 2, 3]);
    expect(() => decodeValue(bytes.subarray(0, -1))).toThrow('CORRUPT_DATA');
    expect(() => decodeValue(new Uint8Array([...bytes, 0]))).toThrow('CORRUPT_DATA');
    expect(() => decodeValue(new Uint8Array(0))).toThrow('CORRUPT_DATA');
  });
});
