/**
 * How accumulators collect. A kind may change the state it is given and give it back, since every partial has a state of
 * its own. States are made of what records are made of: they come back from workers as records do.
 */
import { CairnError, describeValue } from '../base/errors.ts';

/** `S` is what has been collected so far. Tasks use `zero`, `add` and `isZero`, the driver all of them. */
export interface AccumulatorKind<In, S> {
  zero(): S;
  add(state: S, value: In): S;
  merge(into: S, from: S): S;
  /** Whether a state is as good as nothing, and need not be sent. */
  isZero?(state: S): boolean;
}

/** An exact sum: a number as long as it is a safe integer, a bigint beyond. */
export interface LongState {
  sum: number | bigint;
  count: number;
}

/** A sum in floating point. */
export interface DoubleState {
  sum: number;
  count: number;
}

/** Sums integers exactly, whatever their sum. Raises INVALID_ARGUMENT for what is no safe integer and no bigint. */
export const LONG_KIND: AccumulatorKind<number | bigint, LongState> = {
  zero: () => ({ sum: 0, count: 0 }),
  add: (state, value) => {
    if (typeof value !== 'bigint' && !Number.isSafeInteger(value)) {
      throw invalidValue('a safe integer or a bigint', value);
    }
    state.sum = exactSum(state.sum, value);
    state.count++;
    return state;
  },
  merge: (into, from) => {
    into.sum = exactSum(into.sum, from.sum);
    into.count += from.count;
    return into;
  },
};

/** Sums numbers. Raises INVALID_ARGUMENT for other values. */
export const DOUBLE_KIND: AccumulatorKind<number, DoubleState> = {
  zero: () => ({ sum: 0, count: 0 }),
  add: (state, value) => {
    if (typeof value !== 'number') throw invalidValue('a number', value);
    state.sum += value;
    state.count++;
    return state;
  },
  merge: (into, from) => {
    into.sum += from.sum;
    into.count += from.count;
    return into;
  },
};

/** Keeps every value. */
export const COLLECTION_KIND: AccumulatorKind<unknown, unknown[]> = {
  zero: () => [],
  add: (state, value) => {
    state.push(value);
    return state;
  },
  merge: (into, from) => {
    // One by one: as arguments of one call they might be more than the stack holds.
    for (const value of from) into.push(value);
    return into;
  },
};

/** The kinds that travel by their name. */
export const NAMED_KINDS = { long: LONG_KIND, double: DOUBLE_KIND, collection: COLLECTION_KIND } as const;

function exactSum(a: number | bigint, b: number | bigint): number | bigint {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    return Number.isSafeInteger(sum) ? sum : BigInt(a) + BigInt(b);
  }
  return BigInt(a) + BigInt(b);
}

function invalidValue(expected: string, value: unknown): CairnError {
  return new CairnError('INVALID_ARGUMENT', {
    method: 'add',
    argument: 'value',
    expected,
    found: describeValue(value),
  });
}
