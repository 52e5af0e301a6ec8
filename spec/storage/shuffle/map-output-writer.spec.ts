import { describe, expect, test } from 'vitest';
import { armFailpoint } from '../../../lib/base/failpoint.ts';
import { shuffleId, taskId } from '../../../lib/base/ids.ts';
import { MapOutputReader } from '../../../storage/shuffle/map-output-reader.ts';
import { MapOutputWriter, type MapOutputWriterOptions } from '../../../storage/shuffle/map-output-writer.ts';
import { expectGolden } from '../../support/golden.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { RecordingFileSystem } from '../../support/recording-file-system.ts';
import { frameOf, rowsOf } from '../../support/stored-batches.ts';

const base = { directory: '/shuffle', shuffleId: shuffleId(0), mapIndex: 4, taskId: taskId(3), partitionCount: 4 };
const DATA = '/shuffle/29/shuffle_0_3_0.data';
const INDEX = '/shuffle/0d/shuffle_0_3_0.index';

type Records = Readonly<Record<number, readonly unknown[]>>;

function write(fileSystem: MapOutputWriterOptions['fileSystem'], records: Records, options = {}) {
  using writer = MapOutputWriter.open({ fileSystem, ...base, ...options });
  for (const [partition, rows] of Object.entries(records)) {
    writer.appendFrames(Number(partition), frameOf(rows), rows.length);
  }
  return writer.commit();
}

function read(fileSystem: MemoryFileSystem, output: ReturnType<typeof write>): Record<number, unknown[]> {
  const reader = new MapOutputReader({ fileSystem, directory: base.directory });
  const found: Record<number, unknown[]> = {};
  for (let p = 0; p < output.partitionBytes.length; p++) {
    const rows = rowsOf(reader.readPartition(output, p));
    if (rows.length > 0) found[p] = rows;
  }
  return found;
}

