/**
 * Objects that every thread has of its own: those of the language and Node's globals. They travel as a path.
 *
 * A path is a list of segments: `.name` a property, `@name` the property of a well-known symbol, `<.name` and
 * `>.name` the getter and setter of one; the first is a global's name or `*Name` for what no global leads to.
 */
import { CairnError } from '../base/errors.ts';

const LANGUAGE_GLOBALS: readonly string[] =
  `Object Function Array Number parseFloat parseInt Infinity NaN undefined Boolean String Symbol Date Promise RegExp
  Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError globalThis JSON Math Intl
  ArrayBuffer SharedArrayBuffer Atomics Uint8Array Int8Array Uint16Array Int16Array Uint32Array Int32Array
  Float16Array Float32Array Float64Array Uint8ClampedArray BigUint64Array BigInt64Array DataView Map BigInt Set
  Iterator WeakMap WeakSet WeakRef FinalizationRegistry Proxy Reflect SuppressedError DisposableStack
  AsyncDisposableStack decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape eval isFinite isNaN
  WebAssembly`.split(/\s+/);

const NODE_GLOBALS: readonly string[] =
  `process Buffer console global setTimeout setInterval setImmediate clearTimeout clearInterval clearImmediate
  queueMicrotask structuredClone URL URLSearchParams TextEncoder TextDecoder AbortController AbortSignal Event
  EventTarget performance fetch Headers Request Response FormData Blob File atob btoa crypto Crypto CryptoKey
  SubtleCrypto MessageChannel MessagePort MessageEvent BroadcastChannel DOMException ReadableStream WritableStream
  TransformStream CompressionStream DecompressionStream TextDecoderStream TextEncoderStream navigator Navigator
  WebSocket EventSource CustomEvent CloseEvent Storage localStorage sessionStorage Performance PerformanceEntry
  PerformanceMark PerformanceMeasure PerformanceObserver gc`.split(/\s+/);

const GLOBAL_NAMES: ReadonlySet<string> = new Set([...LANGUAGE_GLOBALS, ...NODE_GLOBALS]);
const LANGUAGE_NAMES: ReadonlySet<string> = new Set(LANGUAGE_GLOBALS);

/** Constructors and prototypes of the language that no global names. */
const HIDDEN: Readonly<Record<string, () => object>> = {
  TypedArray: () => Object.getPrototypeOf(Int8Array) as object,
  AsyncFunction: () => (async () => {}).constructor,
  GeneratorFunction: () => function* () {}.constructor,
  AsyncGeneratorFunction: () => async function* () {}.constructor,
  ArrayIteratorPrototype: () => Object.getPrototypeOf([][Symbol.iterator]()) as object,
};

type Paths = Pick<WeakMap<object, string>, 'has' | 'set'>;

/** Deep enough for `Intl.NumberFormat.prototype.format`'s getter; Node's own objects less, as they lead everywhere. */
const LANGUAGE_DEPTH = 4;
const NODE_DEPTH = 2;
const NODE_DEPTHS: Readonly<Record<string, number>> = { process: 1 };

/** What a global leads to, and is not the same in every thread. */
const NOT_EVERYWHERE: ReadonlySet<string> = new Set(['process\n.mainModule']);

/** Globals that are accessors forever, and loaded in every process. */
const LOADED: ReadonlySet<string> = new Set(['process', 'Buffer', 'performance', 'atob', 'btoa']);

const paths = new Map<object, string>();
/** Of the objects of other realms: here they travel as ours do. Realms come and go, so nothing is held. */
const foreignPaths = new WeakMap<object, string>();
const realms = new WeakSet<object>();
let hasRealms = false;
const pending = new Set([...GLOBAL_NAMES].filter((name) => name !== 'globalThis' && name !== 'global'));

/** Whether a free name means something in every thread, so that it is not captured. */
export function isGlobalName(name: string): boolean {
  return GLOBAL_NAMES.has(name);
}

/** The path of an intrinsic, as of the last refresh; undefined for anything else. */
export function intrinsicPath(value: object): string | undefined {
  return paths.get(value) ?? (hasRealms ? foreignPaths.get(value) : undefined);
}

/** Whether two objects are the same intrinsic, each in its realm. */
export function isSameIntrinsic(a: object, b: object): boolean {
  if (a === b) return true;
  const path = intrinsicPath(a);
  return path !== undefined && path === intrinsicPath(b);
}

