/**
 * The symbols by which classes and handles say how they travel. Registered (`Symbol.for`), so that they mean the
 * same in workers and to a second copy of the engine in one process.
 */

/**
 * `static [SERIALIZE](instance)`: what to ship in place of an instance, for classes with private fields. The class has
 * to have `static [DESERIALIZE]` too.
 */
export const SERIALIZE: unique symbol = Symbol.for('cairn.serialize') as never;

/** `static [DESERIALIZE](data)`: makes the instance again from what `[SERIALIZE]` gave. */
export const DESERIALIZE: unique symbol = Symbol.for('cairn.deserialize') as never;

/** A property that names what must stay with the driver (`'Session'`): capturing it is an error that says so. */
export const DRIVER_ONLY: unique symbol = Symbol.for('cairn.driverOnly') as never;

/** A property that holds a `TravelToken`: the value is looked up or built in the worker, and not copied. */
export const TOKEN: unique symbol = Symbol.for('cairn.token') as never;

/** A property of what travels by name: see `portable.ts`. */
export const PORTABLE: unique symbol = Symbol.for('cairn.portable') as never;

/** How a handle travels: by its kind and id, resolved by the worker. */
export interface TravelToken {
  /** `perWorker`, or a kind for which the worker's `resolveToken` has an answer (`broadcast`, `accumulator`). */
  readonly kind: string;
  readonly id: number;
  /** Builds the value once per worker; for `perWorker`. */
  readonly init?: () => unknown;
  /** What the worker makes its handle of, for other kinds: travels as captured values do, and identifies the token. */
  readonly parts?: unknown;
  /** What identifies the value by content, for fingerprints; a token without one makes a fingerprint volatile. */
  readonly identity?: string | undefined;
}

/** The token of a value, read without running getters of the user's. */
export function tokenOf(value: object): TravelToken | undefined {
  const token: unknown = Object.getOwnPropertyDescriptor(value, TOKEN)?.value;
  return isToken(token) ? token : undefined;
}

function isToken(value: unknown): value is TravelToken {
  return typeof value === 'object' && value !== null && 'kind' in value && 'id' in value;
}
