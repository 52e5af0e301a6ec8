import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { byReference, isPackage } from '../../../lib/closure/by-reference.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const PACKAGE = 'file:///app/node_modules/lodash/map.js';
const SCOPED = 'file:///app/node_modules/@acme/core/index.js';
const NESTED = 'file:///app/node_modules/@acme/core/node_modules/left-pad/index.js';
const OWN = 'file:///app/src/job.ts';
const DEEP = 'file:///app/src/shared/deep/table.mjs?v=1';
const ALL = [PACKAGE, SCOPED, NESTED, OWN, DEEP];

const chosen = (...patterns: string[]): readonly string[] => ALL.filter(byReference(patterns, '/app'));

describe('byReference', () => {
  it('takes packages unless someone says otherwise', () => {
    expect(chosen()).toEqual([PACKAGE, SCOPED, NESTED]);
    expect(byReference([], '/app')).toBe(isPackage);
  });

  it('takes packages back by name, and all of them by a star', () => {
    expect(chosen('!lodash')).toEqual([SCOPED, NESTED]);
    expect(chosen('!@acme/*')).toEqual([PACKAGE, NESTED]);
    expect(chosen('!*')).toEqual([]);
    expect(chosen('!*', 'lodash')).toEqual([PACKAGE]);
    expect(chosen('!lod')).toEqual([PACKAGE, SCOPED, NESTED]);
  });

  it.each([
    ['./src/job.ts', [OWN]],
    ['./src', [OWN, DEEP]],
    ['src', []],
    ['/app/src/**/*.mjs', [DEEP]],
    ['./src/*', [OWN, DEEP]],
    ['./src/*.mjs', []],
    ['./s?c', []],
    ['file:///app/src/shared', [DEEP]],
    ['../app/src/shared/', [DEEP]],
  ])('finds files by %s', (pattern, found) => {
    expect(chosen('!*', pattern)).toEqual(found);
  });

  it('lets the last pattern decide that matches', () => {
    expect(chosen('!*', './src', '!./src/shared')).toEqual([OWN]);
    expect(chosen('!*', '!./src/shared', './src')).toEqual([OWN, DEEP]);
  });

  it('knows packages that are linked by the name in their package.json', () => {
    using directory = temporaryDirectory();
    const folder = join(directory.path, 'packages', 'shared');
    mkdirSync(join(folder, 'dist', 'inner'), { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "name": "@acme/shared" }');
    writeFileSync(join(folder, 'dist', 'package.json'), '{ "type": "module" }');
    const url = pathToFileURL(join(folder, 'dist', 'inner', 'index.js')).href;
    expect(byReference(['@acme/shared'], '/app')(url)).toBe(true);
    expect(byReference(['@acme/other'], '/app')(url)).toBe(false);
    expect(byReference([], '/app')(url)).toBe(false);
  });

  it('leaves it to a function alone', () => {
    const isOwn = (url: string): boolean => url === OWN;
    expect(ALL.filter(byReference(isOwn, '/app'))).toEqual([OWN]);
  });

  it('has an answer for scripts without a file', () => {
    for (const url of ['', 'node:fs', 'evalmachine.<anonymous>', 'data:text/javascript,0']) {
      expect(byReference(['@acme/*', './src'], '/app')(url)).toBe(false);
    }
  });
});
