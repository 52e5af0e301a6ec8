import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SessionStorage } from '../../../lib/api/session-storage.ts';
import { systemClock } from '../../../lib/base/clock.ts';
import { armFailpoint } from '../../../lib/base/failpoint.ts';
import { runId } from '../../../lib/base/ids.ts';
import { HashedDirectory } from '../../../storage/block/hashed-directory.ts';
import { nodeFileSystem } from '../../../storage/fs/node-file-system.ts';
import { MetadataDatabase } from '../../../storage/metadata/database.ts';
import { FingerprintStore } from '../../../storage/metadata/fingerprint-store.ts';
import { JobLog } from '../../../storage/metadata/job-log.ts';
import { RunReader } from '../../../storage/metadata/run-reader.ts';
import { ShuffleCatalog } from '../../../storage/metadata/shuffle-catalog.ts';
import { exampleRun } from '../../storage/metadata/example-run.ts';
import { RetainedOutputs } from '../../support/retained-outputs.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const optionsOf = (directory: string) => ({ directory, fileSystem: nodeFileSystem, clock: systemClock });
const open = (directory: string) => SessionStorage.open(optionsOf(directory));

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

test('a file in the place of the directory is a wrong option, and stays', () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, 'file');
  write(path);
  expect(() => open(path)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  expect(nodeFileSystem.stat(path)?.sizeBytes).toBe(1);
});

