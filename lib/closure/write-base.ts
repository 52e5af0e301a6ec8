/** What makes an object a Map, a Date or a typed array: found out, and written, apart from its prototype and properties. */
import { types } from 'node:util';
import type { CaptureGraph } from './capture-graph.ts';
import type { PathStep } from './capture-path.ts';
import { intrinsicPath } from './intrinsics.ts';
import { EntityBase } from './packet.ts';
import { REMEDY } from './remedies.ts';

/** Classes of Node's whose instances structured clone carries, and `node:util` has no question for. */
const CLONEABLE: ReadonlySet<string> = new Set(['Blob', 'File', 'X509Certificate', 'BlockList', 'SocketAddress']);

/** What kind of object this is by its internal slots, whatever its prototype says. */
export function baseOf(graph: CaptureGraph, object: object): number {
  if (Array.isArray(object)) return EntityBase.ARRAY;
  if (types.isMap(object)) return EntityBase.MAP;
  if (types.isSet(object)) return EntityBase.SET;
  if (types.isNativeError(object)) return EntityBase.ERROR;
  if (types.isDate(object)) return EntityBase.DATE;
  if (types.isRegExp(object)) return EntityBase.REGEXP;
  if (types.isSharedArrayBuffer(object)) return EntityBase.ATTACHMENT;
  if (types.isArrayBuffer(object)) return EntityBase.ARRAY_BUFFER;
  if (Buffer.isBuffer(object)) return EntityBase.BYTES;
  if (ArrayBuffer.isView(object)) return EntityBase.VIEW;
  if (types.isBoxedPrimitive(object)) return EntityBase.BOXED;
  if (madeBy(object) !== undefined) return EntityBase.MADE;
  return isCloneable(graph, object) ? EntityBase.ATTACHMENT : EntityBase.OBJECT;
}

/** Whether an object's own properties are its bytes, which are written by the base. */
export function hasOwnElements(base: number): boolean {
  return base === EntityBase.VIEW || base === EntityBase.BYTES;
}

function isCloneable(graph: CaptureGraph, object: object): boolean {
  if (isWasmModule(object) || types.isKeyObject(object) || types.isCryptoKey(object)) return true;
  const prototype: unknown = Object.getPrototypeOf(object);
  const maker: unknown =
    typeof prototype === 'object' && prototype !== null
      ? Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value
      : undefined;
  if (typeof maker !== 'function' || !CLONEABLE.has(maker.name)) return false;
  return graph.inspect(maker).location?.url.startsWith('node:') === true;
}

function isWasmModule(object: object): boolean {
  return makerPath(object) === 'WebAssembly\n.Module';
}

/** The path of the class of an object, when that is one of the language or of Node, and not a subclass of one. */
function makerPath(object: object): string | undefined {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (typeof prototype !== 'object' || prototype === null) return undefined;
  const maker: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  return typeof maker === 'function' ? intrinsicPath(maker) : undefined;
}

/** How to make an object of the platform again from what it tells about itself. */
function madeBy(object: object): { readonly path: string; readonly args: readonly unknown[] } | undefined {
  const path = makerPath(object);
  if (path === undefined) return undefined;
  if (object instanceof URL) return { path, args: [object.href] };
  if (object instanceof URLSearchParams) return { path, args: [object.toString()] };
  if (object instanceof TextDecoder) {
    return { path, args: [object.encoding, { fatal: object.fatal, ignoreBOM: object.ignoreBOM }] };
  }
  if (object instanceof TextEncoder) return { path, args: [] };
  if (!path.startsWith('Intl\n')) return undefined;
  if (object instanceof Intl.Locale) return { path, args: [object.toString()] };
  if (!('resolvedOptions' in object) || typeof object.resolvedOptions !== 'function') return undefined;
  const options = object.resolvedOptions() as { readonly locale: string };
  return { path, args: [options.locale, options] };
}

/** What an object holds in itself, read as the language does: its class may have a getter of that name. */
function slotOf(prototype: object, name: string, object: object): unknown {
  return Reflect.get(prototype, name, object);
}

const TYPED_ARRAY = Object.getPrototypeOf(Uint8Array.prototype) as object;

function unboxed(object: object): unknown {
  if (types.isNumberObject(object)) return Number.prototype.valueOf.call(object);
  if (types.isStringObject(object)) return String.prototype.valueOf.call(object);
  if (types.isBooleanObject(object)) return Boolean.prototype.valueOf.call(object);
  if (types.isBigIntObject(object)) return BigInt.prototype.valueOf.call(object);
  return Symbol.prototype.valueOf.call(object);
}

