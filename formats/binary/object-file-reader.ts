import { CairnError } from '../../lib/base/errors.ts';
import { FRAME_HEADER_BYTES, frameBytes } from '../record/frame-header.ts';
import { decodeFrameAt } from '../record/record-reader.ts';
import { type Batch, batchLength } from '../schema/batch.ts';
import type { ByteSource } from '../text/byte-stream.ts';
import {
  decodeObjectFooter,
  OBJECT_FILE_VERSION,
  OBJECT_FOOTER_BYTES,
  OBJECT_HEADER_BYTES,
  type ObjectFileFooter,
  ObjectFileTotals,
  readObjectHeader,
} from './object-file-format.ts';

/**
 * The batches of an object file, frame by frame; `onRead` hears of the bytes of each. Header and footer are checked
 * first, each frame before it is decoded, and the frames' number and order at the end.
 *
 * Raises CORRUPT_FILE with path and offset, and UNSUPPORTED_VERSION for a file of a later release.
 */
export function* readObjectFile(
  source: ByteSource,
  sizeBytes: number,
  path: string,
  onRead: (bytes: number) => void = () => {},
): Generator<Batch, void, undefined> {
  const footer = readEnds(source, sizeBytes, path);
  onRead(OBJECT_HEADER_BYTES + OBJECT_FOOTER_BYTES);
  const totals = new ObjectFileTotals();
  const end = sizeBytes - OBJECT_FOOTER_BYTES;
  for (let at = OBJECT_HEADER_BYTES; at < end; ) {
    const frame = readFrame(source, at, end, path);
    const { batch } = decodeFrameAt(frame, 0, { path, offset: at });
    totals.add(frame, batchLength(batch));
    at += frame.length;
    onRead(frame.length);
    yield batch;
  }
  for (const field of ['frameCount', 'recordCount', 'chain'] as const) {
    if (totals[field] !== footer[field]) {
      throw damaged(path, end, `${field} ${footer[field]}`, totals[field]);
    }
  }
}

function readEnds(source: ByteSource, sizeBytes: number, path: string): ObjectFileFooter {
  const header = new Uint8Array(OBJECT_HEADER_BYTES);
  const version = source.read(header, 0) === header.length ? readObjectHeader(header) : undefined;
  if (version === undefined) throw damaged(path, 0, "the header of an object file, 'CAIRNOBJ'", 'other bytes');
  if (version > OBJECT_FILE_VERSION) {
    throw new CairnError('UNSUPPORTED_VERSION', { path, found: version, supported: OBJECT_FILE_VERSION });
  }
  const end = sizeBytes - OBJECT_FOOTER_BYTES;
  const bytes = new Uint8Array(OBJECT_FOOTER_BYTES);
  const isWhole = end >= OBJECT_HEADER_BYTES && source.read(bytes, end) === bytes.length;
  const footer = isWhole ? decodeObjectFooter(bytes) : undefined;
  if (footer === undefined) throw damaged(path, Math.max(0, end), 'the footer of an object file', 'other bytes');
  const bodyBytes = end - OBJECT_HEADER_BYTES;
  if (footer.bodyBytes !== bodyBytes) throw damaged(path, end, `${footer.bodyBytes} bytes of frames`, bodyBytes);
  return footer;
}

/** One frame in a buffer of its own, which its batch may show. What is allocated is bounded by the file's own size. */
function readFrame(source: ByteSource, at: number, end: number, path: string): Uint8Array {
  const header = new Uint8Array(FRAME_HEADER_BYTES);
  const left = end - at;
  if (left < FRAME_HEADER_BYTES || source.read(header, at) < FRAME_HEADER_BYTES) {
    throw damaged(path, at, `a frame header of ${FRAME_HEADER_BYTES} bytes`, `${left} bytes`);
  }
  const length = frameBytes(new DataView(header.buffer).getUint32(12, true));
  if (length > left) throw damaged(path, at + 12, `a frame of at most ${left} bytes`, length);
  const frame = new Uint8Array(length);
  const count = source.read(frame, at);
  if (count < length) throw damaged(path, at, `a frame of ${length} bytes`, `${count} bytes`);
  return frame;
}

function damaged(path: string, offset: number, expected: string, found: string | number): CairnError {
  return new CairnError('CORRUPT_FILE', { path, offset, expected, found });
}
