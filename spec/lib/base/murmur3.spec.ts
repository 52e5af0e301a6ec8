import { describe, expect, it } from 'vitest';
import { murmur3Int, murmur3Long } from '../../../lib/base/murmur3.ts';

const words = (value: bigint) => [Number(BigInt.asIntN(32, value >> 32n)), Number(BigInt.asIntN(32, value))] as const;

describe('murmur3Int', () => {
  it.each([
    [0, 0, 593689054],
    [-42, 0, -189366624],
    [42, 0, -1134849565],
    [-2147483648, 0, -1718298732],
    [2147483647, 0, -1653689534],
    [0, 42, 933211791],
    [1, 42, -559580957],
    [-1, 42, -1604776387],
  ])('hashes %d with seed %d as Spark does', (value, seed, hash) => {
    expect(murmur3Int(value, seed)).toBe(hash);
  });
});

describe('murmur3Long', () => {
  it.each([
    [0n, 0, 1669671676],
    [-42n, 0, -846261623],
    [42n, 0, 1871679806],
    [-9223372036854775808n, 0, 1366273829],
    [9223372036854775807n, 0, -2106506049],
    [0n, 42, -1670924195],
    [1n, 42, -1712319331],
    [1099511627776n, 42, -1596767687],
  ])('hashes %d with seed %d as Spark does', (value, seed, hash) => {
    expect(murmur3Long(...words(value), seed)).toBe(hash);
  });
});
