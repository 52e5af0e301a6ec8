import { describe, expect, it } from 'vitest';
import { findExported, loadModules } from '../../../lib/closure/load-modules.ts';

describe('loadModules', () => {
  it('loads each once', async () => {
    const url = new URL('../../../fixtures/lib/closure/src/barrel.mjs', import.meta.url).href;
    const modules = await loadModules([{ url }, { url }]);
    expect(findExported(modules.get(url), ['one'], url)).toBe(1);
  });

  it('raises CLOSURE_NOT_REVIVED for what is not to be had', async () => {
    await expect(loadModules([{ url: 'file:///no/such.mjs' }])).rejects.toThrow(
      /CLOSURE_NOT_REVIVED: file:\/\/\/no\/such/,
    );
    expect(() => findExported({ a: {} }, ['a', 'b'], 'x')).toThrow(/CLOSURE_NOT_REVIVED: x a\.b.*no such export/);
  });
});
