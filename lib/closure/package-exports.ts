/**
 * Modules that are shipped by reference: which export of which file a value is, found by identity.
 *
 * A module's exports are read once it is met, through `require.cache` or an `import()` of a file that is loaded
 * already; therefore capturing is asynchronous, while checking stops where a module would have to be read.
 */
import { createRequire, Module } from 'node:module';
import { fileURLToPath } from 'node:url';
import { types } from 'node:util';
import { importNative } from './import-native.ts';
import { findBuiltin } from './node-builtins.ts';

/** An export of a file: `names` lead from the module to the value, none for the module itself. */
export interface ModuleReference {
  readonly url: string;
  readonly isCommonJs: boolean;
  readonly names: readonly string[];
}

const require = createRequire(import.meta.url);
const tables = new Map<string, ReadonlyMap<unknown, ModuleReference>>();

/** The exports of a module, once `loadExports` has read them. */
export function exportsOf(url: string): ReadonlyMap<unknown, ModuleReference> | undefined {
  return tables.get(url);
}

/** Reads the exports of a module that is loaded already. A module that cannot be imported has none. */
export async function loadExports(url: string): Promise<void> {
  const table = new Map<unknown, ModuleReference>();
  const module = commonJsExports(url);
  const add = (value: unknown, isCommonJs: boolean, names: readonly string[]) => {
    if (isObject(value) && !table.has(value)) table.set(value, { url, isCommonJs, names });
  };
  if (module !== undefined) {
    add(module.exports, true, []);
    if (isObject(module.exports)) {
      for (const name of Object.keys(module.exports)) add(readQuietly(module.exports, name), true, [name]);
    }
  } else {
    const namespace = await importNative(url).catch(() => undefined);
    if (namespace !== undefined) addNamespace(namespace, add);
  }
  tables.set(url, table);
}

function addNamespace(
  namespace: object,
  add: (value: unknown, isCommonJs: false, names: readonly string[]) => void,
): void {
  add(namespace, false, []);
  for (const name of Object.keys(namespace)) add(readQuietly(namespace, name), false, [name]);
  const main = readQuietly(namespace, 'default');
  if (typeof main !== 'object' || main === null) return;
  for (const name of Object.keys(main)) add(readQuietly(main, name), false, ['default', name]);
}

/**
 * Whether an object is a module as some runner makes it: a namespace, `module` and `exports` of CommonJS, a bundler's
 * wrapper with getters. Of such an object only the properties that are used are shipped. Runs no getters.
 */
function isModuleLike(value: object): boolean {
  if (types.isProxy(value)) return false;
  if (isNamespace(value) || Object.getPrototypeOf(value) === Module.prototype || ownValue(value, '__esModule') === true)
    return true;
  if (Object.values(require.cache).some((module) => module?.exports === value)) return true;
  return (
    Object.hasOwn(value, 'default') &&
    Object.keys(value).some((name) => name !== 'default' && Object.getOwnPropertyDescriptor(value, name)?.get)
  );
}

/** Whether a value is an object of which only the properties that are used are shipped. */
export function isModule(value: unknown): value is object {
  return typeof value === 'object' && value !== null && isModuleLike(value) && findBuiltin(value) === undefined;
}

/** Whether an object is a module's namespace, as the language or as vitest makes it. */
export function isNamespace(object: object): boolean {
  return types.isModuleNamespaceObject(object) || ownValue(object, Symbol.toStringTag) === 'Module';
}

/** Where a file of a package stands, by what is the same on every machine. */
export interface PackageFile {
  readonly name: string;
  readonly version: string;
  /** Path of the file in its package. */
  readonly file: string;
}

const PACKAGE = /^(.*\/node_modules\/(?!.*\/node_modules\/)((?:@[^/]+\/)?[^/]+))\/([^?#]*)/;

/** The package under `node_modules` that a script's URL belongs to. */
export function packageOf(url: string): PackageFile | undefined {
  const match = PACKAGE.exec(url);
  if (match === null) return undefined;
  const [, directory = '', name = '', file = ''] = match;
  return { name, version: versionOf(directory), file };
}

function versionOf(directoryUrl: string): string {
  try {
    const manifest: unknown = require(`${fileURLToPath(directoryUrl)}/package.json`);
    return isObject(manifest) && 'version' in manifest ? String(manifest.version) : 'unknown';
  } catch {
    return 'unknown';
  }
}

function commonJsExports(url: string): NodeJS.Module | undefined {
  try {
    return require.cache[fileURLToPath(url.replace(/[?#].*$/, ''))];
  } catch {
    return undefined;
  }
}

function ownValue(object: object, key: string | symbol): unknown {
  return Object.getOwnPropertyDescriptor(object, key)?.value;
}

/** An export may be a getter that fails, or a variable in its dead zone. */
function readQuietly(object: object, name: string): unknown {
  try {
    return Reflect.get(object, name);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
