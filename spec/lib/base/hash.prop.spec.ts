import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashKey, keyIdentity } from '../../../lib/base/hash.ts';

const leaf = fc.oneof(
  fc.constantFrom(0, -0, 1, '1', 1n, '', ',', '\u0000', '\u0000[1,d1', true, null, undefined, Number.NaN),
  fc.double(),
  fc.bigInt(),
  fc.string({ unit: 'binary', maxLength: 5 }),
  fc.uint8Array({ maxLength: 3 }),
);
const { key } = fc.letrec<{ key: unknown }>((tie) => ({
  key: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(tie('key'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'a=', '1:a', '__proto__'), tie('key'), { noNullPrototype: true }),
  ),
}));

/** A copy with the same content, the properties of objects in reverse order and -0 for 0. */
function twin(value: unknown): unknown {
  if (value === 0) return Object.is(value, -0) ? 0 : -0;
  if (Array.isArray(value)) return value.map(twin);
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (typeof value !== 'object' || value === null) return value;
  const copy = {};
  for (const [name, part] of Object.entries(value).reverse()) {
    Object.defineProperty(copy, name, { value: twin(part), enumerable: true, configurable: true, writable: true });
  }
  return copy;
}

/** As `twin` sees equality: one zero. */
function plain(value: unknown): unknown {
  if (value === 0) return 0;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return new Map(Object.entries(value).map(([name, part]) => [name, plain(part)]));
}

describe('keys', () => {
  it('that are equal have one identity and one hash', () => {
    fc.assert(
      fc.property(key, (value) => {
        const again = twin(value);
        expect(new Map([[keyIdentity(value), 1]]).has(keyIdentity(again))).toBe(true);
        expect(hashKey(again)).toBe(hashKey(value));
      }),
      { seed: 20, numRuns: 2000 },
    );
  });

  it('that differ have different identities', () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        const one = new Map([[keyIdentity(a), 1]]).has(keyIdentity(b));
        expect(one).toBe(isDeepStrictEqual(plain(a), plain(b)));
      }),
      { seed: 21, numRuns: 5000 },
    );
  });
});
