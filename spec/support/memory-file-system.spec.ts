import { describe, expect, it } from 'vitest';
import type { FileSystem } from '../../storage/fs/file-system.ts';
import { MemoryFileSystem } from './memory-file-system.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const read = (fs: FileSystem, path: string) => new TextDecoder().decode(fs.readFile(path));

/** A file system with a durable directory `/d` and a durable file `/d/old`. */
function start(): MemoryFileSystem {
  const fs = new MemoryFileSystem();
  fs.makeDirectory('/d');
  fs.syncDirectory('/');
  put(fs, '/d/old', 'old', true);
  fs.syncDirectory('/d');
  expect(fs.pendingCount).toBe(0);
  return fs;
}

function put(fs: FileSystem, path: string, content: string, sync: boolean): void {
  using file = fs.open(path, 'overwrite');
  file.write(bytes(content));
  if (sync) file.sync();
}

describe('MemoryFileSystem after a power cut', () => {
  it('loses a file whose directory was not synced', () => {
    const fs = start();
    put(fs, '/d/new', 'new', true);
    expect(fs.crash().tree()).toEqual(['/d/', '/d/old']);
    fs.syncDirectory('/d');
    expect(read(fs.crash(), '/d/new')).toBe('new');
  });

  it('keeps the name and loses the data of a file that was not synced', () => {
    const fs = start();
    put(fs, '/d/new', 'new', false);
    fs.syncDirectory('/d');
    expect(read(fs.crash(), '/d/new')).toBe('');
  });

  it('loses only what was written after the last sync', () => {
    const fs = start();
    using file = fs.open('/d/old', 'append');
    file.write(bytes(' and new'));
    file.sync();
    file.write(bytes(' and lost'));
    expect(read(fs, '/d/old')).toBe('old and new and lost');
    expect(read(fs.crash(), '/d/old')).toBe('old and new');
  });

  it('brings an overwritten file back when the new content was not synced', () => {
    const fs = start();
    put(fs, '/d/old', 'x', false);
    expect(read(fs.crash(), '/d/old')).toBe('old');
  });

  it('undoes a rename and a removal that were not synced', () => {
    const fs = start();
    put(fs, '/d/new', 'new', true);
    fs.rename('/d/new', '/d/old');
    expect(read(fs.crash(), '/d/old')).toBe('old');
    fs.removeFile('/d/old');
    expect(read(fs.crash(), '/d/old')).toBe('old');
    fs.syncDirectory('/d');
    expect(fs.crash().stat('/d/old')).toBeUndefined();
  });

  it('loses a directory that was not synced in its parent, with all that is in it', () => {
    const fs = start();
    fs.makeDirectory('/d/e');
    put(fs, '/d/e/file', 'x', true);
    fs.syncDirectory('/d/e');
    expect(fs.crash().tree()).toEqual(['/d/', '/d/old']);
  });

  it('may find a file in both directories or in none after a rename between two', () => {
    const fs = start();
    fs.makeDirectory('/e');
    fs.syncDirectory('/');
    fs.rename('/d/old', '/e/old');
    fs.syncDirectory('/e');
    expect(fs.crash().tree()).toEqual(['/d/', '/d/old', '/e/', '/e/old']);
    const other = start();
    other.makeDirectory('/e');
    other.syncDirectory('/');
    other.rename('/d/old', '/e/old');
    other.syncDirectory('/d');
    expect(other.crash().tree()).toEqual(['/d/', '/e/']);
  });

  it('keeps everything when only the process dies', () => {
    const fs = start();
    put(fs, '/d/new', 'new', false);
    expect(read(fs.crash({ keep: 'all' }), '/d/new')).toBe('new');
  });

  it('gives every prefix of what was not synced', () => {
    const fs = start();
    using file = fs.open('/d/new', 'create');
    file.write(bytes('a'));
    file.write(bytes('b'));
    fs.rename('/d/new', '/d/renamed');
    expect(fs.pendingCount).toBe(4);
    const states = [0, 1, 2, 3, 4].map((count) => {
      const after = fs.crash({ keep: 'prefix', count });
      return after.tree('/d').map((path) => `${path}=${read(after, path)}`);
    });
    expect(states).toEqual([
      ['/d/old=old'],
      ['/d/new=', '/d/old=old'],
      ['/d/new=a', '/d/old=old'],
      ['/d/new=ab', '/d/old=old'],
      ['/d/old=old', '/d/renamed=ab'],
    ]);
  });

  it('keeps some operations by seed, the same ones for the same seed', () => {
    const fs = start();
    for (let i = 0; i < 20; i++) put(fs, `/d/${i}`, `${i}`, false);
    const once = fs.crash({ keep: 'subset', seed: 7 });
    expect(fs.crash({ keep: 'subset', seed: 7 }).tree()).toEqual(once.tree());
    expect(fs.crash({ keep: 'subset', seed: 8 }).tree()).not.toEqual(once.tree());
    expect(once.tree().length).toBeGreaterThan(2);
    expect(once.tree().length).toBeLessThan(22);
  });

  it('tears writes at sectors of 512 bytes of the file', () => {
    const fs = start();
    using file = fs.open('/d/old', 'append');
    file.write(new Uint8Array(4096).fill(1));
    const torn = fs.crash({ keep: 'torn', seed: 3 }).readFile('/d/old');
    expect(torn.length).toBe(4099);
    expect(new TextDecoder().decode(torn.subarray(0, 3))).toBe('old');
    const sectors = new Set<string>();
    for (let at = 0; at < torn.length; at += 512) {
      const sector = torn.subarray(Math.max(at, 3), at + 512);
      expect(new Set(sector).size, `sector at ${at}`).toBe(1);
      sectors.add(String(sector[0]));
    }
    expect([...sectors].sort()).toEqual(['0', '1']);
  });

  it('leaves the old one and its handles as they were', () => {
    const fs = start();
    using file = fs.open('/d/old', 'append');
    const after = fs.crash();
    file.write(bytes('!'));
    put(after, '/d/old', 'changed', true);
    expect(read(fs, '/d/old')).toBe('old!');
    expect(read(after, '/d/old')).toBe('changed');
  });

  it('keeps two names of one file as one file', () => {
    const fs = start();
    fs.link('/d/old', '/d/second');
    fs.syncDirectory('/d');
    const after = fs.crash();
    using file = after.open('/d/old', 'append');
    file.write(bytes('!'));
    expect(read(after, '/d/second')).toBe('old!');
  });
});

describe('MemoryFileSystem', () => {
  it('is full at its capacity and has room again after a removal', () => {
    const fs = new MemoryFileSystem({ capacityBytes: 10 });
    using file = fs.open('/a', 'create');
    file.write(bytes('12345678'));
    expect(fs.freeBytes('/')).toBe(2);
    expect(() => file.write(bytes('abc'))).toThrow(
      expect.objectContaining({
        code: 'DISK_FULL',
        params: { path: '/a', neededBytes: 3, freeBytes: 2 },
      }),
    );
    fs.link('/a', '/b');
    fs.removeFile('/a');
    expect(fs.freeBytes('/')).toBe(2);
    fs.removeFile('/b');
    expect(fs.freeBytes('/')).toBe(10);
    put(fs, '/c', '1234567890', true);
    fs.rename('/c', '/d');
    expect(fs.crash().freeBytes('/')).toBe(10);
    fs.syncDirectory('/');
    expect(fs.crash().freeBytes('/')).toBe(0);
  });

  it('damages stored bytes on request', () => {
    const fs = start();
    fs.corrupt('/d/old', (data) => data.subarray(1));
    expect(read(fs, '/d/old')).toBe('ld');
    expect(read(fs.crash(), '/d/old')).toBe('ld');
  });
});
