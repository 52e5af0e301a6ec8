/** Sources, streams and readers of bytes in memory, for the specs of formats. */
import type { ByteSource, ByteStream } from '../../formats/text/byte-stream.ts';
import type { LineReader } from '../../formats/text/line-reader.ts';

/** Bytes by position; a read gives at most `most` of them, as a slow device may. */
export function sourceOf(bytes: Uint8Array, most = Number.POSITIVE_INFINITY): ByteSource {
  return {
    read(target, position) {
      const part = bytes.subarray(position, position + Math.min(target.length, most));
      target.set(part);
      return part.length;
    },
  };
}

/** Everything a stream gives, asked for `step` bytes at a time. */
export function drain(stream: ByteStream, step = 64 * 1024): Buffer {
  const target = new Uint8Array(step);
  const parts: Buffer[] = [];
  for (let count = stream.read(target); count > 0; count = stream.read(target)) {
    parts.push(Buffer.from(target.subarray(0, count)));
  }
  return Buffer.concat(parts);
}

export function allLines(reader: LineReader): string[] {
  const lines: string[] = [];
  for (let next = reader.next(); next !== undefined; next = reader.next()) lines.push(...next);
  return lines;
}
