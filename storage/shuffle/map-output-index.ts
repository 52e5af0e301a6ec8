/**
 * The index file of a map output: which bytes of the data file belong to which reduce partition. Its bytes are drawn
 * in FORMAT.md. The index is published after its data, so that an index that can be read names data that is there.
 */
import { ByteReader } from '../../formats/bytes/byte-reader.ts';
import { ByteWriter } from '../../formats/bytes/byte-writer.ts';
import { checksum } from '../../formats/bytes/checksum.ts';
import type { ShuffleId, TaskId } from '../../lib/base/ids.ts';
import type { FileSystem } from '../fs/file-system.ts';
import { corrupt } from '../spill/chunk-reader.ts';
import {
  CHUNK_ENTRY_BYTES,
  type Chunk,
  chunkBytes,
  type PlacedChunk,
  readChunkTable,
  writeChunkTable,
} from '../spill/chunk-table.ts';
import type { MapOutput } from './map-output.ts';

/** "CNMI" read as a little-endian word. */
const MAGIC = 0x494d4e43;
const VERSION = 1;
const HEADER_BYTES = 48;
/** More than sixteen million chunks: an index beyond it is no index. */
const MAX_INDEX_BYTES = 256 * 1024 * 1024;

/** Whose output it is: part of both file names and of both files' checksums. */
export interface MapOutputOwner {
  readonly shuffleId: ShuffleId;
  readonly mapIndex: number;
  readonly taskId: TaskId;
}

/** A verified index. */
export interface MapOutputIndex {
  readonly chunks: readonly PlacedChunk[];
  /** The first chunk of each reduce partition, and after the last one the number of chunks. */
  readonly firstChunk: Int32Array;
  readonly dataBytes: number;
}

/** What the checksums of an output's chunks begin with: no two outputs can stand in for each other. */
export function ownerSeed(owner: MapOutputOwner): number {
  return checksum(Buffer.from(`shuffle ${owner.shuffleId} map ${owner.mapIndex} task ${owner.taskId}`, 'latin1'));
}

/** The bytes of an index; the caller owns them. */
export function encodeIndex(owner: MapOutputOwner, partitionCount: number, chunks: readonly Chunk[]): Uint8Array {
  using out = new ByteWriter({ initialBytes: HEADER_BYTES + chunks.length * CHUNK_ENTRY_BYTES + 4 });
  out.u32(MAGIC);
  out.u32(VERSION);
  out.u64(BigInt(owner.shuffleId));
  out.u64(BigInt(owner.taskId));
  out.u32(owner.mapIndex);
  out.u32(partitionCount);
  out.u64(BigInt(chunkBytes(chunks)));
  out.u32(chunks.length);
  out.u32(0);
  writeChunkTable(out, chunks);
  out.u32(checksum(out.bytes()));
  return out.take();
}

/**
 * Reads and verifies the index at `path`. Raises FILE_NOT_FOUND, IO_ERROR, CORRUPT_FILE when it is not whole, not this
 * owner's or not for `partitionCount` partitions, and CORRUPT_DATA for a table no writer leaves.
 */
export function readIndex(
  fileSystem: FileSystem,
  path: string,
  owner: MapOutputOwner,
  partitionCount: number,
): MapOutputIndex {
  const bytes = fileSystem.readFile(path, MAX_INDEX_BYTES);
  if (bytes.length < HEADER_BYTES + 4) throw corrupt(path, bytes.length, 'a whole index', `${bytes.length} bytes`);
  const sumAt = bytes.length - 4;
  const stored = new ByteReader(bytes.subarray(sumAt)).u32();
  if (stored !== checksum(bytes.subarray(0, sumAt))) throw corrupt(path, sumAt, 'the checksum of the index', 'another');
  const input = new ByteReader(bytes.subarray(0, sumAt));
  const expect = (what: string, expected: number | bigint, found: number | bigint, offset: number): void => {
    if (expected !== found) throw corrupt(path, offset, `${what} ${expected}`, `${found}`);
  };
  expect('the magic', MAGIC, input.u32(), 0);
  expect('version', VERSION, input.u32(), 4);
  expect('shuffle', BigInt(owner.shuffleId), input.u64(), 8);
  expect('task', BigInt(owner.taskId), input.u64(), 16);
  expect('map partition', owner.mapIndex, input.u32(), 24);
  expect('a partition count of', partitionCount, input.u32(), 28);
  const dataBytes = Number(input.u64());
  const chunkCount = input.u32();
  expect('padding', 0, input.u32(), 44);
  expect('an index length of', HEADER_BYTES + chunkCount * CHUNK_ENTRY_BYTES + 4, bytes.length, bytes.length);
  const chunks = readChunkTable(input, chunkCount);
  expect('data bytes', chunkBytes(chunks), dataBytes, 32);
  const last = chunks.at(-1)?.partition ?? 0;
  if (last >= partitionCount && chunks.length > 0)
    throw corrupt(path, sumAt, `partitions below ${partitionCount}`, `${last}`);
  return { chunks, firstChunk: firstChunks(chunks, partitionCount), dataBytes };
}

/** What a map task reports of its output. */
export function describeOutput(owner: MapOutputOwner, partitionCount: number, chunks: readonly Chunk[]): MapOutput {
  const partitionBytes = new Array<number>(partitionCount).fill(0);
  const partitionRows = new Array<number>(partitionCount).fill(0);
  for (const { partition, sizeBytes, rowCount } of chunks) {
    partitionBytes[partition] = (partitionBytes[partition] as number) + sizeBytes;
    partitionRows[partition] = (partitionRows[partition] as number) + rowCount;
  }
  const { shuffleId, mapIndex, taskId } = owner;
  return { shuffleId, mapIndex, taskId, partitionBytes, partitionRows };
}

function firstChunks(chunks: readonly Chunk[], partitionCount: number): Int32Array {
  const first = new Int32Array(partitionCount + 1);
  for (const { partition } of chunks) first[partition + 1] = (first[partition + 1] as number) + 1;
  for (let i = 1; i <= partitionCount; i++) first[i] = (first[i] as number) + (first[i - 1] as number);
  return first;
}
