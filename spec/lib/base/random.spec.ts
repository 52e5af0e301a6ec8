import { describe, expect, it } from 'vitest';
import { CairnError } from '../../../lib/base/errors.ts';
import { byteswap32, freshSeed, partitionSeed, XorShiftRandom } from '../../../lib/base/random.ts';

/** Drawn one after another on a JVM: nextInt for six bounds, two of nextDouble, two of nextGaussian. */
const BOUNDS = [7, 1000, 2 ** 30, 2147483647, 1500000000, 1];
const DRAWS: readonly (readonly [seed: number | bigint, integers: readonly number[], doubles: readonly number[]])[] = [
  [
    0,
    [2, 828, 218889633, 1080921330, 1452722121, 0],
    [0.7432081380046986, 0.4993112703489212, -0.03800437433563277, 0.6235032473749411],
  ],
  [
    1,
    [5, 968, 1026744971, 696436261, 747246645, 0],
    [0.07684163905460906, 0.8539211111755448, 0.8307714772204976, -0.9681255454704047],
  ],
  [
    42,
    [6, 723, 117762697, 1415180696, 324305326, 0],
    [0.26322809041172357, 0.6702867696264135, 0.002312790420546033, 0.0666200496666504],
  ],
  [
    -1,
    [2, 558, 212102194, 1234835242, 329636230, 0],
    [0.1794424716998898, 0.8677268803880495, -2.578225607854909, -0.04966035349760794],
  ],
  [
    -5000000000,
    [4, 520, 260770828, 1419776946, 1392540484, 0],
    [0.8765892789499985, 0.7937025243981203, -0.18763916143601433, 0.010472544032918182],
  ],
  [
    9007199254740991n,
    [6, 594, 613875911, 1719013204, 853379964, 0],
    [0.09228789767864765, 0.41599384385385996, 0.4233135742970521, -1.0066759692267384],
  ],
  [
    -(2n ** 63n),
    [3, 851, 523343229, 104635235, 405477061, 0],
    [0.03409984789873255, 0.3591465731882115, 0.08834463832028486, 1.2819635698031335],
  ],
];

describe('XorShiftRandom', () => {
  it("gives Spark's rand(0)", () => {
    expect(new XorShiftRandom(0).nextDouble()).toBe(0.7604953758285915);
  });

  it.each([
    [2, [0, 0, 1, 1, 1, 1]],
    [3, [2, 0, 1, 2, 1, 1]],
    [4, [0, 0, 3, 2, 2, 3]],
    [5, [3, 3, 3, 2, 3, 0]],
    [8, [1, 1, 7, 5, 4, 7]],
    [10, [8, 3, 8, 7, 3, 5]],
  ])('begins as Spark does below %d for seeds 0 to 5', (bound, first) => {
    expect([0, 1, 2, 3, 4, 5].map((seed) => new XorShiftRandom(seed).nextInt(bound))).toEqual(first);
  });

  it.each(DRAWS)('goes on with seed %s as on a JVM', (seed, integers, doubles) => {
    const random = new XorShiftRandom(seed);
    expect(BOUNDS.map((bound) => random.nextInt(bound))).toEqual(integers);
    expect([random.nextDouble(), random.nextDouble(), random.nextGaussian(), random.nextGaussian()]).toEqual(doubles);
  });

  it('gives each number of a pair of the polar method once', () => {
    const random = new XorShiftRandom(3);
    const draws = Array.from({ length: 6 }, () => random.nextGaussian());
    expect(new Set(draws).size).toBe(6);
  });

  it('takes a bigint seed modulo 2^64, and the same number for the same seed', () => {
    const first = (seed: number | bigint) => new XorShiftRandom(seed).nextDouble();
    expect(first(2n ** 64n + 7n)).toBe(first(7));
    expect(first(-3n)).toBe(first(-3));
    expect(first(-0)).toBe(first(0));
  });

  it.each([1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '1', undefined])('refuses %o as a seed', (seed) => {
    expect(() => new XorShiftRandom(seed as number)).toThrowError(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }) as CairnError,
    );
  });

  it.each([0, -1, 1.5, Number.NaN, 2 ** 31])('refuses %d as a bound', (bound) => {
    expect(() => new XorShiftRandom(0).nextInt(bound)).toThrow(CairnError);
  });
});

describe('partitionSeed', () => {
  it('gives each partition of each seed a seed of its own, the same every time', () => {
    const seeds = new Set<number>();
    for (let seed = -50; seed < 50; seed++) {
      for (let partition = 0; partition < 100; partition++) {
        const derived = partitionSeed(seed, partition);
        expect(Number.isSafeInteger(derived) && derived >= 0).toBe(true);
        expect(partitionSeed(BigInt(seed), partition)).toBe(derived);
        seeds.add(derived);
      }
    }
    expect(seeds.size).toBe(10_000);
    expect(partitionSeed(1, 0)).toBe(2448705906969089);
  });
});

describe('freshSeed', () => {
  it('is a seed, and another one each time', () => {
    const seeds = Array.from({ length: 10 }, freshSeed);
    expect(new Set(seeds).size).toBe(10);
    for (const seed of seeds) expect(() => new XorShiftRandom(seed)).not.toThrow();
  });
});

describe('byteswap32', () => {
  it.each([
    [0, 0],
    [1, -1875198074],
    [-1, -1634874707],
    [123456, -385947291],
  ])('spreads the bits of %d as on a JVM', (value, spread) => {
    expect(byteswap32(value)).toBe(spread);
  });
});
