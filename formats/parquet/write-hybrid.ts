/**
 * Encodes the hybrid of runs and bit-packed groups of eight, in which levels and dictionary codes lie.
 *
 * Groups go on until a run of `LEAST_RUN` equal values begins: shorter ones cost less as groups than the headers of a
 * run and of the groups after it.
 */
import type { GrowingBytes } from './write-buffers.ts';

const LEAST_RUN = 16;

/** Bits for values of 0 to `max`. */
export function bitWidth(max: number): number {
  return 32 - Math.clz32(max);
}

/** Appends `values[from] … values[to - 1]`, each of `width` bits (0 to 32). */
export function encodeHybrid(out: GrowingBytes, values: Int32Array, from: number, to: number, width: number): void {
  // A group of eight takes `width` bytes, a run at most ten for sixteen values.
  out.reserve(((to - from + 8) >> 3) * Math.max(width, 8) + 32);
  if (width === 0) {
    appendRun(out, 0, to - from, 0);
    return;
  }
  let packedFrom = from;
  let i = from;
  while (i < to) {
    const value = values[i] as number;
    let end = i + 1;
    while (end < to && values[end] === value) end++;
    // A run can only begin where a whole group ends.
    const start = i + ((8 - ((i - packedFrom) & 7)) & 7);
    if (end - start >= LEAST_RUN) {
      if (start > packedFrom) appendPacked(out, values, packedFrom, start, width);
      appendRun(out, value, end - start, width);
      packedFrom = end;
    }
    i = end;
  }
  if (packedFrom < to) appendPacked(out, values, packedFrom, to, width);
}

/** Appends `count` times the same value. */
export function appendRun(out: GrowingBytes, value: number, count: number, width: number): void {
  out.reserve(16);
  appendVarint(out, count * 2);
  const { values } = out;
  for (let bits = 0; bits < width; bits += 8) values[out.length++] = value >>> bits;
}

/** The last group is filled with zeros. */
function appendPacked(out: GrowingBytes, values: Int32Array, from: number, to: number, width: number): void {
  const groups = (to - from + 7) >> 3;
  appendVarint(out, groups * 2 + 1);
  packBits(out, values, from, to, width);
  const end = out.length - Math.ceil(((to - from) * width) / 8) + groups * width;
  out.values.fill(0, out.length, end);
  out.length = end;
}

/**
 * Appends the values bit by bit, lowest first, and zeros up to the next byte. There has to be room for them and three
 * bytes more. Values have no bits beyond their width.
 */
export function packBits(out: GrowingBytes, values: Int32Array, from: number, to: number, width: number): void {
  const { view } = out;
  let at = out.length;
  const end = at + Math.ceil(((to - from) * width) / 8);
  let word = 0;
  let bits = 0;
  for (let i = from; i < to; i++) {
    const value = values[i] as number;
    word |= value << bits;
    bits += width;
    if (bits >= 32) {
      view.setInt32(at, word, true);
      at += 4;
      bits -= 32;
      word = bits === 0 ? 0 : value >>> (width - bits);
    }
  }
  if (bits > 0) view.setInt32(at, word, true);
  out.length = end;
}

/** Whole numbers from 0 to 2^53 in seven-bit groups. There has to be room. */
export function appendVarint(out: GrowingBytes, value: number): void {
  const { values } = out;
  let rest = value;
  while (rest > 0x7fffffff) {
    values[out.length++] = (rest % 128) | 128;
    rest = Math.floor(rest / 128);
  }
  while (rest > 127) {
    values[out.length++] = (rest & 127) | 128;
    rest >>>= 7;
  }
  values[out.length++] = rest;
}
