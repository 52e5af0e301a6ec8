import { expect, it } from 'vitest';
import { Xxh64 } from '../../../formats/bytes/xxh64.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const M = (1n << 64n) - 1n;
const P1 = 0x9e3779b185ebca87n;
const P2 = 0xc2b2ae3d27d4eb4fn;
const P3 = 0x165667b19e3779f9n;
const P4 = 0x85ebca77c2b2ae63n;
const P5 = 0x27d4eb2f165667c5n;
const rotate = (v: bigint, n: bigint): bigint => ((v << n) | (v >> (64n - n))) & M;
const round = (lane: bigint, word: bigint): bigint => (rotate((lane + word * P2) & M, 31n) * P1) & M;

/** The specification, in bigints from start to end. */
function plain(bytes: Buffer): bigint {
  const lanes = [(P1 + P2) & M, P2, 0n, -P1 & M];
  let at = 0;
  for (; at + 32 <= bytes.length; at += 32) {
    for (let i = 0; i < 4; i++) lanes[i] = round(lanes[i] as bigint, bytes.readBigUInt64LE(at + 8 * i));
  }
  const [a, b, c, d] = lanes as [bigint, bigint, bigint, bigint];
  let hash: bigint = P5;
  if (bytes.length >= 32) {
    hash = (rotate(a, 1n) + rotate(b, 7n) + rotate(c, 12n) + rotate(d, 18n)) & M;
    for (const lane of lanes) hash = ((hash ^ round(0n, lane)) * P1 + P4) & M;
  }
  hash = (hash + BigInt(bytes.length)) & M;
  for (; at + 8 <= bytes.length; at += 8) {
    hash = (rotate(hash ^ round(0n, bytes.readBigUInt64LE(at)), 27n) * P1 + P4) & M;
  }
  if (at + 4 <= bytes.length) {
    hash = (rotate(hash ^ ((BigInt(bytes.readUInt32LE(at)) * P1) & M), 23n) * P2 + P3) & M;
    at += 4;
  }
  for (; at < bytes.length; at++) hash = (rotate(hash ^ ((BigInt(bytes[at] as number) * P5) & M), 11n) * P1) & M;
  hash = ((hash ^ (hash >> 33n)) * P2) & M;
  hash = ((hash ^ (hash >> 29n)) * P3) & M;
  return hash ^ (hash >> 32n);
}

it('agrees with published values', () => {
  const of = (text: string): string => {
    const hash = new Xxh64();
    hash.update(Buffer.from(text));
    return hash.digest().toString(16);
  };
  expect(of('')).toBe('ef46db3751d8e999');
  expect(of('a')).toBe('d24ec4f1a98c6e5b');
  expect(of('abc')).toBe('44bc2cf5ad770999');
});

it('agrees with the plain form for any bytes in any pieces', () => {
  const random = seededRandom(11);
  for (let i = 0; i < 400; i++) {
    const bytes = Buffer.from(Array.from({ length: Math.floor(random() * 200) }, () => Math.floor(random() * 256)));
    const hash = new Xxh64();
    for (let at = 0; at < bytes.length; ) {
      const next = at + 1 + Math.floor(random() * 70);
      hash.update(bytes.subarray(at, next));
      at = next;
    }
    expect(hash.digest()).toBe(plain(bytes));
  }
});
