import { describe, expect, it } from 'vitest';
import { ByteArrayDictionary } from '../../../formats/parquet/write-byte-dictionary.ts';

const add = (dictionary: ByteArrayDictionary, text: string) => {
  const bytes = new Uint8Array(Buffer.from(`>${text}`));
  return dictionary.codeOf(bytes, new DataView(bytes.buffer), 1, bytes.length - 1);
};

const valuesOf = (dictionary: ByteArrayDictionary) => {
  const { bytes, starts, lengths } = dictionary.entries();
  return Array.from({ length: dictionary.count }, (_, code) => {
    const start = starts[code] as number;
    return Buffer.from(bytes.subarray(start, start + (lengths[code] as number))).toString();
  });
};

describe('ByteArrayDictionary', () => {
  it('numbers values by first use, as many as come', () => {
    const dictionary = new ByteArrayDictionary();
    const texts = Array.from({ length: 5000 }, (_, i) => 'x'.repeat(i % 9) + i);
    const codes = [...texts, ...texts, ''].map((each) => add(dictionary, each));
    expect(codes).toEqual([...texts.keys(), ...texts.keys(), 5000]);
    expect(valuesOf(dictionary)).toEqual([...texts, '']);
    expect(dictionary.sizeBytes).toBe(texts.join('').length);
  });

  it('tells values apart that differ in length, or in one byte anywhere', () => {
    const dictionary = new ByteArrayDictionary();
    const texts = ['', '\0', '\0\0', ...Array.from({ length: 13 }, (_, i) => `${'a'.repeat(i)}b${'a'.repeat(12 - i)}`)];
    for (const each of [...texts, ...texts]) add(dictionary, each);
    expect(valuesOf(dictionary)).toEqual(texts);
  });

  it('begins anew', () => {
    const dictionary = new ByteArrayDictionary();
    for (let i = 0; i < 3000; i++) add(dictionary, `${i}`);
    dictionary.clear();
    expect([dictionary.count, dictionary.sizeBytes]).toEqual([0, 0]);
    expect([add(dictionary, '7'), add(dictionary, '8'), add(dictionary, '7')]).toEqual([0, 1, 0]);
  });
});
