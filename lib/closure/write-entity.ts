/**
 * Objects with more than plain properties: a prototype, a kind of their own (Map, Date, bytes), accessors, holes.
 *
 *     u8 PrototypeKind | value prototype (CLASS, OBJECT) | u8 EntityBase | what the base needs | properties
 */
import { types } from 'node:util';
import { analyze, textOf } from './analyze.ts';
import type { CaptureGraph } from './capture-graph.ts';
import { nameOf } from './capture-path.ts';
import { intrinsicPath, isSameIntrinsic, readablePath } from './intrinsics.ts';
import { findBuiltin } from './node-builtins.ts';
import { EntityBase, NodeTag, PropertyList, PrototypeKind } from './packet.ts';
import { openPerWorker, serializeHooks } from './remedies.ts';
import { DESERIALIZE, SERIALIZE } from './well-known.ts';
import { baseOf, hasOwnElements, writeBase } from './write-base.ts';
import { writeProperties } from './write-properties.ts';

type ClassFunction = (abstract new (
  ...args: never[]
) => unknown) & {
  readonly [SERIALIZE]?: unknown;
  readonly [DESERIALIZE]?: unknown;
};

/** Writes the object and gives its node's tag. Raises `TASK_NOT_SERIALIZABLE` for handles and private fields. */
export function writeEntity(graph: CaptureGraph, node: number, object: object): number {
  const prototype: unknown = Object.getPrototypeOf(object);
  const maker = classOf(prototype);
  if (maker !== undefined && hasHooks(maker)) return writeHooked(graph, node, object, maker);
  const base = baseOf(graph, object);
  writePrototype(graph, node, prototype, maker, base);
  graph.out.u8(base);
  writeBase(graph, node, object, base);
  if (hasOwnElements(base)) graph.out.u8(PropertyList.NONE);
  else writeProperties(graph, node, object, skippedKeys(base));
  return NodeTag.ENTITY;
}

/** The class whose `prototype` this is. */
function classOf(prototype: unknown): ClassFunction | undefined {
  if (typeof prototype !== 'object' || prototype === null || types.isProxy(prototype)) return undefined;
  const maker: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  if (typeof maker !== 'function' || types.isProxy(maker)) return undefined;
  return Object.getOwnPropertyDescriptor(maker, 'prototype')?.value === prototype
    ? (maker as ClassFunction)
    : undefined;
}

function hasHooks(maker: ClassFunction): boolean {
  return typeof maker[SERIALIZE] === 'function' && typeof maker[DESERIALIZE] === 'function';
}

function writeHooked(graph: CaptureGraph, node: number, object: object, maker: ClassFunction): number {
  const serialize = maker[SERIALIZE] as (this: unknown, instance: object) => unknown;
  graph.needsAll(node);
  const other = graph.writeValue(maker, node, { text: '.constructor' });
  graph.needs(node, other);
  graph.writeValue(serialize.call(maker, object), node, { text: '[SERIALIZE]' });
  return NodeTag.HOOKED;
}

function writePrototype(
  graph: CaptureGraph,
  node: number,
  prototype: unknown,
  maker: ClassFunction | undefined,
  base: number,
): void {
  const { out } = graph;
  if (prototype === null) {
    out.u8(PrototypeKind.NULL);
  } else if (isPrototypeOfBase(prototype as object, maker, base)) {
    out.u8(PrototypeKind.OF_BASE);
  } else if (maker !== undefined && !(base !== EntityBase.OBJECT && intrinsicPath(maker) !== undefined)) {
    if (!graph.judgedClasses.has(maker)) {
      refuseClass(graph, node, maker, base);
      if (base === EntityBase.OBJECT) graph.judgedClasses.add(maker);
    }
    out.u8(PrototypeKind.CLASS);
    graph.needs(node, graph.writeValue(maker, node, { text: '.constructor' }));
  } else {
    out.u8(PrototypeKind.OBJECT);
    graph.writeValue(prototype, node, { text: '.__proto__' });
  }
}

