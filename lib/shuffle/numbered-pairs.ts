/**
 * Pairs on disk and on their way there, with or without a number each: the number of the record that a key first came
 * with, by which keys that were combined apart come back into their order. A record is `[number, key, value]`.
 */
import { materializeRows } from '../../formats/record/materialize-rows.ts';
import { narrowDoubles } from '../../formats/record/narrow-columns.ts';
import { type Batch, rowBatch, type TupleColumn } from '../../formats/schema/batch.ts';
import { CairnError } from '../base/errors.ts';
import { invariant } from '../base/invariant.ts';
import { numbersOf } from './number-columns.ts';

/** A batch of pairs; the i-th has the number `numbers[i]`, where they have one. */
export interface NumberedPairs {
  readonly numbers: ArrayLike<number> | undefined;
  readonly pairs: Batch;
}

/** Takes the numbers off a batch of `[number, key, value]`. */
export function splitNumbers(batch: Batch): NumberedPairs {
  if (batch.kind === 'columns' && isTuple(batch.root)) {
    const [first, ...items] = batch.root.items;
    const numbers = numbersOf(first);
    if (numbers !== undefined) {
      return {
        numbers,
        pairs: { kind: 'columns', rowCount: batch.rowCount, root: { kind: 'tuple', items, nulls: undefined } },
      };
    }
  }
  const records = rowsOf(batch) as readonly [number, unknown, unknown][];
  return {
    numbers: Float64Array.from(records, ([number]) => number),
    pairs: rowBatch(records.map(([, key, value]) => [key, value])),
  };
}

/** The opposite of `splitNumbers`. */
export function joinNumbers({ numbers, pairs }: NumberedPairs): Batch {
  invariant(numbers !== undefined, 'pairs that are written to be merged have numbers');
  if (pairs.kind === 'columns' && isTuple(pairs.root)) {
    const { rowCount } = pairs;
    const items = [narrowDoubles(Float64Array.from(numbers), rowCount, undefined), ...pairs.root.items];
    return { kind: 'columns', rowCount, root: { kind: 'tuple', items, nulls: undefined } };
  }
  return rowBatch(rowsOf(pairs).map((pair, i) => [numbers[i], ...(pair as readonly [unknown, unknown])]));
}

/** Pairs as arrays. */
export function rowsOf(batch: Batch): readonly unknown[] {
  return batch.kind === 'columns' ? materializeRows(batch) : batch.rows.slice(batch.from, batch.to);
}

function isTuple(root: { readonly kind: string }): root is TupleColumn {
  return root.kind === 'tuple';
}

/** Keys and values of pairs that are all numbers. */
export function numberColumns(
  pairs: Batch,
): { readonly keys: ArrayLike<number>; readonly values: ArrayLike<number> } | undefined {
  if (pairs.kind !== 'columns' || !isTuple(pairs.root) || pairs.root.nulls !== undefined) return undefined;
  invariant(pairs.root.items.length === 2, 'a pair has two items');
  const keys = numbersOf(pairs.root.items[0]);
  const values = numbersOf(pairs.root.items[1]);
  return keys === undefined || values === undefined ? undefined : { keys, values };
}

/** What becomes of an error in writing what a function of the user's made, and nobody has to be able to store else. */
export function unstorable(error: unknown): unknown {
  if (!CairnError.is(error, 'VALUE_NOT_SERIALIZABLE')) return error;
  const { path, found } = error.params;
  return new CairnError(
    'VALUE_NOT_SERIALIZABLE',
    {
      path: `what was combined by key, at ${path},`,
      found,
      remedy: "combine to values that can be stored, since they had to be written out, or raise 'memory'",
    },
    { cause: error },
  );
}
