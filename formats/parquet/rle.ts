/**
 * The hybrid of runs and bit-packed groups, in which Parquet has dictionary codes and levels (Encodings.md, "RLE"), in
 * JavaScript. See kernels.ts for what each function promises.
 */
import { unpackerFor } from './bit-unpack.ts';
import type { KernelMemory } from './kernels.ts';

/** Values unpacked at once: what is unpacked stays in the processor's cache. */
const CHUNK_VALUES = 4096;
const packed = new Int32Array(CHUNK_VALUES + 32);
const packedBytes = new Uint8Array(packed.buffer);
const unpacked = new Int32Array(CHUNK_VALUES + 32);

/** Where a run's header ends; the header itself is `runHeader`. */
let runHeader = 0;
function readRunHeader(bytes: Uint8Array, from: number, to: number): number {
  let value = 0;
  let shift = 0;
  for (let at = from; at < to && shift < 35; shift += 7) {
    const byte = bytes[at++] as number;
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) {
      // 32 bits are all that a header has.
      if (value > 0xffffffff) return -1;
      runHeader = value;
      return at;
    }
  }
  return -1;
}

export function decodeCodes(
  memory: KernelMemory,
  from: number,
  to: number,
  width: number,
  count: number,
  out: number,
  limit: number,
): number {
  const { bytes, words } = memory;
  const valueBytes = (width + 7) >> 3;
  let at = from;
  let o = out >> 2;
  let left = count;
  let highest = 0;
  while (left > 0) {
    at = readRunHeader(bytes, at, to);
    if (at < 0) return -1;
    if ((runHeader & 1) === 1) {
      const groups = Math.floor(runHeader / 2);
      const values = Math.min(groups * 8, left);
      // Padding at the end of the last group may be cut off.
      if (values * width > (to - at) * 8) return -1;
      highest = unpackInto(bytes, at, to, width, values, words, o, highest);
      at = Math.min(to, at + groups * width);
      o += values;
      left -= values;
    } else {
      const values = Math.min(runHeader / 2, left);
      if (values === 0 || valueBytes > to - at) return -1;
      let value = 0;
      for (let i = 0; i < valueBytes; i++) value |= (bytes[at++] as number) << (8 * i);
      if (value >>> 0 > highest) highest = value >>> 0;
      words.fill(value, o, o + values);
      o += values;
      left -= values;
    }
  }
  return count > 0 && highest >= limit ? -1 : at;
}

/** Unpacks to `words` from `o` on and gives the highest value seen so far. */
function unpackInto(
  bytes: Uint8Array,
  from: number,
  to: number,
  width: number,
  count: number,
  words: Int32Array,
  o: number,
  before: number,
): number {
  if (width === 0) {
    words.fill(0, o, o + count);
    return before;
  }
  const unpack = unpackerFor(width);
  let highest = before;
  for (let done = 0, at = from; done < count; done += CHUNK_VALUES, at += (CHUNK_VALUES / 8) * width) {
    const values = Math.min(CHUNK_VALUES, count - done);
    copyPacked(bytes, at, Math.min(to, at + ((values * width + 7) >> 3)));
    unpack(packed, unpacked, 0, (values + 31) >> 5);
    for (let i = 0; i < values; i++) {
      const value = unpacked[i] as number;
      if (value >>> 0 > highest) highest = value >>> 0;
      words[o + done + i] = value;
    }
  }
  return highest;
}

/** Short runs are many where levels are: a call into the runtime costs more than copying them. */
function copyPacked(bytes: Uint8Array, from: number, to: number): void {
  if (to - from > 128) packedBytes.set(bytes.subarray(from, to));
  else for (let at = from, i = 0; at < to; ) packedBytes[i++] = bytes[at++] as number;
}

