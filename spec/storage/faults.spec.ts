/**
 * Every call to the file system fails once: the error has a code, nothing is left behind, memory is given back, and the
 * same work done again succeeds.
 */
import { describe, expect, test } from 'vitest';
import { type Batch, rowBatch } from '../../formats/schema/batch.ts';
import { CairnError } from '../../lib/base/errors.ts';
import { nodeId, shuffleId, taskId } from '../../lib/base/ids.ts';
import { rddBlockId } from '../../storage/block/block-id.ts';
import { BlockManager } from '../../storage/block/block-manager.ts';
import { DiskStore } from '../../storage/block/disk-store.ts';
import { STORAGE_LEVELS } from '../../storage/block/storage-level.ts';
import type { FileSystem } from '../../storage/fs/file-system.ts';
import { MemoryBudget } from '../../storage/memory/memory-budget.ts';
import type { MapOutput } from '../../storage/shuffle/map-output.ts';
import { MapOutputReader } from '../../storage/shuffle/map-output-reader.ts';
import { MapOutputWriter } from '../../storage/shuffle/map-output-writer.ts';
import { RunFileReader, RunFileWriter } from '../../storage/spill/run-file.ts';
import { failEveryCall } from '../support/faulty-file-system.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { frameOf, numbers, rowsOf } from '../support/stored-batches.ts';
import type { FileCallKind } from '../support/wrapped-file-system.ts';

const ERRNOS = ['EIO', 'ENOSPC', 'EMFILE', 'EACCES'] as const;
/** All calls but the removal of a file: when cleaning up fails too, the sweeper has to do it. */
const CALLS: readonly FileCallKind[] = [
  'open',
  'read',
  'write',
  'sync',
  'sizeBytes',
  'close',
  'readFile',
  'makeDirectory',
  'list',
  'stat',
  'rename',
  'syncDirectory',
];
const ROWS = numbers(0, 600).map((n) => n * 1_000_003);
const files = (fileSystem: MemoryFileSystem) => fileSystem.tree().filter((path) => !path.endsWith('/'));

/** Runs an action that may fail with an error of the file system; says whether it succeeded. */
function attempt<T>(action: () => T): { readonly value: T } | undefined {
  try {
    return { value: action() };
  } catch (error) {
    expect(error).toBeInstanceOf(CairnError);
    expect((error as CairnError).kind).not.toBe('internal');
    return undefined;
  }
}

/** One fault at most is due: if the action fails it is done once more. */
function retried<T>(action: () => T): T {
  return (attempt(action) ?? { value: action() }).value;
}

function writeOutput(fileSystem: FileSystem, sync: boolean, task = 3): MapOutput {
  using writer = MapOutputWriter.open({
    fileSystem,
    directory: '/s',
    shuffleId: shuffleId(0),
    mapIndex: 0,
    taskId: taskId(task),
    partitionCount: 3,
    flushBytes: 100,
    chunkBytes: 200,
    sync,
  });
  for (const from of [0, 100, 200]) writer.appendFrames(0, frameOf(ROWS.slice(from, from + 100)), 100);
  writer.appendFrames(2, frameOf(ROWS.slice(300)), 300);
  return writer.commit();
}

function readOutput(fileSystem: FileSystem, output: MapOutput): unknown[] {
  const reader = new MapOutputReader({ fileSystem, directory: '/s' });
  return [0, 1, 2].flatMap((p) => rowsOf(reader.readPartition(output, p)));
}

