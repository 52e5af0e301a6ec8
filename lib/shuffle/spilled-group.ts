/**
 * The values of a key as an array whose elements are read from disk when they are asked for.
 *
 * To programs it is an array: `Array.isArray` says so, it has a length and indexes, and everything that reads arrays reads
 * it. What goes through all of it holds one chunk at a time. It cannot be changed, and ends with its task. Elements
 * are made anew each time their chunk is read: two reads of one index may give two equal objects.
 *
 * A proxy over an empty array: V8 lets a proxy's traps say what they like of an array's length and elements as long as the
 * array itself has none. Methods that go through all values have forms of their own here; the others are those of
 * `Array.prototype`, which ask for one index after another.
 */
import { inspect } from 'node:util';
import { markStreamedArray } from '../../formats/record/streamed-arrays.ts';
import { CairnError } from '../base/errors.ts';
import type { SpilledList } from './spilled-list.ts';

type Visit = (value: unknown, index: number, array: readonly unknown[]) => unknown;
type Merge = (merged: unknown, value: unknown, index: number, array: readonly unknown[]) => unknown;

const CHANGING = new Set(['copyWithin', 'fill', 'pop', 'push', 'reverse', 'shift', 'sort', 'splice', 'unshift']);
/** Elements shown by `console.log`, as of any array. */
const SHOWN = 100;

/** An array that is read from `list`. */
export function spilledGroup(list: SpilledList): readonly unknown[] {
  const target: unknown[] = [];
  // What prints a proxy looks at the array behind it.
  Object.defineProperty(target, inspect.custom, { value: () => printed(list), configurable: true });
  const array: readonly unknown[] = new Proxy(target, new GroupTraps(list));
  markStreamedArray(array);
  return array;
}

class GroupTraps implements ProxyHandler<unknown[]> {
  readonly #list: SpilledList;
  readonly #methods: Readonly<Record<PropertyKey, unknown>>;

  constructor(list: SpilledList) {
    this.#list = list;
    this.#methods = methodsOf(list);
  }

