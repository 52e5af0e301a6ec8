import { types } from 'node:util';
import type { CaptureGraph } from './capture-graph.ts';
import { writeDriverOnly } from './driver-only.ts';
import { isNamespace } from './package-exports.ts';
import { NodeTag } from './packet.ts';
import { openPerWorker, REMEDY } from './remedies.ts';
import { tokenOf } from './well-known.ts';
import { writeEntity } from './write-entity.ts';
import { writePortable } from './write-portable.ts';
import { simpleProperties } from './write-properties.ts';
import { writeReference } from './write-reference.ts';
import { writeToken } from './write-token.ts';

/** Kinds of objects that mean nothing in another thread. */
const REFUSED: readonly (readonly [is: (value: object) => boolean, what: string, remedy: string | undefined])[] = [
  [types.isWeakMap, 'WeakMap', REMEDY.weak],
  [types.isWeakSet, 'WeakSet', REMEDY.weak],
  [types.isPromise, 'Promise', REMEDY.promise],
  [types.isGeneratorObject, 'generator object', REMEDY.iterator],
  [types.isArgumentsObject, 'arguments object', REMEDY.arguments],
  [types.isMapIterator, 'iterator', REMEDY.iterator],
  [types.isSetIterator, 'iterator', REMEDY.iterator],
  [isIterator, 'iterator', REMEDY.iterator],
  [types.isExternal, 'native pointer', undefined],
];

/** Writes an object that is no function and gives its node's tag. Raises `TASK_NOT_SERIALIZABLE`. */
export function writeObject(graph: CaptureGraph, node: number, object: object): number {
  // First of all: on a proxy every other question runs code of the user's.
  if (types.isProxy(object)) graph.refuse(node, '(a Proxy cannot be copied)', REMEDY.proxy);
  const named = writePortable(graph, node, object);
  if (named !== undefined) return named;
  const reference = writeReference(graph, node, object);
  if (reference !== undefined) return reference;
  const token = tokenOf(object);
  if (token !== undefined) return writeToken(graph, node, token);
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype === Object.prototype) {
    const simple = simpleProperties(object);
    if (simple !== undefined && !types.isModuleNamespaceObject(object) && isOrdinary(object)) {
      graph.out.varint(graph.shapeOf(simple.keys));
      for (const [i, value] of simple.values.entries()) graph.writeValue(value, node, simple.keys[i] as string);
      return NodeTag.PLAIN;
    }
  } else if (
    prototype === Array.prototype &&
    Array.isArray(object) &&
    (object.length > graph.sampleSize || isDense(object))
  ) {
    graph.out.varint(object.length);
    const end = Math.min(object.length, graph.sampleSize);
    for (let i = 0; i < end; i++) graph.writeValue(object[i], node, i);
    return NodeTag.LIST;
  }
  const standIn = writeDriverOnly(graph, node, object);
  if (standIn !== undefined) return standIn;
  refuseUnmovable(graph, node, object);
  return writeEntity(graph, node, object);
}

/** Iterators of arrays, strings and the like, which no other question tells. */
function isIterator(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (typeof prototype !== 'object' || prototype === null || types.isProxy(prototype)) return false;
  const tag: unknown = Object.getOwnPropertyDescriptor(prototype, Symbol.toStringTag)?.value;
  return typeof tag === 'string' && / Iterator$/.test(tag) && Object.hasOwn(prototype, 'next');
}

/** Exotic objects whose prototype was replaced are none of the ordinary ones. */
function isOrdinary(object: object): boolean {
  return !types.isMap(object) && !types.isSet(object) && !types.isDate(object) && !types.isNativeError(object);
}

/** No holes, and no properties besides the elements. */
function isDense(array: readonly unknown[]): boolean {
  for (let i = 0; i < array.length; i++) if (array[i] === undefined && !Object.hasOwn(array, i)) return false;
  return Reflect.ownKeys(array).length === array.length + 1;
}

function refuseUnmovable(graph: CaptureGraph, node: number, object: object): void {
  for (const [is, what, remedy] of REFUSED) {
    if (!is(object)) continue;
    const reason = `(${what} cannot be copied to another thread)`;
    graph.refuse(node, reason, remedy ?? openPerWorker(graph.variableOf(node)));
  }
  if (isNamespace(object)) {
    graph.refuse(node, '(a module namespace used as a value)', REMEDY.namespace);
  }
}
