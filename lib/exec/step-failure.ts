import { types } from 'node:util';
import { CairnError } from '../base/errors.ts';

/**
 * A function of the user's that threw inside a fused chain: which step of the chain, and what it threw. The task turns
 * it into the error that the user sees.
 */
export class StepFailure extends Error {
  override readonly name = 'StepFailure';
  /** Index into the chain's steps; their count stands for the sink. */
  readonly stepIndex: number;
  override readonly cause: unknown;

  constructor(stepIndex: number, cause: unknown) {
    super('a step failed');
    this.stepIndex = stepIndex;
    this.cause = cause;
  }
}

/** How V8 names what a chain iterates over, in generated code and in the interpreter. */
const NOT_ITERABLE = /^(?:f\d+|make) is not a function or its return value is not iterable$/;

/**
 * What to throw in place of `error` when a function gave no iterable where one is needed: loops do not look before they
 * iterate, and what V8 says names a variable of ours. Undefined for other errors.
 */
export function notIterable(method: string, error: unknown): CairnError | undefined {
  if (!types.isNativeError(error)) return undefined;
  // What a function of the user's threw may have getters that throw.
  const message: unknown = Object.getOwnPropertyDescriptor(error, 'message')?.value;
  if (typeof message !== 'string' || !NOT_ITERABLE.test(message)) return undefined;
  const expected = 'an iterable, such as an array or a generator';
  const found = 'something else for a record';
  return new CairnError('INVALID_ARGUMENT', { method, argument: "the function's result", expected, found });
}
