import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ModuleExports, ModuleNeeded } from '../../../lib/closure/module-exports.ts';
import { loadExports } from '../../../lib/closure/package-exports.ts';

const _ = createRequire(import.meta.url)('lodash') as { readonly chunk: () => void; readonly templateSettings: object };
const url = pathToFileURL(createRequire(import.meta.url).resolve('lodash')).href;

describe('ModuleExports', () => {
  it('asks for a module that was not read, and finds its exports then', async () => {
    const met = new Set<string>();
    expect(() => new ModuleExports(met, new Map()).ofFunction(_.chunk, 'file:///unread.js')).toThrow(
      ModuleNeeded as never,
    );
    await loadExports(url);
    const exports = new ModuleExports(met, new Map());
    expect(exports.ofObject(_.templateSettings)).toBeUndefined();
    expect(exports.ofFunction(_.chunk, url)?.names).toEqual(['chunk']);
    expect(exports.ofObject(_.templateSettings)?.names).toEqual(['templateSettings']);
  });

  it('starts again when an object was copied before its module was met', async () => {
    await loadExports(url);
    const met = new Set<string>();
    const visited = new Map<unknown, number>([[_.templateSettings, 1]]);
    expect(() => new ModuleExports(met, visited).ofFunction(_.chunk, url)).toThrow(ModuleNeeded as never);
    expect(new ModuleExports(met, visited).ofFunction(_.chunk, url)?.names).toEqual(['chunk']);
  });
});
