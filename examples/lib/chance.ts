import { mixBits } from './id.ts';

/**
 * Random numbers in [0, 1) that repeat: the sequence belongs to the seed and the numbers after it, such as partition
 * and position, so that a task that runs again, in whatever thread, draws the same.
 */
export function chance(seed: number, ...place: readonly number[]): () => number {
  let state = place.reduce((so, part) => mixBits(so + 0x9e3779b9) ^ mixBits(part), mixBits(seed) ^ (seed / 2 ** 32));
  // Mulberry32: a counter in steps of an odd constant, mixed.
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), bits | 61)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A number from the normal distribution (Box and Muller), out of two of `next`. */
export function gaussian(next: () => number): number {
  // 1 - u is never 0, whose logarithm is infinite.
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}