/** Learns of the language's objects of another realm (`vm` contexts, test runners), by its global object. */
export function learnRealm(global: object): void {
  if (global === globalThis || realms.has(global)) return;
  // What a context shares with this realm keeps its path of here.
  refreshIntrinsics();
  realms.add(global);
  hasRealms = true;
  foreignPaths.set(global, 'globalThis');
  const find = (name: string): unknown => Object.getOwnPropertyDescriptor(global, name)?.value;
  for (const name of LANGUAGE_GLOBALS) {
    if (name !== 'globalThis') collect(find(name), name, LANGUAGE_DEPTH, foreignPaths);
  }
  const someTyped = find('Int8Array');
  if (typeof someTyped === 'function') {
    collect(Object.getPrototypeOf(someTyped), '*TypedArray', LANGUAGE_DEPTH - 1, foreignPaths);
  }
}

/** `Math.max` for the path of one: for messages. */
export function readablePath(path: string): string {
  return path
    .split('\n')
    .map((segment, i) => (i === 0 ? segment.replace('*', '') : segment.replace(/^[<>]?\./, '.')))
    .join('');
}

/** The intrinsic of this thread at a path. Raises `CLOSURE_NOT_REVIVED` when this Node has none there. */
export function resolveIntrinsic(path: string): unknown {
  const [first = '', ...rest] = path.split('\n');
  let found: unknown = first.startsWith('*') ? HIDDEN[first.slice(1)]?.() : Reflect.get(globalThis, first);
  if (path === 'globalThis') found = globalThis;
  for (const segment of rest) found = step(found, segment);
  if (found === undefined) {
    throw new CairnError('CLOSURE_NOT_REVIVED', {
      what: readablePath(path),
      reason: `Node ${process.version} has no such object`,
    });
  }
  return found;
}

function step(object: unknown, segment: string): unknown {
  if ((typeof object !== 'object' || object === null) && typeof object !== 'function') return undefined;
  const accessor = segment[0] === '<' || segment[0] === '>' ? segment[0] : '';
  const key = keyOf(segment.slice(accessor.length));
  const descriptor = Object.getOwnPropertyDescriptor(object, key);
  if (accessor === '<') return descriptor?.get;
  return accessor === '>' ? descriptor?.set : descriptor?.value;
}

function keyOf(segment: string): string | symbol {
  if (segment.startsWith('.')) return segment.slice(1);
  return Object.getOwnPropertyDescriptor(Symbol, segment.slice(1))?.value as symbol;
}

/** `@iterator` for `Symbol.iterator`, `.name` for a string; undefined for symbols of Node's own. */
function segmentOf(key: string | symbol): string | undefined {
  if (typeof key === 'string') return `.${key}`;
  const name = wellKnownSymbolName(key);
  return name === undefined ? undefined : `@${name}`;
}

/** `iterator` for `Symbol.iterator`. */
export function wellKnownSymbolName(symbol: symbol): string | undefined {
  return Object.getOwnPropertyNames(Symbol).find(
    (name) => Object.getOwnPropertyDescriptor(Symbol, name)?.value === symbol,
  );
}

/**
 * Learns of the globals that are loaded. Node's lazy ones are accessors until the program first reads them: reading
 * them here would load what nobody uses, so they are looked at again by each capture.
 */
export function refreshIntrinsics(): void {
  if (paths.size === 0) {
    paths.set(globalThis, 'globalThis');
    for (const [name, get] of Object.entries(HIDDEN)) collect(get(), `*${name}`, LANGUAGE_DEPTH - 1);
  }
  for (const name of pending) {
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
    if (descriptor === undefined || !('value' in descriptor || LOADED.has(name))) continue;
    pending.delete(name);
    collect(
      Reflect.get(globalThis, name),
      name,
      LANGUAGE_NAMES.has(name) ? LANGUAGE_DEPTH : (NODE_DEPTHS[name] ?? NODE_DEPTH),
    );
  }
}

function collect(value: unknown, path: string, depth: number, into: Paths = paths): void {
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return;
  if (paths.has(value) || into.has(value)) return;
  into.set(value, path);
  if (depth === 0) return;
  for (const key of Reflect.ownKeys(value)) {
    const segment = segmentOf(key);
    const descriptor = Object.getOwnPropertyDescriptor(value, key);
    if (segment === undefined || descriptor === undefined) continue;
    if (NOT_EVERYWHERE.has(`${path}\n${segment}`)) continue;
    if ('value' in descriptor) collect(descriptor.value, `${path}\n${segment}`, depth - 1, into);
    collect(descriptor.get, `${path}\n<${segment}`, 0, into);
    collect(descriptor.set, `${path}\n>${segment}`, 0, into);
  }
}
