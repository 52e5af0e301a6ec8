/**
 * DELTA_BINARY_PACKED (Encodings.md) in JavaScript: blocks of a smallest delta and miniblocks of bit-packed rests, for
 * int32 and, as pairs of int32 with a carry, for int64. See kernels.ts for what each function promises.
 */
import { unpackerFor } from './bit-unpack.ts';
import type { KernelMemory } from './kernels.ts';

/** Miniblocks are unpacked by 32 values, or whole where they are wider than that. */
const GROUP = 32;
const packed = new Int32Array(GROUP + 32);
const packedBytes = new Uint8Array(packed.buffer);
const unpacked = new Int32Array(GROUP);

const TWO_32 = 2 ** 32;

/** What was read last of a varint: its low and high 32 bits. */
let low = 0;
let high = 0;

/** Reads an unsigned varint of up to 64 bits; gives where it ends or -1. */
function readVarint(bytes: Uint8Array, from: number, to: number): number {
  low = 0;
  high = 0;
  for (let at = from, shift = 0; at < to && shift < 70; shift += 7) {
    const byte = bytes[at++] as number;
    const seven = byte & 127;
    if (shift < 28) low |= seven << shift;
    else if (shift === 28) {
      low |= seven << 28;
      high = seven >> 4;
    } else high |= seven << (shift - 32);
    if (byte < 128) return at;
  }
  return -1;
}

function readZigzag(bytes: Uint8Array, from: number, to: number): number {
  const at = readVarint(bytes, from, to);
  const sign = -(low & 1);
  low = ((low >>> 1) | (high << 31)) ^ sign;
  high = (high >>> 1) ^ sign;
  return at;
}

interface DeltaHeader {
  readonly at: number;
  readonly miniblocks: number;
  readonly perMiniblock: number;
}

/** The header, whose first value is left in `low` and `high`; undefined for damage. */
function readHeader(bytes: Uint8Array, from: number, to: number, count: number): DeltaHeader | undefined {
  let at = readVarint(bytes, from, to);
  const perBlock = low >>> 0;
  if (at < 0 || high !== 0) return undefined;
  at = readVarint(bytes, at, to);
  const miniblocks = low >>> 0;
  if (at < 0 || high !== 0 || miniblocks === 0) return undefined;
  at = readVarint(bytes, at, to);
  if (at < 0 || high !== 0 || low >>> 0 !== count) return undefined;
  at = readZigzag(bytes, at, to);
  const perMiniblock = perBlock / miniblocks;
  if (at < 0 || perMiniblock % GROUP !== 0 || perMiniblock === 0) return undefined;
  return { at, miniblocks, perMiniblock };
}

export function decodeDelta32(memory: KernelMemory, from: number, to: number, count: number, out: number): number {
  const { bytes, words } = memory;
  const header = readHeader(bytes, from, to, count);
  if (header === undefined) return -1;
  const { miniblocks, perMiniblock } = header;
  let { at } = header;
  if (count === 0) return at;
  let last = low;
  let o = out >> 2;
  words[o++] = last;
  for (let left = count - 1; left > 0; ) {
    at = readZigzag(bytes, at, to);
    if (at < 0 || miniblocks > to - at) return -1;
    const smallest = low;
    const widths = at;
    at += miniblocks;
    for (let m = 0; m < miniblocks && left > 0; m++) {
      const width = bytes[widths + m] as number;
      // Some writers take deltas of unsigned int32 in 64 bits, of which the low half counts.
      if (width > 64) return -1;
      for (let done = 0; done < perMiniblock && left > 0; done += GROUP) {
        const values = Math.min(GROUP, left);
        if (values * width > (to - at) * 8) return -1;
        if (width <= 32) unpackGroup(bytes, at, width);
        else unpackLowHalves(bytes, at, width, values);
        at += width * 4;
        for (let i = 0; i < values; i++) {
          last = (last + smallest + (unpacked[i] as number)) | 0;
          words[o++] = last;
        }
        left -= values;
        if (left === 0) at += ((perMiniblock - done - GROUP) / GROUP) * width * 4;
      }
    }
  }
  // The last miniblock is whole, or what the file has of it.
  return Math.min(at, to);
}

export function decodeDelta64(memory: KernelMemory, from: number, to: number, count: number, out: number): number {
  const { bytes, words } = memory;
  const header = readHeader(bytes, from, to, count);
  if (header === undefined) return -1;
  const { miniblocks, perMiniblock } = header;
  let { at } = header;
  if (count === 0) return at;
  let lo = low;
  let hi = high;
  let o = out >> 2;
  words[o++] = lo;
  words[o++] = hi;
  for (let left = count - 1; left > 0; ) {
    at = readZigzag(bytes, at, to);
    if (at < 0 || miniblocks > to - at) return -1;
    const smallestLow = low >>> 0;
    const smallestHigh = high;
    const widths = at;
    at += miniblocks;
    for (let m = 0; m < miniblocks && left > 0; m++) {
      const width = bytes[widths + m] as number;
      if (width > 64) return -1;
      for (let done = 0; done < perMiniblock && left > 0; done += GROUP) {
        const values = Math.min(GROUP, left);
        if (values * width > (to - at) * 8) return -1;
        const isNarrow = width <= 32;
        if (isNarrow) unpackGroup(bytes, at, width);
        for (let i = 0; i < values; i++) {
          if (isNarrow) {
            low = unpacked[i] as number;
            high = 0;
          } else unpackWide(bytes, at, width, i);
          // Below 3 * 2^32: exact, and `| 0` takes its low 32 bits.
          const sum = (lo >>> 0) + smallestLow + (low >>> 0);
          hi = (hi + smallestHigh + high + Math.floor(sum / TWO_32)) | 0;
          lo = sum | 0;
          words[o++] = lo;
          words[o++] = hi;
        }
        at += width * 4;
        left -= values;
        if (left === 0) at += ((perMiniblock - done - GROUP) / GROUP) * width * 4;
      }
    }
  }
  return Math.min(at, to);
}

function unpackGroup(bytes: Uint8Array, at: number, width: number): void {
  if (width === 0) {
    unpacked.fill(0);
    return;
  }
  for (let i = 0; i < width * 4; i++) packedBytes[i] = bytes[at + i] as number;
  unpackerFor(width)(packed, unpacked, 0, 1);
}

/** The low 32 bits of values of 33 to 64. */
function unpackLowHalves(bytes: Uint8Array, from: number, width: number, count: number): void {
  for (let i = 0; i < count; i++) {
    unpackWide(bytes, from, width, i);
    unpacked[i] = low;
  }
}

/** Value `i` of 33 to 64 bits, into `low` and `high`. */
function unpackWide(bytes: Uint8Array, from: number, width: number, i: number): void {
  const bit = i * width;
  // Nine bytes hold 64 bits that begin anywhere in a byte.
  const at = from + (bit >> 3);
  for (let k = 0; k < 12; k++) packedBytes[k] = bytes[at + k] as number;
  const shift = bit & 7;
  low =
    shift === 0 ? (packed[0] as number) : ((packed[0] as number) >>> shift) | ((packed[1] as number) << (32 - shift));
  high =
    shift === 0 ? (packed[1] as number) : ((packed[1] as number) >>> shift) | ((packed[2] as number) << (32 - shift));
  if (width < 64) high &= 2 ** (width - 32) - 1;
}
