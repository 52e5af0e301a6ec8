import { describe, expect, it } from 'vitest';
import { packSplits } from '../../../formats/scan/pack-splits.ts';

const MB = 1024 * 1024;

function pack(
  sizes: readonly number[],
  minPartitions: number,
  isSplittable = true,
  maxPartitionBytes = 128 * MB,
): string[] {
  const files = sizes.map((sizeBytes, i) => ({ path: String.fromCharCode(97 + i), sizeBytes, modifiedMs: 0 }));
  return packSplits(files, { minPartitions, isSplittable: () => isSplittable, maxPartitionBytes }).map((splits) =>
    splits.map(({ file, start, length }) => `${file.path}${start / MB}+${length / MB}`).join(' '),
  );
}

describe('packSplits', () => {
  it('packs ten files of 1 MiB for eight threads in twos, as Spark does', () => {
    expect(pack(Array(10).fill(MB), 8)).toEqual(['a0+1 b0+1', 'c0+1 d0+1', 'e0+1 f0+1', 'g0+1 h0+1', 'i0+1 j0+1']);
  });

  it('cuts a large file into as many pieces as there should be, of 128 MiB at the most', () => {
    expect(pack([20 * MB], 2)).toEqual(['a0+12', 'a12+8']);
    expect(pack([400 * MB], 1)).toHaveLength(4);
    expect(pack([400 * MB], 1, false)).toEqual(['a0+400']);
    expect(pack([4 * MB], 8)).toEqual(['a0+4']);
  });

  it('keeps the order of files, and leaves out empty ones', () => {
    expect(pack([MB, 0, 30 * MB, MB], 1, false, 16 * MB)).toEqual(['a0+1', 'c0+30', 'd0+1']);
    expect(pack([], 4)).toEqual([]);
  });
});
