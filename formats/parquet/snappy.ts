/**
 * Raw Snappy (github.com/google/snappy, format_description.txt), decompressed in JavaScript.
 *
 * Moves are made by two words at a time and may write up to seven bytes too far, into what is written next or into
 * slack: three times the speed of a byte at a time (bench/micro/parquet-read.ts). Copies from less than four bytes back
 * repeat what they write, so those go byte by byte. The moves stand again in lz4.ts: as functions that both call they
 * cost 8 % of the time.
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
        // Of int32 throughout, so that positions are kept as such: 2 GiB and more come out negative.
        length = view.getInt32(read, true);
        if (extra < 4) length &= (1 << (extra << 3)) - 1;
        length = (length + 1) | 0;
        if (length <= 0) return -1;
        read += extra;
      }
      if (length > to - read || length > end - write) return -1;
      if (length <= WORDS_UP_TO) {
        const stop = write + length;
        let r = read;
        let w = write;
        do {
          view.setInt32(w, view.getInt32(r, true), true);
          view.setInt32(w + 4, view.getInt32(r + 4, true), true);
          r += 8;
          w += 8;
        } while (w < stop);
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
      distance = kind === 2 ? view.getUint16(read, true) : view.getInt32(read, true);
      read += kind === 2 ? 2 : 4;
    }
    if (read > to || distance <= 0 || distance > write - at || length > end - write) return -1;
    const stop = write + length;
    let source = write - distance;
    if (distance >= 4) {
      let w = write;
      do {
        view.setInt32(w, view.getInt32(source, true), true);
        view.setInt32(w + 4, view.getInt32(source + 4, true), true);
        source += 8;
        w += 8;
      } while (w < stop);
    } else {
      for (let w = write; w < stop; ) bytes[w++] = bytes[source++] as number;
    }
    write = stop;
  }
  return write;
}
