/**
 * Compresses to raw Snappy (github.com/google/snappy, format_description.txt) in JavaScript: greedy matches of four bytes
 * and more, found through a table of hashes, in blocks of 64 KiB so that positions are 16 bits.
 *
 * Where nothing matches, ever larger steps are taken, so that bytes that cannot be compressed cost little.
 */
import type { GrowingBytes } from './write-buffers.ts';

const BLOCK_BYTES = 65_536;
const HASH_BITS = 14;
const HASH_SHIFT = 32 - HASH_BITS;
/** The end of a block is not looked into: words are read from up to here. */
const MARGIN = 15;

const table = new Uint16Array(1 << HASH_BITS);

/** The most bytes that `length` bytes can become. */
export function maxSnappyBytes(length: number): number {
  return 32 + length + Math.ceil(length / 6);
}

/** Appends `source[from] … source[to - 1]`, compressed. `view` is over the whole of `source`. */
export function compressSnappy(out: GrowingBytes, source: Uint8Array, view: DataView, from: number, to: number): void {
  out.reserve(maxSnappyBytes(to - from));
  let rest = to - from;
  while (rest > 127) {
    out.values[out.length++] = (rest & 127) | 128;
    rest >>>= 7;
  }
  out.values[out.length++] = rest;
  for (let at = from; at < to; at += BLOCK_BYTES) {
    out.length = compressBlock(out, source, view, at, Math.min(at + BLOCK_BYTES, to));
  }
}

/** Gives where the output ends. */
function compressBlock(out: GrowingBytes, source: Uint8Array, view: DataView, base: number, end: number): number {
  const { values: target, view: targetView } = out;
  let write = out.length;
  let literalFrom = base;
  if (end - base > MARGIN) {
    table.fill(0);
    const limit = end - MARGIN;
    let at = base + 1;
    // `misses` counts in 32nds of a step.
    for (let misses = 32; at < limit; ) {
      const word = view.getInt32(at, true);
      const slot = Math.imul(word, 0x1e35a7bd) >>> HASH_SHIFT;
      const candidate = base + (table[slot] as number);
      table[slot] = at - base;
      if (candidate >= at || view.getInt32(candidate, true) !== word) {
        at += misses >>> 5;
        misses += misses >>> 5;
        continue;
      }
      misses = 32;
      if (at > literalFrom) write = appendLiteral(target, targetView, write, source, view, literalFrom, at);
      let match = candidate + 4;
      let read = at + 4;
      let differ = 0;
      while (read < limit) {
        differ = view.getInt32(read, true) ^ view.getInt32(match, true);
        if (differ !== 0) break;
        read += 4;
        match += 4;
      }
      if (differ !== 0) read += (31 - Math.clz32(differ & -differ)) >>> 3;
      else while (read < end && source[read] === source[match++]) read++;
      write = appendCopy(target, write, at - candidate, read - at);
      at = read;
      literalFrom = read;
      if (at >= limit) break;
      // Positions inside the match are not in the table; the last of them makes up for most.
      table[Math.imul(view.getInt32(at - 1, true), 0x1e35a7bd) >>> HASH_SHIFT] = at - 1 - base;
    }
  }
  if (literalFrom < end) write = appendLiteral(target, targetView, write, source, view, literalFrom, end);
  return write;
}

function appendLiteral(
  target: Uint8Array,
  targetView: DataView,
  at: number,
  source: Uint8Array,
  view: DataView,
  from: number,
  to: number,
): number {
  const length = to - from;
  let write = at;
  if (length <= 60) target[write++] = (length - 1) << 2;
  else if (length <= 256) {
    target[write++] = 60 << 2;
    target[write++] = length - 1;
  } else {
    target[write++] = 61 << 2;
    target[write++] = length - 1;
    target[write++] = (length - 1) >>> 8;
  }
  if (length <= 64 && from + length + 4 <= source.length) {
    for (let k = 0; k < length; k += 4) targetView.setInt32(write + k, view.getInt32(from + k, true), true);
  } else target.set(source.subarray(from, to), write);
  return write + length;
}

/** A match as copies of 4 to 64 bytes, none of them shorter. */
function appendCopy(target: Uint8Array, at: number, distance: number, length: number): number {
  let write = at;
  let rest = length;
  while (rest >= 68) {
    write = appendFarCopy(target, write, distance, 64);
    rest -= 64;
  }
  if (rest > 64) {
    write = appendFarCopy(target, write, distance, 60);
    rest -= 60;
  }
  if (rest > 11 || distance > 2047) return appendFarCopy(target, write, distance, rest);
  target[write++] = ((distance >>> 8) << 5) | ((rest - 4) << 2) | 1;
  target[write++] = distance;
  return write;
}

function appendFarCopy(target: Uint8Array, at: number, distance: number, length: number): number {
  target[at] = ((length - 1) << 2) | 2;
  target[at + 1] = distance;
  target[at + 2] = distance >>> 8;
  return at + 3;
}
