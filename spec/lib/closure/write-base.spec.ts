import { describe, expect, it } from 'vitest';
import { travel } from '../../support/travel.ts';

describe('the base of an entity', () => {
  it.each<[string, unknown]>([
    ['an invalid date', new Date(Number.NaN)],
    ['a pattern', /a(?<name>b)/giu],
    ['a map with itself as a key', (() => new Map<unknown, unknown>([[{ a: 1 }, new Set([1])]]))()],
    ['a sparse array', Object.assign([1, undefined, 3], { length: 10 })],
    ['a very sparse array', Object.assign([], { length: 4_000_000_000 })],
    ['bytes', Buffer.from('héllo')],
    ['64-bit integers', BigInt64Array.of(1n, -5n)],
    ['a boxed number', Object(4)],
    ['a boxed string', Object('text')],
    ['a URL', new URL('http://a/b?c=1')],
  ])('keeps %s', async (_name, value) => {
    expect((await travel(() => value))()).toEqual(value);
  });

  it('is what the object holds, whatever its class says', async () => {
    class Table extends Map<string, number> {
      override get size() {
        return 99;
      }
    }
    class Bytes extends Uint8Array {
      override get length() {
        return 99;
      }
      override get byteOffset() {
        return 1;
      }
    }
    class Five extends Number {
      override valueOf() {
        return 99;
      }
    }
    class Never extends RegExp {
      override get source() {
        return 'never';
      }
    }
    const [table, bytes, five, never] = [new Table([['a', 1]]), new Bytes([1, 2]), new Five(5), new Never('a', 'i')];
    const read = await travel(() => [
      [...table],
      table.size,
      Uint8Array.prototype.join.call(bytes),
      Number.prototype.valueOf.call(five),
      never.test('A'),
    ]);
    expect(read()).toEqual([[['a', 1]], 99, '1,2', 5, true]);
  });

  it('keeps memory that two views share', async () => {
    const buffer = new ArrayBuffer(8);
    const bytes = new Uint8Array(buffer, 4);
    const words = new Uint32Array(buffer, 0, 2);
    const [copyBytes, copyWords] = (await travel(() => [bytes, words] as const))();
    copyBytes[0] = 7;
    expect([copyWords[1], words[1], copyBytes.byteOffset]).toEqual([7, 0, 4]);
  });

  it('takes the bytes of a Buffer alone, and not its pool', async () => {
    const slice = Buffer.from('abcdef').subarray(2, 4);
    const copy = (await travel(() => slice))();
    expect([copy.toString(), copy.length]).toEqual(['cd', 2]);
  });

  it('shares shared memory', async () => {
    const shared = new Int32Array(new SharedArrayBuffer(8));
    const copy = await travel(() => Atomics.add(shared, 0, 5));
    copy();
    expect(shared[0]).toBe(5);
  });

  it('keeps lastIndex, whatever it was set to', async () => {
    const pattern = /a/g;
    pattern.lastIndex = -3;
    expect((await travel(() => pattern))().lastIndex).toBe(-3);
  });

  it('keeps the causes of errors, and their classes', async () => {
    const error = new AggregateError([new RangeError('inner')], 'outer', { cause: new TypeError('why') });
    const copy = (await travel(() => error))();
    expect(copy).toBeInstanceOf(AggregateError);
    expect(copy.errors[0]).toBeInstanceOf(RangeError);
    expect((copy.cause as Error).message).toBe('why');
    expect(copy.stack).toBe(error.stack);
  });

  it('makes objects of Intl again from their options', async () => {
    const money = new Intl.NumberFormat('de-DE', { style: 'currency', currency: 'EUR' });
    const plural = new Intl.PluralRules('en', { type: 'ordinal' });
    const copy = await travel(() => [money.format(1234.5), plural.select(2)]);
    expect(copy()).toEqual([money.format(1234.5), 'two']);
  });
});
