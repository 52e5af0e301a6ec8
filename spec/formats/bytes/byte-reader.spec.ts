import { describe, expect, it } from 'vitest';
import { ByteReader } from '../../../formats/bytes/byte-reader.ts';
import { ByteWriter } from '../../../formats/bytes/byte-writer.ts';
import { CairnError } from '../../../lib/base/errors.ts';

function reader(...bytes: number[]): ByteReader {
  return new ByteReader(Uint8Array.from(bytes), 1000);
}

function damage(work: () => unknown): {
  readonly offset: unknown;
  readonly expected: unknown;
  readonly found: unknown;
} {
  try {
    work();
  } catch (error) {
    if (CairnError.is(error, 'CORRUPT_DATA')) return error.params;
    throw error;
  }
  return expect.unreachable('nothing was raised');
}

describe('the byte reader', () => {
  it.each([
    ['u8', 0],
    ['u16', 1],
    ['u32', 3],
    ['i32', 3],
    ['f64', 7],
    ['u64', 7],
    ['varint', 0],
    ['string', 0],
  ] as const)('refuses %s where too few bytes are left', (method, count) => {
    const source = reader(...new Array<number>(count).fill(0));
    expect(damage(() => source[method]()).offset).toBe(1000);
  });

  it('names offset, expected and found', () => {
    const source = reader(0, 0, 0);
    source.u8();
    expect(damage(() => source.raw(5))).toEqual({ offset: 1001, expected: '5 bytes', found: '2 left' });
    expect(damage(() => source.end())).toEqual({ offset: 1001, expected: 'the end', found: '2 more bytes' });
  });

  it('refuses varints over 2^53 and those that never end', () => {
    expect(damage(() => reader(...new Array<number>(30).fill(0xff)).varint()).offset).toBe(1000);
    expect(damage(() => reader(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f).varint()).expected).toContain('2^53');
    expect(damage(() => reader(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0).varint()).expected).toContain(
      'eight',
    );
    expect(damage(() => reader(0xff, 0xff, 0xff, 0xff, 0x7f).zigzag()).expected).toContain('32-bit');
  });

  it('refuses counts of more than can follow, before anything is allocated', () => {
    const out = new ByteWriter();
    out.varint(2 ** 40);
    out.raw(new Uint8Array(10));
    expect(damage(() => new ByteReader(out.bytes()).count()).found).toBe(2 ** 40);
    expect(reader(3, 0, 0, 0).count()).toBe(3);
    expect(damage(() => reader(3, 0, 0, 0).count(2)).expected).toContain('3 bytes left');
    expect(damage(() => reader(40, 65, 65).string()).expected).toBe('a string of 10 bytes');
  });

  it('refuses unknown text encodings, odd UTF-16 and padding that is not zero', () => {
    expect(damage(() => reader(7, 65).string()).expected).toContain('encoding');
    expect(damage(() => reader(6, 65).string()).expected).toContain('even');
    const source = reader(1, 0, 0, 9);
    source.u8();
    expect(damage(() => source.align(4))).toMatchObject({ offset: 1003, found: 9 });
  });

  it('reads short and long Latin text and views of the input', () => {
    const out = new ByteWriter();
    for (let n = 0; n < 40; n++) out.string('abcdefghijklmnopqrstuvwxyz0123456789ABCD'.slice(0, n));
    const bytes = out.take();
    const source = new ByteReader(bytes);
    for (let n = 0; n < 40; n++) expect(source.string()).toBe('abcdefghijklmnopqrstuvwxyz0123456789ABCD'.slice(0, n));
    expect(source.remaining).toBe(0);
    expect(new ByteReader(bytes).raw(2).buffer).toBe(bytes.buffer);
  });
});