describe.each(ERRNOS)('when a call fails with %s', (errno) => {
  test.each([true, false])('a map output is published whole or not at all (sync: %s)', (sync) => {
    const calls = failEveryCall({ errno, calls: CALLS }, (wrap) => {
      const memory = new MemoryFileSystem();
      memory.makeDirectory('/s');
      const fileSystem = wrap(memory);
      const written = attempt(() => writeOutput(fileSystem, sync));
      expect(memory.openHandles).toBe(0);
      if (written === undefined) expect(files(memory)).toEqual([]);
      expect(
        readOutput(
          memory,
          retried(() => writeOutput(fileSystem, sync)),
        ),
      ).toEqual(ROWS);
      expect(files(memory)).toHaveLength(2);
    });
    expect(calls).toBeGreaterThan(12);
  });

  test('a complete older pair survives whatever a later commit of it meets', () => {
    failEveryCall({ errno, calls: CALLS }, (wrap) => {
      const memory = new MemoryFileSystem();
      const output = writeOutput(memory, false);
      attempt(() => writeOutput(wrap(memory), false));
      expect(readOutput(memory, output)).toEqual(ROWS);
      expect(files(memory)).toHaveLength(2);
      expect(memory.openHandles).toBe(0);
    });
  });

  test('reading a map output raises a typed error and can be tried again', () => {
    const calls = failEveryCall({ errno }, (wrap) => {
      const memory = new MemoryFileSystem();
      const output = writeOutput(memory, false);
      const fileSystem = wrap(memory);
      const reader = new MapOutputReader({ fileSystem, directory: '/s' });
      const read = () => [0, 1, 2].flatMap((p) => rowsOf(reader.readPartition(output, p)));
      attempt(() => reader.check(output, { everyByte: true }));
      attempt(read);
      expect(memory.openHandles).toBe(0);
      expect(retried(read)).toEqual(ROWS);
    });
    expect(calls).toBeGreaterThan(12);
  });

  test('a run file is whole or gone', () => {
    const calls = failEveryCall({ errno, calls: CALLS }, (wrap) => {
      const memory = new MemoryFileSystem();
      const fileSystem = wrap(memory);
      const roundTrip = () => {
        using writer = RunFileWriter.open(fileSystem, '/run', { flushBytes: 100 });
        for (const from of [0, 200, 400]) writer.append(from, frameOf(ROWS.slice(from, from + 200)), 200);
        const run = writer.finish();
        try {
          using reader = new RunFileReader(fileSystem, run);
          return rowsOf(reader.batches());
        } finally {
          memory.removeFile(run.path);
        }
      };
      attempt(roundTrip);
      expect(memory.openHandles).toBe(0);
      expect(files(memory)).toEqual([]);
      expect(retried(roundTrip)).toEqual(ROWS);
    });
    expect(calls).toBeGreaterThan(6);
  });

  test('the block manager stores, evicts and reads back, or says why not, and leaks nothing', () => {
    const calls = failEveryCall({ errno }, (wrap) => {
      const memory = new MemoryFileSystem();
      const budget = new MemoryBudget({ totalBytes: 7_000 });
      const disk = new DiskStore({ fileSystem: wrap(memory), directory: '/b', codec: 'none', chunkBytes: 900 });
      const blocks = new BlockManager({ disk, budget, codec: 'none' });
      function* compute(): IterableIterator<Batch> {
        for (let from = 0; from < ROWS.length; from += 100) yield rowBatch(ROWS, from, from + 100);
      }
      const read = (node: number, level: keyof typeof STORAGE_LEVELS) =>
        rowsOf(blocks.getOrElseUpdate(rddBlockId(nodeId(node), 0), STORAGE_LEVELS[level], compute));
      const work = () => [
        ...read(1, 'MEMORY_AND_DISK'),
        ...read(2, 'DISK_ONLY'),
        ...read(3, 'MEMORY_AND_DISK_SER'),
        ...read(1, 'MEMORY_AND_DISK'),
        ...read(2, 'DISK_ONLY'),
        ...read(3, 'MEMORY_AND_DISK_SER'),
      ];
      const whole = Array.from({ length: 6 }, () => ROWS).flat();
      const first = attempt(work);
      if (first !== undefined) expect(first.value).toEqual(whole);
      expect(blocks.openReads).toBe(0);
      expect(memory.openHandles).toBe(0);
      expect(files(memory).filter((path) => path.endsWith('.tmp'))).toEqual([]);
      expect(retried(work)).toEqual(whole);
      for (const node of [1, 2, 3]) retried(() => blocks.removeNode(nodeId(node)));
      expect(files(memory)).toEqual([]);
      budget.assertAllReleased();
    });
    expect(calls).toBeGreaterThan(25);
  });
});

test('what cannot be removed after a commit that lost is a temporary file, for the sweeper', () => {
  const calls = failEveryCall({ errno: 'EACCES', calls: ['removeFile'] }, (wrap, at) => {
    const memory = new MemoryFileSystem();
    const output = writeOutput(memory, false);
    expect(writeOutput(wrap(memory), false)).toEqual(output);
    expect(readOutput(memory, output)).toEqual(ROWS);
    expect(files(memory).filter((path) => path.endsWith('.tmp'))).toHaveLength(at === 1 ? 1 : 0);
  });
  expect(calls).toBe(1);
});

test('a full disk at every byte leaves what was committed, frees what was not, and the work can be done again', () => {
  const whole = new MemoryFileSystem();
  writeOutput(whole, false);
  writeOutput(whole, false, 4);
  const needed = files(whole).reduce((sum, path) => sum + (whole.stat(path)?.sizeBytes ?? 0), 0);
  let failures = 0;
  for (let capacityBytes = 0; capacityBytes <= needed; capacityBytes += 13) {
    const fileSystem = new MemoryFileSystem({ capacityBytes });
    const committed = [3, 4].map((task) => {
      const written = attempt(() => writeOutput(fileSystem, false, task));
      if (written === undefined) failures++;
      return written?.value;
    });
    for (const output of committed) if (output !== undefined) expect(readOutput(fileSystem, output)).toEqual(ROWS);
    expect(files(fileSystem)).toHaveLength(2 * committed.filter((output) => output !== undefined).length);
    expect(fileSystem.openHandles).toBe(0);
  }
  expect(failures).toBeGreaterThan(300);
});