describe('a map output', () => {
  test('is one data file and one index, and gives back each partition', () => {
    const fileSystem = new MemoryFileSystem();
    const records = { 1: [['a', 1], ['b', 2]], 3: [['c', 3]] }; // biome-ignore format: pairs
    const output = write(fileSystem, records);
    expect(output).toMatchObject({ shuffleId: 0, mapIndex: 4, taskId: 3, partitionRows: [0, 2, 0, 1] });
    expect(output.partitionBytes.map((bytes) => bytes > 0)).toEqual([false, true, false, true]);
    expect(fileSystem.tree()).toEqual(['/shuffle/', '/shuffle/0d/', INDEX, '/shuffle/29/', DATA]);
    expect(read(fileSystem, output)).toEqual(records);
    expect(fileSystem.openHandles).toBe(0);
  });

  test('is published data first, index last', () => {
    for (const sync of [false, true]) {
      const fileSystem = new RecordingFileSystem(new MemoryFileSystem(), { base: '/shuffle' });
      using _ = armFailpoint('shuffle/after-data-rename', {
        kind: 'call',
        callback: (name) => fileSystem.note(`failpoint ${name}`),
      });
      write(fileSystem, { 0: [1], 3: [2] }, { sync });
      expectGolden(`storage/shuffle/commit${sync ? '-sync' : ''}.trace.txt`, fileSystem.lines.join('\n'));
    }
  });

  test('survives a power cut whole when it is synced', () => {
    const fileSystem = new MemoryFileSystem();
    fileSystem.makeDirectory('/shuffle');
    fileSystem.syncDirectory('/');
    const output = write(fileSystem, { 0: [1], 3: [2] }, { sync: true });
    expect(read(fileSystem.crash(), output)).toEqual({ 0: [1], 3: [2] });
  });

  test('without records has an index alone', () => {
    const fileSystem = new MemoryFileSystem();
    const output = write(fileSystem, {});
    expect(output.partitionBytes).toEqual([0, 0, 0, 0]);
    expect(fileSystem.tree().filter((path) => !path.endsWith('/'))).toEqual([INDEX]);
    expect(read(fileSystem, output)).toEqual({});
    new MapOutputReader({ fileSystem, directory: base.directory }).check(output, { everyByte: true });
  });

  test('has the same bytes for the same records, however they were appended', () => {
    const files = [1, 64, 4 * 1024 * 1024].map((flushBytes) => {
      const fileSystem = new MemoryFileSystem();
      write(fileSystem, { 0: [1, 2], 1: ['x'], 2: [{ a: 1 }] }, { flushBytes });
      return [fileSystem.readFile(DATA), fileSystem.readFile(INDEX)];
    });
    expect(files[1]).toEqual(files[0]);
    expect(files[2]).toEqual(files[0]);
  });

  test('keeps a complete older pair of the same attempt', () => {
    const fileSystem = new MemoryFileSystem();
    const first = write(fileSystem, { 0: ['first'] });
    const second = write(fileSystem, { 0: ['second, and longer'], 1: ['more'] });
    expect(second).toEqual(first);
    expect(read(fileSystem, second)).toEqual({ 0: ['first'] });
    expect(fileSystem.tree().some((path) => path.endsWith('.tmp'))).toBe(false);
  });

  test.each([
    ['without its data', (fs: MemoryFileSystem) => fs.removeFile(DATA)],
    ['without its index', (fs: MemoryFileSystem) => fs.removeFile(INDEX)],
    ['with short data', (fs: MemoryFileSystem) => fs.corrupt(DATA, (bytes) => bytes.subarray(1))],
    ['with a damaged index', (fs: MemoryFileSystem) => fs.corrupt(INDEX, (bytes) => bytes.fill(1, 8, 12))],
  ])('replaces an older pair %s', (_, damage) => {
    const fileSystem = new MemoryFileSystem();
    write(fileSystem, { 0: ['first'] });
    damage(fileSystem);
    expect(read(fileSystem, write(fileSystem, { 1: ['second'] }))).toEqual({ 1: ['second'] });
    damage(fileSystem);
    expect(write(fileSystem, {}).partitionBytes).toEqual([0, 0, 0, 0]);
    expect(fileSystem.stat(DATA)).toBeUndefined();
  });

  test('of another attempt at the same map partition touches nothing of the first', () => {
    const fileSystem = new MemoryFileSystem();
    const first = write(fileSystem, { 0: ['first'] });
    const second = write(fileSystem, { 0: ['second'] }, { taskId: taskId(8) });
    expect(read(fileSystem, first)).toEqual({ 0: ['first'] });
    expect(read(fileSystem, second)).toEqual({ 0: ['second'] });
  });

  test('that is aborted or dropped leaves no file', () => {
    const fileSystem = new MemoryFileSystem();
    const aborted = MapOutputWriter.open({ fileSystem, ...base, flushBytes: 1 });
    aborted.appendFrames(0, frameOf([1]), 1);
    expect(aborted.sizeBytes).toBeGreaterThan(0);
    aborted.abort();
    {
      using dropped = MapOutputWriter.open({ fileSystem, ...base });
      dropped.appendFrames(0, frameOf([1]), 1);
      dropped.flush();
    }
    expect(fileSystem.tree().filter((path) => !path.endsWith('/'))).toEqual([]);
    expect(fileSystem.openHandles).toBe(0);
  });

  test('has partitions in order, within their number', () => {
    using writer = MapOutputWriter.open({ fileSystem: new MemoryFileSystem(), ...base });
    writer.appendFrames(2, frameOf([1]), 1);
    writer.appendFrames(2, frameOf([2]), 1);
    expect(() => writer.appendFrames(1, frameOf([1]), 1)).toThrow('INTERNAL');
    expect(() => writer.appendFrames(4, frameOf([1]), 1)).toThrow('INTERNAL');
    expect(() => writer.appendFrames(-1, frameOf([1]), 1)).toThrow('INTERNAL');
  });

  test('that dies after its data was renamed is no output, and its next attempt works', () => {
    const fileSystem = new MemoryFileSystem();
    {
      using _ = armFailpoint('shuffle/after-data-rename', { kind: 'throw', error: new RangeError('dead') });
      expect(() => write(fileSystem, { 0: [1] })).toThrow('dead');
    }
    expect(fileSystem.tree().filter((path) => !path.endsWith('/'))).toEqual([]);
    expect(read(fileSystem, write(fileSystem, { 0: [1] }))).toEqual({ 0: [1] });
  });
});
