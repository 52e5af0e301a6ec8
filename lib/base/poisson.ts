import { CairnError, describeValue } from './errors.ts';
import type { Random } from './random.ts';

/** exp(-32) is far from the smallest double, and the search for one number takes about as many steps as the mean. */
const LARGEST_PIECE = 32;
const ULP = 2 ** -53;

/**
 * Numbers from a Poisson distribution: how often a record is taken by a sample with replacement.
 *
 * By inversion: one uniform number, and a walk along the cumulative distribution. A large mean is a sum of pieces, as
 * the sum of Poisson numbers is one. A draw costs as much as its result, which is what the caller will emit anyway.
 * Raises `INVALID_ARGUMENT` for a mean that is negative or not finite.
 */
export class PoissonSampler {
  readonly #random: Random;
  readonly #pieces: number;
  readonly #pieceMean: number;
  readonly #probabilityOfZero: number;

  constructor(mean: number, random: Random) {
    if (!(mean >= 0 && mean < 2 ** 31)) {
      throw new CairnError('INVALID_ARGUMENT', {
        method: 'sample',
        argument: 'fraction',
        expected: 'a number from 0 to 2147483647',
        found: describeValue(mean),
      });
    }
    this.#random = random;
    this.#pieces = Math.ceil(mean / LARGEST_PIECE);
    this.#pieceMean = this.#pieces === 0 ? 0 : mean / this.#pieces;
    this.#probabilityOfZero = Math.exp(-this.#pieceMean);
  }

  /** The next number: a non-negative integer. */
  next(): number {
    let sum = 0;
    for (let i = 0; i < this.#pieces; i++) sum += this.#nextPiece();
    return sum;
  }

  #nextPiece(): number {
    let rest = this.#random.nextDouble();
    let probability = this.#probabilityOfZero;
    let n = 0;
    while (rest >= probability) {
      rest -= probability;
      n++;
      probability *= this.#pieceMean / n;
      // The terms add up to 1 only in exact arithmetic: past the last one that counts, this is the number.
      if (probability < ULP && n > this.#pieceMean) break;
    }
    return n;
  }
}
