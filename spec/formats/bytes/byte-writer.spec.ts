import { describe, expect, it } from 'vitest';
import { ByteReader } from '../../../formats/bytes/byte-reader.ts';
import { ByteWriter } from '../../../formats/bytes/byte-writer.ts';

const VARINTS = [0, 1, 127, 128, 16_383, 16_384, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 49, Number.MAX_SAFE_INTEGER];
const INTS = [0, -1, 1, 63, -64, 64, 2 ** 31 - 1, -(2 ** 31)];
const TEXTS = [
  '',
  'a',
  'x'.repeat(23),
  'x'.repeat(24),
  'x'.repeat(100_000),
  'é',
  'naïve and longer than the short road takes',
  '日本語'.repeat(500),
  '\u{1f600}',
  'lone \ud83d',
  '\udc00\ud800',
  `${'long '.repeat(20)}\ud800`,
  '\u0000',
];

describe('the byte writer', () => {
  it('writes numbers that the reader gives back', () => {
    const out = new ByteWriter({ initialBytes: 1 });
    out.u8(200);
    out.u16(60_000);
    out.u32(4_000_000_000);
    out.i32(-5);
    out.f64(-0);
    out.u64(2n ** 64n - 1n);
    for (const value of VARINTS) out.varint(value);
    for (const value of INTS) out.zigzag(value);
    const source = new ByteReader(out.bytes());
    expect(source.u8()).toBe(200);
    expect(source.u16()).toBe(60_000);
    expect(source.u32()).toBe(4_000_000_000);
    expect(source.i32()).toBe(-5);
    expect(source.f64()).toBe(-0);
    expect(source.u64()).toBe(2n ** 64n - 1n);
    expect(VARINTS.map(() => source.varint())).toEqual(VARINTS);
    expect(INTS.map(() => source.zigzag())).toEqual(INTS.map((value) => value + 0));
    source.end();
  });

  it('keeps any string, lone surrogates included', () => {
    const out = new ByteWriter();
    const tags = TEXTS.map((text) => {
      out.string(text);
      const start = out.length;
      const tag = out.text(text);
      return { tag, byteLength: out.length - start };
    });
    const source = new ByteReader(out.bytes());
    TEXTS.forEach((text, i) => {
      expect(source.string()).toBe(text);
      expect(source.text(tags[i]?.byteLength ?? -1, tags[i]?.tag ?? -1)).toBe(text);
    });
    source.end();
  });

  it('aligns from a base, and gives views to fill', () => {
    const out = new ByteWriter();
    out.u8(1);
    out.align(8, 1);
    expect(out.length).toBe(1);
    out.align(8);
    expect(out.length).toBe(8);
    out.int32s(3).set([1, -2, 3]);
    out.uint8s(2).set([7, 8]);
    out.raw(new Uint16Array([258]));
    expect([...out.bytes(8)]).toEqual([1, 0, 0, 0, 254, 255, 255, 255, 3, 0, 0, 0, 7, 8, 2, 1]);
  });

  it('patches, truncates and starts again in the same buffer', () => {
    const out = new ByteWriter();
    out.u32(0);
    out.u8(0);
    out.patchU32(0, 0x01020304);
    out.patchU8(4, 9);
    expect([...out.take()]).toEqual([4, 3, 2, 1, 9]);
    out.truncate(2);
    out.truncate(100);
    expect(out.length).toBe(2);
    const { capacity } = out;
    out.reset();
    expect([out.length, out.bytes().length, out.capacity]).toEqual([0, 0, capacity]);
  });

  it('gives a copy that later writes do not touch', () => {
    const out = new ByteWriter();
    out.u8(1);
    const copy = out.take();
    out.reset();
    out.u8(2);
    expect([...copy]).toEqual([1]);
  });

  it('gives its buffer back to the pool when it is disposed of', () => {
    let capacity = 0;
    {
      using out = new ByteWriter({ initialBytes: 3_000_001 });
      out.u8(7);
      ({ capacity } = out);
    }
    using next = new ByteWriter({ initialBytes: 3_000_000 });
    expect(next.capacity).toBe(capacity);
    expect(next.length).toBe(0);
  });

  it('raises LIMIT_EXCEEDED instead of growing over its limit', () => {
    const out = new ByteWriter({ initialBytes: 64, maxBytes: 100 });
    out.raw(new Uint8Array(100));
    expect(() => out.u8(1)).toThrow('LIMIT_EXCEEDED');
    expect(out.length).toBe(100);
  });
});
