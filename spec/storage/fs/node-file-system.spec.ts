/**
 * What the conformance suite cannot make a real disk do: short reads and writes, and errors of single calls. The
 * functions of `node:fs` are wrapped here; everything else of the contract is in `spec/conformance`.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CairnError } from '../../../lib/base/errors.ts';
import { nodeFileSystem as fs } from '../../../storage/fs/node-file-system.ts';

const disk = vi.hoisted(() => ({
  /** Most bytes that one call takes or gives. */
  most: Number.POSITIVE_INFINITY,
  /** The call that fails, and how. */
  failing: undefined as { readonly name: string; readonly errno: string } | undefined,
  open: 0,
}));

vi.mock('node:fs', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs')>();
  const check = (name: string) => {
    if (disk.failing?.name !== name) return;
    const { errno } = disk.failing;
    throw Object.assign(new Error(`${errno}: injected, ${name}`), { code: errno });
  };
  const checked = <A extends unknown[], R>(name: string, call: (...args: A) => R) =>
    ((...args: A) => {
      check(name);
      return call(...args);
    }) as (...args: A) => R;
  return {
    ...real,
    openSync: checked('open', (path: string, flags: number, mode?: number) => {
      const fd = real.openSync(path, flags, mode);
      disk.open++;
      return fd;
    }),
    closeSync: (fd: number) => {
      real.closeSync(fd);
      disk.open--;
      check('close');
    },
    fsyncSync: checked('fsync', real.fsyncSync),
    fstatSync: checked('fstat', (fd: number) => real.fstatSync(fd)),
    renameSync: checked('rename', real.renameSync),
    linkSync: checked('link', real.linkSync),
    unlinkSync: checked('unlink', real.unlinkSync),
    lstatSync: checked('lstat', (path: string) => real.lstatSync(path)),
    readSync: checked('read', (fd: number, target: Uint8Array, offset: number, length: number, position: number) =>
      real.readSync(fd, target, offset, Math.min(length, disk.most), position),
    ),
    writeSync: checked('write', (fd: number, data: Uint8Array, offset: number, length: number) =>
      real.writeSync(fd, data, offset, Math.min(length, disk.most)),
    ),
    writevSync: checked('writev', (fd: number, chunks: readonly Uint8Array[]) => {
      if (disk.most === Number.POSITIVE_INFINITY) return real.writevSync(fd, chunks);
      const some = Buffer.concat(chunks).subarray(0, disk.most);
      return real.writeSync(fd, some);
    }),
  };
});

describe('NodeFileSystem', () => {
  let directory: string;
  const at = (name: string) => join(directory, name);
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'cairn-node-fs-'));
  });
  afterEach(() => {
    disk.most = Number.POSITIVE_INFINITY;
    disk.failing = undefined;
    expect(disk.open, 'open files').toBe(0);
    rmSync(directory, { recursive: true, force: true });
  });

  it('completes short writes and reads of any size', () => {
    const chunks = ['abc', '', 'd', 'efghij', '', 'klm', ''].map((text) => new TextEncoder().encode(text));
    for (const most of [1, 2, 3, 4, 5, 7, 12, 13, 14]) {
      disk.most = most;
      {
        using file = fs.open(at('a'), 'overwrite');
        file.write(...chunks);
        file.write(...chunks.slice(0, 1));
        const target = new Uint8Array(10);
        expect(file.read(target, 2)).toBe(10);
        expect(new TextDecoder().decode(target)).toBe('cdefghijkl');
        expect(file.read(target, 10)).toBe(6);
      }
      expect(readFileSync(at('a'), 'utf8'), `${most} at a time`).toBe('abcdefghijklmabc');
      expect(new TextDecoder().decode(fs.readFile(at('a')))).toBe('abcdefghijklmabc');
    }
  });

  it('stops when a write takes nothing, rather than trying for ever', () => {
    disk.most = 0;
    using file = fs.open(at('a'), 'create');
    expect(() => file.write(new Uint8Array(3))).toThrow(expect.objectContaining({ code: 'IO_ERROR' }));
  });

  it('tells how much a full disk still needed', () => {
    disk.failing = { name: 'writev', errno: 'ENOSPC' };
    using file = fs.open(at('a'), 'create');
    try {
      file.write(new Uint8Array(300), new Uint8Array(700));
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: 'DISK_FULL', params: { path: at('a'), neededBytes: 1000 } });
      expect((error as CairnError<'DISK_FULL'>).params.freeBytes).toBeGreaterThan(0);
    }
  });

  const CALLS: Readonly<Record<string, () => unknown>> = {
    open: () => fs.open(at('new'), 'create'),
    fstat: () => fs.readFile(at('a')),
    read: () => fs.readFile(at('a')),
    write: () => using_(fs.open(at('new'), 'create'), (file) => file.write(new Uint8Array(1))),
    writev: () => using_(fs.open(at('new'), 'create'), (file) => file.write(new Uint8Array(1), new Uint8Array(1))),
    fsync: () => using_(fs.open(at('new'), 'create'), (file) => file.sync()),
    close: () => fs.open(at('new'), 'create').close(),
    rename: () => fs.rename(at('a'), at('b')),
    link: () => fs.link(at('a'), at('b')),
    unlink: () => fs.removeFile(at('a')),
    lstat: () => fs.stat(at('a')),
  };
  const using_ = <T extends Disposable>(resource: T, action: (resource: T) => void) => {
    using held = resource;
    action(held);
  };
  for (const [name, call] of Object.entries(CALLS)) {
    it(`turns every error of ${name} into one of ours, with its cause, and leaks no file`, () => {
      const codes = {
        EIO: 'IO_ERROR',
        EMFILE: 'TOO_MANY_OPEN_FILES',
        EACCES: 'PERMISSION_DENIED',
        ENOSPC: 'DISK_FULL',
      };
      for (const [errno, code] of Object.entries(codes)) {
        fs.open(at('a'), 'overwrite').close();
        using_(fs.open(at('a'), 'append'), (file) => file.write(new Uint8Array(1)));
        disk.failing = { name, errno };
        let error: unknown;
        try {
          call();
        } catch (caught) {
          error = caught;
        }
        disk.failing = undefined;
        expect(error, errno).toBeInstanceOf(CairnError);
        expect(error).toMatchObject({ code, cause: { code: errno } });
        fs.removeFile(at('new'));
      }
    });
  }

  it('syncs a directory where the file system can, and passes real failures on', () => {
    for (const errno of ['EINVAL', 'ENOTSUP']) {
      disk.failing = { name: 'fsync', errno };
      fs.syncDirectory(directory);
    }
    disk.failing = { name: 'fsync', errno: 'EIO' };
    expect(() => fs.syncDirectory(directory)).toThrow(expect.objectContaining({ code: 'IO_ERROR' }));
  });

  it('does not use the number of a file again after closing it failed', () => {
    const file = fs.open(at('a'), 'create');
    disk.failing = { name: 'close', errno: 'EIO' };
    expect(() => file.close()).toThrow(expect.objectContaining({ code: 'IO_ERROR' }));
    disk.failing = undefined;
    file.close();
    expect(() => file.sync()).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
  });
});
