/**
 * How files of rows become partitions, by Spark's `FilePartition`: large files are cut, small ones share a partition.
 * Pure: file sizes in, byte ranges out.
 */
import { cutFile, type FileSplit, type InputFile, MAX_PACKED_BYTES, OPEN_COST_BYTES } from './file-splits.ts';

export interface PackOptions {
  /** How many partitions there should be at least, unless files are small: the threads there are, in Spark. */
  readonly minPartitions: number;
  /** Whether a file can be read from the middle. */
  readonly isSplittable: (path: string) => boolean;
  /** The most bytes of a partition, 128 MiB unless said. */
  readonly maxPartitionBytes?: number;
}

/**
 * Packs files into partitions of up to `min(128 MiB, max(4 MiB, total / minPartitions))` bytes, where opening a file counts
 * as 4 MiB. Empty files are in none. Unlike Spark's, pieces stay in the order of the files, and files that were written in
 * an order are read in it.
 */
export function packSplits(files: readonly InputFile[], options: PackOptions): FileSplit[][] {
  const { minPartitions, isSplittable, maxPartitionBytes = MAX_PACKED_BYTES } = options;
  const total = files.reduce((sum, { sizeBytes }) => sum + sizeBytes + OPEN_COST_BYTES, 0);
  const perPartition = Math.floor(total / Math.max(1, minPartitions));
  const splitBytes = Math.max(1, Math.min(maxPartitionBytes, Math.max(OPEN_COST_BYTES, perPartition)));
  const packed: FileSplit[][] = [];
  let current: FileSplit[] = [];
  let bytes = 0;
  for (const file of files) {
    for (const split of isSplittable(file.path) ? cutFile(file, splitBytes) : cutFile(file, file.sizeBytes)) {
      if (current.length > 0 && bytes + split.length > splitBytes) {
        packed.push(current);
        current = [];
        bytes = 0;
      }
      current.push(split);
      bytes += split.length + OPEN_COST_BYTES;
    }
  }
  if (current.length > 0) packed.push(current);
  return packed;
}
