/**
 * The symbols of `using` where the realm lacks them: Node 20 adds `Symbol.dispose` to its main realm only, and some test
 * runners run programs in a `vm` context. To be imported before classes with such methods. The symbols are those that
 * Node registers, so that objects of both realms fit.
 */
const NAMES = { dispose: 'nodejs.dispose', asyncDispose: 'nodejs.asyncDispose' } as const;

/** Gives a realm's `Symbol` what it lacks. */
export function provideDisposal(realm: object): void {
  for (const [name, key] of Object.entries(NAMES)) {
    if (!Object.hasOwn(realm, name)) Object.defineProperty(realm, name, { value: Symbol.for(key) });
  }
}

provideDisposal(Symbol);
