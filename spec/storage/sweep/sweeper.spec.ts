import { describe, expect, test } from 'vitest';
import { rowBatch } from '../../../formats/schema/batch.ts';
import { nodeId, type RunId, runId, shuffleId, taskId } from '../../../lib/base/ids.ts';
import { rddBlockId } from '../../../storage/block/block-id.ts';
import { DiskStore } from '../../../storage/block/disk-store.ts';
import { MapOutputReader } from '../../../storage/shuffle/map-output-reader.ts';
import { MapOutputWriter } from '../../../storage/shuffle/map-output-writer.ts';
import { type SweptFile, sweep } from '../../../storage/sweep/sweeper.ts';
import { FaultyFileSystem } from '../../support/faulty-file-system.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { RecordingFileSystem } from '../../support/recording-file-system.ts';
import { frameOf, rowsOf } from '../../support/stored-batches.ts';

const DEAD = runId('0000dead');
const LIVE = runId('0000a11e');
const isLive = (run: RunId) => run === LIVE;
const nothing = () => false;

function writeBlock(fileSystem: MemoryFileSystem, run: RunId, partition = 0): void {
  const store = new DiskStore({ fileSystem, directory: `/d/${run}`, codec: 'none' });
  store.put(rddBlockId(nodeId(1), partition), [rowBatch([partition])]);
}

function writeOutput(fileSystem: MemoryFileSystem, run: RunId, task: number, commit = true) {
  const writer = MapOutputWriter.open({
    fileSystem,
    directory: `/d/${run}`,
    shuffleId: shuffleId(1),
    mapIndex: task,
    taskId: taskId(task),
    partitionCount: 1,
  });
  writer.appendFrames(0, frameOf([task]), 1);
  if (commit) return writer.commit();
  writer.flush();
  return undefined;
}

const files = (fileSystem: MemoryFileSystem) => fileSystem.tree('/d').filter((path) => !path.endsWith('/'));

