import { fileURLToPath } from 'node:url';
import { CairnError } from '../base/errors.ts';
import { importNative, requireFrom } from './import-native.ts';
import type { Place } from './packet.ts';

/** Loads modules that are shipped by reference, each once. Raises `CLOSURE_NOT_REVIVED` when one cannot be loaded. */
export async function loadModules(places: Iterable<Place>): Promise<ReadonlyMap<string, unknown>> {
  const loaded = new Map<string, unknown>();
  for (const { url = '', isCommonJs } of places) {
    if (loaded.has(url)) continue;
    try {
      loaded.set(url, isCommonJs ? requireFrom(url)(fileURLToPath(url)) : await importNative(url));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new CairnError('CLOSURE_NOT_REVIVED', { what: url, reason }, { cause: error });
    }
  }
  return loaded;
}

/** An export by its names from the module. Raises `CLOSURE_NOT_REVIVED` when it is missing. */
export function findExported(module: unknown, names: readonly string[], url: string): unknown {
  let found = module;
  for (const name of names) {
    if ((typeof found !== 'object' || found === null) && typeof found !== 'function') break;
    found = Reflect.get(found, name);
  }
  if (found !== undefined) return found;
  throw new CairnError('CLOSURE_NOT_REVIVED', { what: `${url} ${names.join('.')}`, reason: 'there is no such export' });
}
