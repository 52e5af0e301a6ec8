/**
 * Damage to stored bytes is never silent: each bit flipped, each length cut to, frames and files swapped, ranges
 * zeroed, bytes added; for blocks, map outputs and run files.
 */
import { describe, expect, test } from 'vitest';
import { rowBatch } from '../../formats/schema/batch.ts';
import { CairnError } from '../../lib/base/errors.ts';
import { nodeId, shuffleId, taskId } from '../../lib/base/ids.ts';
import { rddBlockId } from '../../storage/block/block-id.ts';
import { DiskStore } from '../../storage/block/disk-store.ts';
import { MapOutputReader } from '../../storage/shuffle/map-output-reader.ts';
import { MapOutputWriter } from '../../storage/shuffle/map-output-writer.ts';
import { RunFileReader, RunFileWriter } from '../../storage/spill/run-file.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { frameOf, numbers, rowsOf } from '../support/stored-batches.ts';

/** Four groups of records whose frames are equally long, so that they can be swapped. */
const GROUPS = numbers(0, 4).map((g) => numbers(0, 6).map((i) => ({ id: g * 10 + i, name: `n${g}${i}` })));
const FRAMES = GROUPS.map((rows) => frameOf(rows));
const FRAME = FRAMES[0]?.length as number;

/** Something stored, with a second one of the same shape beside it, and how to read the first. */
interface Stored {
  readonly fileSystem: MemoryFileSystem;
  /** The files of the first and, in the same order, of the second. */
  readonly files: readonly string[];
  readonly twins: readonly string[];
  readonly read: () => unknown[];
}

function storedBlock(chunkBytes: number): Stored {
  const fileSystem = new MemoryFileSystem();
  const store = new DiskStore({ fileSystem, directory: '/b', codec: 'none', chunkBytes });
  const ids = [0, 1].map((node) => rddBlockId(nodeId(node), 0));
  ids.forEach((id, i) => {
    store.put(id, i === 0 ? GROUPS.map((rows) => rowBatch(rows)) : GROUPS.toReversed().map((rows) => rowBatch(rows)));
  });
  const [first, second] = ids.map((id) => store.pathOf(id));
  return {
    fileSystem,
    files: [first as string],
    twins: [second as string],
    read: () => rowsOf(store.open(ids[0] as never).batches()),
  };
}

function storedOutput(): Stored {
  const fileSystem = new MemoryFileSystem();
  const outputs = [3, 4].map((task) => {
    using writer = MapOutputWriter.open({
      fileSystem,
      directory: '/s',
      shuffleId: shuffleId(0),
      mapIndex: 0,
      taskId: taskId(task),
      partitionCount: 3,
    });
    const frames = task === 3 ? FRAMES : FRAMES.toReversed();
    frames.forEach((frame, i) => {
      writer.appendFrames([0, 0, 2, 2][i] as number, frame, 6);
    });
    return writer.commit();
  });
  const named = (end: string) => fileSystem.tree().find((path) => path.endsWith(end)) as string;
  return {
    fileSystem,
    files: [named('shuffle_0_3_0.data'), named('shuffle_0_3_0.index')],
    twins: [named('shuffle_0_4_0.data'), named('shuffle_0_4_0.index')],
    read: () => {
      const reader = new MapOutputReader({ fileSystem, directory: '/s' });
      return [0, 1, 2].flatMap((p) => rowsOf(reader.readPartition(outputs[0] as never, p)));
    },
  };
}

function storedRun(): Stored {
  const fileSystem = new MemoryFileSystem();
  const runs = ['/run-0', '/run-1'].map((path, r) => {
    using writer = RunFileWriter.open(fileSystem, path);
    const frames = r === 0 ? FRAMES : FRAMES.toReversed();
    frames.forEach((frame, i) => {
      writer.append(i, frame, 6);
    });
    return writer.finish();
  });
  return {
    fileSystem,
    files: ['/run-0'],
    twins: ['/run-1'],
    read: () => {
      using reader = new RunFileReader(fileSystem, runs[0] as never);
      return rowsOf(reader.batches());
    },
  };
}

