import { describe, expect, it } from 'vitest';
import type { FileSystem } from '../../storage/fs/file-system.ts';
import { FaultyFileSystem, failEveryCall, flipStoredBit } from './faulty-file-system.ts';
import { MemoryFileSystem } from './memory-file-system.ts';
import { RecordingFileSystem } from './recording-file-system.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const read = (fs: FileSystem, path: string) => new TextDecoder().decode(fs.readFile(path));

describe('FaultyFileSystem', () => {
  it('fails the n-th call of a kind with the error the machine would raise', () => {
    const fs = new FaultyFileSystem(new MemoryFileSystem(), { at: 2, calls: ['open'], errno: 'EMFILE' });
    fs.open('/a', 'create').close();
    expect(() => fs.open('/b', 'create')).toThrow(expect.objectContaining({ code: 'TOO_MANY_OPEN_FILES' }));
    fs.open('/b', 'create').close();
    expect(fs.faultCount).toBe(1);
  });

  it('goes on failing when the disk stays broken', () => {
    const fs = new FaultyFileSystem(new MemoryFileSystem(), { at: 2, errno: 'EIO', forever: true });
    expect(fs.stat('/')?.kind).toBe('directory');
    for (let i = 0; i < 3; i++) expect(() => fs.list('/')).toThrow(expect.objectContaining({ code: 'IO_ERROR' }));
  });

  it('puts a part of a write into the file before it fails', () => {
    const memory = new MemoryFileSystem();
    const fs = new FaultyFileSystem(memory, { at: 1, calls: ['write'], errno: 'EIO', bytesWritten: 4 });
    const file = fs.open('/a', 'create');
    expect(() => file.write(bytes('abc'), bytes('def'))).toThrow();
    file.close();
    expect(read(memory, '/a')).toBe('abcd');
  });

  it('lets a call take effect and fails it all the same', () => {
    const memory = new MemoryFileSystem();
    memory.open('/a', 'create').close();
    const fs = new FaultyFileSystem(memory, { at: 1, errno: 'EIO', takesEffect: true });
    expect(() => fs.rename('/a', '/b')).toThrow();
    expect(memory.tree()).toEqual(['/b']);
  });

  it('fills the disk after a number of bytes', () => {
    const memory = new MemoryFileSystem();
    const fs = new FaultyFileSystem(memory).fillAfter(5);
    const file = fs.open('/a', 'create');
    file.write(bytes('abc'));
    expect(() => file.write(bytes('defg'))).toThrow(
      expect.objectContaining({ code: 'DISK_FULL', params: { path: '/a', neededBytes: 2, freeBytes: 0 } }),
    );
    expect(() => file.write(bytes('h'))).toThrow(expect.objectContaining({ code: 'DISK_FULL' }));
    file.close();
    expect(read(memory, '/a')).toBe('abcde');
  });

  it('does nothing at all once the power is cut, and leaks no handle', () => {
    const memory = new MemoryFileSystem();
    const fs = new FaultyFileSystem(memory).cutPowerAt(3);
    const file = fs.open('/a', 'create');
    file.write(bytes('abc'));
    expect(() => file.sync()).toThrow();
    expect(() => fs.removeFile('/a')).toThrow();
    expect(() => file.close()).toThrow();
    expect(memory.openHandles).toBe(0);
    expect(memory.tree()).toEqual(['/a']);
  });

  it('flips one bit of the n-th read and of a stored file', () => {
    const memory = new MemoryFileSystem();
    const file = memory.open('/a', 'create');
    file.write(bytes('aaaa'));
    file.close();
    const fs = new FaultyFileSystem(memory).flipBitOnRead(2, 9);
    expect(read(fs, '/a')).toBe('aaaa');
    expect(read(fs, '/a')).toBe('acaa');
    expect(read(fs, '/a')).toBe('aaaa');
    flipStoredBit(memory, '/a', 1);
    expect(read(memory, '/a')).toBe('caaa');
  });

  it('fails a scenario at each of its calls', () => {
    const failed: number[] = [];
    const count = failEveryCall({ errno: 'EIO' }, (wrap, at) => {
      const fs = wrap(new MemoryFileSystem());
      try {
        fs.makeDirectory('/a');
        fs.syncDirectory('/');
        fs.list('/');
      } catch {
        failed.push(at);
      }
    });
    expect(count).toBe(3);
    expect(failed).toEqual([1, 2, 3]);
  });
});

describe('RecordingFileSystem', () => {
  it('writes every call as a line and counts the bytes read', () => {
    const memory = new MemoryFileSystem();
    memory.makeDirectory('/base');
    const fs = new RecordingFileSystem(memory, { base: '/base' });
    {
      using file = fs.open('/base/a', 'create');
      file.write(bytes('abc'), bytes('de'));
      file.sync();
      file.read(new Uint8Array(100), 1);
    }
    fs.rename('/base/a', '/base/b');
    fs.syncDirectory('/base');
    fs.readFile('/base/b');
    expect(() => fs.open('/base/none', 'read')).toThrow();
    expect(fs.lines).toEqual([
      'create a',
      'write 5 a',
      'sync a',
      'read 100 @1 a',
      'rename a -> b',
      'syncDirectory .',
      'readFile b',
      'open none !FILE_NOT_FOUND',
    ]);
    expect([fs.bytesRead, fs.bytesReadOf('/base/a'), fs.bytesReadOf('/base/b'), fs.bytesWritten]).toEqual([9, 4, 5, 5]);
    expect(fs.countOf('close')).toBe(1);
  });
});