describe('the sweeper', () => {
  test('removes what a dead run left, its directory included, and nothing of a live one', () => {
    const fileSystem = new MemoryFileSystem();
    for (const run of [DEAD, LIVE]) {
      writeBlock(fileSystem, run);
      writeOutput(fileSystem, run, 1);
      writeOutput(fileSystem, run, 2, false);
      fileSystem.open(`/d/${run}/15/rdd_1_0.w1-3.tmp`, 'create').close();
    }
    const live = files(fileSystem).filter((path) => path.startsWith(`/d/${LIVE}`));
    const report = sweep({ fileSystem, directory: '/d', isLive, isKnown: nothing });
    expect(files(fileSystem)).toEqual(live);
    expect(live).toHaveLength(5);
    expect(report).toMatchObject({ removedFiles: 5, keptFiles: 0, strangers: [], failures: [] });
    expect(report.removedBytes).toBeGreaterThan(100);
    expect(fileSystem.stat(`/d/${DEAD}`)).toBeUndefined();
    expect(sweep({ fileSystem, directory: '/d', isLive, isKnown: nothing }).removedFiles).toBe(0);
  });

  test('never asks about a live run, and looks at nothing in it', () => {
    const memory = new MemoryFileSystem();
    writeBlock(memory, LIVE);
    const fileSystem = new RecordingFileSystem(memory, { quiet: [] });
    const asked: SweptFile[] = [];
    sweep({ fileSystem, directory: '/d', isLive, isKnown: (file) => asked.push(file) > 0 });
    expect(asked).toEqual([]);
    expect(fileSystem.lines).toEqual(['stat d', 'list d']);
  });

  test('keeps what a row names, whole', () => {
    const fileSystem = new MemoryFileSystem();
    const kept = writeOutput(fileSystem, DEAD, 1);
    writeOutput(fileSystem, DEAD, 2);
    writeOutput(fileSystem, DEAD, 3, false);
    const report = sweep({
      fileSystem,
      directory: '/d',
      isLive,
      isKnown: ({ run, id }) => run === DEAD && 'taskId' in id && (id.taskId === 1 || id.taskId === 3),
    });
    expect(report).toMatchObject({ removedFiles: 3, keptFiles: 2 });
    const reader = new MapOutputReader({ fileSystem, directory: `/d/${DEAD}` });
    expect(kept && rowsOf(reader.readPartition(kept, 0))).toEqual([1]);
    expect(files(fileSystem)).toHaveLength(2);
  });

  test('leaves alone and reports what is not the engine’s', () => {
    const fileSystem = new MemoryFileSystem();
    writeBlock(fileSystem, DEAD);
    fileSystem.makeDirectory('/d/precious');
    fileSystem.makeDirectory(`/d/${DEAD}/40`);
    fileSystem.makeDirectory(`/d/${DEAD}/15/rdd_1_9`);
    fileSystem.open('/d/rdd_1_0', 'create').close();
    fileSystem.open(`/d/${DEAD}/15/photo.jpg`, 'create').close();
    fileSystem.open(`/d/${DEAD}/15/photo.tmp`, 'create').close();
    fileSystem.makeDirectory('/home');
    fileSystem.open('/home/rdd_1_1', 'create').close();
    fileSystem.symbolicLink('/home', `/d/${DEAD}/16`);
    fileSystem.symbolicLink('/home', '/d/0000beef');
    fileSystem.symbolicLink('/home/rdd_1_1', `/d/${DEAD}/15/rdd_1_1`);
    const before = fileSystem.tree().filter((path) => !path.endsWith('15/rdd_1_0'));
    const report = sweep({ fileSystem, directory: '/d', isLive, isKnown: nothing });
    expect(fileSystem.tree()).toEqual(before);
    expect(report.removedFiles).toBe(1);
    expect(report.strangers).toEqual([
      '/d/0000beef',
      `/d/${DEAD}/15/photo.jpg`,
      `/d/${DEAD}/15/photo.tmp`,
      `/d/${DEAD}/15/rdd_1_1`,
      `/d/${DEAD}/15/rdd_1_9`,
      `/d/${DEAD}/16`,
      `/d/${DEAD}/40`,
      '/d/precious',
      '/d/rdd_1_0',
    ]);
  });

  test('removes indexes before data', () => {
    const memory = new MemoryFileSystem();
    for (const task of [1, 2, 3, 4]) writeOutput(memory, DEAD, task);
    const fileSystem = new RecordingFileSystem(memory);
    sweep({ fileSystem, directory: '/d', isLive, isKnown: nothing });
    const kinds = fileSystem.lines.filter((line) => line.startsWith('removeFile')).map((line) => line.split('.')[1]);
    expect(kinds).toEqual(['index', 'index', 'index', 'index', 'data', 'data', 'data', 'data']);
  });

  test('has nothing to do where there is no directory', () => {
    const report = sweep({ fileSystem: new MemoryFileSystem(), directory: '/d', isLive, isKnown: nothing });
    expect(report).toEqual({ removedFiles: 0, removedBytes: 0, keptFiles: 0, strangers: [], failures: [] });
  });

  test('goes on when a file cannot be removed, and the next sweep takes it', () => {
    const memory = new MemoryFileSystem();
    for (const partition of [0, 1, 2]) writeBlock(memory, DEAD, partition);
    const fileSystem = new FaultyFileSystem(memory, { at: 2, calls: ['removeFile'], errno: 'EACCES' });
    const report = sweep({ fileSystem, directory: '/d', isLive, isKnown: nothing });
    expect(report.removedFiles).toBe(2);
    expect(report.failures).toEqual([{ path: expect.stringContaining('rdd_1_1'), reason: expect.any(String) }]);
    expect(files(memory)).toHaveLength(1);
    expect(sweep({ fileSystem, directory: '/d', isLive, isKnown: nothing }).removedFiles).toBe(1);
    expect(memory.tree('/d')).toEqual([]);
  });
});
