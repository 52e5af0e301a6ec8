import { describe, expect, it } from 'vitest';
import { shuffleId, taskId } from '../../../lib/base/ids.ts';
import { ShuffleWriter } from '../../../lib/shuffle/shuffle-writer.ts';
import type { FileSystem } from '../../../storage/fs/file-system.ts';
import { MapOutputReader } from '../../../storage/shuffle/map-output-reader.ts';
import { MapOutputWriter } from '../../../storage/shuffle/map-output-writer.ts';
import { failEveryCall } from '../../support/faulty-file-system.ts';
import { gatheringTask } from '../../support/gathering-task.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { rowsOf } from '../../support/stored-batches.ts';

const PARTITIONS = 3;

function open(
  fileSystem: FileSystem,
  memoryBytes: number,
  onHeld: (bytes: number) => void = () => {},
  numPartitions = PARTITIONS,
) {
  const output = MapOutputWriter.open({
    fileSystem,
    directory: '/shuffle',
    shuffleId: shuffleId(0),
    mapIndex: 0,
    taskId: taskId(0),
    partitionCount: numPartitions,
  });
  const { memory, spills, runs } = gatheringTask(memoryBytes, { fileSystem });
  const hold = memory.onHeld.bind(memory);
  memory.onHeld = (consumer, grown) => {
    onHeld(consumer.heldBytes);
    return hold(consumer, grown);
  };
  const writer = new ShuffleWriter({ numPartitions, codec: 'none', memory, spills, output });
  return { writer, output, runs };
}

function disk(): MemoryFileSystem {
  const fileSystem = new MemoryFileSystem();
  return fileSystem;
}

/** Writes batches of pairs; gives what readers find, by partition. */
function roundTrip(fileSystem: FileSystem, memoryBytes: number, batches: readonly (readonly [number, unknown[]])[]) {
  const { writer, output: mapOutput } = open(fileSystem, memoryBytes);
  using _output = mapOutput;
  using _writer = writer;
  for (const [partition, records] of batches) writer.write(partition, records);
  const output = writer.commit();
  const reader = new MapOutputReader({ fileSystem, directory: '/shuffle' });
  const rows = Array.from({ length: PARTITIONS }, (_, p) => rowsOf(reader.readPartition(output, p)));
  return { output, rows, spilledBytes: writer.spilledBytes, writtenBytes: writer.writtenBytes };
}

const batches = Array.from({ length: 30 }, (_, i): [number, unknown[]] => [
  i % PARTITIONS,
  Array.from({ length: 20 }, (_, k) => [i, `value ${i * 100 + k}`]),
]);
const expected = [0, 1, 2].map((p) => batches.filter(([partition]) => partition === p).flatMap(([, rows]) => rows));

