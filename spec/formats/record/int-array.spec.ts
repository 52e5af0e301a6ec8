import { describe, expect, it } from 'vitest';
import { ByteReader } from '../../../formats/bytes/byte-reader.ts';
import { ByteWriter } from '../../../formats/bytes/byte-writer.ts';
import { type IntArray, readInts, writeInts } from '../../../formats/record/int-array.ts';

const arrays: readonly IntArray[] = [
  Int8Array.of(-128, 127),
  Uint8Array.of(0, 255),
  Int16Array.of(-32768, 32767),
  Uint16Array.of(0, 65535),
  Int32Array.of(-(2 ** 31), 2 ** 31 - 1),
];

describe('whole numbers in frames', () => {
  it('come back in the array they were in, as a view of the bytes', () => {
    for (const values of arrays) {
      const out = new ByteWriter();
      out.u8(0);
      writeInts(out, values, 0);
      const bytes = out.take();
      const source = new ByteReader(bytes);
      source.u8();
      const read = readInts(source, 2);
      expect(read).toEqual(values);
      expect(read.buffer).toBe(bytes.buffer);
    }
  });

  it('are refused in unknown types, in signed ones where none may be negative, and when they are too few', () => {
    const out = new ByteWriter();
    writeInts(out, Int8Array.of(1), 0);
    const bytes = out.take();
    expect(() => readInts(new ByteReader(bytes), 1, true)).toThrow('CORRUPT_DATA');
    expect(() => readInts(new ByteReader(bytes), 2)).toThrow('CORRUPT_DATA');
    bytes[0] = 5;
    expect(() => readInts(new ByteReader(bytes), 1)).toThrow('CORRUPT_DATA');
  });
});
