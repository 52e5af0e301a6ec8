/**
 * Registered classes of records, taken from the driver to its workers: what a worker stores, shuffles and gives back
 * holds the same classes. Functions of a stage that know the class find the same one in the worker, since a class is
 * one class there whichever packet brings it.
 */
import {
  type RecordClass,
  recordClasses,
  registerRecordClass,
  unregisterRecordClass,
} from '../../formats/record/record-class.ts';
import { CairnError } from '../base/errors.ts';
import { type CaptureOptions, capture } from '../closure/capture.ts';
import type { Packet } from '../closure/packet.ts';
import { type ReviveOptions, revive } from '../closure/revive.ts';
import { receiveError, type ShippedError, shipError } from './ship-error.ts';

/** One class: its definition, or why that cannot travel. */
type ShippedClass =
  | { readonly name: string; readonly packet: Packet }
  | { readonly name: string; readonly error: ShippedError };

/** All classes registered in the driver at some time. */
export interface ShippedClasses {
  /** Grows with every registration. */
  readonly version: number;
  readonly classes: readonly ShippedClass[];
}

/** What was captured last, and for which version: the same for all workers. */
let latest: { readonly version: number; readonly shipped: Promise<ShippedClasses> } | undefined;

/**
 * The classes registered in this thread, for a worker that has those of `version` (0: none); undefined where it has the
 * same. Never rejects: a class that cannot travel is no error until a task meets it.
 */
export async function classesSince(version: number, options: CaptureOptions = {}): Promise<ShippedClasses | undefined> {
  const { version: current, definitions } = recordClasses();
  if (current === version) return undefined;
  if (latest?.version !== current) latest = { version: current, shipped: shipClasses(current, definitions, options) };
  return await latest.shipped;
}

/** What came from the driver to this thread: other classes are registered by packages that were imported here. */
let applied: readonly string[] = [];

/** Registers in this thread what the driver has, in place of what came from it before. */
export async function applyClasses(shipped: ShippedClasses, options: ReviveOptions = {}): Promise<void> {
  const definitions = await Promise.all(shipped.classes.map((one) => definitionOf(one, options)));
  for (const name of applied) unregisterRecordClass(name);
  for (const definition of definitions) registerRecordClass(definition);
  applied = definitions.map(({ name }) => name);
}

async function shipClasses(
  version: number,
  definitions: readonly RecordClass[],
  options: CaptureOptions,
): Promise<ShippedClasses> {
  const classes: ShippedClass[] = [];
  for (const definition of definitions) classes.push(await shipClass(definition, options));
  return { version, classes };
}

/** Each by itself: one that cannot travel must not keep the others. The definition is whole, for `this` in its functions. */
async function shipClass(definition: RecordClass, options: CaptureOptions): Promise<ShippedClass> {
  const { name } = definition;
  try {
    return { name, packet: await capture([definition], options) };
  } catch (error) {
    return { name, error: shipError(error) };
  }
}

async function definitionOf(shipped: ShippedClass, options: ReviveOptions): Promise<RecordClass> {
  if ('error' in shipped) return unavailable(shipped.name, receiveError(shipped.error));
  try {
    const [definition] = await revive(shipped.packet, options);
    return definition as RecordClass;
  } catch (error) {
    return unavailable(shipped.name, error);
  }
}

/** A class that this thread cannot have: records that hold its instances cannot be read, and the reason is told. */
function unavailable(name: string, error: unknown): RecordClass {
  return {
    name,
    constructor: class {},
    toRecord: () => undefined,
    fromRecord: () => {
      throw error instanceof CairnError
        ? error
        : new CairnError('INTERNAL', { detail: `class ${name}` }, { cause: error });
    },
  };
}
