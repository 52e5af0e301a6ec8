/**
 * The classes whose instances records may hold, beyond plain data. The registry is explicit and per thread: no code
 * and no class name is ever evaluated from data.
 */
import { CairnError, describeValue } from '../../lib/base/errors.ts';
import { sharedState } from '../../lib/base/shared-state.ts';

/** How instances of one class become plain data and back. */
export interface RecordClass<T extends object = object, Data = unknown> {
  /** Stored with each record; must stay the same between releases of the user's program. */
  readonly name: string;
  /** Stored too, and given back to `fromRecord`, so that older data can be read; 0 when absent. */
  readonly version?: number;
  /** Instances are recognised by exactly this class's prototype; subclasses are registered on their own. */
  readonly constructor: abstract new (
    ...args: never[]
  ) => T;
  /** Any storable value that holds what the instance needs. */
  readonly toRecord: (instance: T) => Data;
  /** Makes an instance of what `toRecord` gave, in the version it was written with. */
  readonly fromRecord: (data: Data, version: number) => T;
}

/** A registered class with its types erased. */
export interface RegisteredClass {
  readonly name: string;
  readonly version: number;
  readonly toRecord: (instance: object) => unknown;
  readonly fromRecord: (data: unknown, version: number) => object;
}

interface Registration {
  readonly entry: RegisteredClass;
  readonly prototype: object;
  readonly definition: RecordClass;
}

interface Registry {
  readonly byPrototype: Map<object, RegisteredClass>;
  readonly byName: Map<string, Registration>;
  changes: number;
  /** What `collectClasses` fills now. */
  collected: Map<string, RegisteredClass> | undefined;
}

const registry = sharedState(
  'record classes 1',
  (): Registry => ({ byPrototype: new Map(), byName: new Map(), changes: 0, collected: undefined }),
);
const { byPrototype, byName } = registry;

/**
 * Lets instances of a class be part of records: cached on disk, shuffled and checkpointed. A later call with the same
 * name replaces the earlier one. Every thread and every process that reads the records registers the same name.
 */
export function registerRecordClass<T extends object, Data>(definition: RecordClass<T, Data>): void {
  const { name, version = 0 } = definition;
  if (typeof name !== 'string' || name === '') throw invalid('name', 'a non-empty string', name);
  if (!Number.isSafeInteger(version) || version < 0) throw invalid('version', 'a whole number from 0', version);
  if (typeof definition.constructor !== 'function') throw invalid('constructor', 'a class', definition.constructor);
  if (typeof definition.toRecord !== 'function') throw invalid('toRecord', 'a function', definition.toRecord);
  if (typeof definition.fromRecord !== 'function') throw invalid('fromRecord', 'a function', definition.fromRecord);
  const prototype: object = definition.constructor.prototype;
  const previous = byName.get(name);
  if (previous !== undefined) byPrototype.delete(previous.prototype);
  const entry: RegisteredClass = {
    name,
    version,
    toRecord: (instance) => definition.toRecord(instance as T),
    fromRecord: (data, storedVersion) => definition.fromRecord(data as Data, storedVersion),
  };
  byPrototype.set(prototype, entry);
  byName.set(name, { entry, prototype, definition: definition as object as RecordClass });
  registry.changes++;
}

/** Takes a class out of the registry; true when it was there. */
export function unregisterRecordClass(name: string): boolean {
  const previous = byName.get(name);
  if (previous === undefined) return false;
  byPrototype.delete(previous.prototype);
  registry.changes++;
  return byName.delete(name);
}

/**
 * All definitions registered in this thread, as they were given, and a number that grows with every change: for those
 * who register the same ones in other threads.
 */
export function recordClasses(): { readonly version: number; readonly definitions: readonly RecordClass[] } {
  return { version: registry.changes, definitions: [...byName.values()].map(({ definition }) => definition) };
}

/** The class an instance with this prototype belongs to. */
export function findClassOf(prototype: object): RegisteredClass | undefined {
  return byPrototype.get(prototype);
}

/**
 * Runs `body` and adds every class of which it encodes an instance to `into`, by name. For those who say beside their
 * records which classes a reader needs.
 */
export function collectClasses<T>(into: Map<string, RegisteredClass>, body: () => T): T {
  const outer = registry.collected;
  registry.collected = into;
  try {
    return body();
  } finally {
    registry.collected = outer;
  }
}

/** Encoders say so when they meet the first instance of a class in a frame. */
export function noteClassUse(registered: RegisteredClass): void {
  registry.collected?.set(registered.name, registered);
}

export function findClassNamed(name: string): RegisteredClass | undefined {
  return byName.get(name)?.entry;
}

function invalid(argument: string, expected: string, found: unknown): CairnError {
  return new CairnError('INVALID_ARGUMENT', {
    method: 'registerRecordClass',
    argument,
    expected,
    found: describeValue(found),
  });
}
