import { builtinModules } from 'node:module';
import { CairnError } from '../base/errors.ts';
import { intrinsicPath } from './intrinsics.ts';

/** A builtin module of Node (`exported` undefined), or one of its exports. */
export interface BuiltinReference {
  readonly module: string;
  readonly exported: string | undefined;
}

/** Modules whose exports are globals, or that would be loaded by looking at them. */
const SKIPPED: ReadonlySet<string> = new Set(['process', 'console', 'buffer', 'inspector', 'punycode', 'sys']);

const found = new Map<object, BuiltinReference>();
const seen = new Set<string>();
let loadedCount = -1;
/** How the list names builtins. */
const PREFIX = 'NativeModule ';

/** Which builtin, or export of one, a value is: known by identity among those that were loaded at the last refresh. */
export function findBuiltin(value: object): BuiltinReference | undefined {
  return found.get(value);
}

/**
 * Learns of the builtins loaded since the last time. `process.moduleLoadList` is Node's own list; without it all
 * builtins are taken, which loads them.
 */
export function refreshBuiltins(): void {
  const list: unknown = Reflect.get(process, 'moduleLoadList');
  const loaded: readonly unknown[] = Array.isArray(list) ? list : builtinModules.map((name) => PREFIX + name);
  if (loaded.length === loadedCount) return;
  loadedCount = loaded.length;
  const names = new Set(loaded);
  for (const name of builtinModules) {
    if (!seen.has(name) && !name.startsWith('_') && !SKIPPED.has(name) && names.has(PREFIX + name)) index(name);
  }
}

function index(name: string): void {
  seen.add(name);
  const module: unknown = process.getBuiltinModule(name);
  if (!isObject(module) || found.has(module)) return;
  found.set(module, { module: `node:${name}`, exported: undefined });
  for (const key of Object.keys(module)) {
    // `dns.promises` is `node:dns/promises` too: always the latter, whichever this process loaded first.
    if (builtinModules.includes(`${name}/${key}`) && !seen.has(`${name}/${key}`)) index(`${name}/${key}`);
    const value: unknown = Object.getOwnPropertyDescriptor(module, key)?.value;
    if (!isObject(value) || found.has(value) || intrinsicPath(value) !== undefined) continue;
    found.set(value, { module: `node:${name}`, exported: key });
  }
}

/** The builtin or export in this thread. Raises `CLOSURE_NOT_REVIVED` when this Node does not have it. */
export function resolveBuiltin(module: string, exported: string | undefined): unknown {
  const loaded: unknown = process.getBuiltinModule(module);
  const value = exported === undefined || !isObject(loaded) ? loaded : Reflect.get(loaded, exported);
  if (value === undefined) {
    throw new CairnError('CLOSURE_NOT_REVIVED', {
      what: exported === undefined ? module : `${module}.${exported}`,
      reason: `Node ${process.version} has no such builtin`,
    });
  }
  return value;
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
