import { xxh32 } from '../../formats/bytes/xxh32.ts';
import { GrowingBytes } from '../../formats/parquet/write-buffers.ts';
import { compressLz4 } from '../../formats/parquet/write-lz4.ts';

/** One frame of one block, with both checksums. */
export function lz4Frame(bytes: Uint8Array): Uint8Array {
  const out = new GrowingBytes();
  compressLz4(out, bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length);
  const block = Buffer.from(out.values.subarray(0, out.length));
  const words = (...values: number[]) => Buffer.from(Uint32Array.from(values).buffer);
  const head = Buffer.of(0x64, 0x40);
  return Buffer.concat([
    words(0x184d2204),
    head,
    Buffer.of((xxh32(head) >>> 8) & 255),
    ...(bytes.length === 0 ? [] : [words(block.length), block]),
    words(0, xxh32(bytes)),
  ]);
}
