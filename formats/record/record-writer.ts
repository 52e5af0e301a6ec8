/**
 * Writes batches as frames: the one block format of caches, shuffles, spills and checkpoints (FORMAT.md).
 *
 * A frame stands for itself: it needs nothing from the frames before it, so blocks are cut and joined at frames.
 */

import { CairnError } from '../../lib/base/errors.ts';
import type { ByteWriter } from '../bytes/byte-writer.ts';
import { type CodecName, compress } from '../bytes/compression.ts';
import { type Batch, type ColumnBatch, type RowBatch, rowBatch } from '../schema/batch.ts';
import { buildColumns } from './build-columns.ts';
import { type ColumnArrays, takeScratch } from './column-arrays.ts';
import { writeColumn } from './column-writer.ts';
import {
  CODECS,
  FRAME_ALIGNMENT,
  FRAME_HEADER_BYTES,
  FRAME_MAGIC,
  FRAME_VERSION,
  frameChecksum,
  ROADS,
  type Road,
} from './frame-header.ts';
import { DEFAULT_FRAME_LIMITS, type FrameLimits } from './limits.ts';
import { materializeRows } from './materialize-rows.ts';
import { ValueWriter } from './value-writer.ts';

export interface EncodeOptions {
  /** Compression of the payload; a frame that would not shrink is stored as it is. */
  readonly codec: CodecName;
  /** `auto` looks for columns in rows; `values` writes each record with the value codec. Default `auto`. */
  readonly road?: 'auto' | 'values';
  readonly limits?: FrameLimits;
}

export interface EncodedFrame {
  readonly rowCount: number;
  readonly road: Road;
  /** Bytes appended, a multiple of eight. */
  readonly byteLength: number;
}

/**
 * Appends one frame that holds the batch. Raises `VALUE_NOT_SERIALIZABLE` for what cannot be stored and
 * `LIMIT_EXCEEDED` over a frame's limits; the writer is then as it was before.
 */
export function encodeFrame(batch: Batch, out: ByteWriter, options: EncodeOptions): EncodedFrame {
  const start = out.length;
  using scratch = takeScratch();
  try {
    return appendFrame(batch, out, options, scratch);
  } catch (error) {
    out.truncate(start);
    throw error;
  }
}

function appendFrame(batch: Batch, out: ByteWriter, options: EncodeOptions, arrays: ColumnArrays): EncodedFrame {
  const start = out.length;
  const limits = options.limits ?? DEFAULT_FRAME_LIMITS;
  const source = chooseForm(batch, options.road ?? 'auto', arrays);
  const road: Road = source.kind === 'columns' ? 'columns' : 'values';
  const rowCount = source.kind === 'columns' ? source.rowCount : source.to - source.from;
  if (rowCount > limits.maxRows) throw tooLarge('records', rowCount, limits.maxRows);
  const payload = start + FRAME_HEADER_BYTES;
  out.uint8s(FRAME_HEADER_BYTES).fill(0);
  if (source.kind === 'columns') writeColumn(out, source.root, rowCount, start);
  else writeRows(out, source);
  const rawLength = out.length - payload;
  if (rawLength > limits.maxRawBytes) throw tooLarge('bytes', rawLength, limits.maxRawBytes);
  const codec = rawLength === 0 ? 'none' : compressInPlace(out, payload, options.codec);
  const storedLength = out.length - payload;
  out.align(FRAME_ALIGNMENT, start);
  out.patchU32(start, FRAME_MAGIC);
  out.patchU8(start + 4, FRAME_VERSION);
  out.patchU8(start + 5, ROADS.indexOf(road));
  out.patchU8(start + 6, CODECS.indexOf(codec));
  out.patchU32(start + 8, rowCount);
  out.patchU32(start + 12, storedLength);
  out.patchU32(start + 16, rawLength);
  out.patchU32(start + 20, frameChecksum(out.bytes(start)));
  return { rowCount, road, byteLength: out.length - start };
}

function chooseForm(batch: Batch, road: 'auto' | 'values', arrays: ColumnArrays): Batch {
  if (road === 'values') return batch.kind === 'rows' ? batch : rowsOfColumns(batch);
  return batch.kind === 'columns' ? batch : (buildColumns(batch.rows, batch.from, batch.to, arrays) ?? batch);
}

function rowsOfColumns(batch: ColumnBatch): RowBatch {
  return rowBatch(materializeRows(batch));
}

function writeRows(out: ByteWriter, batch: RowBatch): void {
  const writer = new ValueWriter(out);
  for (let i = batch.from; i < batch.to; i++) writer.write(batch.rows[i]);
}

/** Replaces the bytes from `from` on by compressed ones if these are fewer; the codec that was used. */
function compressInPlace(out: ByteWriter, from: number, codec: CodecName): CodecName {
  if (codec === 'none') return codec;
  const raw = out.bytes(from);
  const packed = compress(codec, raw);
  if (packed.length >= raw.length) return 'none';
  out.truncate(from);
  out.raw(packed);
  return codec;
}

function tooLarge(unit: string, found: number, limit: number): CairnError {
  return new CairnError('LIMIT_EXCEEDED', {
    what: 'the size of a frame',
    found: `${found} ${unit}`,
    limit: `${limit} ${unit}`,
    remedy: 'use more partitions, or smaller records',
  });
}
