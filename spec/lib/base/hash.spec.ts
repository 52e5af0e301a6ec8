import { describe, expect, it } from 'vitest';
import { CairnError } from '../../../lib/base/errors.ts';
import { hashKey, hashNumber, hashString, keyIdentity, nonNegativeMod } from '../../../lib/base/hash.ts';

/** Hash codes of a JVM, and the partitions of Spark's HashPartitioner for 2, 3, 4 and 7 partitions. */
const VECTORS: readonly (readonly [key: unknown, hash: number, partitions: readonly number[]])[] = [
  ['', 0, [0, 0, 0, 0]],
  ['a', 97, [1, 1, 1, 6]],
  ['b', 98, [0, 2, 2, 0]],
  ['hello', 99162322, [0, 1, 2, 0]],
  ['world', 113318802, [0, 0, 2, 2]],
  ['spark', 109638365, [1, 2, 1, 4]],
  ['é', 233, [1, 2, 1, 2]],
  ['😀', 1772899, [1, 1, 3, 2]],
  [0, 0, [0, 0, 0, 0]],
  [1, 1, [1, 1, 1, 1]],
  [-1, -1, [1, 2, 3, 6]],
  [-7, -7, [1, 2, 1, 0]],
  [10, 10, [0, 1, 2, 3]],
  [5_000_000_000n, 705032705, [1, 2, 1, 6]],
  [-1n, 0, [0, 0, 0, 0]],
  [1_099_511_627_776n, 256, [0, 1, 0, 4]],
  [0.5, 1071644672, [0, 2, 0, 0]],
  [1.5, 1073217536, [0, 2, 0, 6]],
  [null, 0, [0, 0, 0, 0]],
  [true, 1231, [1, 1, 3, 6]],
  [false, 1237, [1, 1, 1, 5]],
];

describe('hashKey', () => {
  it.each(VECTORS)('places %o as a JVM does', (key, hash, partitions) => {
    expect(hashKey(key)).toBe(hash);
    expect([2, 3, 4, 7].map((n) => nonNegativeMod(hashKey(key), n))).toEqual(partitions);
  });

  it('is the same for keys that are equal', () => {
    expect(hashKey(-0)).toBe(hashKey(0));
    expect(hashKey(Number.NaN)).toBe(hashKey(0 / 0));
    expect(hashKey(undefined)).toBe(hashKey(null));
    expect(hashKey({ a: 1, b: [2] })).toBe(hashKey({ b: [2], a: 1 }));
    expect(hashKey(Buffer.from('xy'))).toBe(hashKey(new Uint8Array([120, 121])));
  });

  it('takes bigints of any size', () => {
    const large = [2n ** 63n, -(2n ** 63n) - 1n, 2n ** 64n, 2n ** 200n, -(2n ** 200n)];
    for (const key of large) expect(Number.isInteger(hashKey(key)) && (hashKey(key) | 0) === hashKey(key)).toBe(true);
    expect(new Set(large.map(hashKey)).size).toBeGreaterThan(2);
  });

  it.each([Symbol('s'), () => 1, new Map(), new Set(), new (class Key {})(), [[new Map()]], { a: Symbol('s') }])(
    'refuses %o, which cannot be a key',
    (key) => {
      expect(() => hashKey(key)).toThrowError(
        expect.objectContaining({ code: 'VALUE_NOT_SERIALIZABLE' }) as CairnError,
      );
      expect(() => keyIdentity(key)).toThrow(CairnError);
    },
  );

  it('refuses a key that contains itself', () => {
    const key: unknown[] = [];
    key.push(key);
    expect(() => hashKey(key)).toThrow(CairnError);
  });
});

describe('hashString and hashNumber', () => {
  it('agree with hashKey', () => {
    expect(hashString('spark')).toBe(hashKey('spark'));
    expect(hashNumber(2 ** 31)).toBe(hashKey(2 ** 31));
    expect(hashNumber(-(2 ** 31))).toBe(-(2 ** 31));
  });
});

describe('keyIdentity', () => {
  it('leaves primitives alone and compares the rest by content', () => {
    expect(keyIdentity('a')).toBe('a');
    expect(keyIdentity(1n)).toBe(1n);
    expect(keyIdentity(new Date(5))).toBe(keyIdentity(new Date(5)));
    expect(keyIdentity([0])).toBe(keyIdentity([-0]));
    expect(keyIdentity({ ['__proto__']: 1 })).not.toBe(keyIdentity({}));
  });

  it('keeps apart what only looks alike', () => {
    const bytes = (text: string) => Buffer.from(text, 'latin1');
    const keys = [
      [1],
      ['1'],
      [1n],
      [null],
      [undefined],
      [],
      [[]],
      [[], []],
      {},
      [{}],
      { a: {}, b: 1 },
      { a: { b: 1 } },
      [bytes('A'), bytes('B,bC')],
      [bytes('A,bB'), bytes('C')],
      [bytes('A,b3:B'), bytes('C')],
      ['a,s1:b'],
      ['a', 'b'],
      new Date(1),
      new Date(Number.NaN),
      keyIdentity([1]),
      keyIdentity(keyIdentity([1])),
    ];
    expect(new Set(keys.map(keyIdentity)).size).toBe(keys.length);
  });
});

describe('nonNegativeMod', () => {
  it('is never negative, nor -0', () => {
    expect(nonNegativeMod(-7, 7)).toBe(0);
    expect(Object.is(nonNegativeMod(-7, 7), 0)).toBe(true);
    expect(nonNegativeMod(-(2 ** 31), 3)).toBe(1);
  });
});
