import { decompress, zstdContentSize } from '../bytes/compression.ts';
import { SourceStream } from './byte-stream.ts';
import { ZstdStream } from './zstd-stream.ts';

/**
 * The content of zstd frames that others wrote, `rawBytes` of it, or another number where there are others; at most one
 * byte more than that. `path` names their file in errors.
 *
 * `initCompression()` has to have been awaited in this thread. Raises `CORRUPT_DATA` and `CORRUPT_FILE`.
 */
export function decompressZstd(bytes: Uint8Array, rawBytes: number, path: string): Uint8Array {
  if (zstdContentSize(bytes) === rawBytes) return decompress('zstd', bytes, rawBytes);
  return decompressFrames(bytes, rawBytes, path);
}

/** Several frames, or one that does not say how long it is: rare, and several times as slow. */
function decompressFrames(bytes: Uint8Array, rawBytes: number, path: string): Uint8Array {
  const source = {
    read: (target: Uint8Array, position: number) => {
      const piece = bytes.subarray(position, position + target.length);
      target.set(piece);
      return piece.length;
    },
  };
  const stream = new ZstdStream(new SourceStream(source), path);
  // A byte more shows that there would be more.
  const raw = new Uint8Array(rawBytes + 1);
  let length = 0;
  for (let count = 1; count > 0 && length < raw.length; length += count) count = stream.read(raw.subarray(length));
  return raw.subarray(0, length);
}
