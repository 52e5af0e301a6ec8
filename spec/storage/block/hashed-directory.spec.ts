import { describe, expect, test } from 'vitest';
import { HashedDirectory, subdirectoryOf } from '../../../storage/block/hashed-directory.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';

describe('a hashed directory', () => {
  test.each([
    ['rdd_0_0', '14'],
    ['rdd_1_2', '17'],
    ['shuffle_0_0_0.data', '0c'],
    ['shuffle_0_0_0.index', '30'],
    ['shuffle_0_1_0.data', '15'],
    ['shuffle_0_1_0.index', '0f'],
    ['broadcast_0', '0e'],
    ['broadcast_0_piece0', '11'],
    // "polygenelubricants".hashCode() is −2³¹ on the JVM.
    ['polygenelubricants', '00'],
  ])("places %s in %s, by Spark's rule", (name, subdirectory) => {
    expect(subdirectoryOf(name)).toBe(subdirectory);
  });

  test('makes a sub-directory when its first file is to be written, and lists only its files', () => {
    const fileSystem = new MemoryFileSystem();
    const directory = new HashedDirectory(fileSystem, '/data/blocks');
    expect([...directory.files()]).toEqual([]);
    fileSystem.makeDirectory('/data/blocks');
    for (const name of ['rdd_1_2', 'rdd_0_0']) {
      const path = directory.makePath(name);
      expect(path).toBe(directory.pathOf(name));
      fileSystem.open(path, 'create').close();
    }
    fileSystem.makeDirectory('/data/blocks/14/nested');
    fileSystem.makeDirectory('/data/blocks/other');
    fileSystem.open('/data/blocks/other/rdd_9_9', 'create').close();
    fileSystem.open('/data/blocks/rdd_8_8', 'create').close();
    expect([...directory.files()]).toEqual([
      { name: 'rdd_0_0', path: '/data/blocks/14/rdd_0_0' },
      { name: 'rdd_1_2', path: '/data/blocks/17/rdd_1_2' },
    ]);
  });
});