const BASE_PROTOTYPES: Readonly<Record<number, object>> = {
  [EntityBase.OBJECT]: Object.prototype,
  [EntityBase.ARRAY]: Array.prototype,
  [EntityBase.MAP]: Map.prototype,
  [EntityBase.SET]: Set.prototype,
  [EntityBase.ERROR]: Error.prototype,
  [EntityBase.DATE]: Date.prototype,
  [EntityBase.REGEXP]: RegExp.prototype,
  [EntityBase.ARRAY_BUFFER]: ArrayBuffer.prototype,
  [EntityBase.BYTES]: Buffer.prototype,
};

/** Whether an object of this base has this prototype from birth; those of other realms (`vm`, Jest) count as ours. */
function isPrototypeOfBase(prototype: object, maker: ClassFunction | undefined, base: number): boolean {
  const own = BASE_PROTOTYPES[base];
  if (own === undefined) {
    return (
      maker !== undefined &&
      (intrinsicPath(maker) !== undefined || (base === EntityBase.ATTACHMENT && isNodeClass(maker)))
    );
  }
  if (isSameIntrinsic(prototype, own)) return true;
  const name = nameOf((own as { readonly constructor: object }).constructor);
  return maker !== undefined && isNativeText(maker) && nameOf(maker) === name && intrinsicPath(maker) === undefined;
}

/** Blob, KeyObject and the like: what structured clone carries is of a class of Node's. */
function isNodeClass(maker: ClassFunction): boolean {
  return findBuiltin(maker) !== undefined || !isNativeText(maker);
}

/** Instances of Node's own classes are handles; private fields of a user's class are out of reach. */
function refuseClass(graph: CaptureGraph, node: number, maker: ClassFunction, base: number): void {
  const isObject = base === EntityBase.OBJECT;
  const remedy = openPerWorker(graph.variableOf(node));
  const path = intrinsicPath(maker);
  const builtin = findBuiltin(maker);
  if (isObject) {
    if (path !== undefined) graph.refuse(node, `(${readablePath(path)} objects cannot be copied)`, remedy);
    if (builtin !== undefined) {
      graph.refuse(node, `(${builtin.module} handle or object of this process)`, remedy);
    }
    if (isNativeText(maker)) graph.refuse(node, '(native handle)', remedy);
  }
  for (let at: unknown = maker; typeof at === 'function'; at = Object.getPrototypeOf(at)) {
    if (types.isProxy(at) || isSameIntrinsic(at, Function.prototype)) return;
    const parent = intrinsicPath(at);
    if (parent !== undefined) {
      if (!isObject || parent === 'Object' || parent === 'Iterator') return;
      graph.refuse(node, `(extends ${readablePath(parent)}, whose objects cannot be copied)`, remedy);
    }
    const analysis = analyze(at);
    if (isObject) {
      const url = graph.inspect(at).location?.url ?? '';
      const module = findBuiltin(at)?.module ?? (url.startsWith('node:') ? url : undefined);
      if (module !== undefined) {
        const how = at === maker ? '' : `extends ${nameOf(at)}, `;
        graph.refuse(node, `(${how}a Node.js ${module} object of this process)`, remedy);
      }
      if (analysis.form === 'native') graph.refuse(node, '(native handle)', remedy);
    }
    const fields = analysis.form === 'class' ? (analysis.shape?.privateFields ?? []) : [];
    if (fields.length > 0) {
      const reason = `(class ${nameOf(at)} has private fields ${fields.join(', ')} that cannot be read from outside)`;
      graph.refuse(node, reason, serializeHooks(nameOf(at)));
    }
  }
}

function isNativeText(fn: object): boolean {
  return /\[native code\]\s*\}$/.test(textOf(fn).slice(-40));
}

/** Properties that the base itself makes. */
function skippedKeys(base: number): ((key: string | symbol) => boolean) | undefined {
  switch (base) {
    case EntityBase.ERROR:
      return (key) => key === 'message' || key === 'stack';
    case EntityBase.ARRAY:
      return (key) => key === 'length';
    case EntityBase.BOXED:
      // Those of a String object.
      return (key) => key === 'length' || (typeof key === 'string' && /^\d+$/.test(key));
    case EntityBase.REGEXP:
      return (key) => key === 'lastIndex';
    case EntityBase.MADE:
    case EntityBase.ATTACHMENT:
      return () => true;
    default:
      return undefined;
  }
}
