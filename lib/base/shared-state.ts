const KEY = Symbol.for('cairn.state');

type States = Map<string, unknown>;

/**
 * Something that all copies of the engine in this thread have in common, made by the first that asks. A thread may have
 * two: a worker runs its program from one file, and a package that it imports may import the engine by its name.
 * `name` says what it is and in which form: a copy of another release that keeps it differently uses another one.
 */
export function sharedState<T>(name: string, make: () => T): T {
  const states: States = (Reflect.get(globalThis, KEY) as States | undefined) ?? new Map<string, unknown>();
  if (!states.has(name)) {
    states.set(name, make());
    Object.defineProperty(globalThis, KEY, { value: states, configurable: true });
  }
  return states.get(name) as T;
}
