/** Many rows between threads: record frames in a few buffers of bounded size, however large the rows are. */
import { ByteWriter } from '../../formats/bytes/byte-writer.ts';
import { DEFAULT_FRAME_LIMITS, type FrameLimits } from '../../formats/record/limits.ts';
import { materializeRows } from '../../formats/record/materialize-rows.ts';
import { decodeFrames } from '../../formats/record/record-reader.ts';
import { encodeFrame } from '../../formats/record/record-writer.ts';
import { type Batch, rowBatch } from '../../formats/schema/batch.ts';
import { CairnError } from '../base/errors.ts';

export interface RowFrameOptions {
  /** The most rows of one frame. */
  readonly rowsPerFrame: number;
  /** Of one frame; those of blocks unless said. */
  readonly limits?: FrameLimits;
}

/** Frames are gathered up to about this size: neither a buffer for each, nor one that doubles to the last. */
const CHUNK_BYTES = 16 * 1024 * 1024;
/** Arrays joined at a time. */
const MOST_ARGUMENTS = 4096;

/**
 * The rows `from … to - 1` as frames, in buffers that the caller owns, each whole. Raises `VALUE_NOT_SERIALIZABLE`, and
 * `LIMIT_EXCEEDED` for a single row that no frame can hold.
 */
export function encodeRows(
  rows: readonly unknown[],
  from: number,
  to: number,
  { rowsPerFrame, limits = DEFAULT_FRAME_LIMITS }: RowFrameOptions,
): Uint8Array[] {
  using out = new ByteWriter();
  const chunks: Uint8Array[] = [];
  const flush = (): void => {
    if (out.length > 0) chunks.push(out.take());
    out.reset();
  };
  for (let at = from, count = rowsPerFrame; at < to; ) {
    const end = Math.min(at + count, to);
    try {
      encodeFrame(rowBatch(rows, at, end), out, { codec: 'none', limits });
    } catch (error) {
      if (!CairnError.is(error, 'LIMIT_EXCEEDED') || (end - at === 1 && out.length === 0)) throw error;
      // Rows this large are rare: what was gathered goes, and then fewer of them are tried.
      if (out.length === 0) count = (end - at) >>> 1;
      flush();
      continue;
    }
    at = end;
    if (out.length >= CHUNK_BYTES) flush();
  }
  flush();
  return chunks;
}

/** The batches of `encodeRows`, decoded as they are asked for. `name` is what errors call the bytes. */
export function* decodeBatches(chunks: readonly Uint8Array[], name: string): Generator<Batch, void, undefined> {
  for (const chunk of chunks) yield* decodeFrames(chunk, { path: name, offset: 0 });
}

/** All rows of `encodeRows` in one array. */
export function decodeRows(chunks: readonly Uint8Array[], name: string): unknown[] {
  const parts: (readonly unknown[])[] = [];
  for (const batch of decodeBatches(chunks, name)) {
    parts.push(batch.kind === 'rows' ? batch.rows : materializeRows(batch));
  }
  return join(parts);
}

/** `concat` copies whole arrays, four times as fast as loops do; it takes its arrays as arguments, so not too many. */
function join(parts: readonly (readonly unknown[])[]): unknown[] {
  let level = parts;
  while (level.length > MOST_ARGUMENTS) {
    const next: unknown[][] = [];
    for (let i = 0; i < level.length; i += MOST_ARGUMENTS) next.push(concat(level.slice(i, i + MOST_ARGUMENTS)));
    level = next;
  }
  return concat(level);
}

function concat(parts: readonly (readonly unknown[])[]): unknown[] {
  return ([] as unknown[]).concat(...parts);
}
