import { createRequire } from 'node:module';

/** This release, as in package.json; `unknown` when the engine was bundled away from it. */
export function engineVersion(): string {
  try {
    // By the package's own name, which means the same from the sources and from dist.
    const found = createRequire(import.meta.url)('cairn-engine/package.json') as { readonly version?: unknown };
    return typeof found.version === 'string' ? found.version : 'unknown';
  } catch {
    return 'unknown';
  }
}
