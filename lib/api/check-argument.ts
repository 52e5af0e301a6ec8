/**
 * Checks of what users pass in. Every failure is an INVALID_ARGUMENT whose stack starts at the user's line: it names
 * the method, the argument, what was expected and what was found.
 */
import { types } from 'node:util';
import { CairnError, describeValue } from '../base/errors.ts';
import { startAtCaller } from '../lineage/call-site.ts';
import type { Engine } from './engine.ts';

export function invalidArgument(method: string, argument: string, expected: string, found: unknown): CairnError {
  return startAtCaller(new CairnError('INVALID_ARGUMENT', { method, argument, expected, found: describeValue(found) }));
}

/** Partitions, buckets and the like: counts beyond an int32 have no meaning. */
const MAX_INT = 2 ** 31 - 1;

/**
 * A function the engine calls and whose result it uses at once: a promise in its place would be a record, a truthy
 * filter or a lost error. Functions compiled from `async` to something else are not recognised.
 */
export function checkFunction(method: string, argument: string, f: unknown): void {
  if (typeof f !== 'function') throw invalidArgument(method, argument, 'a function', f);
  if (types.isAsyncFunction(f)) {
    throw startAtCaller(
      new CairnError('INVALID_ARGUMENT', {
        method,
        argument,
        expected: 'a synchronous function (mapAsync and foreachPartition take asynchronous ones)',
        found: `asynchronous ${describeValue(f)}`,
      }),
    );
  }
}

/** A function that may be asynchronous. */
export function checkAnyFunction(method: string, argument: string, f: unknown): void {
  if (typeof f !== 'function') throw invalidArgument(method, argument, 'a function', f);
}

/** As `checkFunction`, for a function that is to run in tasks. Raises TASK_NOT_SERIALIZABLE, too. */
export function checkTaskFunction(engine: ClosureCheck, method: string, argument: string, f: unknown): void {
  checkFunction(method, argument, f);
  checkTravels(engine, f);
}

/** Knows whether functions can travel to where tasks run. */
export type ClosureCheck = Pick<Engine, 'checkClosure'>;

/** Raises TASK_NOT_SERIALIZABLE, at the user's line, for what cannot travel to where tasks run. */
export function checkTravels(engine: ClosureCheck, value: unknown): void {
  try {
    engine.checkClosure(value);
  } catch (error) {
    throw error instanceof CairnError ? startAtCaller(error) : error;
  }
}

/** An integer from `min` to the largest int32. */
export function checkInteger(method: string, argument: string, value: unknown, min: number): void {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > MAX_INT) {
    throw invalidArgument(method, argument, `an integer from ${min} to ${MAX_INT}`, value);
  }
}

/** A number from `min` to `max`, both included. */
export function checkNumber(method: string, argument: string, value: unknown, min: number, max: number): void {
  if (typeof value !== 'number' || !(value >= min && value <= max)) {
    const expected = max === Number.POSITIVE_INFINITY ? `a number from ${min} up` : `a number from ${min} to ${max}`;
    throw invalidArgument(method, argument, expected, value);
  }
}

export function checkBoolean(method: string, argument: string, value: unknown): void {
  if (typeof value !== 'boolean') throw invalidArgument(method, argument, 'true or false', value);
}

/** A seed, or undefined. */
export function checkSeed(method: string, seed: unknown): void {
  if (seed !== undefined && !Number.isSafeInteger(seed)) throw invalidArgument(method, 'seed', 'a safe integer', seed);
}

/**
 * An options object whose names are all known: one that is not, or an option given as a plain argument as in Spark,
 * would change nothing, and nobody would notice. Options that are undefined count as not given.
 */
export function checkOptions(method: string, options: unknown, names: readonly string[]): void {
  const expected = `an object with ${names.join(', ')}`;
  if (typeof options !== 'object' || options === null || Array.isArray(options) || options instanceof AbortSignal) {
    throw invalidArgument(method, 'options', expected, options);
  }
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || names.includes(name)) continue;
    const found = `an option ${describeValue(name)}`;
    throw startAtCaller(new CairnError('INVALID_ARGUMENT', { method, argument: 'options', expected, found }));
  }
}

/** A signal to cancel by, or undefined. */
export function checkSignal(method: string, signal: unknown): void {
  if (signal === undefined) return;
  const isSignal = typeof signal === 'object' && signal !== null && 'aborted' in signal && 'addEventListener' in signal;
  if (!isSignal) throw invalidArgument(method, 'signal', 'an AbortSignal', signal);
}
