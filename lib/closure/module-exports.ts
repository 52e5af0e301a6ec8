import { exportsOf, type ModuleReference } from './package-exports.ts';

/** Raised inside a capture when the exports of a module have to be read before it can go on. */
export class ModuleNeeded {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }
}

/**
 * The modules that one capture refers to. Only a module that a captured function belongs to counts: what other
 * captures of this process have met must not change the bytes.
 */
export class ModuleExports {
  readonly #met: Set<string>;
  readonly #visited: ReadonlyMap<unknown, number>;

  /** `met` lasts over the attempts of one capture; `visited` is what this attempt has seen. */
  constructor(met: Set<string>, visited: ReadonlyMap<unknown, number>) {
    this.#met = met;
    this.#visited = visited;
  }

  /** Raises `ModuleNeeded` for a module whose exports were not read, or come too late for what was visited. */
  ofFunction(fn: object, url: string): ModuleReference | undefined {
    const isNew = !this.#met.has(url);
    this.#met.add(url);
    const table = exportsOf(url);
    if (table === undefined) throw new ModuleNeeded(url);
    if (isNew) {
      for (const value of table.keys()) {
        if (typeof value === 'object' && this.#visited.has(value)) throw new ModuleNeeded(url);
      }
    }
    return table.get(fn);
  }

  ofObject(value: object): ModuleReference | undefined {
    for (const url of this.#met) {
      const found = exportsOf(url)?.get(value);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}
