/**
 * A block on its way from one thread's memory to another's: its frames in shared memory, which no thread copies again.
 *
 * Frames are as good from shared memory as from any other: typed arrays, text and both decompressors take it, and what a
 * record holds itself (typed arrays, bytes) is copied out by the decoder. Its columns are views of it, as of every frame.
 *
 * Threading: nobody writes to the bytes after `exportBlock` gave them. Any number of threads may keep them.
 */
import { ByteWriter } from '../../formats/bytes/byte-writer.ts';
import { peekFrame, verifyFrames } from '../../formats/record/frame-header.ts';
import { decodeFrames } from '../../formats/record/record-reader.ts';
import type { Batch } from '../../formats/schema/batch.ts';
import { CairnError } from '../../lib/base/errors.ts';
import type { BlockId } from './block-id.ts';
import { isDamage } from './damage.ts';
import type { MemoryBlock } from './memory-store.ts';
import type { StorageLevel } from './storage-level.ts';
import { type EncodedFrames, encodeItem } from './stored-item.ts';

/** Plain data: it can be sent to any thread of the process. */
export interface ExportedBlock {
  readonly blockId: BlockId;
  readonly level: StorageLevel;
  readonly rowCount: number;
  /** Whole frames, each with its checksum; none for a block without records. */
  readonly bytes: SharedArrayBuffer;
}

/** The block as another thread can have it; undefined when a record of it cannot be encoded: it stays where it is. */
export function exportBlock(block: MemoryBlock): ExportedBlock | undefined {
  const { id: blockId, level, rowCount } = block;
  try {
    return { blockId, level, rowCount, bytes: sharedFrames(block) };
  } catch (error) {
    // Values kept as they are, and blocks longer than a buffer can be, are computed again where they are needed.
    if (CairnError.is(error, 'VALUE_NOT_SERIALIZABLE') || CairnError.is(error, 'LIMIT_EXCEEDED')) return undefined;
    throw error;
  }
}

/**
 * The block's frames, every one verified before this returns: one item a frame where they are decoded to be kept, else
 * one in all. Raises CORRUPT_FILE.
 */
export function exportedItems({ blockId, level, rowCount, bytes }: ExportedBlock): IterableIterator<EncodedFrames> {
  const frames = new Uint8Array(bytes);
  verifyFrames(frames, { path: blockId, offset: 0 });
  if (level.deserialized) return cutFrames(frames);
  return (frames.length === 0 ? [] : [{ kind: 'frames', bytes: frames, rowCount } as const]).values();
}

/**
 * The block's batches, for a reader whose thread has no room to keep it. Raises CORRUPT_FILE, before the first record of a
 * damaged frame was handed out, and RECORD_CLASS_UNKNOWN.
 */
export function exportedBatches({ blockId, bytes }: ExportedBlock): IterableIterator<Batch> {
  return decodeFrames(new Uint8Array(bytes), { path: blockId, offset: 0 });
}

/** Whether the error says that an exported block is of no use here: damaged, or of a class this thread does not know. */
export function isUnreadable(error: unknown): boolean {
  return isDamage(error) || CairnError.is(error, 'RECORD_CLASS_UNKNOWN');
}

function sharedFrames({ items }: MemoryBlock): SharedArrayBuffer {
  using out = new ByteWriter();
  const parts: Uint8Array[] = [];
  for (const item of items) {
    if (item.kind === 'frames') parts.push(item.bytes);
    // Not compressed: what the receiver decodes is then a view of these bytes.
    else encodeItem(item, out, 'none');
  }
  if (out.length > 0) parts.push(out.bytes());
  const [first] = parts;
  // A block that came from another thread goes on as it is.
  if (parts.length === 1 && first !== undefined && isAllShared(first)) return first.buffer;
  const shared = new Uint8Array(new SharedArrayBuffer(parts.reduce((sum, part) => sum + part.length, 0)));
  let at = 0;
  for (const part of parts) {
    shared.set(part, at);
    at += part.length;
  }
  return shared.buffer;
}

function isAllShared(bytes: Uint8Array): bytes is Uint8Array<SharedArrayBuffer> {
  return bytes.buffer instanceof SharedArrayBuffer && bytes.buffer.byteLength === bytes.length;
}

function* cutFrames(frames: Uint8Array): IterableIterator<EncodedFrames> {
  for (let at = 0; at < frames.length; ) {
    const { rowCount, byteLength } = peekFrame(frames, at);
    yield { kind: 'frames', bytes: frames.subarray(at, at + byteLength), rowCount };
    at += byteLength;
  }
}
