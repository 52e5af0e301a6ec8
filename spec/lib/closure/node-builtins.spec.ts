import dns from 'node:dns';
import fs, { statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findBuiltin, refreshBuiltins, resolveBuiltin } from '../../../lib/closure/node-builtins.ts';

refreshBuiltins();

describe('builtins', () => {
  it('are known as modules and by their exports', () => {
    expect(findBuiltin(path)).toEqual({ module: 'node:path', exported: undefined });
    expect(findBuiltin(statSync)).toEqual({ module: 'node:fs', exported: 'statSync' });
    expect(findBuiltin({})).toBeUndefined();
  });

  it('have one name, whichever way they were loaded', () => {
    expect(findBuiltin(dns.promises)).toEqual({ module: 'node:dns/promises', exported: undefined });
    expect(findBuiltin(fs.promises)).toEqual({ module: 'node:fs/promises', exported: undefined });
  });

  it('are found again', () => {
    expect(resolveBuiltin('node:path', undefined)).toBe(path);
    expect(resolveBuiltin('node:fs', 'statSync')).toBe(statSync);
    expect(() => resolveBuiltin('node:path', 'noSuch')).toThrow(/CLOSURE_NOT_REVIVED: node:path\.noSuch/);
  });
});
