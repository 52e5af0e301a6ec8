import { describe, expect, test } from 'vitest';
import { runId, shuffleId, taskId } from '../../../lib/base/ids.ts';
import { findMapOutput, type MapOutputQuery } from '../../../storage/shuffle/find-map-output.ts';
import type { MapOutput } from '../../../storage/shuffle/map-output.ts';
import { mapOutputDataPath, mapOutputIndexPath } from '../../../storage/shuffle/map-output-place.ts';
import { MapOutputReader } from '../../../storage/shuffle/map-output-reader.ts';
import { MapOutputWriter } from '../../../storage/shuffle/map-output-writer.ts';
import { removeMapOutput } from '../../../storage/shuffle/remove-shuffle.ts';
import { FaultyFileSystem } from '../../support/faulty-file-system.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { frameOf, numbers, rowsOf } from '../../support/stored-batches.ts';

const OTHER = '/data/shuffle/beef0001';
const OWN = '/data/shuffle/cafe0002';
const query: MapOutputQuery = {
  directory: OWN,
  origin: { run: runId('beef0001'), shuffleId: shuffleId(0), taskId: taskId(3) },
  mapIndex: 4,
  partitionCount: 3,
  shuffleId: shuffleId(7),
};

function write(fileSystem: MemoryFileSystem, directory: string, shuffle: number, first: number): MapOutput {
  using writer = MapOutputWriter.open({
    fileSystem,
    directory,
    shuffleId: shuffleId(shuffle),
    mapIndex: 4,
    taskId: taskId(3),
    partitionCount: 3,
    chunkBytes: 200,
  });
  writer.appendFrames(0, frameOf(numbers(first, 10)), 10);
  writer.appendFrames(2, frameOf(numbers(first + 500, 100)), 100);
  return writer.commit();
}

describe('an output of another run', () => {
  test('is found by its index, and read in the place of one of this run', () => {
    const fileSystem = new MemoryFileSystem();
    const written = write(fileSystem, OTHER, 0, 0);
    const found = findMapOutput(fileSystem, query);
    expect(found).toEqual({ ...written, shuffleId: 7, from: query.origin });
    const reader = new MapOutputReader({ fileSystem, directory: OWN });
    reader.check(found, { everyByte: true });
    expect(rowsOf(reader.readPartition(found, 0))).toEqual(numbers(0, 10));
    expect(rowsOf(reader.readPartition(found, 1))).toEqual([]);
    expect(rowsOf(reader.readPartition(found, 2))).toEqual(numbers(500, 100));
  });

  test('is told from one of this run with the same numbers', () => {
    const fileSystem = new MemoryFileSystem();
    write(fileSystem, OTHER, 7, 0);
    const own = write(fileSystem, OWN, 7, 1000);
    const found = findMapOutput(fileSystem, { ...query, origin: { ...query.origin, shuffleId: shuffleId(7) } });
    const reader = new MapOutputReader({ fileSystem, directory: OWN });
    expect(rowsOf(reader.readPartition(found, 0))).toEqual(numbers(0, 10));
    expect(rowsOf(reader.readPartition(own, 0))).toEqual(numbers(1000, 10));
    reader.forgetShuffle(shuffleId(7));
    removeMapOutput(fileSystem, OWN, found);
    expect(() => rowsOf(reader.readPartition(found, 0))).toThrow('SHUFFLE_OUTPUT_LOST');
    expect(rowsOf(reader.readPartition(own, 0))).toEqual(numbers(1000, 10));
  });

  test('is lost when its index is missing, damaged or not what was asked for', () => {
    const fileSystem = new MemoryFileSystem();
    expect(() => findMapOutput(fileSystem, query)).toThrow(
      expect.objectContaining({
        code: 'SHUFFLE_OUTPUT_LOST',
        params: expect.objectContaining({ shuffle: 7, map: 4, path: `${OTHER}/0d/shuffle_0_3_0.index` }),
      }),
    );
    const written = write(fileSystem, OTHER, 0, 0);
    expect(() => findMapOutput(fileSystem, { ...query, partitionCount: 2 })).toThrow('SHUFFLE_OUTPUT_LOST');
    expect(() => findMapOutput(fileSystem, { ...query, mapIndex: 5 })).toThrow('SHUFFLE_OUTPUT_LOST');
    const index = mapOutputIndexPath(OTHER, written);
    const length = fileSystem.readFile(index).length;
    for (let at = 0; at < length; at++) {
      const flip = (bytes: Uint8Array) => {
        bytes[at] = (bytes[at] as number) ^ 0x10;
        return undefined;
      };
      fileSystem.corrupt(index, flip);
      expect(() => findMapOutput(fileSystem, query), `byte ${at}`).toThrow('SHUFFLE_OUTPUT_LOST');
      fileSystem.corrupt(index, flip);
    }
    expect(findMapOutput(fileSystem, query).partitionRows).toEqual([10, 0, 100]);
  });

  test('shows damage of its data when it is checked or read, wherever it is', () => {
    const fileSystem = new MemoryFileSystem();
    const written = write(fileSystem, OTHER, 0, 0);
    const found = findMapOutput(fileSystem, query);
    const data = mapOutputDataPath(OTHER, written);
    const reader = new MapOutputReader({ fileSystem, directory: OWN });
    for (let at = 0; at < fileSystem.readFile(data).length; at += 7) {
      const flip = (bytes: Uint8Array) => {
        bytes[at] = (bytes[at] as number) ^ 1;
        return undefined;
      };
      fileSystem.corrupt(data, flip);
      expect(() => reader.check(found, { everyByte: true }), `byte ${at}`).toThrow('SHUFFLE_OUTPUT_LOST');
      fileSystem.corrupt(data, flip);
    }
    fileSystem.removeFile(data);
    expect(() => reader.check(found)).toThrow('SHUFFLE_OUTPUT_LOST');
    expect(() => rowsOf(reader.readPartition(found, 2))).toThrow('SHUFFLE_OUTPUT_LOST');
  });

  test('is not lost because of what computing it again would not help', () => {
    const memory = new MemoryFileSystem();
    write(memory, OTHER, 0, 0);
    const fileSystem = new FaultyFileSystem(memory, { at: 1, calls: ['readFile'], errno: 'EMFILE' });
    expect(() => findMapOutput(fileSystem, query)).toThrow('TOO_MANY_OPEN_FILES');
    expect(findMapOutput(fileSystem, query).partitionRows).toEqual([10, 0, 100]);
  });
});