type Change = (bytes: Uint8Array, twin: Uint8Array) => Uint8Array;

function* changes(size: number): IterableIterator<readonly [name: string, change: Change]> {
  for (let bit = 0; bit < size * 8; bit++) {
    yield [
      `bit ${bit}`,
      (bytes) => {
        bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
        return bytes;
      },
    ];
  }
  for (let length = 0; length < size; length++) yield [`cut to ${length}`, (bytes) => bytes.subarray(0, length)];
  for (let at = 0; at < size; at += 16) {
    for (const length of [16, 64, size]) {
      yield [`zeros from ${at}, ${length}`, (bytes) => bytes.fill(0, at, at + length)];
    }
    yield [`16 bytes removed at ${at}`, (bytes) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 16)])];
    yield [
      `16 bytes twice at ${at}`,
      (bytes) => Buffer.concat([bytes.subarray(0, at + 16), bytes.subarray(at, at + 16), bytes.subarray(at + 16)]),
    ];
  }
  for (const length of [1, 8, FRAME]) {
    yield [`${length} bytes added`, (bytes) => Buffer.concat([bytes, bytes.subarray(0, length)])];
  }
  const frameCount = Math.floor(size / FRAME);
  for (let a = 0; a < frameCount; a++) {
    for (let b = a + 1; b < frameCount; b++) {
      yield [`frames ${a} and ${b} swapped`, (bytes) => swapped(bytes, a * FRAME, b * FRAME)];
    }
    yield [
      `frame ${a} of the twin`,
      (bytes, twin) => {
        bytes.set(twin.subarray(a * FRAME, (a + 1) * FRAME), a * FRAME);
        return bytes;
      },
    ];
  }
  yield ['the whole twin', (_, twin) => twin];
}

function swapped(bytes: Uint8Array, a: number, b: number): Uint8Array {
  const copy = bytes.slice();
  copy.set(bytes.subarray(a, a + FRAME), b);
  copy.set(bytes.subarray(b, b + FRAME), a);
  return copy;
}

describe.each([
  ['a block of one chunk', () => storedBlock(1 << 20)],
  ['a block of many chunks', () => storedBlock(64)],
  ['a map output', storedOutput],
  ['a run file', storedRun],
] as const)('%s', (_, make) => {
  test('never reads as something else after damage', () => {
    const stored = make();
    const { fileSystem } = stored;
    const expected = stored.read();
    expect(expected).toEqual(GROUPS.flat());
    const silent: string[] = [];
    const odd: unknown[] = [];
    let cases = 0;
    stored.files.forEach((path, f) => {
      const whole = fileSystem.readFile(path).slice();
      const twin = fileSystem.readFile(stored.twins[f] as string);
      for (const [what, change] of changes(whole.length)) {
        const changed = change(whole.slice(), twin.slice());
        // Zeros over zeros change nothing.
        if (Buffer.compare(changed, whole) === 0) continue;
        cases++;
        fileSystem.corrupt(path, () => changed);
        try {
          stored.read();
          silent.push(`${path}: ${what}`);
        } catch (error) {
          if (!(error instanceof CairnError && error.kind === 'corruption')) odd.push(error);
        }
        fileSystem.corrupt(path, () => whole);
      }
      fileSystem.removeFile(path);
      expect(() => stored.read()).toThrow(CairnError);
      using file = fileSystem.open(path, 'create');
      file.write(whole);
    });
    expect(silent).toEqual([]);
    expect(odd).toEqual([]);
    expect(cases).toBeGreaterThan(2_900);
    expect(stored.read()).toEqual(expected);
    expect(fileSystem.openHandles).toBe(0);
  });
});

test('a map output cannot be read as that of another attempt, both files swapped', () => {
  const stored = storedOutput();
  const { fileSystem, files, twins } = stored;
  files.forEach((path, i) => {
    const twin = fileSystem.readFile(twins[i] as string).slice();
    fileSystem.corrupt(path, () => twin);
  });
  expect(() => stored.read()).toThrow('SHUFFLE_OUTPUT_LOST');
});
