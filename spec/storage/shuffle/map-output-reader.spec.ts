import { describe, expect, test } from 'vitest';
import { CairnError } from '../../../lib/base/errors.ts';
import { shuffleId, taskId } from '../../../lib/base/ids.ts';
import type { MapOutput } from '../../../storage/shuffle/map-output.ts';
import { MapOutputReader } from '../../../storage/shuffle/map-output-reader.ts';
import { MapOutputWriter } from '../../../storage/shuffle/map-output-writer.ts';
import { FaultyFileSystem } from '../../support/faulty-file-system.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { RecordingFileSystem } from '../../support/recording-file-system.ts';
import { frameOf, numbers, rowsOf } from '../../support/stored-batches.ts';

const directory = '/shuffle';
const DATA = '/shuffle/29/shuffle_0_3_0.data';
const INDEX = '/shuffle/0d/shuffle_0_3_0.index';

/** An output of map partition 4 with three partitions; each frame is a chunk of its own when `chunkBytes` is small. */
function writeOutput(fileSystem: MemoryFileSystem, chunkBytes = 1024, task = 3): MapOutput {
  using writer = MapOutputWriter.open({
    fileSystem,
    directory,
    shuffleId: shuffleId(0),
    mapIndex: 4,
    taskId: taskId(task),
    partitionCount: 3,
    chunkBytes,
  });
  writer.appendFrames(0, frameOf(numbers(0, 10)), 10);
  for (let i = 0; i < 5; i++) writer.appendFrames(2, frameOf(numbers(100 * i, 100)), 100);
  return writer.commit();
}

