import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { provideDisposal } from '../../../lib/base/disposal.ts';

describe('the symbols of disposal', () => {
  it('are given to a realm without them, and fit objects of the main realm', () => {
    const realm = runInNewContext('delete Symbol.dispose; delete Symbol.asyncDispose; Symbol') as SymbolConstructor;
    expect(Object.hasOwn(realm, 'dispose')).toBe(false);
    provideDisposal(realm);
    expect(realm.dispose).toBe(Symbol.for('nodejs.dispose'));
    expect(realm.asyncDispose).toBe(Symbol.for('nodejs.asyncDispose'));
  });

  it('stay as they are where they exist', () => {
    const before = Symbol.dispose;
    provideDisposal(Symbol);
    expect(Symbol.dispose).toBe(before);
  });
});
