import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import * as acorn from 'acorn';
import { describe, expect, it } from 'vitest';
import { exportsOf, isModule, isNamespace, loadExports, packageOf } from '../../../lib/closure/package-exports.ts';

const _ = createRequire(import.meta.url)('lodash') as { readonly chunk: () => void; readonly templateSettings: object };
const require = createRequire(import.meta.url);
const urlOf = (path: string) => pathToFileURL(path).href;

describe('the exports of modules', () => {
  it('are read from ES modules', async () => {
    const url = import.meta.resolve?.('acorn') ?? urlOf(require.resolve('acorn').replace(/\.js$/, '.mjs'));
    const module = url.endsWith('.mjs') ? url : url.replace(/\.js$/, '.mjs');
    await loadExports(module);
    expect(exportsOf(module)?.get(acorn.parse)).toEqual({ url: module, isCommonJs: false, names: ['parse'] });
  });

  it('are read from CommonJS', async () => {
    const url = urlOf(require.resolve('lodash'));
    await loadExports(url);
    expect(exportsOf(url)?.get(_.chunk)).toEqual({ url, isCommonJs: true, names: ['chunk'] });
  });

  it('are none where a module cannot be imported', async () => {
    await loadExports('file:///no/such/module.mjs');
    expect(exportsOf('file:///no/such/module.mjs')?.size).toBe(0);
  });
});

describe('packageOf', () => {
  it('knows name, version and file, through nested directories and scopes', () => {
    const version: unknown = (require('acorn/package.json') as { version: string }).version;
    expect(packageOf(urlOf(require.resolve('acorn')))).toEqual({ name: 'acorn', version, file: 'dist/acorn.js' });
    expect(packageOf('file:///a/node_modules/.pnpm/x@1/node_modules/@s/x/lib/a.js?v=1')).toEqual({
      name: '@s/x',
      version: 'unknown',
      file: 'lib/a.js',
    });
    expect(packageOf('file:///a/src/job.ts')).toBeUndefined();
  });
});

describe('a module', () => {
  it('is what runners make of one', () => {
    expect(isModule({ __esModule: true })).toBe(true);
    expect(isModule(Object.defineProperty({}, Symbol.toStringTag, { value: 'Module' }))).toBe(true);
    expect(isModule(Object.defineProperty({ default: 1 }, 'a', { get: () => 1, enumerable: true }))).toBe(true);
    expect(isModule(require.cache[require.resolve('lodash')])).toBe(true);
    expect(isModule(require('lodash'))).toBe(false);
    expect([isModule({ default: 1 }), isModule(null), isModule(new Proxy({}, {}))]).toEqual([false, false, false]);
  });

  it('is a namespace when it is tagged as one', () => {
    expect([isNamespace(acorn), isNamespace({ a: 1 })]).toEqual([true, false]);
  });
});
