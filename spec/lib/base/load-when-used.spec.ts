import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { loadWhenUsed } from '../../../lib/base/load-when-used.ts';

describe('a package that is loaded when used', () => {
  it('is not loaded before, and is one module afterwards', () => {
    const { cache, resolve } = createRequire(import.meta.url);
    const path = resolve('dayjs');
    expect(cache[path]).toBeUndefined();
    const dayjs = loadWhenUsed<typeof import('dayjs')>('dayjs');
    expect(cache[path]).toBeUndefined();
    expect(dayjs()).toBe(dayjs());
    expect(cache[path]?.exports).toBe(dayjs());
  });

  it('raises what loading raises, each time', () => {
    const missing = loadWhenUsed('cairn-no-such-package');
    expect(missing).toThrow(/Cannot find module 'cairn-no-such-package'/);
    expect(missing).toThrow(/Cannot find module 'cairn-no-such-package'/);
  });
});
