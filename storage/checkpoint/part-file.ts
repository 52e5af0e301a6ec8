/**
 * Header and footer of a part. Its bytes are drawn in FORMAT.md.
 *
 * Both name the owner, the partition and the number of partitions, and the checksum of every chunk begins with them:
 * a part of another checkpoint, another part of this one, a cut part and two parts in one file are all told from the
 * right one before a record is decoded.
 */
import { createHash } from 'node:crypto';
import { ByteReader } from '../../formats/bytes/byte-reader.ts';
import { ByteWriter } from '../../formats/bytes/byte-writer.ts';
import { checksum } from '../../formats/bytes/checksum.ts';
import type { CodecName } from '../../formats/bytes/compression.ts';
import { CODECS } from '../../formats/record/frame-header.ts';
import { CairnError } from '../../lib/base/errors.ts';
import type { FileHandle } from '../fs/file-system.ts';
import { corrupt } from '../spill/chunk-reader.ts';
import {
  CHUNK_ENTRY_BYTES,
  type Chunk,
  chunkBytes,
  type PlacedChunk,
  readChunkTable,
  writeChunkTable,
} from '../spill/chunk-table.ts';
import type { CheckpointPlace } from './checkpoint-part.ts';

const PART_VERSION = 1;
export const PART_HEADER_BYTES = 48;
export const PART_FOOTER_BYTES = 40;

/** "CAIRNCKP" and "CAIRNCKE". */
const MAGIC = Buffer.from('CAIRNCKP', 'latin1');
const END = Buffer.from('CAIRNCKE', 'latin1');

/** Which part a file is meant to be. */
export interface PartIdentity extends Omit<CheckpointPlace, 'directory'> {
  readonly partition: number;
}

/** What a part's header and footer say, verified; the chunks themselves are not. */
export interface PartContents {
  readonly codec: CodecName;
  readonly chunks: readonly PlacedChunk[];
  readonly rows: number;
  /** Of the footer. */
  readonly checksum: number;
}

/** What the checksums of a part's chunks and of its footer begin with. */
export function partSeed({ owner, partition, partitionCount }: PartIdentity): number {
  return checksum(Buffer.from(`checkpoint ${owner} partition ${partition} of ${partitionCount}`, 'utf8'));
}

/** The first half of the owner's SHA-256. */
function ownerDigest(owner: string): Uint8Array {
  return createHash('sha256').update(owner, 'utf8').digest().subarray(0, 16);
}

/** The first bytes of a part. */
export function encodePartHeader(identity: PartIdentity, codec: CodecName): Uint8Array {
  using out = new ByteWriter({ initialBytes: PART_HEADER_BYTES });
  out.raw(MAGIC);
  out.u32(PART_VERSION);
  out.u32(CODECS.indexOf(codec));
  out.u32(identity.partition);
  out.u32(identity.partitionCount);
  out.raw(ownerDigest(identity.owner));
  out.u32(0);
  out.u32(checksum(out.bytes()));
  return out.take();
}

/** What follows the chunks, their table first; `checksum` is that of the whole part. */
export function encodePartEnd(
  identity: PartIdentity,
  header: Uint8Array,
  chunks: readonly Chunk[],
): { readonly bytes: Uint8Array; readonly checksum: number } {
  using out = new ByteWriter();
  writeChunkTable(out, chunks);
  out.u64(BigInt(chunkBytes(chunks)));
  out.u64(BigInt(rowsOf(chunks)));
  out.u32(chunks.length);
  out.u32(PART_VERSION);
  out.u32(0);
  const sum = checksum(out.bytes(), checksum(header, partSeed(identity)));
  out.u32(sum);
  out.raw(END);
  return { bytes: out.take(), checksum: sum };
}

/**
 * Reads and verifies header, chunk table and footer of the part that `file` should be. Raises CORRUPT_FILE with path
 * and offset, and UNSUPPORTED_VERSION for a sound part of a later release.
 */
