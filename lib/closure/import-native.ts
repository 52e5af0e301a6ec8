/** What `import()`, `require` and `import.meta` mean in another module than this one. */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import vm from 'node:vm';

type Import = (specifier: string) => Promise<object>;

/** Imports a URL or builtin. */
export function importNative(specifier: string): Promise<object> {
  return import(/* @vite-ignore */ specifier) as Promise<object>;
}

const BARE = /^(node:|file:|data:)/;
const PATH = /^\.{0,2}\//;
const ABSOLUTE_PATH = /^(\/|[A-Za-z]:\\)/;

/** What `import()` means in the module `parent` (a URL, or empty for code without a file). */
export function importFrom(parent: string): Import {
  return async (specifier) => {
    // Vite names files outside of its root so.
    const wanted = specifier.startsWith('/@fs/') ? specifier.slice('/@fs'.length) : specifier;
    if (BARE.test(wanted)) return importNative(wanted);
    if (PATH.test(wanted)) return importNative(resolvePath(wanted, parent));
    const found = resolveRequire(wanted, parent);
    if (found === undefined) return importUnresolved(wanted, parent);
    return importNative(ABSOLUTE_PATH.test(found) ? pathToFileURL(found).href : `node:${found.replace(/^node:/, '')}`);
  };
}

/**
 * Packages with exports for `import` alone: left to Node, as if imported from the file `parent`. Node warns that this
 * is experimental, therefore it is the last resort.
 */
async function importUnresolved(specifier: string, parent: string): Promise<object> {
  const script = new vm.Script('(specifier) => import(specifier)', {
    filename: fileURLToPath(baseUrl(parent)),
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  return (script.runInThisContext() as Import)(specifier);
}

/** Vite writes paths from its root, which is where the process works, as absolute ones. */
function resolvePath(path: string, parent: string): string {
  const url = new URL(path, baseUrl(parent)).href;
  if (!path.startsWith('/') || resolveRequire(path, parent) !== undefined) return url;
  const below = resolveRequire(`${process.cwd()}${path}`, parent);
  return below === undefined ? url : pathToFileURL(below).href;
}

/** What `require` means in the module `parent`. */
export function requireFrom(parent: string): NodeJS.Require {
  return createRequire(baseUrl(parent));
}

/** What `import.meta` means in the module `parent`. */
export function importMetaOf(parent: string): Readonly<Record<string, unknown>> {
  if (!parent.startsWith('file:')) return { url: parent };
  const filename = fileURLToPath(parent);
  return { url: parent, filename, dirname: dirname(filename) };
}

function resolveRequire(specifier: string, parent: string): string | undefined {
  try {
    return requireFrom(parent).resolve(specifier);
  } catch {
    return undefined;
  }
}

function baseUrl(parent: string): string {
  if (parent.startsWith('file:')) return parent;
  return pathToFileURL(ABSOLUTE_PATH.test(parent) ? parent : `${process.cwd()}/program.js`).href;
}
