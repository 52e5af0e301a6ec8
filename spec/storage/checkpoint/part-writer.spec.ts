import { describe, expect, it } from 'vitest';
import { registerRecordClass, unregisterRecordClass } from '../../../formats/record/record-class.ts';
import { rowBatch } from '../../../formats/schema/batch.ts';
import { beginCheckpoint } from '../../../storage/checkpoint/commit.ts';
import { CheckpointPartReader } from '../../../storage/checkpoint/part-reader.ts';
import { CheckpointPartWriter } from '../../../storage/checkpoint/part-writer.ts';
import type { FileSystem } from '../../../storage/fs/file-system.ts';
import { FaultyFileSystem } from '../../support/faulty-file-system.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { rowsOf } from '../../support/stored-batches.ts';
import { writeFile } from '../../support/write-file.ts';
import { DIRECTORY, examplePlace, PARTITIONS, writePart } from './example-checkpoint.ts';

const ROWS = PARTITIONS[0] as readonly unknown[];
const PART = `${DIRECTORY}/part-00000`;

function begun(): MemoryFileSystem {
  const fs = new MemoryFileSystem();
  beginCheckpoint(fs, examplePlace());
  return fs;
}

function read(fs: FileSystem, part: ReturnType<typeof writePart>): unknown[] {
  using reader = CheckpointPartReader.open(fs, examplePlace(), part);
  return rowsOf(reader.batches());
}

describe('a part', () => {
  it('appears whole under its name, and only when it is committed', () => {
    const fs = begun();
    using writer = new CheckpointPartWriter({
      ...{ fileSystem: fs, place: examplePlace(), partition: 0, attempt: 4, codec: 'none' as const, chunkBytes: 64 },
    });
    writer.write(rowBatch(ROWS));
    expect(fs.tree(DIRECTORY)).toEqual([`${DIRECTORY}/.part-00000-attempt-4`]);
    const part = writer.commit();
    expect(fs.tree(DIRECTORY)).toEqual([PART]);
    expect(part).toEqual({
      ...{ partition: 0, bytes: fs.stat(PART)?.sizeBytes, rows: 2, codec: 'none', classes: [] },
      checksum: expect.any(Number),
    });
    expect(read(fs, part)).toEqual(ROWS);
    expect(fs.openHandles).toBe(0);
  });

  it('is a file also when it has no records', () => {
    const fs = begun();
    const part = writePart(fs, examplePlace(), 1, []);
    expect(part).toMatchObject({ rows: 0, bytes: 88 });
    expect(read(fs, part)).toEqual([]);
  });

  it('is the same bytes whoever writes the same batches', () => {
    const [one, two] = [begun(), begun()];
    expect(writePart(one, examplePlace(), 0, ROWS, { attempt: 1 })).toEqual(
      writePart(two, examplePlace(), 0, ROWS, { attempt: 9 }),
    );
    expect(one.readFile(PART)).toEqual(two.readFile(PART));
  });

  it('holds records as they were when they were handed on', () => {
    const fs = begun();
    const record = { id: 1 };
    using writer = new CheckpointPartWriter({
      ...{ fileSystem: fs, place: examplePlace(), partition: 0, attempt: 0, codec: 'none' as const },
    });
    writer.write(rowBatch([record]));
    record.id = 2;
    expect(read(fs, writer.commit())).toEqual([{ id: 1 }]);
  });

  it('leaves nothing when it is aborted, disposed of, or a record cannot be stored', () => {
    const fs = begun();
    for (const end of ['abort', 'dispose', 'refused'] as const) {
      using writer = new CheckpointPartWriter({
        ...{ fileSystem: fs, place: examplePlace(), partition: 0, attempt: 0, codec: 'none' as const, chunkBytes: 1 },
      });
      writer.write(rowBatch(ROWS));
      expect(fs.tree(DIRECTORY)).toHaveLength(1);
      if (end === 'abort') writer.abort();
      if (end === 'refused') expect(() => writer.write(rowBatch([() => 1]))).toThrow(/VALUE_NOT_SERIALIZABLE/);
      if (end !== 'abort') writer[Symbol.dispose]();
      writer.abort();
      expect(() => writer.commit()).toThrow(/INTERNAL/);
      expect(fs.tree(DIRECTORY)).toEqual([]);
    }
    expect(fs.openHandles).toBe(0);
  });

  it('says which classes its records need', () => {
    class Point {
      readonly x: number;
      constructor(x: number) {
        this.x = x;
      }
    }
    class Line {
      readonly points = [new Point(1), new Point(2)];
    }
    registerRecordClass({
      name: 'Point',
      version: 3,
      constructor: Point,
      toRecord: (p) => p.x,
      fromRecord: (x: number) => new Point(x),
    });
    registerRecordClass({ name: 'Line', constructor: Line, toRecord: (l) => l.points, fromRecord: () => new Line() });
    try {
      const fs = begun();
      const part = writePart(fs, examplePlace(), 0, [{ shape: new Line() }, 1]);
      expect(part.classes).toEqual([
        { name: 'Line', version: 0 },
        { name: 'Point', version: 3 },
      ]);
      expect(read(fs, part)).toEqual([{ shape: new Line() }, 1]);
      expect(writePart(fs, examplePlace(), 1, [1]).classes).toEqual([]);
    } finally {
      unregisterRecordClass('Point');
      unregisterRecordClass('Line');
    }
  });
});