/** Writes what the base of an entity needs. */
export function writeBase(graph: CaptureGraph, node: number, object: object, base: number): void {
  const { out } = graph;
  switch (base) {
    case EntityBase.ARRAY:
      out.varint((object as readonly unknown[]).length);
      break;
    case EntityBase.MAP:
      writeEntries(graph, node, object as ReadonlyMap<unknown, unknown>);
      break;
    case EntityBase.SET:
      out.varint(Number(slotOf(Set.prototype, 'size', object)));
      writeElements(graph, node, object as ReadonlySet<unknown>);
      break;
    case EntityBase.ERROR:
      writeError(graph, node, object as Error);
      break;
    case EntityBase.DATE:
      out.f64(Date.prototype.getTime.call(object));
      break;
    case EntityBase.REGEXP: {
      out.string(String(slotOf(RegExp.prototype, 'source', object)));
      out.string(String(slotOf(RegExp.prototype, 'flags', object)));
      out.f64((object as RegExp).lastIndex);
      break;
    }
    case EntityBase.ARRAY_BUFFER:
      writeArrayBuffer(graph, node, object as ArrayBuffer);
      break;
    case EntityBase.VIEW:
      writeView(graph, node, object as ArrayBufferView);
      break;
    case EntityBase.BYTES:
      // The bytes alone: small Buffers are cut from a pool that holds those of others.
      out.varint((object as Buffer).byteLength);
      writeBytes(graph, object as Buffer);
      break;
    case EntityBase.BOXED:
      graph.writeValue(unboxed(object), node, { text: '' });
      break;
    case EntityBase.MADE: {
      const { path, args } = madeBy(object) ?? { path: 'Object', args: [] };
      out.string(path);
      out.varint(args.length);
      for (const [i, value] of args.entries()) graph.writeValue(value, node, i);
      break;
    }
    case EntityBase.ATTACHMENT:
      out.varint(graph.attach(object));
      graph.markVolatile(node);
      break;
    default:
  }
}

function writeEntries(graph: CaptureGraph, node: number, map: ReadonlyMap<unknown, unknown>): void {
  graph.out.varint(Number(slotOf(Map.prototype, 'size', map)));
  const keyStep: PathStep = { text: ' <key>' };
  let rest = graph.sampleSize;
  for (const [key, value] of Map.prototype.entries.call(map) as Iterable<[unknown, unknown]>) {
    if (rest-- <= 0) return;
    graph.writeValue(key, node, keyStep);
    graph.writeValue(value, node, typeof value === 'object' || typeof value === 'function' ? { mapKey: key } : '');
  }
}

function writeElements(graph: CaptureGraph, node: number, set: ReadonlySet<unknown>): void {
  let rest = graph.sampleSize;
  for (const value of Set.prototype.values.call(set) as Iterable<unknown>) {
    if (rest-- <= 0) return;
    graph.writeValue(value, node, { text: ' <element>' });
  }
}

function writeError(graph: CaptureGraph, node: number, error: Error): void {
  const message: unknown = Object.getOwnPropertyDescriptor(error, 'message')?.value;
  const stack: unknown = Object.getOwnPropertyDescriptor(error, 'stack')?.value ?? error.stack;
  graph.writeValue(typeof message === 'string' ? message : undefined, node, 'message');
  if (typeof stack === 'string') graph.setPlace(node, { stack });
}

function writeArrayBuffer(graph: CaptureGraph, node: number, buffer: ArrayBuffer): void {
  const { out } = graph;
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(buffer);
  } catch {
    graph.refuse(node, '(a detached ArrayBuffer)', REMEDY.detached);
  }
  const isResizable = Reflect.get(buffer, 'resizable') === true;
  out.varint(bytes.byteLength);
  out.varint(isResizable ? Number(Reflect.get(buffer, 'maxByteLength')) + 1 : 0);
  writeBytes(graph, bytes);
}

function writeBytes(graph: CaptureGraph, bytes: Uint8Array): void {
  if (bytes.length <= graph.sampleSize * 1024) graph.out.raw(bytes);
}

function writeView(graph: CaptureGraph, node: number, view: ArrayBufferView): void {
  const { out } = graph;
  const isTyped = types.isTypedArray(view);
  const prototype = isTyped ? TYPED_ARRAY : DataView.prototype;
  out.string(isTyped ? String(Reflect.get(TYPED_ARRAY, Symbol.toStringTag, view)) : 'DataView');
  graph.writeValue(slotOf(prototype, 'buffer', view), node, '.buffer');
  out.varint(Number(slotOf(prototype, 'byteOffset', view)));
  out.varint(Number(slotOf(prototype, isTyped ? 'length' : 'byteLength', view)) + 1);
}
