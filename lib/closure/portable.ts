/**
 * The engine's own functions travel by name: nothing of the engine is copied, and errors and fingerprints speak of the
 * user's functions alone.
 *
 * Every thread has a registry, which fills as modules are loaded: whoever registers is imported by the worker's entry.
 * A function that has parameters is made by a registered factory, from what it was made with in the driver:
 *
 *     const keyed = portable('keyed', (stride: number, f: Merge) => (record: unknown) => f(record, stride));
 *     keyed(4, f);  // travels as 'keyed', 4, and f as any function of the user's
 *
 * When changing this: a factory may keep its parameters and must not look into them while it makes the function. In a
 * worker objects among them are filled later.
 */
import { types } from 'node:util';
import { CairnError } from '../base/errors.ts';
import { invariant } from '../base/invariant.ts';
import { PORTABLE } from './well-known.ts';

/** What a portable function or value says about itself. */
export interface PortableMark {
  readonly name: string;
  /** What its factory was called with; undefined for what is known by its name alone. */
  readonly parameters: readonly unknown[] | undefined;
}

type Entry =
  | { readonly kind: 'factory'; readonly make: (parameters: readonly unknown[]) => object }
  | { readonly kind: 'value'; readonly value: object };

const registry = new Map<string, Entry>();

/**
 * Registers a factory of functions under a name that no other has, and gives it back: what it makes can travel, if its
 * parameters can. `make` gives a new function (or object) each time.
 */
export function portable<P extends readonly unknown[], F extends object>(
  name: string,
  make: (...parameters: P) => F,
): (...parameters: P) => F {
  const factory = (...parameters: P): F => mark(make(...parameters), { name, parameters });
  register(name, { kind: 'factory', make: (parameters) => factory(...(parameters as P)) });
  return factory;
}

/** Registers one function, class or object under a name that no other has; every thread has its own. Gives it back. */
export function portableValue<T extends object>(name: string, value: T): T {
  register(name, { kind: 'value', value });
  return mark(value, { name, parameters: undefined });
}

/** Registers several, as `prefix/key`. */
export function portableValues(prefix: string, values: Readonly<Record<string, object>>): void {
  for (const [key, value] of Object.entries(values)) portableValue(`${prefix}/${key}`, value);
}

/** The mark of a value that travels by name; undefined for others, and for those of another copy of the engine. */
export function portableMark(value: object): PortableMark | undefined {
  const found = Object.getOwnPropertyDescriptor(value, PORTABLE)?.value as PortableMark | undefined;
  return found !== undefined && registry.has(found.name) ? found : undefined;
}

/** Whether anything travels by name. Runs no code of the user's. */
export function isPortable(value: unknown): boolean {
  const isObject = typeof value === 'function' || (typeof value === 'object' && value !== null);
  return isObject && !types.isProxy(value) && portableMark(value) !== undefined;
}

/** This thread's function or value of a mark. Raises `CLOSURE_NOT_REVIVED` for a name that it does not know. */
export function resolvePortable({ name, parameters }: PortableMark): object {
  const entry = registry.get(name);
  if (entry?.kind === 'value' && parameters === undefined) return entry.value;
  if (entry?.kind === 'factory' && parameters !== undefined) return entry.make(parameters);
  throw new CairnError('CLOSURE_NOT_REVIVED', {
    what: `the engine's own '${name}'`,
    reason: 'this worker does not know it: it runs another version of the engine',
  });
}

function register(name: string, entry: Entry): void {
  invariant(!registry.has(name), `two portable functions are named '${name}'`);
  registry.set(name, entry);
}

function mark<T extends object>(value: T, own: PortableMark): T {
  invariant(!Object.hasOwn(value, PORTABLE), `what '${own.name}' names is portable already`);
  Object.defineProperty(value, PORTABLE, { value: own });
  return value;
}
