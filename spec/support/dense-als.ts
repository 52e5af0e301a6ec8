/** Alternating least squares as one would write it down: whole matrices, Gauss's method, no blocks. */
import type { Rating } from '../../examples/lib/als.ts';
import { initialFactors } from '../../examples/lib/factor-step.ts';
import type { Id } from '../../examples/lib/id.ts';

export interface DenseModel {
  readonly rank: number;
  readonly regularization: number;
  readonly maxIterations: number;
  readonly implicit?: boolean;
  readonly alpha?: number;
  readonly seed?: number;
}

export const rating = (user: Id, item: Id, value: number): Rating => ({ user, item, rating: value });

/** The factors that rounds of exact solutions end with, from the same beginning. */
export function denseAls(ratings: readonly Rating[], model: DenseModel): Record<'users' | 'items', Map<Id, number[]>> {
  const triples = ratings.map(({ user, item, rating }) => [user, item, rating] as const);
  const swapped = ratings.map(({ user, item, rating }) => [item, user, rating] as const);
  let users = new Map<Id, number[]>(
    ratings.map(({ user }) => [user, [...initialFactors(user, model.rank, model.seed ?? 0)]]),
  );
  let items = new Map<Id, number[]>();
  for (let round = 0; round < model.maxIterations; round++) {
    items = solveSide(swapped, users, model);
    users = solveSide(triples, items, model);
  }
  return { users, items };
}

function solveSide(
  triples: readonly (readonly [Id, Id, number])[],
  others: Map<Id, number[]>,
  { rank, regularization, implicit = false, alpha = 1 }: DenseModel,
): Map<Id, number[]> {
  const solved = new Map<Id, number[]>();
  for (const id of new Set(triples.map(([own]) => own))) {
    const a = Array.from({ length: rank }, () => new Array<number>(rank).fill(0));
    const b = new Array<number>(rank).fill(0);
    const add = (y: readonly number[], confidence: number, wanted: number) => {
      for (const [i, row] of a.entries()) {
        for (let j = 0; j < rank; j++) row[j] = (row[j] ?? 0) + confidence * (y[i] ?? 0) * (y[j] ?? 0);
        b[i] = (b[i] ?? 0) + wanted * (y[i] ?? 0);
      }
    };
    if (implicit) for (const y of others.values()) add(y, 1, 0);
    let counted = 0;
    for (const [own, other, value] of triples) {
      if (own !== id) continue;
      const y = others.get(other) ?? [];
      if (!implicit) add(y, 1, value);
      else add(y, alpha * Math.abs(value), value > 0 ? 1 + alpha * Math.abs(value) : 0);
      if (!implicit || value > 0) counted++;
    }
    for (const [i, row] of a.entries()) row[i] = (row[i] ?? 0) + regularization * counted;
    solved.set(id, b.every((x) => x === 0) ? b : solveDense(a, b));
  }
  return solved;
}

/** Solves a x = b by Gauss's method with pivots; `a` must not be singular. */
export function solveDense(a: readonly (readonly number[])[], b: readonly number[]): number[] {
  const rows = a.map((row, i) => [...row, b[i] ?? 0]);
  const size = rows.length;
  for (let column = 0; column < size; column++) {
    const rest = rows.slice(column).map((row) => Math.abs(row[column] ?? 0));
    const pivot = column + rest.indexOf(Math.max(...rest));
    const [chosen, replaced] = [rows[pivot] ?? [], rows[column] ?? []];
    rows[column] = chosen;
    rows[pivot] = replaced === chosen ? chosen : replaced;
    for (const row of rows) {
      if (row === chosen) continue;
      const factor = (row[column] ?? 0) / (chosen[column] ?? 0);
      for (let k = column; k <= size; k++) row[k] = (row[k] ?? 0) - factor * (chosen[k] ?? 0);
    }
  }
  return rows.map((row, i) => (row[size] ?? 0) / (row[i] ?? 0));
}
