/**
 * Raw Snappy (github.com/google/snappy, format_description.txt), decompressed in JavaScript.
 *
 * Moves are made four bytes at a time and may write up to three bytes too far, into what is written next or into slack:
 * twice the speed of a byte at a time (bench/micro/parquet-read.ts). Copies from less than four bytes back repeat what
 * they write, so those go byte by byte.
 */
import type { KernelMemory } from './kernels.ts';

/** Literals and copies up to this long are moved by words; longer ones by the runtime. */
const WORDS_UP_TO = 64;

/** Gives where the output ends, or -1 for damage; `end` is not passed but for slack. */
export function decompressSnappy(memory: KernelMemory, from: number, to: number, at: number, end: number): number {
  const { bytes, view } = memory;
  let read = from;
  // The length declared in front: known already, and checked by where the output ends.
  while (read < to && (bytes[read++] as number) > 127);
  let write = at;
  while (read < to) {
    const tag = bytes[read++] as number;
    const kind = tag & 3;
    if (kind === 0) {
      let length = (tag >>> 2) + 1;
      if (length > 60) {
        const extra = length - 60;
        if (read + extra > to) return -1;
        length = 0;
        for (let i = 0; i < extra; i++) length += (bytes[read + i] as number) * 2 ** (8 * i);
        length++;
        read += extra;
      }
      if (length > to - read || length > end - write) return -1;
      if (length <= WORDS_UP_TO) {
        const stop = write + length;
        for (let r = read, w = write; w < stop; r += 4, w += 4) view.setInt32(w, view.getInt32(r, true), true);
      } else bytes.copyWithin(write, read, read + length);
      read += length;
      write += length;
      continue;
    }
    let length: number;
    let distance: number;
    if (kind === 1) {
      length = ((tag >>> 2) & 7) + 4;
      distance = ((tag >>> 5) << 8) | (bytes[read++] as number);
    } else {
      length = (tag >>> 2) + 1;
      distance = kind === 2 ? view.getUint16(read, true) : view.getUint32(read, true);
      read += kind === 2 ? 2 : 4;
    }
    if (read > to || distance === 0 || distance > write - at || length > end - write) return -1;
    const stop = write + length;
    let source = write - distance;
    if (distance >= 4) {
      for (let w = write; w < stop; source += 4, w += 4) view.setInt32(w, view.getInt32(source, true), true);
    } else {
      for (let w = write; w < stop; ) bytes[w++] = bytes[source++] as number;
    }
    write = stop;
  }
  return write;
}
