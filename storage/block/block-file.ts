/**
 * The file of a block: chunks of frames, then their directory, then a trailer of fixed length. Its bytes are drawn in
 * ../shuffle/FORMAT.md. Everything is covered by a checksum, and every checksum by the block's name, so that neither
 * damage nor another block's file under this name can pass.
 */
import { ByteReader } from '../../formats/bytes/byte-reader.ts';
import { ByteWriter } from '../../formats/bytes/byte-writer.ts';
import { checksum } from '../../formats/bytes/checksum.ts';
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
import type { BlockId } from './block-id.ts';

/** "CNBK" read as a little-endian word. */
const MAGIC = 0x4b424e43;
const VERSION = 1;
const TRAILER_BYTES = 24;

/** What the checksums of a block's chunks begin with. */
export function blockSeed(id: BlockId): number {
  return checksum(Buffer.from(id, 'latin1'));
}

/** What follows the chunks: their directory and the trailer. */
export function encodeTrailer(id: BlockId, chunks: readonly Chunk[]): Uint8Array {
  using out = new ByteWriter();
  writeChunkTable(out, chunks);
  out.u64(BigInt(chunkBytes(chunks)));
  out.u32(chunks.length);
  out.u32(VERSION);
  out.u32(checksum(out.bytes(), blockSeed(id)));
  out.u32(MAGIC);
  return out.take();
}

/** Reads and verifies what follows the chunks. Raises CORRUPT_FILE, or CORRUPT_DATA for a table no writer leaves. */
export function readTrailer(file: FileHandle, id: BlockId): PlacedChunk[] {
  const sizeBytes = file.sizeBytes();
  const trailerAt = sizeBytes - TRAILER_BYTES;
  if (trailerAt < 0) throw corrupt(file.path, sizeBytes, 'a whole block', `${sizeBytes} bytes`);
  const trailerBytes = readExactly(file, trailerAt, TRAILER_BYTES);
  const trailer = new ByteReader(trailerBytes);
  const dataBytes = trailer.u64();
  const chunkCount = trailer.u32();
  const version = trailer.u32();
  const stored = trailer.u32();
  const magic = trailer.u32();
  if (magic !== MAGIC) throw corrupt(file.path, sizeBytes - 4, `the magic ${MAGIC}`, `${magic}`);
  if (version !== VERSION) throw corrupt(file.path, trailerAt + 12, `version ${VERSION}`, `${version}`);
  const tableAt = trailerAt - chunkCount * CHUNK_ENTRY_BYTES;
  // Before the table is read, its length is known to fit the file.
  if (dataBytes !== BigInt(tableAt)) throw corrupt(file.path, trailerAt, `${tableAt} bytes of frames`, `${dataBytes}`);
  const table = readExactly(file, tableAt, trailerAt - tableAt);
  const covered = checksum(trailerBytes.subarray(0, TRAILER_BYTES - 8), checksum(table, blockSeed(id)));
  if (stored !== covered) {
    throw corrupt(file.path, sizeBytes - 8, `the checksum of ${id}'s directory`, 'another');
  }
  const chunks = readChunkTable(new ByteReader(table), chunkCount);
  if (chunkBytes(chunks) !== tableAt) throw corrupt(file.path, tableAt, `chunks of ${tableAt} bytes`, 'others');
  return chunks;
}

function readExactly(file: FileHandle, offset: number, count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  const found = file.read(bytes, offset);
  if (found < count) throw corrupt(file.path, offset + found, `${count - found} more bytes`, 'the end of the file');
  return bytes;
}
