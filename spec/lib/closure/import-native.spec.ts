import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { importFrom, importMetaOf, importNative, requireFrom } from '../../../lib/closure/import-native.ts';

const here = pathToFileURL(import.meta.filename).href;

describe('the module tools of a shipped function', () => {
  it('import builtins, packages, relative files and paths from the root', async () => {
    const load = importFrom(here);
    expect(await load('node:path')).toHaveProperty('join');
    expect(await load('path')).toHaveProperty('join');
    expect(await load('acorn')).toHaveProperty('parse');
    expect(await load('../../../fixtures/lib/closure/src/barrel.mjs')).toHaveProperty('two');
    expect(await load('/fixtures/lib/closure/src/barrel.mjs')).toHaveProperty('two');
    expect(await load(`/@fs${process.cwd()}/fixtures/lib/closure/src/barrel.mjs`)).toHaveProperty('two');
    await expect(load('no-such-package-here')).rejects.toThrow(/no-such-package-here/);
  });

  it('require from the file, or from the working directory for code without one', () => {
    expect(requireFrom(here)('node:path')).toHaveProperty('join');
    expect(requireFrom('').resolve('acorn')).toContain('acorn');
  });

  it('know their file', () => {
    expect(importMetaOf(here)).toEqual({ url: here, filename: import.meta.filename, dirname: import.meta.dirname });
    expect(importMetaOf('')).toEqual({ url: '' });
  });

  it('import what Node imports', async () => {
    expect(await importNative('node:path')).toHaveProperty('join');
  });
});
