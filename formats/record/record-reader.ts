/**
 * Reads frames back. Nothing of a frame is used before its length and checksum are verified; beyond that, every
 * structure inside is checked again, so that even forged bytes end in a typed error.
 *
 * Who owns what: a column batch shows the bytes it was read from wherever they are aligned, so they must not be
 * written again while the batch lives. Read each block into a buffer of its own.
 */

import { CairnError } from '../../lib/base/errors.ts';
import { ByteReader } from '../bytes/byte-reader.ts';
import { decompress } from '../bytes/compression.ts';
import { type Batch, rowBatch } from '../schema/batch.ts';
import { readColumn } from './column-reader.ts';
import { FRAME_HEADER_BYTES, type FrameHeader, type Origin, readFrameHeader } from './frame-header.ts';
import { DEFAULT_FRAME_LIMITS, type FrameLimits } from './limits.ts';
import { ValueReader } from './value-reader.ts';

/**
 * The batches of `bytes`, which must be whole frames from the first byte to the last; one is decoded at a time.
 * Raises `CORRUPT_FILE` with the path and the absolute offset, `UNSUPPORTED_VERSION`, and `RECORD_CLASS_UNKNOWN`.
 */
export function* decodeFrames(
  bytes: Uint8Array,
  origin: Origin,
  limits: FrameLimits = DEFAULT_FRAME_LIMITS,
): IterableIterator<Batch> {
  let at = 0;
  while (at < bytes.length) {
    const { batch, byteLength } = decodeFrameAt(bytes, at, origin, limits);
    yield batch;
    at += byteLength;
  }
}

/** The frame that begins at `at`, and how many bytes it takes. Raises as `decodeFrames`. */
export function decodeFrameAt(
  bytes: Uint8Array,
  at: number,
  origin: Origin,
  limits: FrameLimits = DEFAULT_FRAME_LIMITS,
): { readonly batch: Batch; readonly byteLength: number } {
  const header = readFrameHeader(bytes, at, origin, limits);
  const payload = at + FRAME_HEADER_BYTES;
  try {
    const raw = aligned(
      decompress(header.codec, bytes.subarray(payload, payload + header.storedLength), header.rawLength),
    );
    return { batch: decodePayload(raw, header), byteLength: header.byteLength };
  } catch (error) {
    if (!CairnError.is(error, 'CORRUPT_DATA')) throw error;
    const { offset, expected, found } = error.params;
    // Offsets inside a compressed payload mean nothing in the file: the frame is named instead.
    const where = header.codec === 'none' ? payload + Number(offset) : at;
    throw new CairnError(
      'CORRUPT_FILE',
      { path: origin.path, offset: origin.offset + where, expected, found },
      { cause: error },
    );
  }
}

function decodePayload(raw: Uint8Array, header: FrameHeader): Batch {
  const source = new ByteReader(raw);
  if (header.road === 'columns') {
    const root = readColumn(source, header.rowCount);
    source.end();
    return { kind: 'columns', rowCount: header.rowCount, root };
  }
  source.need(header.rowCount, 'records');
  const values = new ValueReader(source);
  const rows: unknown[] = [];
  for (let i = 0; i < header.rowCount; i++) rows.push(values.read());
  source.end();
  return rowBatch(rows);
}

/** The bytes at an address that every typed array can view: the same ones where that is so, else a copy. */
function aligned(bytes: Uint8Array): Uint8Array {
  return bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes);
}
