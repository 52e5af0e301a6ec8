import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SessionStorage } from '../../../lib/api/session-storage.ts';
import { systemClock } from '../../../lib/base/clock.ts';
import { nodeFileSystem } from '../../../storage/fs/node-file-system.ts';
import { MetadataDatabase } from '../../../storage/metadata/database.ts';
import { RunReader } from '../../../storage/metadata/run-reader.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const open = (directory: string) => SessionStorage.open({ directory, fileSystem: nodeFileSystem, clock: systemClock });

function entries(path: string): string[] {
  return nodeFileSystem.list(path).map(({ name }) => name);
}

function write(path: string): void {
  using file = nodeFileSystem.open(path, 'create');
  file.write(Uint8Array.of(1));
}

describe("a session's storage", () => {
  test('has a run of its own, and folders that go with it', () => {
    using dir = temporaryDirectory();
    const storage = open(dir.path);
    expect(storage.run).toMatch(/^[0-9a-f]{8}$/);
    expect(entries(dir.path)).toEqual(expect.arrayContaining(['blocks', 'cairn.sqlite', 'lock', 'scratch', 'shuffle']));
    write(storage.newScratchPath('spill'));
    expect(storage.newScratchPath('spill')).not.toBe(storage.newScratchPath('spill'));
    nodeFileSystem.makeDirectory(join(storage.blockDirectory, '00'));
    storage[Symbol.dispose]();
    storage[Symbol.dispose]();
    for (const folder of ['blocks', 'scratch', 'shuffle']) expect(entries(join(dir.path, folder))).toEqual([]);
    expect(entries(dir.path)).not.toContain('lock');
  });

  test('takes what earlier runs left, by name, and nothing else', () => {
    using dir = temporaryDirectory();
    const left = join(dir.path, 'shuffle', '0badcafe', '1f');
    nodeFileSystem.makeDirectory(left);
    write(join(left, 'shuffle_0_1_0.data'));
    write(join(left, 'shuffle_0_1_0.index.tmp'));
    write(join(dir.path, 'shuffle', 'notes.txt'));
    nodeFileSystem.makeDirectory(join(dir.path, 'scratch', 'a-folder-of-mine'));
    using storage = open(dir.path);
    expect(entries(join(dir.path, 'shuffle'))).toEqual([storage.run, 'notes.txt'].toSorted());
    expect(entries(join(dir.path, 'scratch'))).toContain('a-folder-of-mine');
    expect(storage.notSwept).toEqual([]);
  });

  test('refuses a directory that is in use, and leaves it alone', () => {
    using dir = temporaryDirectory();
    using storage = open(dir.path);
    const path = storage.newScratchPath('spill');
    write(path);
    expect(() => open(dir.path)).toThrow('DIRECTORY_ALREADY_OPEN');
    expect(nodeFileSystem.stat(path)?.sizeBytes).toBe(1);
  });

  test('gives the directory back when its database is none', () => {
    using dir = temporaryDirectory();
    nodeFileSystem.makeDirectory(dir.path);
    {
      using file = nodeFileSystem.open(join(dir.path, 'cairn.sqlite'), 'create');
      file.write(Buffer.from('this is no database'.repeat(100)));
    }
    expect(() => open(dir.path)).toThrow('CORRUPT_FILE');
    expect(entries(dir.path)).not.toContain('lock');
    nodeFileSystem.removeFile(join(dir.path, 'cairn.sqlite'));
    using storage = open(dir.path);
    using reader = MetadataDatabase.open(join(dir.path, 'cairn.sqlite'), { readOnly: true });
    expect(new RunReader(reader).listRuns()).toEqual([]);
    expect(storage.directory).toBe(dir.path);
  });
});