describe('ShuffleWriter', () => {
  it('tells what it holds, which is nothing after a spill', () => {
    const held: number[] = [];
    const { writer, output } = open(disk(), 1000, (bytes) => held.push(bytes));
    using _output = output;
    using _writer = writer;
    for (const [partition, records] of batches.slice(0, 4)) writer.write(partition, records);
    expect(held.filter((bytes) => bytes > 0).length).toBe(4);
    expect(writer.spilledBytes).toBe(held.reduce((sum, bytes, i) => sum + (held[i + 1] === 0 ? bytes : 0), 0));
  });

  it('writes a single partition to the output as it comes, without a run', () => {
    for (const memoryBytes of [1e9, 1]) {
      const fileSystem = disk();
      const { writer, output: mapOutput, runs } = open(fileSystem, memoryBytes, () => {}, 1);
      using _output = mapOutput;
      using _writer = writer;
      const values = Float64Array.from({ length: 300_000 }, (_, i) => i / 3);
      for (const at of [0, 100_000, 200_000]) {
        writer.writeNumbers(0, values.subarray(at, at + 100_000), values.subarray(at, at + 100_000));
        expect(runs()).toEqual([]);
      }
      expect(mapOutput.sizeBytes).toBeGreaterThan(1e6);
      expect(writer.spilledBytes).toBe(0);
      const output = writer.commit();
      const reader = new MapOutputReader({ fileSystem, directory: '/shuffle' });
      let next = 0;
      for (const pair of rowsOf(reader.readPartition(output, 0))) {
        const [key, value] = pair as [number, number];
        if (key === next / 3 && value === key) next++;
      }
      expect(next).toBe(300_000);
    }
  });

  it.each([1e9, 4000, 500, 1])(
    'keeps the order of records within a partition, with %i bytes of memory',
    (memoryBytes) => {
      const fileSystem = disk();
      const { rows, output, spilledBytes } = roundTrip(fileSystem, memoryBytes, batches);
      expect(rows).toEqual(expected);
      expect(output.partitionRows).toEqual([200, 200, 200]);
      expect(spilledBytes > 0).toBe(memoryBytes < 1e9);
      expect(fileSystem.tree('/scratch')).toEqual([]);
      expect(fileSystem.openHandles).toBe(0);
    },
  );

  it('gives the same bytes for the same records', () => {
    const bytesOf = (memoryBytes: number) => {
      const fileSystem = disk();
      roundTrip(fileSystem, memoryBytes, batches);
      return fileSystem
        .tree()
        .filter((path) => path.endsWith('.data'))
        .map((path) => fileSystem.readFile(path));
    };
    expect(bytesOf(500)).toEqual(bytesOf(500));
    expect(bytesOf(1e9)).toEqual(bytesOf(1e9));
  });

  it.each<[string, number, (i: number) => [number, number]]>([
    ['none', 0, (i) => [i, i]],
    ['small ints', 3, (i) => [i - 1, i]],
    ['more than a frame of ints', 5000, (i) => [i, -i * 100_000]],
    ['doubles that are all whole', 100, (i) => [i * 2 ** 20, i]],
    ['fractions, -0 and NaN', 100, (i) => [i / 4, [-0, Number.NaN, Number.NEGATIVE_INFINITY, 1][i % 4] as number]],
    ['one fraction in the second frame', 5000, (i) => [i, i === 4999 ? 0.5 : i]],
  ])('gives pairs of numbers from arrays the bytes that the same pairs have as records: %s', (_, count, pairOf) => {
    const pairs = Array.from({ length: count }, (__, i) => pairOf(i));
    const bytesOf = (fill: (writer: ShuffleWriter) => void) => {
      const fileSystem = disk();
      const { writer, output } = open(fileSystem, 1e9);
      using _output = output;
      fill(writer);
      expect(writer.commit().partitionRows).toEqual([0, count, 0]);
      const data = fileSystem.tree().filter((path) => path.endsWith('.data'));
      return data.map((path) => fileSystem.readFile(path));
    };
    const keys = Float64Array.from(pairs, ([key]) => key);
    const values = Float64Array.from(pairs, ([, value]) => value);
    expect(bytesOf((writer) => writer.writeNumbers(1, keys, values))).toEqual(
      bytesOf((writer) => writer.write(1, pairs)),
    );
  });

  it('counts the buffers that frames grow in, and holds none of the large ones after a spill', () => {
    const held: number[] = [];
    const { writer, output } = open(disk(), 1 << 20, (bytes) => held.push(bytes));
    using _output = output;
    using _writer = writer;
    const text = 'x'.repeat(100_000);
    while (writer.spilledBytes === 0) writer.write(1, [[held.length, text]]);
    const most = Math.max(...held);
    expect(most).toBeGreaterThan(1 << 20);
    // They double as they grow.
    expect(most).toBeLessThan(2.5 * writer.spilledBytes);
    expect(held.at(-1)).toBe(0);
    writer.write(0, [[0, 'small']]);
    expect(held.at(-1)).toBeLessThan(100);
  });

  it('writes partitions without records, and no records at all', () => {
    expect(roundTrip(disk(), 100, [[1, [['k', 'v']]]]).rows).toEqual([[], [['k', 'v']], []]);
    expect(roundTrip(disk(), 100, []).output.partitionBytes).toEqual([0, 0, 0]);
  });

  it('keeps nothing of arrays that were written: they may be emptied', () => {
    const { writer, output } = open(disk(), 1e9);
    const records = [['a', 1]];
    writer.write(0, records);
    records.length = 0;
    expect(writer.commit().partitionRows).toEqual([1, 0, 0]);
    output[Symbol.dispose]();
  });

  it('leaves no run and no handle when it is given up', () => {
    const fileSystem = disk();
    const { writer, output } = open(fileSystem, 1);
    for (const [partition, records] of batches.slice(0, 4)) writer.write(partition, records);
    expect(fileSystem.tree('/scratch').length).toBeGreaterThan(0);
    writer[Symbol.dispose]();
    writer[Symbol.dispose]();
    output[Symbol.dispose]();
    expect(fileSystem.tree('/scratch')).toEqual([]);
    expect(fileSystem.openHandles).toBe(0);
  });

  it('raises an error with a code for a record that cannot be stored', () => {
    const { writer } = open(disk(), 1e9);
    expect(() => writer.write(0, [['k', () => 1]])).toThrow(/VALUE_NOT_SERIALIZABLE/);
    writer[Symbol.dispose]();
  });

  it('leaves no handle, whichever call fails', () => {
    const calls = failEveryCall({ errno: 'EIO' }, (wrap) => {
      const fileSystem = disk();
      try {
        roundTrip(wrap(fileSystem), 500, batches);
      } catch (error) {
        expect(String(error)).toMatch(/IO_ERROR|SHUFFLE_OUTPUT_LOST/);
      }
      expect(fileSystem.openHandles).toBe(0);
    });
    expect(calls).toBeGreaterThan(40);
  });
});
