import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expandGlob } from '../../../storage/fs/glob.ts';
import { NodeFileSystem } from '../../../storage/fs/node-file-system.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { writeFile } from '../../support/write-file.ts';

const FILES = [
  '/in/a.txt',
  '/in/b.txt',
  '/in/c.csv',
  '/in/_SUCCESS',
  '/in/.a.txt.crc',
  '/in/[x].txt',
  '/in/2023/01/log',
  '/in/2023/02/log',
  '/in/2024/01/log',
  '/in/2024/01/_temporary/0/log',
  '/in/2024/01/.hidden/log',
  '/in/2024/notes',
];

function start(files: readonly string[] = FILES): MemoryFileSystem {
  const fs = new MemoryFileSystem();
  for (const path of files) {
    fs.makeDirectory(path.slice(0, path.lastIndexOf('/')));
    fs.open(path, 'create').close();
  }
  return fs;
}

describe('expandGlob', () => {
  const CASES: readonly (readonly [string, readonly string[]])[] = [
    ['/in/a.txt', ['/in/a.txt']],
    ['/in/_SUCCESS', ['/in/_SUCCESS']],
    ['/in/*.txt', ['/in/[x].txt', '/in/a.txt', '/in/b.txt']],
    ['/in/?.txt', ['/in/a.txt', '/in/b.txt']],
    ['/in/[a-b].txt', ['/in/a.txt', '/in/b.txt']],
    ['/in/[!a].txt', ['/in/b.txt']],
    ['/in/{a,c}.{txt,csv}', ['/in/a.txt', '/in/c.csv']],
    ['/in/202[34]/*/log', ['/in/2023/01/log', '/in/2023/02/log', '/in/2024/01/log']],
    ['/in/{2024/01,2023/{01,02}}/log', ['/in/2023/01/log', '/in/2023/02/log', '/in/2024/01/log']],
    ['/in/**/log', ['/in/2023/01/log', '/in/2023/02/log', '/in/2024/01/log']],
    ['/**/01/log', ['/in/2023/01/log', '/in/2024/01/log']],
    ['/in/2023/**', ['/in/2023/01/log', '/in/2023/02/log']],
    ['/in/**/*.csv', ['/in/c.csv']],
    ['/in/_S*', ['/in/_SUCCESS']],
    ['/in/[x].txt', ['/in/[x].txt']],
    ['/in/\\[x\\].txt', ['/in/[x].txt']],
    ['/in/2023/*', ['/in/2023/01/log', '/in/2023/02/log']],
    ['/in/2024', ['/in/2024/notes']],
    ['/in/2024/', ['/in/2024/notes']],
    ['/in/2024/01/.hidden/*', ['/in/2024/01/.hidden/log']],
    ['/in/2024/*/../notes', ['/in/2024/01/../notes']],
  ];
  for (const [pattern, expected] of CASES) {
    it(`reads ${pattern} as ${expected.length} files`, () => {
      expect(expandGlob(start(), pattern)).toEqual(expected);
    });
  }

  it('takes a directory as its plain files that are not hidden, sorted, not deeper', () => {
    expect(expandGlob(start(), '/in')).toEqual(['/in/[x].txt', '/in/a.txt', '/in/b.txt', '/in/c.csv']);
  });

  it('keeps the order of a list, and reads twice what is named twice', () => {
    expect(expandGlob(start(), ['/in/c.csv', '/in/?.txt', '/in/a.txt'])).toEqual([
      '/in/c.csv',
      '/in/a.txt',
      '/in/b.txt',
      '/in/a.txt',
    ]);
    expect(expandGlob(start(), [])).toEqual([]);
  });

  it('names an entry that matches nothing', () => {
    for (const pattern of ['/in/none', '/in/*.none', '/none/*', '/in/a.txt/*', '/in/{x,y}', '', '/in/a.txt/**/x']) {
      expect(() => expandGlob(start(), ['/in/a.txt', pattern]), pattern).toThrow(
        expect.objectContaining({ code: 'FILE_NOT_FOUND', params: { path: pattern } }),
      );
    }
  });

  it('gives no files for an empty directory, which is no error', () => {
    const fs = start();
    fs.makeDirectory('/empty');
    expect(expandGlob(fs, '/empty')).toEqual([]);
    expect(expandGlob(fs, '/emp*')).toEqual([]);
  });

  it('refuses a directory of nothing but directories, rather than read nothing', () => {
    const fs = start();
    for (const path of ['/deep/b', '/deep/_temporary', '/hidden/_temporary']) fs.makeDirectory(path);
    writeFile(fs, '/deep/b/x', '');
    writeFile(fs, '/deep/_SUCCESS', '');
    for (const entry of ['/deep', '/deep/']) {
      expect(() => expandGlob(fs, entry)).toThrow(
        expect.objectContaining({ code: 'INPUT_NOT_A_FILE', params: { path: '/deep/b', found: 'directory' } }),
      );
    }
    expect(expandGlob(fs, '/deep/*')).toEqual(['/deep/b/x']);
    expect(expandGlob(fs, '/hidden')).toEqual([]);
  });

  it('follows a link to a file or directory it is given, and none below **', () => {
    const fs = start();
    fs.symbolicLink('/in/2023/01', '/in/link');
    fs.symbolicLink('/in', '/in/2023/loop');
    fs.symbolicLink('/in/a.txt', '/in/2023/01/linked');
    expect(expandGlob(fs, '/in/link')).toEqual(['/in/link/linked', '/in/link/log']);
    expect(expandGlob(fs, '/in/2023/**/l*')).toEqual([
      '/in/2023/01/linked',
      '/in/2023/01/log',
      '/in/2023/02/log',
      '/in/2023/loop/[x].txt',
      '/in/2023/loop/a.txt',
      '/in/2023/loop/b.txt',
      '/in/2023/loop/c.csv',
    ]);
  });

  it('finds relative patterns from the working directory', () => {
    const directory = mkdtempSync(join(tmpdir(), 'cairn-glob-'));
    try {
      mkdirSync(join(directory, 'sub'));
      writeFileSync(join(directory, 'sub', 'x.txt'), '');
      const base = relative(process.cwd(), directory);
      expect(expandGlob(new NodeFileSystem(), `${base}/s*/*.txt`)).toEqual([`${base}/sub/x.txt`]);
      expect(expandGlob(new NodeFileSystem(), './package.jso?')).toEqual(['./package.json']);
      expect(expandGlob(new NodeFileSystem(), 'package.jso?')).toEqual(['package.json']);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
