import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';

/**
 * Stricter than deep equality: Object.is on numbers, the same prototypes, holes, own enumerable keys in the same
 * order, invalid dates equal to each other. Symbol keys and non-enumerable properties are no part of a record.
 */
function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (ArrayBuffer.isView(a) || a instanceof ArrayBuffer) return isDeepStrictEqual(a, b);
  const names = Object.keys(a);
  const others = Object.keys(b);
  if (names.length !== others.length || !names.every((name, i) => name === others[i])) return false;
  for (const name of names) {
    if (!isSame((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name])) return false;
  }
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length;
  if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
  if (a instanceof Map && b instanceof Map) return isSame([...a], [...b]);
  if (a instanceof Set && b instanceof Set) return isSame([...a], [...b]);
  if (a instanceof RegExp && b instanceof RegExp) return String(a) === String(b) && a.lastIndex === b.lastIndex;
  if (a instanceof Error && b instanceof Error) {
    return a.message === b.message && a.stack === b.stack && isSame(a.cause, b.cause);
  }
  if (a instanceof URL && b instanceof URL) return a.href === b.href;
  return true;
}

export function expectSame(actual: unknown, expected: unknown): void {
  if (isSame(actual, expected)) return;
  expect(actual).toStrictEqual(expected);
  expect.unreachable('the values differ in something that toStrictEqual does not compare');
}