describe('of two attempts at a part', () => {
  it('the first one stays, and the second gives what is there and takes its own away', () => {
    const fs = begun();
    const first = writePart(fs, examplePlace(), 0, ROWS, { attempt: 1 });
    const before = fs.readFile(PART);
    // Records whose order differs from run to run: what was committed first is what counts.
    const second = writePart(fs, examplePlace(), 0, [...ROWS].reverse(), { attempt: 2 });
    expect(second).toEqual(first);
    expect(fs.readFile(PART)).toEqual(before);
    expect(fs.tree(DIRECTORY)).toEqual([PART]);
  });

  it('the second one takes the place of a first that is damaged or another part', () => {
    const damages: readonly ((fs: MemoryFileSystem) => void)[] = [
      (fs) =>
        fs.corrupt(PART, (bytes) => {
          bytes[100] = (bytes[100] as number) ^ 1;
          return bytes;
        }),
      (fs) => fs.corrupt(PART, (bytes) => bytes.subarray(0, 90)),
      (fs) => fs.corrupt(PART, () => new Uint8Array(0)),
      (fs) => {
        const other = fs.readFile(`${DIRECTORY}/part-00002`);
        fs.corrupt(PART, () => other);
      },
      (fs) => {
        fs.removeFile(PART);
        fs.symbolicLink('/etc/passwd', PART);
      },
    ];
    for (const damage of damages) {
      const fs = begun();
      const first = writePart(fs, examplePlace(), 0, ROWS, { attempt: 1 });
      writePart(fs, examplePlace(), 2, ROWS);
      damage(fs);
      expect(writePart(fs, examplePlace(), 0, ROWS, { attempt: 2 })).toEqual(first);
      expect(read(fs, first)).toEqual(ROWS);
      expect(fs.tree(DIRECTORY)).toHaveLength(2);
    }
  });

  it('what another program put there under the name is no part', () => {
    const fs = begun();
    writeFile(fs, PART, 'mine');
    const part = writePart(fs, examplePlace(), 0, ROWS);
    expect(read(fs, part)).toEqual(ROWS);
  });

  it('a volume without links renames', () => {
    for (const errno of ['EPERM', 'ENOTSUP', 'ENOSYS']) {
      const fs = begun();
      const faulty = new FaultyFileSystem(fs, { at: 1, forever: true, calls: ['link'], errno });
      const first = writePart(faulty, examplePlace(), 0, ROWS, { attempt: 1 });
      expect(writePart(faulty, examplePlace(), 0, ROWS, { attempt: 2 })).toEqual(first);
      expect(fs.tree(DIRECTORY)).toEqual([PART]);
      expect(read(fs, first)).toEqual(ROWS);
    }
  });
});
