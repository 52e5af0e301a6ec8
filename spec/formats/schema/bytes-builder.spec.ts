import { describe, expect, it } from 'vitest';
import { BinaryBuilder, StringBuilder } from '../../../formats/schema/bytes-builder.ts';
import { vectorValues } from '../../support/vector-values.ts';

const strings = () => new StringBuilder({ kind: 'string' }, 'c', 'Parquet');

describe('vectors of strings', () => {
  it('have a dictionary while strings repeat, and none once they do not', () => {
    const builder = strings();
    const repeated = Array.from({ length: 5000 }, (_, i) => (i % 11 === 0 ? null : `city ${i % 7}`));
    for (const value of repeated) builder.add(value);
    const first = builder.take();
    expect(first.layout).toBe('dictionary');
    expect(vectorValues(first)).toEqual(repeated);
    const unique = Array.from({ length: 5000 }, (_, i) => (i % 11 === 0 ? undefined : `row ${i}`));
    for (const value of unique) builder.add(value);
    const second = builder.take();
    expect(second.layout).toBe('bytes');
    expect(vectorValues(second)).toEqual(unique.map((each) => each ?? null));
    for (const value of ['a', 'a', null]) builder.add(value);
    expect(vectorValues(builder.take())).toEqual(['a', 'a', null]);
  });

  it('hold any text in UTF-8, with U+FFFD for what that cannot say', () => {
    const texts = [
      '',
      'é',
      '😀'.repeat(40),
      'x'.repeat(5000),
      '\ud800',
      'a\udc00b',
      '\0',
      'ASCII of more than 24 units',
    ];
    for (const isCoded of [true, false]) {
      const builder = strings();
      if (!isCoded) for (let i = 0; i < 5000; i++) builder.add(`${i}`);
      for (const text of texts) builder.add(text);
      expect(vectorValues(builder.take()).slice(-texts.length)).toEqual(
        texts.map((each) => Buffer.from(each).toString()),
      );
    }
  });

  it('refuse all else', () => {
    for (const value of [1, true, {}, ['a'], Buffer.from('a'), new Date(0)]) {
      expect(() => strings().add(value)).toThrow(/ROW_NOT_WRITABLE/);
    }
  });
});

describe('vectors of bytes', () => {
  it('hold copies of bytes, of any length or of one', () => {
    const builder = new BinaryBuilder({ kind: 'binary', byteLength: undefined }, 'c', 'Parquet');
    const bytes = Uint8Array.of(1, 2);
    for (const value of [bytes, null, Buffer.alloc(0), Buffer.alloc(5000, 7)]) builder.add(value);
    bytes[0] = 9;
    expect(vectorValues(builder.take())).toEqual(['0102', null, '', '07'.repeat(5000)]);
    const fixed = new BinaryBuilder({ kind: 'binary', byteLength: 2 }, 'c', 'Parquet');
    expect(() => fixed.add(Uint8Array.of(1))).toThrow(/VALUE_NOT_EXACT/);
    expect(() => fixed.add('ab')).toThrow(/ROW_NOT_WRITABLE/);
  });

  it('hold UUIDs from text or bytes', () => {
    const builder = new BinaryBuilder({ kind: 'uuid' }, 'c', 'Parquet');
    builder.add('FFEEDDCC-bbaa-9988-7766-554433221100');
    builder.add(new Uint8Array(16));
    expect(vectorValues(builder.take())).toEqual(['ffeeddccbbaa99887766554433221100', '0'.repeat(32)]);
    for (const value of ['', 'ffeeddccbbaa99887766554433221100', '{x}']) {
      expect(() => builder.add(value)).toThrow(/ROW_NOT_WRITABLE/);
    }
    expect(() => builder.add(new Uint8Array(15))).toThrow(/VALUE_NOT_EXACT/);
  });
});
