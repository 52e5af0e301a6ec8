import { analyze } from './analyze.ts';
import { type InspectedFunction, inspectFunction } from './inspect.ts';
import { learnRealm } from './intrinsics.ts';
import { isSelfContained } from './self-contained.ts';
import { describePosition } from './source-position.ts';
import { textStart } from './text-start.ts';
import { explicitCaptures } from './with-captures.ts';

/**
 * Functions that use no name from outside, by where they stand. That is all that is asked of them, and it never changes:
 * a lineage that grows by a step for each job is captured anew with each, and inspecting takes the most of it.
 */
const settled = new WeakMap<object, InspectedFunction>();

/** What is known about the functions of one capture, so that no function is inspected twice. */
export class Inspections {
  /** URLs of the modules met so far. */
  readonly modules = new Set<string>();
  /** Classes whose instances were found to be fit for travelling. */
  readonly judgedClasses = new Set<object>();
  readonly #found = new Map<object, InspectedFunction>();
  readonly #identities = new Map<object, string>();

  get(fn: object): InspectedFunction {
    let found = this.#found.get(fn) ?? settled.get(fn);
    if (found === undefined) {
      found = explicitCaptures(fn) ?? inspectFunction(fn);
      const global = found.scopes.at(-1);
      if (global?.kind === 'Global') learnRealm(global.object);
      this.#found.set(fn, found);
      if (usesNothing(fn)) settled.set(fn, { location: found.location, scopes: [], bound: undefined });
    }
    return found;
  }

  /** Whether a function was found to be a bound one. */
  isBound(fn: unknown): boolean {
    return typeof fn === 'function' && this.#found.get(fn)?.bound !== undefined;
  }

  /** `src/job.ts:14`. */
  locate(fn: object): string {
    const location = this.get(fn).location;
    if (location === undefined) return '<native>';
    const analysis = analyze(fn);
    return describePosition('anchor' in analysis ? textStart(location, analysis) : location);
  }

  identityOf(fn: object, compute: () => string): string {
    let identity = this.#identities.get(fn);
    if (identity === undefined) {
      identity = compute();
      this.#identities.set(fn, identity);
    }
    return identity;
  }
}

function usesNothing(fn: object): boolean {
  if (!isSelfContained(fn)) return false;
  const analysis = analyze(fn);
  return 'uses' in analysis && analysis.uses.names.size === 0;
}
