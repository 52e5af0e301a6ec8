import { describe, expect, test } from 'vitest';
import { RunFileReader, RunFileWriter } from '../../../storage/spill/run-file.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { frameOf, framesOf, rowsOf } from '../../support/stored-batches.ts';

describe('a run file', () => {
  test('gives back its segments, by partition, as records and as frames', () => {
    const fileSystem = new MemoryFileSystem();
    using writer = RunFileWriter.open(fileSystem, '/scratch-1');
    writer.append(0, frameOf([1, 2]), 2);
    writer.append(0, framesOf([3], ['x']), 2);
    writer.append(7, frameOf([{ a: 1 }]), 1);
    const run = writer.finish();
    expect(run.rowCount).toBe(5);
    expect(run.sizeBytes).toBe(fileSystem.stat('/scratch-1')?.sizeBytes);
    expect(run.segments.map(({ partition, rowCount }) => [partition, rowCount])).toEqual([
      [0, 2],
      [0, 2],
      [7, 1],
    ]);
    using reader = new RunFileReader(fileSystem, run);
    expect(rowsOf(reader.batches())).toEqual([1, 2, 3, 'x', { a: 1 }]);
    const [, second, third] = run.segments;
    if (second === undefined || third === undefined) throw new RangeError('three segments');
    expect(rowsOf(reader.readSegment(third))).toEqual([{ a: 1 }]);
    expect(reader.readFrames(second)).toEqual(framesOf([3], ['x']));
    reader.close();
    expect(fileSystem.openHandles).toBe(0);
  });

  test('lets its bytes change after a flush', () => {
    const fileSystem = new MemoryFileSystem();
    using writer = RunFileWriter.open(fileSystem, '/run');
    const bytes = frameOf([1, 2, 3]).slice();
    writer.append(0, bytes, 3);
    writer.flush();
    bytes.fill(0);
    using reader = new RunFileReader(fileSystem, writer.finish());
    expect(rowsOf(reader.batches())).toEqual([1, 2, 3]);
  });

  test('without records has no file and reads as nothing', () => {
    const fileSystem = new MemoryFileSystem();
    const run = RunFileWriter.open(fileSystem, '/run').finish();
    expect(run).toEqual({ path: '/run', sizeBytes: 0, rowCount: 0, segments: [] });
    expect(rowsOf(new RunFileReader(fileSystem, run).batches())).toEqual([]);
    expect(fileSystem.tree()).toEqual([]);
  });

  test('that is not finished leaves no file', () => {
    const fileSystem = new MemoryFileSystem();
    {
      using writer = RunFileWriter.open(fileSystem, '/run', { flushBytes: 1 });
      writer.append(0, frameOf([1]), 1);
      expect(writer.sizeBytes).toBeGreaterThan(0);
    }
    expect(fileSystem.tree()).toEqual([]);
    expect(fileSystem.openHandles).toBe(0);
  });

  test('that is gone or cut is a typed error', () => {
    const fileSystem = new MemoryFileSystem();
    using writer = RunFileWriter.open(fileSystem, '/run');
    writer.append(0, frameOf([1]), 1);
    const run = writer.finish();
    fileSystem.corrupt('/run', (bytes) => bytes.subarray(0, 3));
    using cut = new RunFileReader(fileSystem, run);
    expect(() => rowsOf(cut.batches())).toThrow('CORRUPT_FILE');
    fileSystem.removeFile('/run');
    expect(() => rowsOf(new RunFileReader(fileSystem, run).batches())).toThrow(/CORRUPT_FILE: .* found no file/);
  });
});
