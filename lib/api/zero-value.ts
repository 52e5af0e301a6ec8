import { portable } from '../closure/portable.ts';
import { checkFunction, invalidArgument } from './check-argument.ts';

/**
 * Where a fold starts: a value, or a function that makes one. A value that can be changed in place (an array, a plain
 * object, a Map, …) is copied for every partition or key, as Spark does; instances of classes need the function.
 */
export type Zero<U> = U | (() => U);

/** A function that gives a fresh zero each time. Raises INVALID_ARGUMENT for what cannot be copied. */
export function zeroMaker<U>(method: string, zero: Zero<U>): () => U {
  if (typeof zero === 'function') {
    checkFunction(method, 'zero', zero);
    return zero as () => U;
  }
  const original = copyPlain(method, zero, 0) as U;
  const make =
    typeof original !== 'object' || original === null ? sameEachTime(original) : copyEachTime(method, original);
  return make as () => U;
}

const sameEachTime = portable('zero/same-each-time', (value: unknown) => (): unknown => value);

const copyEachTime = portable(
  'zero/copy-each-time',
  (method: string, original: unknown) => (): unknown => copyPlain(method, original, 0),
);

/** A deep copy of plain data: a walk of our own, since `structuredClone` makes plain objects of instances. */
function copyPlain(method: string, value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > 100) throw invalidArgument(method, 'zero', 'data less than 100 levels deep', value);
  const next = (part: unknown): unknown => copyPlain(method, part, depth + 1);
  if (Array.isArray(value)) return value.map(next);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) {
    const made: Record<string, unknown> = prototype === null ? Object.create(null) : {};
    for (const name of Object.keys(value)) {
      // Defined rather than assigned: a key `__proto__` stays a key.
      Object.defineProperty(made, name, {
        value: next((value as Record<string, unknown>)[name]),
        configurable: true,
        enumerable: true,
        writable: true,
      });
    }
    return made;
  }
  if (prototype === Map.prototype) {
    return new Map([...(value as Map<unknown, unknown>)].map(([key, item]) => [next(key), next(item)]));
  }
  if (prototype === Set.prototype) return new Set([...(value as Set<unknown>)].map(next));
  if (prototype === Date.prototype || ArrayBuffer.isView(value)) return structuredClone(value);
  throw invalidArgument(method, 'zero', 'plain data, or a function that makes the value', value);
}