  get(target: unknown[], key: PropertyKey, receiver: unknown): unknown {
    if (typeof key === 'string') {
      if (key === 'length') return this.#list.length;
      const index = this.#indexOf(key);
      if (index >= 0) return this.#list.at(index);
      if (CHANGING.has(key)) return () => refuse(`${key}()`);
    }
    return Object.hasOwn(this.#methods, key) ? this.#methods[key] : Reflect.get(target, key, receiver);
  }

  has(target: unknown[], key: PropertyKey): boolean {
    return this.#indexOf(key) >= 0 || Reflect.has(target, key);
  }

  ownKeys(): string[] {
    const keys = Array.from({ length: this.#list.length }, (_, i) => `${i}`);
    keys.push('length');
    return keys;
  }

  getOwnPropertyDescriptor(_target: unknown[], key: PropertyKey): PropertyDescriptor | undefined {
    if (key === 'length') return { value: this.#list.length, writable: true, enumerable: false, configurable: false };
    const index = this.#indexOf(key);
    if (index < 0) return undefined;
    return { value: this.#list.at(index), writable: true, enumerable: true, configurable: true };
  }

  set(_target: unknown[], key: PropertyKey): never {
    return refuse(`an assignment to [${String(key)}]`);
  }

  defineProperty(_target: unknown[], key: PropertyKey): never {
    return refuse(`a definition of [${String(key)}]`);
  }

  deleteProperty(_target: unknown[], key: PropertyKey): never {
    return refuse(`a deletion of [${String(key)}]`);
  }

  preventExtensions(): never {
    return refuse('freezing');
  }

  setPrototypeOf(): never {
    return refuse('another prototype');
  }

  /** The index that a property key names, or -1 when there is no such element. */
  #indexOf(key: PropertyKey): number {
    if (typeof key !== 'string') return -1;
    const index = Number(key);
    return index >= 0 && index < this.#list.length && String(index) === key && Number.isInteger(index) ? index : -1;
  }
}

function refuse(operation: string): never {
  throw new CairnError('SPILLED_GROUP_READ_ONLY', { operation });
}

/**
 * The methods of arrays that go through all values, chunk by chunk. `this` is the array that they were called on: callbacks
 * are given it.
 */
function methodsOf(list: SpilledList): Readonly<Record<PropertyKey, unknown>> {
  function* values(): Generator<unknown, undefined, undefined> {
    for (const chunk of list.chunks()) yield* chunk;
    return undefined;
  }
  function* entries(): Generator<[number, unknown], undefined, undefined> {
    let index = 0;
    for (const chunk of list.chunks()) for (const value of chunk) yield [index++, value];
    return undefined;
  }
  /** Calls until `stop` says so of what was returned; gives the index where it did, or -1. */
  const visit = (
    array: readonly unknown[],
    f: Visit,
    thisArg: unknown,
    stop: (returned: unknown, value: unknown, index: number) => boolean,
  ): number => {
    checkFunction(f);
    let index = 0;
    for (const chunk of list.chunks()) {
      for (const value of chunk) {
        if (stop(f.call(thisArg, value, index, array), value, index)) return index;
        index++;
      }
    }
    return -1;
  };
  const reduce = (array: readonly unknown[], f: Merge, hasFirst: boolean, first: unknown): unknown => {
    checkFunction(f);
    let merged = first;
    let isEmpty = !hasFirst;
    let index = 0;
    for (const chunk of list.chunks()) {
      for (const value of chunk) {
        if (isEmpty) merged = value;
        else merged = f(merged, value, index, array);
        isEmpty = false;
        index++;
      }
    }
    return merged;
  };
  return {
    values,
    entries,
    [Symbol.iterator]: values,
    forEach(this: readonly unknown[], f: Visit, thisArg?: unknown): void {
      visit(this, f, thisArg, () => false);
    },
    map(this: readonly unknown[], f: Visit, thisArg?: unknown): unknown[] {
      const mapped: unknown[] = [];
      visit(this, f, thisArg, (returned) => {
        mapped.push(returned);
        return false;
      });
      return mapped;
    },
    filter(this: readonly unknown[], f: Visit, thisArg?: unknown): unknown[] {
      const kept: unknown[] = [];
      visit(this, f, thisArg, (returned, value) => {
        if (returned) kept.push(value);
        return false;
      });
      return kept;
    },
    some(this: readonly unknown[], f: Visit, thisArg?: unknown): boolean {
      return visit(this, f, thisArg, Boolean) >= 0;
    },
    every(this: readonly unknown[], f: Visit, thisArg?: unknown): boolean {
      return visit(this, f, thisArg, (returned) => !returned) < 0;
    },
    findIndex(this: readonly unknown[], f: Visit, thisArg?: unknown): number {
      return visit(this, f, thisArg, Boolean);
    },
    find(this: readonly unknown[], f: Visit, thisArg?: unknown): unknown {
      let found: unknown;
      visit(this, f, thisArg, (returned, value) => {
        if (returned) found = value;
        return Boolean(returned);
      });
      return found;
    },
    reduce(this: readonly unknown[], f: Merge, ...first: unknown[]): unknown {
      return reduce(this, f, first.length > 0, first[0]);
    },
    slice(from?: unknown, to?: unknown): unknown[] {
      const { length } = list;
      const start = relativeIndex(from, 0, length);
      const end = relativeIndex(to, length, length);
      return start < end ? list.slice(start, end) : [];
    },
  };
}

function printed(list: SpilledList): string {
  const shown = inspect(list.slice(0, Math.min(SHOWN, list.length)), { maxArrayLength: SHOWN });
  if (list.length <= SHOWN) return shown;
  return `${shown.slice(0, shown.lastIndexOf(']')).trimEnd()}, ... ${list.length - SHOWN} more on disk ]`;
}

/** Raises what `Array.prototype` raises for what is no function. */
function checkFunction(f: unknown): void {
  if (typeof f !== 'function') [].forEach(f as () => void);
}

/** As `Array.prototype.slice` understands its arguments. */
function relativeIndex(argument: unknown, otherwise: number, length: number): number {
  if (argument === undefined) return otherwise;
  const whole = Math.trunc(Number(argument)) || 0;
  return whole < 0 ? Math.max(0, length + whole) : Math.min(whole, length);
}
