import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeFileSystem } from '../../../storage/fs/node-file-system.ts';
import { adoptCheckpoints } from '../../../storage/metadata/adopt-checkpoints.ts';
import { CheckpointCatalog } from '../../../storage/metadata/checkpoint-catalog.ts';
import { MetadataDatabase } from '../../../storage/metadata/database.ts';
import { FaultyFileSystem } from '../../support/faulty-file-system.ts';
import { examplePlace, PARTITIONS, writeCheckpoint } from '../checkpoint/example-checkpoint.ts';
import { ScratchDirectory } from './example-run.ts';

class Data implements Disposable {
  readonly scratch = new ScratchDirectory();
  readonly directory = join(this.scratch.path, 'data');
  readonly database = MetadataDatabase.open(this.scratch.database);
  readonly catalog = new CheckpointCatalog(this.database);

  /** A complete checkpoint without a row. */
  write(path: string, name: string | null, fingerprint: string | null = 'f00d'): string {
    const directory = join(this.directory, path);
    const place = examplePlace({ directory, owner: 'f00d' });
    writeCheckpoint(nodeFileSystem, place, PARTITIONS, { description: { name, fingerprint, run: 'aaaa0001' } });
    return directory;
  }

  adopt(fileSystem = nodeFileSystem as ConstructorParameters<typeof FaultyFileSystem>[0]) {
    return adoptCheckpoints(this.catalog, { fileSystem, directory: this.directory });
  }

  [Symbol.dispose](): void {
    this.database.close();
    this.scratch[Symbol.dispose]();
  }
}

test('a complete checkpoint that no row names gets one, wherever it lies in the data directory', () => {
  using data = new Data();
  const paths = [
    data.write('c/id/rdd-7', 'ratings'),
    data.write('rdd-8', null, null),
    data.write('a/b/c/d/rdd-9', 'x'),
  ];
  expect(data.adopt()).toEqual({ adopted: [...paths].sort(), removed: [], failures: [] });
  expect(data.catalog.findByName('ratings')).toMatchObject({
    ...{ path: 'c/id/rdd-7', state: 'complete', run: 'aaaa0001', node: 7, owner: 'f00d', fingerprint: 'f00d' },
    ...{ partitionCount: 3, rowCount: 4, elapsedMs: null },
  });
  expect(data.catalog.partsOf(data.catalog.findByName('ratings')?.checkpoint ?? 0)).toHaveLength(3);
  expect(data.adopt()).toEqual({ adopted: [], removed: [], failures: [] });
  expect(data.catalog.list()).toHaveLength(3);
});

test('a name means what it meant: a copy is found by its fingerprint and its directory', () => {
  using data = new Data();
  data.write('c/1/rdd-1', 'ratings');
  data.adopt();
  const copy = data.write('copy/1/rdd-1', 'ratings');
  expect(data.adopt().adopted).toEqual([copy]);
  expect(data.catalog.list().map(({ name }) => name)).toEqual(['ratings', null]);
  expect(data.catalog.findByFingerprint('f00d')?.directory).toBe(copy);
});

test('what is left of others goes, and what is not the engine’s stays', () => {
  using data = new Data();
  const cut = data.write('c/1/rdd-1', 'a');
  nodeFileSystem.removeFile(join(cut, '_manifest'));
  const damaged = data.write('c/2/rdd-2', 'b');
  const part = join(damaged, 'part-00001');
  const bytes = readFileSync(part);
  bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
  writeFileSync(part, bytes);
  const own = join(data.directory, 'mine', 'rdd-3');
  const mixed = join(data.directory, 'mine', 'rdd-4');
  for (const directory of [own, mixed]) mkdirSync(directory, { recursive: true });
  writeFileSync(join(own, 'notes.txt'), 'notes');
  for (const name of ['notes.txt', 'part-00000']) writeFileSync(join(mixed, name), 'x');
  mkdirSync(join(data.directory, 'shuffle', 'rdd-5'), { recursive: true });
  expect(data.adopt()).toEqual({ adopted: [], removed: [cut, damaged, mixed], failures: [] });
  expect([cut, damaged, join(mixed, 'part-00000')].filter((path) => existsSync(path))).toEqual([]);
  expect([join(own, 'notes.txt'), join(mixed, 'notes.txt')].every((path) => existsSync(path))).toBe(true);
  expect(existsSync(join(data.directory, 'shuffle', 'rdd-5'))).toBe(true);
  expect(data.catalog.list()).toEqual([]);
});

test('links are not followed, and what is of a newer release or cannot be read stays', () => {
  using data = new Data();
  const elsewhere = join(data.scratch.path, 'elsewhere');
  const place = examplePlace({ directory: join(elsewhere, 'rdd-1'), owner: 'f00d' });
  writeCheckpoint(nodeFileSystem, place, PARTITIONS);
  symlinkSync(elsewhere, join(data.directory, 'link'));
  expect(data.adopt()).toEqual({ adopted: [], removed: [], failures: [] });
  const path = data.write('c/1/rdd-1', 'a');
  const refused = new FaultyFileSystem(nodeFileSystem, { at: 1, calls: ['readFile'], errno: 'EACCES' });
  expect(data.adopt(refused)).toMatchObject({ adopted: [], removed: [], failures: [{ path }] });
  expect(data.adopt().adopted).toEqual([path]);
});