describe('map outputs that rows name', () => {
  const ONE = runId('aaaa0001');
  const TWO = runId('bbbb0002');
  const root = (dir: string) => join(dir, 'shuffle');
  const files = (dir: string, run: string) =>
    [...new HashedDirectory(nodeFileSystem, join(root(dir), run)).files()].map(({ name }) => name).sort();

  /** Two runs of sessions `a` and `b` that were killed, each with two outputs and one that no row names. */
  function leave(dir: string): void {
    using storage = open(dir);
    const outputs = new RetainedOutputs(nodeFileSystem, new ShuffleCatalog(storage.database), root(dir));
    for (const [run, name] of [
      [ONE, 'a'],
      [TWO, 'b'],
    ] as const) {
      // biome-ignore format: pairs
      JobLog.beginRun(storage.database, exampleRun(run, { options: { name } }));
      for (const task of [0, 1]) outputs.write(run, 0, task);
      outputs.writeFiles(run, 0, 2);
    }
  }

  const rowsIn = (storage: SessionStorage) => new ShuffleCatalog(storage.database).list().map(({ run }) => run).sort(); // biome-ignore format: one line
  const KEPT = ['shuffle_0_0_0.data', 'shuffle_0_0_0.index', 'shuffle_0_1_0.data', 'shuffle_0_1_0.index'];

  test('stay when the directory is opened, without what no row names', () => {
    using dir = temporaryDirectory();
    leave(dir.path);
    using storage = SessionStorage.open({ ...optionsOf(dir.path), retainMs: 60_000 });
    expect(storage.notSwept).toEqual([]);
    expect(rowsIn(storage)).toEqual([ONE, TWO]);
    for (const run of [ONE, TWO]) expect(files(dir.path, run)).toEqual(KEPT);
  });

  test('go once they are too old, rows and files', () => {
    using dir = temporaryDirectory();
    leave(dir.path);
    using storage = SessionStorage.open({ ...optionsOf(dir.path), retainMs: 0 });
    expect(rowsIn(storage)).toEqual([]);
    expect(entries(root(dir.path))).toEqual([storage.run]);
  });

  test('are let go when their files are not there', () => {
    using dir = temporaryDirectory();
    leave(dir.path);
    nodeFileSystem.removeTree(join(root(dir.path), ONE));
    using storage = open(dir.path);
    expect(rowsIn(storage)).toEqual([TWO]);
  });

  test.each([
    ['go with their session when it says nothing', undefined, []],
    ['stay after a session that is not complete', false, KEPT],
    ['go with a complete session', true, []],
  ] as const)('%s', (_, isComplete, kept) => {
    using dir = temporaryDirectory();
    leave(dir.path);
    const storage = open(dir.path);
    const { run } = storage;
    JobLog.beginRun(storage.database, exampleRun(run, { options: { name: 'a' } }));
    const outputs = new RetainedOutputs(nodeFileSystem, new ShuffleCatalog(storage.database), root(dir.path));
    for (const task of [0, 1]) outputs.write(run, 0, task);
    outputs.writeFiles(run, 3, 7);
    const store = new FingerprintStore(storage.database);
    store.put([...'ab'].map((name) => ({ fingerprint: `lines ${name}`, inputs: [], json: '{}' })));
    store.put([{ fingerprint: 'shuffle 0', inputs: ['lines b'], json: '{}' }]);
    if (isComplete !== undefined) storage.leaveWork('a', isComplete);
    storage[Symbol.dispose]();
    expect(files(dir.path, run)).toEqual(kept);
    expect(entries(root(dir.path)).includes(run)).toBe(kept.length > 0);
    // What earlier runs of that name left has served its purpose then, and what others left has not.
    expect(files(dir.path, ONE)).toEqual(isComplete === true ? [] : KEPT);
    expect(files(dir.path, TWO)).toEqual(KEPT);
    using next = open(dir.path);
    const others = isComplete === true ? [TWO] : [ONE, TWO];
    expect(rowsIn(next)).toEqual([...others, ...(kept.length > 0 ? [run] : [])].sort());
    expect(files(dir.path, run)).toEqual(kept);
    const left = new FingerprintStore(next.database);
    expect([left.has('lines a'), left.has('lines b')]).toEqual([isComplete !== true, true]);
  });

  test('have gone before their files do, whenever the process dies', () => {
    using dir = temporaryDirectory();
    leave(dir.path);
    const killed = new Error('killed');
    {
      using _ = armFailpoint('session/after-expired', { kind: 'throw', error: killed });
      expect(() => SessionStorage.open({ ...optionsOf(dir.path), retainMs: 0 })).toThrow(killed);
    }
    expect(files(dir.path, ONE)).not.toEqual([]);
    using reader = MetadataDatabase.open(join(dir.path, 'cairn.sqlite'), { readOnly: true });
    expect(new ShuffleCatalog(reader).list()).toEqual([]);
    using storage = open(dir.path);
    expect(entries(root(dir.path))).toEqual([storage.run]);
  });

  test('of a complete session have gone before their files do, too', () => {
    using dir = temporaryDirectory();
    leave(dir.path);
    const storage = open(dir.path);
    new RetainedOutputs(nodeFileSystem, new ShuffleCatalog(storage.database), root(dir.path)).write(storage.run, 0, 0);
    JobLog.beginRun(storage.database, exampleRun(storage.run, { options: { name: 'a' } }));
    storage.leaveWork('a', true);
    const seen: unknown[] = [];
    using _ = armFailpoint('session/after-retained-rows', {
      kind: 'call',
      callback: () => seen.push(rowsIn(storage), files(dir.path, ONE), files(dir.path, storage.run).length),
    });
    storage[Symbol.dispose]();
    expect(seen).toEqual([[TWO], KEPT, 2]);
  });

  test('are no reason to fail for a session whose database does', () => {
    using dir = temporaryDirectory();
    const storage = open(dir.path);
    new RetainedOutputs(nodeFileSystem, new ShuffleCatalog(storage.database), root(dir.path)).write(storage.run, 0, 0);
    storage.database.run('PRAGMA query_only = ON');
    storage[Symbol.dispose]();
    expect(entries(root(dir.path))).toEqual([]);
    expect(entries(dir.path)).not.toContain('lock');
    using next = open(dir.path);
    expect(rowsIn(next)).toEqual([]);
  });
});
