import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type FileSplit,
  type InputFile,
  LOCAL_BLOCK_BYTES,
  packBinaryFiles,
  packWholeFiles,
  splitFiles,
  splitRecordFiles,
} from '../../../formats/scan/file-splits.ts';

const MIB = 1024 * 1024;
const file = (path: string, sizeBytes: number): InputFile => ({ path, sizeBytes, modifiedMs: 0 });
const isSplittable = (path: string): boolean => !path.endsWith('.gz');
const shape = (splits: readonly FileSplit[]): string[] =>
  splits.map((split) => `${split.file.path} ${split.start}+${split.length}`);
const names = (packed: readonly (readonly InputFile[])[]): string[] =>
  packed.map((files) => files.map(({ path }) => path).join(' '));

describe('splitFiles', () => {
  it('cuts the total into the wished number of splits', () => {
    expect(shape(splitFiles([file('a', 100)], { minPartitions: 4, isSplittable }))).toEqual([
      'a 0+25',
      'a 25+25',
      'a 50+25',
      'a 75+25',
    ]);
  });

  it('lets a rest of up to a tenth join the last split', () => {
    // goal 50: 105 bytes leave 55 after the first split, which is 1.1 splits.
    expect(shape(splitFiles([file('a', 105)], { minPartitions: 2, isSplittable }))).toEqual(['a 0+52', 'a 52+53']);
    expect(shape(splitFiles([file('a', 43)], { minPartitions: 4, isSplittable }))).toEqual([
      'a 0+10',
      'a 10+10',
      'a 20+10',
      'a 30+10',
      'a 40+3',
    ]);
    expect(shape(splitFiles([file('a', 41)], { minPartitions: 4, isSplittable })).at(-1)).toBe('a 30+11');
  });

  it('never makes a split larger than a block of 32 MiB', () => {
    const splits = splitFiles([file('a', 100 * MIB)], { minPartitions: 2, isSplittable });
    expect(splits.map(({ length }) => length / MIB)).toEqual([32, 32, 32, 4]);
    expect(LOCAL_BLOCK_BYTES).toBe(32 * MIB);
  });

  it('shares the goal among all files', () => {
    expect(shape(splitFiles([file('a', 10), file('b', 30)], { minPartitions: 2, isSplittable }))).toEqual([
      'a 0+10',
      'b 0+20',
      'b 20+10',
    ]);
  });

  it('keeps a compressed file whole', () => {
    expect(shape(splitFiles([file('a.gz', 100)], { minPartitions: 4, isSplittable }))).toEqual(['a.gz 0+100']);
  });

  it('gives no split for an empty file, as Spark does', () => {
    expect(splitFiles([file('a', 0), file('b.gz', 0)], { minPartitions: 2, isSplittable })).toEqual([]);
  });

  it('cuts a file smaller than the wished number byte by byte', () => {
    expect(shape(splitFiles([file('a', 3)], { minPartitions: 10, isSplittable }))).toEqual(['a 0+1', 'a 1+1', 'a 2+1']);
  });

  it('takes any number of splits', () => {
    expect(splitFiles([file('a', 500_000)], { minPartitions: 500_000, isSplittable })).toHaveLength(500_000);
  });

  it('covers every byte once, in order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 10_000 }), { maxLength: 5 }),
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 1, max: 3000 }),
        (sizes, minPartitions, blockBytes) => {
          const files = sizes.map((size, i) => file(`f${i}`, size));
          const splits = splitFiles(files, { minPartitions, blockBytes, isSplittable });
          for (const one of files) {
            let at = 0;
            for (const split of splits.filter((s) => s.file === one)) {
              expect(split.start).toBe(at);
              expect(split.length).toBeGreaterThan(0);
              expect(split.length).toBeLessThanOrEqual(blockBytes * 1.1);
              at += split.length;
            }
            expect(at).toBe(one.sizeBytes);
          }
        },
      ),
      { seed: 1, numRuns: 40 },
    );
  });
});

describe('splitRecordFiles', () => {
  it('cuts at whole records only', () => {
    const splits = splitRecordFiles([file('a', 70)], 7, 30);
    expect(shape(splits)).toEqual(['a 0+28', 'a 28+28', 'a 56+14']);
  });

  it('puts a record longer than a block into a split of its own', () => {
    expect(shape(splitRecordFiles([file('a', 20)], 10, 4))).toEqual(['a 0+10', 'a 10+10']);
  });
});

describe('packing whole files', () => {
  const files = [file('a', 10), file('b', 0), file('c', 10), file('d', 5), file('e', 15)];

  it('closes a partition of wholeTextFiles once it holds its share', () => {
    expect(names(packWholeFiles(files, 2))).toEqual(['a b c', 'd e']);
    expect(names(packWholeFiles(files, 1))).toEqual(['a b c d e']);
    expect(names(packWholeFiles(files, 4))).toEqual(['a', 'b c', 'd e']);
  });

  it('keeps files that are all empty together', () => {
    expect(names(packWholeFiles([file('a', 0), file('b', 0)], 2))).toEqual(['a b']);
  });

  it('counts the cost of opening a file of binaryFiles', () => {
    const large = Array.from({ length: 8 }, (_, i) => file(`f${i}`, 4 * MIB));
    // 64 MiB with the cost of opening: 16 MiB for each of four partitions.
    expect(names(packBinaryFiles(large, 4, 2))).toEqual(['f0 f1 f2 f3', 'f4 f5 f6 f7']);
    expect(names(packBinaryFiles(files, 2, 8))).toEqual(['a b c d e']);
  });

  it('never packs more than 128 MiB and a file', () => {
    const huge = Array.from({ length: 3 }, (_, i) => file(`f${i}`, 200 * MIB));
    expect(names(packBinaryFiles(huge, 1, 1))).toEqual(['f0', 'f1', 'f2']);
  });
});
