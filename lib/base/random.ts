/**
 * Random numbers that repeat: the same seed gives the same sequence in every process, so that a task that runs again
 * samples the same records. `freshSeed` is the only place that asks the machine for chance.
 */
import { CairnError, describeValue } from './errors.ts';
import { murmur3Int, murmur3Long } from './murmur3.ts';

/** A source of random numbers. */
export interface Random {
  /** An integer in `[0, bound)`; `bound` is an integer in `[1, 2^31)`. */
  nextInt(bound: number): number;
  /** A number in `[0, 1)` with 53 random bits. */
  nextDouble(): number;
  /** A number from the normal distribution with mean 0 and deviation 1. */
  nextGaussian(): number;
}

const TWO_32 = 2 ** 32;
const TWO_27 = 2 ** 27;
const ULP_53 = 2 ** -53;
/** The seed that Scala's array hash starts from. */
const ARRAY_SEED = 0x3c074a61;

/**
 * Spark's `XORShiftRandom`, bit for bit: a 64-bit xorshift (21, 35, 4) whose seed is hashed first, under the methods
 * of the JVM's `Random`. The state is two int32, so that a step allocates nothing.
 *
 * Raises `INVALID_ARGUMENT` for a seed that is neither a safe integer nor a bigint; a bigint counts modulo 2^64.
 */
export class XorShiftRandom implements Random {
  #high: number;
  #low: number;
  #spareGaussian: number | undefined;

  constructor(seed: number | bigint) {
    const [high, low] = splitSeed(seed);
    // The hash reads the seed's bytes from the most significant one on, in little-endian words.
    const first = reverseBytes(low);
    const second = reverseBytes(high);
    this.#low = murmur3Long(first, second, ARRAY_SEED);
    this.#high = murmur3Long(first, second, this.#low);
  }

  nextInt(bound: number): number {
    if (!(Number.isInteger(bound) && bound > 0 && bound < 2 ** 31)) {
      throw new CairnError('INVALID_ARGUMENT', {
        method: 'nextInt',
        argument: 'bound',
        expected: 'an integer from 1 to 2147483647',
        found: describeValue(bound),
      });
    }
    let bits = this.#next() & 0x7fffffff;
    // A power of two takes the upper bits; clz32(2^k) is 31 - k.
    if ((bound & (bound - 1)) === 0) return bits >>> Math.clz32(bound);
    // Draws from the last, incomplete run of `bound` numbers are thrown away: the JVM tests this by int overflow.
    while (bits - (bits % bound) + (bound - 1) > 0x7fffffff) bits = this.#next() & 0x7fffffff;
    return bits % bound;
  }

  nextDouble(): number {
    const upper = this.#next() & 0x3ffffff;
    return (upper * TWO_27 + (this.#next() & 0x7ffffff)) * ULP_53;
  }

  /** By the polar method, as the JVM: two numbers a round, the second kept for the next call. */
  nextGaussian(): number {
    const spare = this.#spareGaussian;
    if (spare !== undefined) {
      this.#spareGaussian = undefined;
      return spare;
    }
    for (;;) {
      const x = 2 * this.nextDouble() - 1;
      const y = 2 * this.nextDouble() - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(square)) / square);
      this.#spareGaussian = y * scale;
      return x * scale;
    }
  }

  /** One step; gives the lower 32 bits of the new state. */
  #next(): number {
    let high = this.#high;
    let low = this.#low;
    high ^= (high << 21) | (low >>> 11);
    low ^= low << 21;
    low ^= high >>> 3;
    high ^= (high << 4) | (low >>> 28);
    low ^= low << 4;
    this.#high = high;
    this.#low = low;
    return low;
  }
}

/**
 * The seed of one partition, derived from the seed of its node: a non-negative safe integer. Neighbouring partitions
 * and neighbouring seeds get unrelated sequences. `seed` is as for `XorShiftRandom`, `partition` an int32.
 */
export function partitionSeed(seed: number | bigint, partition: number): number {
  const [high, low] = splitSeed(seed);
  const lower = murmur3Int(partition, murmur3Long(high, low, 0));
  const upper = murmur3Int(partition, murmur3Long(high, low, lower));
  return (upper >>> 11) * TWO_32 + (lower >>> 0);
}

/** A seed for whoever gave none: a non-negative safe integer, different each time. It must be kept with what uses it. */
export function freshSeed(): number {
  return Math.floor(Math.random() * 2 ** 53);
}

/** Spreads the bits of an int32, as Spark does with the seeds of its range partitioner: `byteswap32(v)`. */
export function byteswap32(value: number): number {
  return Math.imul(reverseBytes(Math.imul(value, 0x9e3775cd)), 0x9e3775cd);
}

function reverseBytes(word: number): number {
  return (word >>> 24) | ((word >>> 8) & 0xff00) | ((word << 8) & 0xff0000) | (word << 24);
}

function splitSeed(seed: number | bigint): readonly [high: number, low: number] {
  if (typeof seed === 'bigint') return [Number(BigInt.asIntN(32, seed >> 32n)), Number(BigInt.asIntN(32, seed))];
  if (!Number.isSafeInteger(seed)) {
    throw new CairnError('INVALID_ARGUMENT', {
      method: 'XorShiftRandom',
      argument: 'seed',
      expected: 'a safe integer or a bigint',
      found: describeValue(seed),
    });
  }
  return [Math.floor(seed / TWO_32) | 0, seed | 0];
}
