import { describe, expect, it } from 'vitest';
import { rowBatch } from '../../../formats/schema/batch.ts';
import type { CheckpointPart } from '../../../storage/checkpoint/checkpoint-part.ts';
import { CheckpointPartReader, checkPart, verifyPart } from '../../../storage/checkpoint/part-reader.ts';
import { CheckpointPartWriter } from '../../../storage/checkpoint/part-writer.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { RecordingFileSystem } from '../../support/recording-file-system.ts';
import { numbers, rowsOf } from '../../support/stored-batches.ts';
import { DIRECTORY, examplePlace, writePart } from './example-checkpoint.ts';

const ROWS = numbers(0, 500).map((i) => ({ id: i, name: `n${i}` }));
const PLACE = examplePlace();

function stored(settings: { readonly chunkBytes?: number; readonly codec?: 'none' | 'deflate' } = {}): {
  readonly fs: MemoryFileSystem;
  readonly part: CheckpointPart;
} {
  const fs = new MemoryFileSystem();
  fs.makeDirectory(DIRECTORY);
  return { fs, part: writePart(fs, PLACE, 0, ROWS, settings) };
}

describe('a part', () => {
  it.each([{}, { chunkBytes: 1 }, { chunkBytes: 700 }, { codec: 'deflate' as const }])(
    'reads as it was written: %j',
    (settings) => {
      const { fs, part } = stored(settings);
      const reader = CheckpointPartReader.open(fs, PLACE, part);
      expect([reader.rowCount, reader.sizeBytes]).toEqual([500, part.bytes]);
      expect(rowsOf(reader.batches())).toEqual(ROWS);
      // Read to its end it has closed itself.
      expect(fs.openHandles).toBe(0);
      verifyPart(fs, PLACE, part);
      checkPart(fs, PLACE, part);
      expect(fs.openHandles).toBe(0);
    },
  );

  it('of one chunk is read once, of many twice, and its ends alone cost little', () => {
    for (const [chunkBytes, times] of [
      [undefined, 1],
      [1000, 2],
    ] as const) {
      const { fs, part } = stored(chunkBytes === undefined ? {} : { chunkBytes });
      const recording = new RecordingFileSystem(fs);
      rowsOf(CheckpointPartReader.open(recording, PLACE, part).batches());
      expect(Math.round(recording.bytesRead / part.bytes)).toBe(times);
      recording.reset();
      checkPart(recording, PLACE, part);
      expect(recording.bytesRead).toBeLessThan(part.bytes / 2);
    }
  });

  it('is closed when its reader stops early', () => {
    const { fs, part } = stored({ chunkBytes: 1 });
    for (const _ of CheckpointPartReader.open(fs, PLACE, part).batches()) break;
    expect(fs.openHandles).toBe(0);
  });

  it('that changes while it is read is damage', () => {
    const { fs, part } = stored({ chunkBytes: 1 });
    using reader = CheckpointPartReader.open(fs, PLACE, part);
    const batches = reader.batches();
    batches.next();
    fs.corrupt(`${DIRECTORY}/part-00000`, (bytes) => bytes.fill(0, 48, 10_000));
    expect(() => rowsOf(batches)).toThrow(/CORRUPT_FILE/);
  });

  it('is compared with what is said of it', () => {
    const { fs, part } = stored();
    const claims: readonly (readonly [Partial<CheckpointPart>, RegExp])[] = [
      [{ bytes: part.bytes + 1 }, /expected \d+ bytes, found/],
      [{ rows: 499 }, /expected 499 records, found 500/],
      [{ checksum: part.checksum ^ 1 }, /expected checksum/],
      [{ codec: 'zstd' }, /expected codec zstd, found none/],
      [{ partition: 1 }, /part-00001 is damaged at byte 0: expected a part of \d+ bytes, found no file/],
    ];
    for (const [change, message] of claims) {
      for (const read of [CheckpointPartReader.open, verifyPart, checkPart]) {
        expect(() => read(fs, PLACE, { ...part, ...change })).toThrow(message);
      }
    }
    expect(fs.openHandles).toBe(0);
  });

  it('of many small batches has chunks that are nearly full', () => {
    const fs = new MemoryFileSystem();
    fs.makeDirectory(DIRECTORY);
    const recording = new RecordingFileSystem(fs);
    using writer = new CheckpointPartWriter({
      ...{ fileSystem: recording, place: PLACE, partition: 0, attempt: 0, codec: 'none' as const, chunkBytes: 4000 },
    });
    for (const row of ROWS) writer.write(rowBatch([row]));
    const part = writer.commit();
    expect(recording.countOf('write')).toBeLessThan(Math.ceil(part.bytes / 1000) + 3);
    expect(rowsOf(CheckpointPartReader.open(fs, PLACE, part).batches())).toEqual(ROWS);
  });
});
