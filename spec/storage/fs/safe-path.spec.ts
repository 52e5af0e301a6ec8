import { describe, expect, it } from 'vitest';
import { joinInside, resolveInside } from '../../../storage/fs/safe-path.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';

const refused = expect.objectContaining({ code: 'PATH_OUTSIDE_DIRECTORY', kind: 'user' });

describe('joinInside', () => {
  it('joins plain names, one a level', () => {
    expect(joinInside('/data', 'part-00000')).toBe('/data/part-00000');
    expect(joinInside('/data', 'rdd-3', 'part-00000')).toBe('/data/rdd-3/part-00000');
    expect(joinInside('/data')).toBe('/data');
    for (const name of [
      '...',
      '..a',
      'a..',
      '.a',
      ' ',
      '-rf',
      '~',
      '__proto__',
      'constructor',
      'ü',
      '😀',
      '%2e%2e',
      'a'.repeat(255),
    ]) {
      expect(joinInside('/data', name)).toBe(`/data/${name}`);
    }
  });

  const BAD = [
    '',
    '.',
    '..',
    '/',
    '/etc/passwd',
    'a/b',
    '../a',
    'a/../..',
    '..\\a',
    'C:\\x',
    '\\\\host\\share',
    'a\0b',
    '\0',
    '\ud800',
    'a\udc00b',
    'a'.repeat(256),
    'ü'.repeat(128),
  ];
  for (const name of BAD) {
    it(`refuses ${JSON.stringify(name).slice(0, 40)}`, () => {
      expect(() => joinInside('/data', name)).toThrow(refused);
      expect(() => joinInside('/data', 'fine', name)).toThrow(refused);
    });
  }

  it('shows a bad name without its control characters', () => {
    expect(() => joinInside('/data', 'a\0\n')).toThrow("'a\\u0000\\n' leaves its directory /data");
  });
});

describe('resolveInside', () => {
  function start(): MemoryFileSystem {
    const fs = new MemoryFileSystem();
    for (const path of ['/data/sub/file', '/data-secret/file', '/secret']) {
      fs.makeDirectory(path.slice(0, path.lastIndexOf('/')) || '/');
      fs.open(path, 'create').close();
    }
    return fs;
  }

  it('gives the real path of what lies inside, links within included', () => {
    const fs = start();
    fs.symbolicLink('sub', '/data/link');
    fs.symbolicLink('/data', '/alias');
    expect(resolveInside(fs, '/data', '/data/link/file')).toBe('/data/sub/file');
    expect(resolveInside(fs, '/alias', '/alias/sub/file')).toBe('/data/sub/file');
    expect(resolveInside(fs, '/data', '/data')).toBe('/data');
    expect(resolveInside(fs, '/', '/secret')).toBe('/secret');
  });

  it('refuses what a link, a directory that was swapped for a link, or a similar name leads out of', () => {
    const fs = start();
    fs.symbolicLink('/secret', '/data/part-00000');
    expect(() => resolveInside(fs, '/data', '/data/part-00000')).toThrow(refused);
    fs.symbolicLink('../data-secret', '/data/up');
    expect(() => resolveInside(fs, '/data', '/data/up/file')).toThrow(refused);
    fs.removeTree('/data/sub');
    fs.symbolicLink('/data-secret', '/data/sub');
    expect(() => resolveInside(fs, '/data', '/data/sub/file')).toThrow(refused);
    expect(() => resolveInside(fs, '/data', '/data-secret/file')).toThrow(refused);
    expect(() => resolveInside(fs, '/data', '/data/../secret')).toThrow(refused);
  });

  it('says what is missing', () => {
    const fs = start();
    fs.symbolicLink('/nowhere', '/data/dangling');
    for (const path of ['/data/none', '/data/dangling']) {
      expect(() => resolveInside(fs, '/data', path)).toThrow(expect.objectContaining({ code: 'FILE_NOT_FOUND' }));
    }
  });
});
