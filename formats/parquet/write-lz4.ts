/**
 * Compresses to a block of LZ4 (lz4_Block_format.md), as LZ4_RAW has it: greedy, with one table of hashes. The last five
 * bytes are literals, and no match begins in the last twelve, as the format asks.
 */
import type { GrowingBytes } from './write-buffers.ts';

const HASH_BITS = 14;
const HASH_SHIFT = 32 - HASH_BITS;
const LAST_LITERALS = 5;
const MATCH_MARGIN = 12;
const MAX_DISTANCE = 65_535;

/** Positions and one; 0 is free. */
const table = new Int32Array(1 << HASH_BITS);

/** The most bytes that `length` bytes can become. */
export function maxLz4Bytes(length: number): number {
  return 32 + length + Math.ceil(length / 255);
}

/** Appends `source[from] … source[to - 1]`, compressed. `view` is over the whole of `source`. */
export function compressLz4(out: GrowingBytes, source: Uint8Array, view: DataView, from: number, to: number): void {
  out.reserve(maxLz4Bytes(to - from));
  table.fill(0);
  const lastMatch = to - MATCH_MARGIN;
  const matchEnd = to - LAST_LITERALS;
  let literalFrom = from;
  for (let at = from, misses = 64; at <= lastMatch; ) {
    const word = view.getInt32(at, true);
    const slot = Math.imul(word, 0x9e3779b1) >>> HASH_SHIFT;
    const candidate = from + (table[slot] as number) - 1;
    table[slot] = at - from + 1;
    if (candidate < from || at - candidate > MAX_DISTANCE || view.getInt32(candidate, true) !== word) {
      at += misses >>> 6;
      misses++;
      continue;
    }
    misses = 64;
    let read = at + 4;
    let match = candidate + 4;
    while (read < matchEnd && source[read] === source[match]) {
      read++;
      match++;
    }
    appendSequence(out, source, literalFrom, at, at - candidate, read - at);
    at = read;
    literalFrom = read;
  }
  appendSequence(out, source, literalFrom, to, 0, 0);
}

/** Literals, then a match of four bytes or more; the last sequence has none. */
function appendSequence(
  out: GrowingBytes,
  source: Uint8Array,
  from: number,
  to: number,
  distance: number,
  matchLength: number,
): void {
  const { values } = out;
  const literals = to - from;
  const extra = matchLength === 0 ? 0 : matchLength - 4;
  let write = out.length;
  values[write++] = (Math.min(literals, 15) << 4) | Math.min(extra, 15);
  if (literals >= 15) write = appendLength(values, write, literals - 15);
  if (literals <= 16) for (let i = from; i < to; i++) values[write++] = source[i] as number;
  else {
    values.set(source.subarray(from, to), write);
    write += literals;
  }
  if (matchLength > 0) {
    values[write++] = distance;
    values[write++] = distance >>> 8;
    if (extra >= 15) write = appendLength(values, write, extra - 15);
  }
  out.length = write;
}

function appendLength(values: Uint8Array, at: number, length: number): number {
  let write = at;
  let rest = length;
  for (; rest >= 255; rest -= 255) values[write++] = 255;
  values[write++] = rest;
  return write;
}