export function readPartContents(file: FileHandle, identity: PartIdentity): PartContents {
  const sizeBytes = file.sizeBytes();
  const footerAt = sizeBytes - PART_FOOTER_BYTES;
  if (footerAt < PART_HEADER_BYTES) throw corrupt(file.path, sizeBytes, 'a whole part', `${sizeBytes} bytes`);
  const header = readExactly(file, 0, PART_HEADER_BYTES);
  const codec = checkHeader(file.path, header, identity);
  const footerBytes = readExactly(file, footerAt, PART_FOOTER_BYTES);
  if (!END.equals(footerBytes.subarray(32)))
    throw corrupt(file.path, sizeBytes - 8, "the end 'CAIRNCKE'", 'other bytes');
  const footer = new ByteReader(footerBytes);
  const dataBytes = footer.u64();
  const rows = footer.u64();
  const chunkCount = footer.u32();
  const version = footer.u32();
  const padding = footer.u32();
  const stored = footer.u32();
  if (version !== PART_VERSION) throw corrupt(file.path, footerAt + 20, `version ${PART_VERSION}`, `${version}`);
  if (padding !== 0) throw corrupt(file.path, footerAt + 24, '0', `${padding}`);
  const tableAt = footerAt - chunkCount * CHUNK_ENTRY_BYTES;
  // Before the table is read, its length is known to fit the file.
  if (tableAt < PART_HEADER_BYTES || dataBytes !== BigInt(tableAt - PART_HEADER_BYTES)) {
    throw corrupt(file.path, footerAt, `${tableAt - PART_HEADER_BYTES} bytes of frames`, `${dataBytes}`);
  }
  const table = readExactly(file, tableAt, footerAt - tableAt);
  const covered = [header, table, footerBytes.subarray(0, PART_FOOTER_BYTES - 12)];
  const sum = covered.reduce((seed, bytes) => checksum(bytes, seed), partSeed(identity));
  if (sum !== stored) throw corrupt(file.path, footerAt + 28, `checksum ${hexSum(stored)}`, hexSum(sum));
  const chunks = readTable(file.path, table, tableAt, chunkCount);
  if (BigInt(chunkBytes(chunks)) !== dataBytes) {
    throw corrupt(file.path, tableAt, `chunks of ${dataBytes} bytes`, `${chunkBytes(chunks)}`);
  }
  if (BigInt(rowsOf(chunks)) !== rows) {
    throw corrupt(file.path, footerAt + 8, `${rowsOf(chunks)} records`, `${rows}`);
  }
  return { codec, chunks, rows: Number(rows), checksum: stored };
}

/** Eight hex digits, as manifests and messages show a checksum. */
export function hexSum(sum: number): string {
  return sum.toString(16).padStart(8, '0');
}

function checkHeader(path: string, header: Uint8Array, identity: PartIdentity): CodecName {
  if (!MAGIC.equals(header.subarray(0, 8))) throw corrupt(path, 0, "the start 'CAIRNCKP'", 'other bytes');
  const input = new ByteReader(header.subarray(8));
  const version = input.u32();
  const codecNumber = input.u32();
  const partition = input.u32();
  const partitionCount = input.u32();
  const owner = input.raw(16);
  const padding = input.u32();
  const stored = input.u32();
  const sum = checksum(header.subarray(0, PART_HEADER_BYTES - 4));
  // Before the version: a damaged header must not pass for one of a later release.
  if (sum !== stored) throw corrupt(path, PART_HEADER_BYTES - 4, `checksum ${hexSum(stored)}`, hexSum(sum));
  if (version !== PART_VERSION) {
    throw new CairnError('UNSUPPORTED_VERSION', { path, found: version, supported: PART_VERSION });
  }
  const codec = CODECS[codecNumber];
  if (codec === undefined) throw corrupt(path, 12, 'a codec from 0 to 2', `${codecNumber}`);
  if (partition !== identity.partition) throw corrupt(path, 16, `part ${identity.partition}`, `part ${partition}`);
  if (partitionCount !== identity.partitionCount) {
    throw corrupt(path, 20, `a part of ${identity.partitionCount}`, `one of ${partitionCount}`);
  }
  if (Buffer.compare(owner, ownerDigest(identity.owner)) !== 0) {
    throw corrupt(path, 24, 'a part of this checkpoint', 'a part of another one');
  }
  if (padding !== 0) throw corrupt(path, 40, '0', `${padding}`);
  return codec;
}

/** A table whose checksum is right and which no writer leaves is forged; it is refused all the same. */
function readTable(path: string, table: Uint8Array, tableAt: number, chunkCount: number): PlacedChunk[] {
  try {
    return readChunkTable(new ByteReader(table, tableAt), chunkCount, PART_HEADER_BYTES);
  } catch (error) {
    if (!CairnError.is(error, 'CORRUPT_DATA')) throw error;
    throw new CairnError('CORRUPT_FILE', { ...error.params, path }, { cause: error });
  }
}

function rowsOf(chunks: readonly Chunk[]): number {
  let rows = 0;
  for (const { rowCount } of chunks) rows += rowCount;
  return rows;
}

function readExactly(file: FileHandle, offset: number, count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  const found = file.read(bytes, offset);
  if (found < count) throw corrupt(file.path, offset + found, `${count - found} more bytes`, 'the end of the file');
  return bytes;
}
