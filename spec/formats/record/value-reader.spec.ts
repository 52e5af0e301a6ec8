import { describe, expect, it } from 'vitest';
import { ByteReader } from '../../../formats/bytes/byte-reader.ts';
import { ByteWriter } from '../../../formats/bytes/byte-writer.ts';
import { decodeValue, encodeValue } from '../../../formats/record/value-codec.ts';
import { ValueReader } from '../../../formats/record/value-reader.ts';
import * as tag from '../../../formats/record/value-tags.ts';
import { expectSame } from './same-value.ts';

function bytesOf(write: (out: ByteWriter) => void): Uint8Array {
  const out = new ByteWriter();
  write(out);
  return out.take();
}

describe('the value reader', () => {
  it('makes `__proto__`, `constructor` and `toString` own properties and touches no prototype', () => {
    const hostile: unknown = JSON.parse(
      '{"__proto__":{"polluted":true},"constructor":1,"toString":2,"a":{"__proto__":3}}',
    );
    const read = decodeValue(encodeValue(hostile)) as Record<string, unknown>;
    expectSame(read, hostile);
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    expect(Object.hasOwn(read, '__proto__')).toBe(true);
    expect('polluted' in read).toBe(false);
    expect('polluted' in {}).toBe(false);
  });

  it('does the same for keys written inline and for properties of arrays', () => {
    const wide: unknown = JSON.parse(`{"__proto__":1,${Array.from({ length: 300 }, (_, i) => `"k${i}":${i}`).join()}}`);
    expectSame(decodeValue(encodeValue(wide)), wide);
    const list = [1];
    Object.defineProperty(list, '__proto__', { value: 5, enumerable: true, configurable: true, writable: true });
    const read = decodeValue(encodeValue(list)) as unknown[];
    expectSame(read, list);
    expect(Object.getPrototypeOf(read)).toBe(Array.prototype);
  });

  it('keeps RegExp matches whole, with their groups', () => {
    const match = /(?<year>\d+)-(\d+)?/.exec('in 2024-');
    expectSame(decodeValue(encodeValue(match)), match);
  });

  it('keeps sparse arrays of any length without the memory of their holes', () => {
    const far: unknown[] = [];
    far[4_000_000_000] = 'far';
    far[3] = 1;
    const read = decodeValue(encodeValue(far)) as unknown[];
    expect(read.length).toBe(4_000_000_001);
    expectSame(Object.entries(read), Object.entries(far));
    const empty: unknown[] = [];
    empty.length = 30_000_000;
    const before = process.memoryUsage().heapUsed;
    expect((decodeValue(encodeValue(empty)) as unknown[]).length).toBe(30_000_000);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(50_000_000);
  });

  it('keeps errors with their class, stack, causes and properties', () => {
    const error = Object.assign(new TypeError('bad', { cause: new AggregateError([new Error('inner')], 'many') }), {
      code: 'E_BAD',
    });
    const read = decodeValue(encodeValue(error)) as TypeError & { code: string };
    expectSame(read, error);
    expect(read).toBeInstanceOf(TypeError);
    expect(read.code).toBe('E_BAD');
    expect((read.cause as AggregateError).errors[0].message).toBe('inner');
    expect(Object.keys(read)).toEqual(['code']);
  });

  it('tells Buffer from Uint8Array, and copies bytes out of its input', () => {
    const input = encodeValue([Buffer.from('ab'), new Uint8Array([1, 2])]);
    const [buffer, bytes] = decodeValue(input) as [Buffer, Uint8Array];
    expect([Buffer.isBuffer(buffer), Buffer.isBuffer(bytes)]).toEqual([true, false]);
    input.fill(0);
    expect(buffer.toString()).toBe('ab');
    expect([...bytes]).toEqual([1, 2]);
  });

  it('allocates nothing for counts that nest', () => {
    // Each array says it holds all that follows; a thousand of them would add up to gigabytes.
    const bytes = bytesOf((out) => {
      for (let i = 0; i < 900; i++) {
        out.u8(tag.TAG_ARRAY);
        out.varint(1_000_000);
      }
      out.raw(new Uint8Array(1_100_000));
    });
    const before = process.memoryUsage().heapUsed;
    expect(() => decodeValue(bytes)).toThrow('CORRUPT_DATA');
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(200_000_000);
  });

  it('refuses nesting over 1,000 levels instead of overflowing the stack', () => {
    const bytes = bytesOf((out) => {
      for (let i = 0; i < 200_000; i++) out.u16(tag.TAG_ARRAY + 256);
      out.u8(tag.TAG_NULL);
    });
    expect(() => decodeValue(bytes)).toThrow('nesting of at most 1000 levels');
  });

  it.each<[string, (out: ByteWriter) => void]>([
    ['an unknown tag', (out) => out.u8(99)],
    ['a shape that was never written', (out) => out.u16(tag.TAG_OBJECT + 256 * 5)],
    ['a class that was never written', (out) => out.u16(tag.TAG_CLASS + 256 * 5)],
    ['a count over what follows', (out) => out.u16(tag.TAG_ARRAY + 256 * 9)],
    ['a kind of typed array', (out) => out.u16(tag.TAG_TYPED_ARRAY + 256 * 77)],
    ['a kind of error', (out) => out.u16(tag.TAG_ERROR + 256 * 77)],
    ['an empty bigint', (out) => out.raw(Uint8Array.of(tag.TAG_BIGINT, 0, 0))],
    ['properties of a number', (out) => out.raw(Uint8Array.of(tag.TAG_WITH_PROPERTIES, 0, tag.TAG_TRUE))],
    [
      'a false regular expression',
      (out) => {
        out.u8(tag.TAG_REGEXP);
        out.string('(');
        out.string('');
        out.u8(tag.TAG_NULL);
      },
    ],
    [
      'a false URL',
      (out) => {
        out.u8(tag.TAG_URL);
        out.string('no url');
      },
    ],
    [
      'half a typed array',
      (out) => {
        out.raw(Uint8Array.of(tag.TAG_TYPED_ARRAY, 8, 3, 1, 2, 3));
      },
    ],
    [
      'indexes that do not rise',
      (out) => {
        out.u8(tag.TAG_SPARSE_ARRAY);
        out.u32(10);
        out.raw(Uint8Array.of(2, 5, tag.TAG_NULL, 5, tag.TAG_NULL));
      },
    ],
  ])('refuses %s', (_, write) => {
    expect(() => decodeValue(bytesOf(write))).toThrow('CORRUPT_DATA');
  });

  it('adds the place of its bytes to the offsets of errors', () => {
    const reader = new ValueReader(new ByteReader(Uint8Array.of(tag.TAG_NULL, 99), 500));
    reader.read();
    expect(() => reader.read()).toThrow('byte 501');
  });
});
