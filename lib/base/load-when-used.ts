import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/**
 * A package that is loaded when it is first asked for, synchronously: most threads never need it, and loading packages
 * is much of what starting a thread costs. The package has to have a CommonJS form.
 */
export function loadWhenUsed<T>(name: string): () => T {
  let loaded: { readonly module: T } | undefined;
  return () => {
    loaded ??= { module: require(name) as T };
    return loaded.module;
  };
}
