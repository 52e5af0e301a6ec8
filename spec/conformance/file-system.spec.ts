import { chmodSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../lib/base/error-table.ts';
import { CairnError } from '../../lib/base/errors.ts';
import type { FileSystem } from '../../storage/fs/file-system.ts';
import { NodeFileSystem } from '../../storage/fs/node-file-system.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';

interface Subject {
  readonly fs: FileSystem;
  /** An empty directory to work in. */
  readonly directory: string;
  symbolicLink(target: string, path: string): void;
  dispose(): void;
}

function onDisk(): Subject {
  const fs = new NodeFileSystem();
  const directory = fs.realPath(mkdtempSync(join(tmpdir(), 'cairn-fs-')));
  return {
    fs,
    directory,
    symbolicLink: symlinkSync,
    dispose: () => rmSync(directory, { recursive: true, force: true }),
  };
}

function inMemory(): Subject {
  const fs = new MemoryFileSystem();
  fs.makeDirectory('/base/here');
  return {
    fs,
    directory: '/base/here',
    symbolicLink: (target, path) => fs.symbolicLink(target, path),
    dispose: () => expect(fs.openHandles, 'open handles').toBe(0),
  };
}

const SUBJECTS: Readonly<Record<string, () => Subject>> = { NodeFileSystem: onDisk, MemoryFileSystem: inMemory };

function codeOf(action: () => unknown): ErrorCode | string {
  try {
    action();
  } catch (error) {
    return error instanceof CairnError ? error.code : `not ours: ${error}`;
  }
  return 'no error';
}

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (data: Uint8Array) => new TextDecoder().decode(data);

for (const [name, create] of Object.entries(SUBJECTS)) {
  describe(`${name} as a FileSystem`, () => {
    const open: Subject[] = [];
    const start = () => {
      const subject = create();
      open.push(subject);
      const at = (file: string) => `${subject.directory}/${file}`;
      const put = (file: string, content: string) => {
        using handle = subject.fs.open(at(file), 'create');
        handle.write(bytes(content));
      };
      const get = (file: string) => text(subject.fs.readFile(at(file)));
      return { ...subject, at, put, get };
    };
    afterEach(() => {
      for (const subject of open.splice(0)) subject.dispose();
    });

    it('writes chunks one after another and reads them at any position', () => {
      const { fs, at, get } = start();
      {
        using file = fs.open(at('a'), 'create');
        file.write(bytes('one'), bytes(''), bytes('two'));
        file.write();
        file.write(bytes(''));
        file.write(bytes('three'));
        expect(file.sizeBytes()).toBe(11);
        const part = new Uint8Array(4);
        expect(file.read(part, 2)).toBe(4);
        expect(text(part)).toBe('etwo');
        file.write(bytes('!'));
      }
      expect(get('a')).toBe('onetwothree!');
    });

    it('reads fewer bytes only at the end of the file', () => {
      const { fs, at, put } = start();
      put('a', 'abcdef');
      using file = fs.open(at('a'), 'read');
      const target = new Uint8Array(4).fill(46);
      expect(file.read(target, 4)).toBe(2);
      expect(text(target)).toBe('ef..');
      expect(file.read(target, 6)).toBe(0);
      expect(file.read(target, 600)).toBe(0);
      expect(file.read(new Uint8Array(0), 0)).toBe(0);
    });

    it('writes more chunks in one call than the system takes at once', () => {
      const { fs, at } = start();
      const chunks = Array.from({ length: 5000 }, (_, i) => bytes(`${i},`));
      {
        using file = fs.open(at('a'), 'create');
        file.write(...chunks);
      }
      expect(text(fs.readFile(at('a')))).toBe(Array.from({ length: 5000 }, (_, i) => `${i},`).join(''));
    });

    it('writes the view it is given, not the buffer below it', () => {
      const { fs, at, get } = start();
      const buffer = bytes('0123456789');
      {
        using file = fs.open(at('a'), 'create');
        file.write(buffer.subarray(2, 4), buffer.subarray(7));
      }
      expect(get('a')).toBe('23789');
    });

    it('refuses to create a file that exists, as a link too', () => {
      const { fs, at, put, symbolicLink, get } = start();
      put('a', 'x');
      symbolicLink(at('nowhere'), at('dangling'));
      expect(codeOf(() => fs.open(at('a'), 'create'))).toBe('FILE_EXISTS');
      expect(codeOf(() => fs.open(at('dangling'), 'create'))).toBe('FILE_EXISTS');
      expect(get('a')).toBe('x');
    });

    it('overwrites from an empty file and appends at the end', () => {
      const { fs, at, put, get } = start();
      put('a', 'long content');
      {
        using file = fs.open(at('a'), 'overwrite');
        expect(file.sizeBytes()).toBe(0);
        file.write(bytes('new'));
      }
      {
        using one = fs.open(at('a'), 'append');
        using two = fs.open(at('a'), 'append');
        one.write(bytes('1'));
        two.write(bytes('2'));
        one.write(bytes('3'));
      }
      expect(get('a')).toBe('new123');
    });

    it('closes twice without effect and refuses any other use after closing', () => {
      const { fs, at } = start();
      const file = fs.open(at('a'), 'create');
      file.close();
      file.close();
      expect(codeOf(() => file.write(bytes('x')))).toBe('INTERNAL');
      expect(codeOf(() => file.read(new Uint8Array(1), 0))).toBe('INTERNAL');
      expect(codeOf(() => file.sync())).toBe('INTERNAL');
      expect(codeOf(() => file.sizeBytes())).toBe('INTERNAL');
    });

    it('refuses to write through a handle opened for reading', () => {
      const { fs, at, put } = start();
      put('a', 'x');
      using file = fs.open(at('a'), 'read');
      expect(codeOf(() => file.write(bytes('y')))).toBe('IO_ERROR');
    });

    it('names what is missing, what is a directory and what is no directory', () => {
      const { fs, at, put } = start();
      put('file', 'x');
      fs.makeDirectory(at('directory'));
      expect(codeOf(() => fs.open(at('none'), 'read'))).toBe('FILE_NOT_FOUND');
      expect(codeOf(() => fs.open(at('none/a'), 'create'))).toBe('FILE_NOT_FOUND');
      expect(codeOf(() => fs.readFile(at('none')))).toBe('FILE_NOT_FOUND');
      expect(codeOf(() => fs.list(at('none')))).toBe('FILE_NOT_FOUND');
      expect(codeOf(() => fs.realPath(at('none')))).toBe('FILE_NOT_FOUND');
      expect(codeOf(() => fs.syncDirectory(at('none')))).toBe('FILE_NOT_FOUND');
      expect(codeOf(() => fs.rename(at('none'), at('b')))).toBe('FILE_NOT_FOUND');
      expect(codeOf(() => fs.link(at('none'), at('b')))).toBe('FILE_NOT_FOUND');
      expect(codeOf(() => fs.open(at('directory'), 'read'))).toBe('IO_ERROR');
      expect(codeOf(() => fs.open(at('directory'), 'overwrite'))).toBe('IO_ERROR');
      expect(codeOf(() => fs.open(at('file/a'), 'create'))).toBe('IO_ERROR');
      expect(codeOf(() => fs.list(at('file')))).toBe('IO_ERROR');
    });

    it('refuses a path with NUL', () => {
      const { fs, at } = start();
      expect(codeOf(() => fs.open(at('a\0b'), 'create'))).toBe('INVALID_ARGUMENT');
    });

    it('refuses to read a file over the limit', () => {
      const { fs, at, put } = start();
      put('a', 'abcdef');
      expect(codeOf(() => fs.readFile(at('a'), 5))).toBe('LIMIT_EXCEEDED');
      expect(fs.readFile(at('a'), 6).length).toBe(6);
    });

    it('makes directories with their parents and leaves existing ones alone', () => {
      const { fs, at, put } = start();
      fs.makeDirectory(at('a/b/c'));
      put('a/b/c/file', 'x');
      fs.makeDirectory(at('a/b/c'));
      fs.makeDirectory(at('a/b'));
      expect(fs.list(at('a/b/c'))).toEqual([{ name: 'file', kind: 'file' }]);
      expect(codeOf(() => fs.makeDirectory(at('a/b/c/file')))).toBe('FILE_EXISTS');
      expect(codeOf(() => fs.makeDirectory(at('a/b/c/file/d')))).toBe('IO_ERROR');
    });

    it('lists entries by code units with their kinds', () => {
      const { fs, at, put, directory, symbolicLink } = start();
      for (const file of ['b', 'B', 'é', '_a', 'a10', 'a9', '😀', '\uffee']) put(file, '');
      fs.makeDirectory(at('directory'));
      symbolicLink('b', at('link'));
      expect(fs.list(directory).map((entry) => entry.name)).toEqual([
        'B',
        '_a',
        'a10',
        'a9',
        'b',
        'directory',
        'link',
        'é',
        '😀',
        '\uffee',
      ]);
      const kinds = new Map(fs.list(directory).map((entry) => [entry.name, entry.kind]));
      expect([kinds.get('b'), kinds.get('directory'), kinds.get('link')]).toEqual(['file', 'directory', 'symlink']);
    });

    it('describes what is there and gives undefined for what is not', () => {
      const { fs, at, put, symbolicLink } = start();
      put('file', 'abc');
      fs.makeDirectory(at('directory'));
      symbolicLink('file', at('link'));
      symbolicLink('nowhere', at('dangling'));
      expect(fs.stat(at('file'))).toMatchObject({ kind: 'file', sizeBytes: 3 });
      expect(fs.stat(at('directory'))?.kind).toBe('directory');
      expect(fs.stat(at('link'))?.kind).toBe('symlink');
      expect(fs.stat(at('link'), { follow: true })).toMatchObject({ kind: 'file', sizeBytes: 3 });
      expect(fs.stat(at('dangling'))?.kind).toBe('symlink');
      expect(fs.stat(at('dangling'), { follow: true })).toBeUndefined();
      expect(fs.stat(at('none'))).toBeUndefined();
      expect(fs.stat(at('none/deeper'))).toBeUndefined();
      expect(fs.stat(at('file/deeper'))).toBeUndefined();
    });

    it('renames files and directories, replacing a file', () => {
      const { fs, at, put, get } = start();
      put('a', 'A');
      put('b', 'B');
      fs.rename(at('a'), at('b'));
      expect(get('b')).toBe('A');
      expect(fs.stat(at('a'))).toBeUndefined();
      fs.makeDirectory(at('d/inner'));
      fs.rename(at('b'), at('d/inner/b'));
      fs.rename(at('d'), at('e'));
      expect(get('e/inner/b')).toBe('A');
      expect(codeOf(() => fs.rename(at('e'), at('e/inner/e')))).toBe('IO_ERROR');
    });

    it('renames onto an empty directory but not onto a full one', () => {
      const { fs, at, put } = start();
      fs.makeDirectory(at('a'));
      put('a/x', '');
      fs.makeDirectory(at('empty'));
      fs.makeDirectory(at('full'));
      put('full/y', '');
      expect(codeOf(() => fs.rename(at('a'), at('full')))).toBe('IO_ERROR');
      fs.rename(at('a'), at('empty'));
      expect(fs.list(at('empty'))).toHaveLength(1);
      expect(codeOf(() => fs.rename(at('empty/x'), at('full')))).toBe('IO_ERROR');
    });

    it('keeps an open file readable after its name was renamed or removed', () => {
      const { fs, at, put } = start();
      put('a', 'content');
      using file = fs.open(at('a'), 'read');
      fs.rename(at('a'), at('b'));
      fs.removeFile(at('b'));
      const target = new Uint8Array(7);
      expect(file.read(target, 0)).toBe(7);
      expect(text(target)).toBe('content');
    });

    it('gives a file a second name once', () => {
      const { fs, at, put, get } = start();
      put('a', 'A');
      put('b', 'B');
      expect(codeOf(() => fs.link(at('a'), at('b')))).toBe('FILE_EXISTS');
      fs.link(at('a'), at('c'));
      fs.removeFile(at('a'));
      expect(get('c')).toBe('A');
      expect(get('b')).toBe('B');
    });

    it('removes files and trees, missing ones too, and never what a link points to', () => {
      const { fs, at, put, symbolicLink, get } = start();
      put('kept', 'k');
      fs.makeDirectory(at('kept-directory'));
      put('kept-directory/x', 'x');
      fs.makeDirectory(at('tree/deep'));
      put('tree/deep/file', '');
      symbolicLink(at('kept-directory'), at('tree/link'));
      symbolicLink(at('kept-directory'), at('link'));
      fs.removeTree(at('tree'));
      fs.removeTree(at('link'));
      fs.removeTree(at('none'));
      fs.removeFile(at('none'));
      fs.removeFile(at('none/deeper'));
      expect(codeOf(() => fs.removeFile(at('kept-directory')))).not.toBe('no error');
      expect(get('kept')).toBe('k');
      expect(get('kept-directory/x')).toBe('x');
      expect(fs.stat(at('tree'))).toBeUndefined();
      expect(fs.stat(at('link'))).toBeUndefined();
    });

    it('removes a link itself even when its name ends in a slash', () => {
      const { fs, at, put, symbolicLink, get } = start();
      fs.makeDirectory(at('kept'));
      put('kept/x', 'x');
      symbolicLink(at('kept'), at('link'));
      fs.removeTree(at('link/'));
      expect(get('kept/x')).toBe('x');
      expect(fs.stat(at('link'))).toBeUndefined();
    });

    it('resolves links anywhere in a path', () => {
      const { fs, at, put, symbolicLink, directory } = start();
      fs.makeDirectory(at('a/b'));
      put('a/b/file', 'x');
      symbolicLink('a/b', at('relative'));
      symbolicLink(at('relative'), at('absolute'));
      symbolicLink('../..', at('a/b/up'));
      expect(fs.realPath(at('absolute/file'))).toBe(at('a/b/file'));
      expect(fs.realPath(at('absolute/up'))).toBe(directory);
      expect(fs.realPath(at('absolute/../b/file'))).toBe(at('a/b/file'));
      symbolicLink('loop', at('loop'));
      expect(codeOf(() => fs.realPath(at('loop')))).toBe('IO_ERROR');
    });

    it('syncs files and directories and tells the free space', () => {
      const { fs, at, directory } = start();
      using file = fs.open(at('a'), 'create');
      file.write(bytes('x'));
      file.sync();
      fs.syncDirectory(directory);
      expect(fs.freeBytes(directory)).toBeGreaterThan(0);
      expect(fs.freeBytes(at('not/there/yet'))).toBeGreaterThan(0);
    });

    it('treats names of Object.prototype as any other', () => {
      const { fs, at, put, directory } = start();
      for (const file of ['__proto__', 'constructor', 'toString']) put(file, file);
      expect(fs.list(directory).map((entry) => entry.name)).toEqual(['__proto__', 'constructor', 'toString']);
      expect(text(fs.readFile(at('__proto__')))).toBe('__proto__');
      expect(fs.stat(at('valueOf'))).toBeUndefined();
    });
  });
}

describe('NodeFileSystem on the machine', () => {
  it('creates files 0600 and directories 0700', () => {
    const { fs, directory, dispose } = onDisk();
    try {
      fs.makeDirectory(`${directory}/a/b`);
      fs.open(`${directory}/a/b/file`, 'create').close();
      fs.open(`${directory}/a/b/more`, 'append').close();
      fs.makeDirectory(`${directory}/shared`, 0o750);
      const mode = (path: string) => (statSync(`${directory}/${path}`).mode & 0o777).toString(8);
      expect([mode('a'), mode('a/b'), mode('a/b/file'), mode('a/b/more')]).toEqual(['700', '700', '600', '600']);
      expect(mode('shared')).toBe('750');
    } finally {
      dispose();
    }
  });

  it.skipIf(process.getuid?.() === 0)('says when the user may not', () => {
    const { fs, directory, dispose } = onDisk();
    try {
      chmodSync(directory, 0o500);
      expect(codeOf(() => fs.open(`${directory}/a`, 'create'))).toBe('PERMISSION_DENIED');
    } finally {
      chmodSync(directory, 0o700);
      dispose();
    }
  });

  it.skipIf(process.platform !== 'linux')('raises DISK_FULL with what was needed on a full device', () => {
    const fs = new NodeFileSystem();
    using file = fs.open('/dev/full', 'append');
    try {
      file.write(new Uint8Array(300), new Uint8Array(700));
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: 'DISK_FULL', kind: 'resource', params: { neededBytes: 1000 } });
      expect((error as CairnError).cause).toMatchObject({ code: 'ENOSPC' });
    }
  });
});
