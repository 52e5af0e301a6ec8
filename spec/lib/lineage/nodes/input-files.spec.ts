import { describe, expect, it } from 'vitest';
import { findInputFiles, openInput } from '../../../../lib/lineage/nodes/input-files.ts';
import { MemoryFileSystem } from '../../../support/memory-file-system.ts';
import { writeFile } from '../../../support/write-file.ts';

describe('findInputFiles', () => {
  it('gives path, size and time of each file', () => {
    const fs = new MemoryFileSystem();
    writeFile(fs, '/in/b', '22');
    writeFile(fs, '/in/a', '1');
    writeFile(fs, '/in/_SUCCESS', '');
    const files = findInputFiles(fs, '/in');
    expect(files.map(({ path, sizeBytes }) => [path, sizeBytes])).toEqual([
      ['/in/a', 1],
      ['/in/b', 2],
    ]);
    expect(files.every(({ modifiedMs }) => modifiedMs > 0)).toBe(true);
    expect(findInputFiles(fs, ['/in/b', '/in/a*']).map(({ path }) => path)).toEqual(['/in/b', '/in/a']);
  });

  it('raises FILE_NOT_FOUND for what nothing matches', () => {
    const fs = new MemoryFileSystem();
    expect(() => findInputFiles(fs, '/none')).toThrow(/FILE_NOT_FOUND: \/none/);
    expect(() => findInputFiles(fs, '/none/*.txt')).toThrow(/FILE_NOT_FOUND/);
  });
});

describe('openInput', () => {
  it('refuses a file that became shorter, and takes one that grew', () => {
    const fs = new MemoryFileSystem();
    writeFile(fs, '/a', '12345');
    const [file] = findInputFiles(fs, '/a');
    if (file === undefined) expect.unreachable();
    writeFile(fs, '/a', '1234567');
    openInput(fs, file).close();
    writeFile(fs, '/a', '123');
    expect(() => openInput(fs, file)).toThrow(/INPUT_CHANGED.*had 5 bytes.*3 now/);
    expect(fs.openHandles).toBe(0);
  });
});
