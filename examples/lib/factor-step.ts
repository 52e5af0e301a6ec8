/**
 * Half a round of alternating least squares, for one block: its factors, given those of the other side.
 *
 * Each row x of the block minimises, over its ratings r of columns y (Zhou et al., ALS-WR):
 *   explicit   Σ (r - x·y)² + λ n |x|²
 *   implicit   Σ over all columns of (1 + α|r|) (p - x·y)² + λ n |x|², p = 1 if r > 0, else 0 (Hu, Koren, Volinsky)
 * n counts the row's ratings, in the implicit model those above 0: as in Spark. Columns without a rating have r = 0; what
 * they add is YᵀY, the same for all rows.
 */
import { chance, gaussian } from './chance.ts';
import { hashId, type Id } from './id.ts';
import type { FactorMessage, RatingBlock } from './rating-block.ts';
import { addOuterProduct, packedLength, solveSymmetric } from './symmetric-solve.ts';

/** The model, as far as a row needs to know it. */
export interface FactorModel {
  readonly rank: number;
  /** λ. */
  readonly regularization: number;
  readonly implicit: boolean;
  /** α: how much more a rating weighs than none. */
  readonly alpha: number;
}

/** Where an id's factors begin: a point of the unit sphere, which follows from seed and id alone. */
export function initialFactors(id: Id, rank: number, seed: number): Float64Array {
  const next = chance(seed, hashId(id));
  const factors = Float64Array.from({ length: rank }, () => gaussian(next));
  const length = Math.hypot(...factors);
  return length === 0 ? factors.fill(1 / Math.sqrt(rank)) : factors.map((x) => x / length);
}

/** YᵀY of one block's factors, packed. */
export function gramOf(factors: Float64Array, rank: number): Float64Array {
  const gram = new Float64Array(packedLength(rank));
  for (let at = 0; at < factors.length; at += rank) addOuterProduct(gram, factors, at, rank, 1);
  return gram;
}

/** The factors of a block's rows, one after another. `gram` is YᵀY of all columns; unused in the explicit model. */
export function solveBlock(
  block: RatingBlock,
  messages: Iterable<FactorMessage>,
  model: FactorModel,
  gram: Float64Array,
): Float64Array {
  const { rank, regularization, implicit, alpha } = model;
  const received = new Map<number, Float64Array>();
  for (const { sender, factors } of messages) received.set(sender, factors);
  const solved = new Float64Array(block.ids.length * rank);
  const a = new Float64Array(packedLength(rank));
  const b = new Float64Array(rank);
  for (let row = 0; row < block.ids.length; row++) {
    if (implicit) a.set(gram);
    else a.fill(0);
    b.fill(0);
    let counted = 0;
    for (let i = block.starts[row] as number; i < (block.starts[row + 1] as number); i++) {
      const rating = block.ratings[i] as number;
      const factors = received.get(block.senders[i] as number) as Float64Array;
      const offset = (block.positions[i] as number) * rank;
      const extra = alpha * Math.abs(rating);
      const isCounted = !implicit || rating > 0;
      addOuterProduct(a, factors, offset, rank, implicit ? extra : 1);
      if (!isCounted) continue;
      counted++;
      const weight = implicit ? 1 + extra : rating;
      for (let k = 0; k < rank; k++) b[k] = (b[k] as number) + weight * (factors[offset + k] as number);
    }
    for (let k = 0; k < rank; k++) {
      const diagonal = packedLength(k) + k;
      a[diagonal] = (a[diagonal] as number) + regularization * counted;
    }
    solved.set(solveSymmetric(a, b), row * rank);
  }
  return solved;
}