export function decodeLevels(
  memory: KernelMemory,
  from: number,
  to: number,
  width: number,
  count: number,
  out: number,
  max: number,
): number {
  const { bytes } = memory;
  let at = from;
  let o = out;
  let left = count;
  while (left > 0) {
    at = readRunHeader(bytes, at, to);
    if (at < 0) return -1;
    if ((runHeader & 1) === 1) {
      const groups = Math.floor(runHeader / 2);
      const values = Math.min(groups * 8, left);
      if (values * width > (to - at) * 8) return -1;
      const mask = (1 << width) - 1;
      for (let i = 0, bit = 0; i < values; i++, bit += width) {
        const p = at + (bit >> 3);
        const level = (((bytes[p] as number) | ((bytes[p + 1] as number) << 8)) >> (bit & 7)) & mask;
        if (level > max) return -1;
        bytes[o + i] = level;
      }
      at = Math.min(to, at + groups * width);
      o += values;
      left -= values;
    } else {
      const values = Math.min(runHeader / 2, left);
      if (values === 0 || (width > 0 && at >= to)) return -1;
      const level = width === 0 ? 0 : (bytes[at++] as number);
      if (level > max) return -1;
      bytes.fill(level, o, o + values);
      o += values;
      left -= values;
    }
  }
  return at;
}

const ONES = Uint8Array.from({ length: 256 }, (_, byte) => {
  let ones = 0;
  for (let rest = byte; rest > 0; rest >>= 1) ones += rest & 1;
  return ones;
});

/** Bits of the bitmap from `bit` on are overwritten; those before are kept. */
export function decodeLevelBits(
  memory: KernelMemory,
  from: number,
  to: number,
  count: number,
  bitmap: number,
  bit: number,
): number {
  const { bytes } = memory;
  let at = from;
  let b = bit;
  let left = count;
  let ones = 0;
  while (left > 0) {
    at = readRunHeader(bytes, at, to);
    if (at < 0) return -1;
    if ((runHeader & 1) === 1) {
      const groups = Math.floor(runHeader / 2);
      const values = Math.min(groups * 8, left);
      if (values > (to - at) * 8) return -1;
      for (let i = 0, p = at; i < values; i += 8, p++) {
        const mask = values - i >= 8 ? 255 : (1 << (values - i)) - 1;
        const byte = (bytes[p] as number) & mask;
        ones += ONES[byte] as number;
        putBits(bytes, bitmap, b + i, byte);
      }
      at = Math.min(to, at + groups);
      b += values;
      left -= values;
    } else {
      const values = Math.min(runHeader / 2, left);
      if (values === 0 || at >= to) return -1;
      const level = bytes[at++] as number;
      if (level > 1) return -1;
      fillBits(bytes, bitmap, b, values, level);
      ones += level * values;
      b += values;
      left -= values;
    }
  }
  return ones;
}

/** Puts eight bits at bit `bit`, and clears what follows in the byte after. */
function putBits(bytes: Uint8Array, bitmap: number, bit: number, eight: number): void {
  const p = bitmap + (bit >> 3);
  const shift = bit & 7;
  if (shift === 0) bytes[p] = eight;
  else {
    bytes[p] = ((bytes[p] as number) & ((1 << shift) - 1)) | (eight << shift);
    bytes[p + 1] = eight >> (8 - shift);
  }
}

/** Sets `count` bits of a bitmap to `value`, from bit `bit` on. */
export function fillBits(bytes: Uint8Array, bitmap: number, bit: number, count: number, value: number): void {
  const end = bit + count;
  let b = bit;
  for (; b < end && (b & 7) !== 0; b++) putBit(bytes, bitmap, b, value);
  const whole = (end - b) >> 3;
  bytes.fill(value === 0 ? 0 : 255, bitmap + (b >> 3), bitmap + (b >> 3) + whole);
  for (b += whole * 8; b < end; b++) putBit(bytes, bitmap, b, value);
}

function putBit(bytes: Uint8Array, bitmap: number, bit: number, value: number): void {
  const p = bitmap + (bit >> 3);
  const mask = 1 << (bit & 7);
  bytes[p] = value === 0 ? (bytes[p] as number) & ~mask : (bytes[p] as number) | mask;
}
