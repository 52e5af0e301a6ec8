/**
 * How files are cut into splits, by Hadoop's `FileInputFormat`. Pure: file sizes in, byte ranges out.
 */

/** A file as it was when the job was planned: its identity for resume, and what readers check it against. */
export interface InputFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

/** The bytes `start … start + length - 1` of a file. */
export interface FileSplit {
  readonly file: InputFile;
  readonly start: number;
  readonly length: number;
}

/** Hadoop's block size for local files (`fs.local.block.size`): Spark cuts local files the same way. */
export const LOCAL_BLOCK_BYTES = 32 * 1024 * 1024;

/** A rest of up to a tenth of a split joins the split before it. */
const SPLIT_SLOP = 1.1;

/** Spark's cost of opening a file, in bytes that could be read meanwhile, and its largest partition of whole files. */
export const OPEN_COST_BYTES = 4 * 1024 * 1024;
export const MAX_PACKED_BYTES = 128 * 1024 * 1024;

export interface FileSplitOptions {
  /** How many splits are wished for; there may be more, and fewer when files are small or cannot be cut. */
  readonly minPartitions: number;
  readonly blockBytes?: number;
  /** Whether a file can be read from the middle: compressed ones can't. */
  readonly isSplittable: (path: string) => boolean;
}

/**
 * Cuts files into splits of `min(total / minPartitions, block)` bytes, in the order of the files. A file that can't
 * be cut is one split; an empty one is none, as in Spark since 3.2.
 */
export function splitFiles(files: readonly InputFile[], options: FileSplitOptions): FileSplit[] {
  const { minPartitions, blockBytes = LOCAL_BLOCK_BYTES } = options;
  const goalBytes = Math.floor(totalBytes(files) / Math.max(1, minPartitions));
  const splitBytes = Math.max(1, Math.min(goalBytes, blockBytes));
  const splits: FileSplit[] = [];
  for (const file of files) {
    const isSplittable = options.isSplittable(file.path);
    for (const split of cutFile(file, isSplittable ? splitBytes : file.sizeBytes)) splits.push(split);
  }
  return splits;
}

/**
 * Cuts files of fixed-length records into splits of whole records: as many as fit a block, at least one. The size of
 * each file must be a multiple of `recordLength`.
 */
export function splitRecordFiles(
  files: readonly InputFile[],
  recordLength: number,
  blockBytes = LOCAL_BLOCK_BYTES,
): FileSplit[] {
  const splitBytes = Math.max(1, Math.floor(blockBytes / recordLength)) * recordLength;
  return files.flatMap((file) => cutFile(file, splitBytes));
}

/** Pieces of `splitBytes`, the last one shorter, or up to a tenth longer. */
export function cutFile(file: InputFile, splitBytes: number): FileSplit[] {
  const splits: FileSplit[] = [];
  let start = 0;
  for (; (file.sizeBytes - start) / splitBytes > SPLIT_SLOP; start += splitBytes) {
    splits.push({ file, start, length: splitBytes });
  }
  if (start < file.sizeBytes) splits.push({ file, start, length: file.sizeBytes - start });
  return splits;
}

/** Packs whole files for `wholeTextFiles`: each partition takes files until it holds a `minPartitions`th of all bytes. */
export function packWholeFiles(files: readonly InputFile[], minPartitions: number): InputFile[][] {
  return pack(files, Math.ceil(totalBytes(files) / Math.max(1, minPartitions)));
}

/**
 * Packs whole files for `binaryFiles`, by Spark's rule: each file costs 4 MiB more than its size, a partition holds
 * up to 128 MiB, and there should be at least `minPartitions` and `parallelism` of them.
 */
export function packBinaryFiles(
  files: readonly InputFile[],
  minPartitions: number,
  parallelism: number,
): InputFile[][] {
  const total = totalBytes(files) + files.length * OPEN_COST_BYTES;
  const perPartition = Math.floor(total / Math.max(1, minPartitions, parallelism));
  return pack(files, Math.min(MAX_PACKED_BYTES, Math.max(OPEN_COST_BYTES, perPartition)));
}

/** Hadoop's `CombineFileInputFormat` on one host: a partition is closed once it has reached `maxBytes`. */
function pack(files: readonly InputFile[], maxBytes: number): InputFile[][] {
  const packed: InputFile[][] = [];
  let current: InputFile[] = [];
  let bytes = 0;
  for (const file of files) {
    current.push(file);
    bytes += file.sizeBytes;
    if (maxBytes > 0 && bytes >= maxBytes) {
      packed.push(current);
      current = [];
      bytes = 0;
    }
  }
  if (current.length > 0) packed.push(current);
  return packed;
}

function totalBytes(files: readonly InputFile[]): number {
  return files.reduce((sum, file) => sum + file.sizeBytes, 0);
}