describe('a map output reader', () => {
  test('reads an index once, and data chunk by chunk', () => {
    const memory = new MemoryFileSystem();
    const output = writeOutput(memory, 200);
    const fileSystem = new RecordingFileSystem(memory, { base: '/shuffle' });
    const reader = new MapOutputReader({ fileSystem, directory });
    expect(rowsOf(reader.readPartition(output, 0))).toEqual(numbers(0, 10));
    expect(rowsOf(reader.readPartition(output, 1))).toEqual([]);
    const batches = reader.readPartition(output, 2);
    batches.next();
    expect(fileSystem.lines.filter((line) => line.startsWith('readFile'))).toHaveLength(1);
    expect(fileSystem.countOf('read')).toBe(2);
    expect(memory.openHandles).toBe(1);
    batches.return?.();
    expect(memory.openHandles).toBe(0);
    expect(rowsOf(reader.readPartition(output, 2))).toHaveLength(500);
    expect(fileSystem.countOf('read')).toBe(7);
  });

  test('gives buffers that nothing writes to again', () => {
    const fileSystem = new MemoryFileSystem();
    const output = writeOutput(fileSystem, 200);
    const reader = new MapOutputReader({ fileSystem, directory });
    const kept = [...reader.readPartition(output, 2)];
    const before = rowsOf(kept);
    rowsOf(reader.readPartition(output, 2));
    rowsOf(reader.readPartition(output, 0));
    expect(rowsOf(kept)).toEqual(before);
  });

  test('bounds the indexes it keeps, and forgets those of a shuffle', () => {
    const memory = new MemoryFileSystem();
    const outputs = [3, 4, 5].map((task) => writeOutput(memory, 1024, task));
    const fileSystem = new RecordingFileSystem(memory);
    const reader = new MapOutputReader({ fileSystem, directory, cachedChunks: 4 });
    const readAll = () => {
      fileSystem.reset();
      for (const output of outputs) rowsOf(reader.readPartition(output, 0));
      return fileSystem.countOf('readFile');
    };
    expect(readAll()).toBe(3);
    expect(readAll()).toBe(3);
    const roomy = new MapOutputReader({ fileSystem, directory });
    for (const output of outputs) rowsOf(roomy.readPartition(output, 0));
    fileSystem.reset();
    for (const output of outputs) rowsOf(roomy.readPartition(output, 2));
    expect(fileSystem.countOf('readFile')).toBe(0);
    roomy.forgetShuffle(shuffleId(1));
    roomy.forgetShuffle(shuffleId(0));
    for (const output of outputs) rowsOf(roomy.readPartition(output, 2));
    expect(fileSystem.countOf('readFile')).toBe(3);
  });

  test.each([
    ['its index is missing', (fs: MemoryFileSystem) => fs.removeFile(INDEX), INDEX],
    ['its data is missing', (fs: MemoryFileSystem) => fs.removeFile(DATA), INDEX],
    ['its index is cut', (fs: MemoryFileSystem) => fs.corrupt(INDEX, (bytes) => bytes.subarray(0, -1)), INDEX],
    ['its data is cut', (fs: MemoryFileSystem) => fs.corrupt(DATA, (bytes) => bytes.subarray(0, -1)), INDEX],
    [
      'its data is changed',
      (fs: MemoryFileSystem) =>
        fs.corrupt(DATA, (bytes) => {
          bytes.fill(0xff, 30, 31);
          return undefined;
        }),
      DATA,
    ],
  ])('says that an output is lost when %s', (_, damage, path) => {
    const fileSystem = new MemoryFileSystem();
    const output = writeOutput(fileSystem);
    damage(fileSystem);
    const reader = new MapOutputReader({ fileSystem, directory });
    const error = thrownBy(() => rowsOf(reader.readPartition(output, 0)));
    expect(CairnError.is(error, 'SHUFFLE_OUTPUT_LOST') && error.params).toMatchObject({ shuffle: 0, map: 4, path });
    expect(error).toMatchObject({ kind: 'corruption' });
    expect((error as Error).cause).toBeInstanceOf(CairnError);
    expect(() => reader.check(output, { everyByte: true })).toThrow('SHUFFLE_OUTPUT_LOST');
    expect(rowsOf(reader.readPartition(output, 1))).toEqual([]);
    expect(fileSystem.openHandles).toBe(0);
  });

  test('says so too when the index is not what the map task reported', () => {
    const fileSystem = new MemoryFileSystem();
    const output = writeOutput(fileSystem);
    const reader = new MapOutputReader({ fileSystem, directory });
    const other = { ...output, partitionRows: [10, 0, 499] };
    expect(() => rowsOf(reader.readPartition(other, 0))).toThrow('expected 499 records in');
    const fewer = { ...output, partitionBytes: output.partitionBytes.slice(0, 2) };
    expect(() => rowsOf(reader.readPartition(fewer, 0))).toThrow('SHUFFLE_OUTPUT_LOST');
    const swapped = { ...output, mapIndex: 5 };
    expect(() => rowsOf(reader.readPartition(swapped, 0))).toThrow('SHUFFLE_OUTPUT_LOST');
  });

  test('hands out no record of a damaged chunk', () => {
    const fileSystem = new MemoryFileSystem();
    const output = writeOutput(fileSystem, 1);
    fileSystem.corrupt(DATA, (bytes) => {
      bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
      return undefined;
    });
    const reader = new MapOutputReader({ fileSystem, directory });
    const batches = reader.readPartition(output, 2);
    for (let i = 0; i < 4; i++) expect(rowsOf([batches.next().value])).toEqual(numbers(100 * i, 100));
    expect(() => batches.next()).toThrow('SHUFFLE_OUTPUT_LOST');
    expect(fileSystem.openHandles).toBe(0);
  });

  test('passes on what computing again would not help', () => {
    const memory = new MemoryFileSystem();
    const output = writeOutput(memory);
    const fileSystem = new FaultyFileSystem(memory, { at: 1, calls: ['open'], errno: 'EMFILE' });
    const reader = new MapOutputReader({ fileSystem, directory });
    expect(() => rowsOf(reader.readPartition(output, 0))).toThrow('TOO_MANY_OPEN_FILES');
    expect(rowsOf(reader.readPartition(output, 0))).toEqual(numbers(0, 10));
  });

  test('checks an output without decoding it', () => {
    const fileSystem = new MemoryFileSystem();
    const output = writeOutput(fileSystem, 200);
    const reader = new MapOutputReader({ fileSystem, directory });
    reader.check(output);
    reader.check(output, { everyByte: true });
    fileSystem.corrupt(DATA, (bytes) => {
      bytes[50] = 77;
      return undefined;
    });
    reader.check(output);
    expect(() => reader.check(output, { everyByte: true })).toThrow('SHUFFLE_OUTPUT_LOST');
  });
});

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}
