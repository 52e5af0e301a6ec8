import { describe, expect, it } from 'vitest';
import {
  encodeObjectFooter,
  OBJECT_FILE_HEADER,
  ObjectFileTotals,
} from '../../../formats/binary/object-file-format.ts';
import { readObjectFile } from '../../../formats/binary/object-file-reader.ts';
import { sourceOf } from '../../support/bytes.ts';
import { frameOf, rowsOf } from '../../support/stored-batches.ts';

const FRAMES = [frameOf([1, 2]), frameOf(['a', 'b', 'c']), frameOf([null])] as const;

function fileOf(frames: readonly Uint8Array[], counts: readonly number[] = [2, 3, 1]): Buffer {
  const totals = new ObjectFileTotals();
  for (const [i, frame] of frames.entries()) totals.add(frame, counts[i] ?? 0);
  return Buffer.concat([OBJECT_FILE_HEADER, ...frames, encodeObjectFooter(totals)]);
}

const read = (bytes: Uint8Array, onRead?: (count: number) => void): unknown[] =>
  rowsOf(readObjectFile(sourceOf(bytes), bytes.length, 'part-00000', onRead));

describe('readObjectFile', () => {
  it('gives the records of all frames and tells of every byte', () => {
    const bytes = fileOf(FRAMES);
    let told = 0;
    expect(read(bytes, (count) => (told += count))).toEqual([1, 2, 'a', 'b', 'c', null]);
    expect(told).toBe(bytes.length);
    expect(read(fileOf([]))).toEqual([]);
  });

  it('notices a cut at every length', () => {
    const bytes = fileOf(FRAMES);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => read(bytes.subarray(0, length)), `${length}`).toThrow(/CORRUPT_FILE: part-00000/);
    }
    expect(() => read(Buffer.concat([bytes, Buffer.alloc(8)]))).toThrow(/CORRUPT_FILE/);
  });

  it('notices frames that are exchanged, lost or doubled', () => {
    const footer = fileOf(FRAMES).subarray(-40);
    const [a, b, c] = FRAMES;
    for (const frames of [[b, a, c], [a, b], [a, b, b, c], [c, b, a], []]) {
      const bytes = Buffer.concat([OBJECT_FILE_HEADER, ...frames, footer]);
      expect(() => read(bytes)).toThrow(/CORRUPT_FILE/);
    }
  });

  it('refuses a later version and a frame longer than the file', () => {
    const later = fileOf(FRAMES);
    later[8] = 2;
    expect(() => read(later)).toThrow(/UNSUPPORTED_VERSION: part-00000 has format version 2/);
    const long = fileOf(FRAMES);
    long.writeUInt32LE(0x7fffffff, 16 + 12);
    expect(() => read(long)).toThrow(/CORRUPT_FILE: part-00000 is damaged at byte 28/);
  });
});
