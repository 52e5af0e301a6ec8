import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findPartitionedFiles } from '../../../../lib/lineage/nodes/partitioned-files.ts';
import { NodeFileSystem } from '../../../../storage/fs/node-file-system.ts';
import { MemoryFileSystem } from '../../../support/memory-file-system.ts';
import { temporaryDirectory } from '../../../support/temporary-directory.ts';
import { writeFile } from '../../../support/write-file.ts';

function start(...paths: readonly string[]): MemoryFileSystem {
  const fs = new MemoryFileSystem();
  for (const path of paths) {
    fs.makeDirectory(path.slice(0, path.lastIndexOf('/')));
    writeFile(fs, path, 'x');
  }
  return fs;
}

const fs = start(
  ...['/t/y=1/m=2/b', '/t/y=1/m=1/a', '/t/y=1/m=1/_SUCCESS', '/t/y=1/.tmp/x', '/t/_temporary/0/x', '/t/_k=1/m=1/c'],
  ...['/plain/a', '/plain/sub/b'],
);
const found = (path: string | readonly string[]) =>
  findPartitionedFiles(fs, path).map(({ file, entries }) => [
    file.path,
    entries.map(([name, text]) => `${name}:${text}`).join(),
  ]);

describe('findPartitionedFiles', () => {
  it('gives the files below a directory with what directories say, without what is hidden', () => {
    expect(found('/t')).toEqual([
      ['/t/_k=1/m=1/c', '_k:1,m:1'],
      ['/t/y=1/m=1/a', 'y:1,m:1'],
      ['/t/y=1/m=2/b', 'y:1,m:2'],
    ]);
    expect(found('/plain')).toEqual([
      ['/plain/a', ''],
      ['/plain/sub/b', ''],
    ]);
  });

  it('counts directories from the path that was given, of a pattern from its first wildcard', () => {
    expect(found('/t/y=1')).toEqual([
      ['/t/y=1/m=1/a', 'm:1'],
      ['/t/y=1/m=2/b', 'm:2'],
    ]);
    expect(found('/t/y=*')).toEqual([
      ['/t/y=1/m=1/a', 'y:1,m:1'],
      ['/t/y=1/m=2/b', 'y:1,m:2'],
    ]);
    expect(found('/t/y=1/m=*/[ab]')).toEqual([
      ['/t/y=1/m=1/a', 'm:1'],
      ['/t/y=1/m=2/b', 'm:2'],
    ]);
    expect(found(['/t/y=1/m=2/b', '/plain/a'])).toEqual([
      ['/t/y=1/m=2/b', ''],
      ['/plain/a', ''],
    ]);
  });

  it('raises typed errors for what is not there, and for what is too deep', () => {
    expect(() => found('/none')).toThrow(/FILE_NOT_FOUND/);
    expect(() => found('/t/z=*')).toThrow(/FILE_NOT_FOUND/);
    const deep = start(`/d${'/x'.repeat(70)}/f`);
    expect(() => findPartitionedFiles(deep, '/d')).toThrow(/LIMIT_EXCEEDED/);
  });

  it('follows links to files, not to directories, which may lead back', () => {
    using directory = temporaryDirectory();
    mkdirSync(join(directory.path, 'k=1'));
    writeFileSync(join(directory.path, 'k=1', 'a'), 'x');
    symlinkSync('a', join(directory.path, 'k=1', 'b'));
    symlinkSync('..', join(directory.path, 'k=1', 'up'));
    const names = findPartitionedFiles(new NodeFileSystem(), directory.path).map(({ file }) => file.path.slice(-5));
    expect(names).toEqual(['k=1/a', 'k=1/b']);
  });
});
