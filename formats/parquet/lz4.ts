/** LZ4 blocks (github.com/lz4/lz4, lz4_Block_format.md), decompressed in JavaScript; see snappy.ts for how it moves. */
import type { KernelMemory } from './kernels.ts';

const WORDS_UP_TO = 64;

/** Gives where the output ends, or -1 for damage; `end` is not passed but for slack. */
export function decompressLz4(memory: KernelMemory, from: number, to: number, at: number, end: number): number {
  const { bytes, view } = memory;
  let read = from;
  let write = at;
  while (read < to) {
    const token = bytes[read++] as number;
    let literals = token >> 4;
    if (literals === 15) {
      let more: number;
      do {
        if (read >= to) return -1;
        more = bytes[read++] as number;
        literals += more;
      } while (more === 255);
    }
    if (literals > to - read || literals > end - write) return -1;
    if (literals <= WORDS_UP_TO) {
      const stop = write + literals;
      for (let r = read, w = write; w < stop; r += 8, w += 8) {
        view.setInt32(w, view.getInt32(r, true), true);
        view.setInt32(w + 4, view.getInt32(r + 4, true), true);
      }
    } else bytes.copyWithin(write, read, read + literals);
    read += literals;
    write += literals;
    // The last sequence of a block is literals alone.
    if (read >= to) break;
    if (read + 2 > to) return -1;
    const distance = view.getUint16(read, true);
    read += 2;
    let length = (token & 15) + 4;
    if (length === 19) {
      let more: number;
      do {
        if (read >= to) return -1;
        more = bytes[read++] as number;
        length += more;
      } while (more === 255);
    }
    if (distance === 0 || distance > write - at || length > end - write) return -1;
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
