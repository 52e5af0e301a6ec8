/**
 * Encodes DELTA_BINARY_PACKED: blocks of 128 differences, in four miniblocks with a width each. Differences wrap
 * around, as the format says, so that any two values have one.
 */
import type { GrowingBytes } from './write-buffers.ts';
import { appendVarint, bitWidth, packBits } from './write-hybrid.ts';

const BLOCK = 128;
const MINIBLOCK = 32;
const MINIBLOCKS = BLOCK / MINIBLOCK;
/** The most that a block takes: 64 bits a value, and its header. */
const BLOCK_BYTES = BLOCK * 8 + 32;
/** Blocks that are looked at for an estimate. */
const SAMPLES = 16;

const rests = new Int32Array(BLOCK);
const highs = new Int32Array(BLOCK);
const deltas = new Float64Array(BLOCK);

/** Appends the int32 `values[from] … values[to - 1]`. */
export function encodeDelta32(out: GrowingBytes, values: Int32Array, from: number, to: number): void {
  appendHeader(out, to - from);
  if (from === to) {
    appendVarint(out, 0);
    return;
  }
  appendZigzag(out, values[from] as number);
  for (let at = from + 1; at < to; at += BLOCK) {
    const count = Math.min(BLOCK, to - at);
    let least = 0x7fffffff;
    for (let i = 0; i < count; i++) {
      const delta = ((values[at + i] as number) - (values[at + i - 1] as number)) | 0;
      rests[i] = delta;
      if (delta < least) least = delta;
    }
    // In 32 bits, where it may wrap around to a large number without sign: the reader wraps it back.
    for (let i = 0; i < count; i++) rests[i] = (rests[i] as number) - least;
    out.reserve(BLOCK_BYTES);
    appendZigzag(out, least);
    appendMiniblocks(out, count, undefined);
  }
}

/** Appends the int64 whose halves are `lanes[2 * i]` (low) and `lanes[2 * i + 1]`, for i from `from` to `to`. */
export function encodeDelta64(out: GrowingBytes, lanes: Int32Array, from: number, to: number): void {
  appendHeader(out, to - from);
  if (from === to) {
    appendVarint(out, 0);
    return;
  }
  appendBigZigzag(out, bigAt(lanes, from));
  for (let at = from + 1; at < to; at += BLOCK) {
    const count = Math.min(BLOCK, to - at);
    out.reserve(BLOCK_BYTES);
    if (!appendSafeBlock(out, lanes, at, count)) appendBigBlock(out, lanes, at, count);
  }
}

/** Differences as doubles where they are exact; false, and nothing appended, where they are not. */
function appendSafeBlock(out: GrowingBytes, lanes: Int32Array, at: number, count: number): boolean {
  let before = doubleAt(lanes, at - 1);
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  let isSafe = Math.abs(before) < 2 ** 51;
  for (let i = 0; i < count; i++) {
    const value = doubleAt(lanes, at + i);
    if (value >= 2 ** 51 || value <= -(2 ** 51)) isSafe = false;
    const delta = value - before;
    deltas[i] = delta;
    if (delta < least) least = delta;
    if (delta > most) most = delta;
    before = value;
  }
  if (!isSafe) return false;
  appendVarint(out, least < 0 ? -2 * least - 1 : 2 * least);
  if (most - least <= 0xffffffff) {
    for (let i = 0; i < count; i++) rests[i] = (deltas[i] as number) - least;
    appendMiniblocks(out, count, undefined);
    return true;
  }
  for (let i = 0; i < count; i++) {
    const rest = (deltas[i] as number) - least;
    rests[i] = rest;
    highs[i] = Math.floor(rest / 2 ** 32);
  }
  appendMiniblocks(out, count, highs);
  return true;
}

function appendBigBlock(out: GrowingBytes, lanes: Int32Array, at: number, count: number): void {
  const all: bigint[] = [];
  let least = 2n ** 63n;
  for (let i = 0; i < count; i++) {
    const delta = BigInt.asIntN(64, bigAt(lanes, at + i) - bigAt(lanes, at + i - 1));
    all.push(delta);
    if (delta < least) least = delta;
  }
  for (let i = 0; i < count; i++) {
    const rest = BigInt.asUintN(64, (all[i] as bigint) - least);
    rests[i] = Number(BigInt.asIntN(32, rest));
    highs[i] = Number(BigInt.asIntN(32, rest >> 32n));
  }
  appendBigZigzag(out, least);
  appendMiniblocks(out, count, highs);
}

/** The widths of the miniblocks, then those of them that hold values; the last is filled with zeros. */
function appendMiniblocks(out: GrowingBytes, count: number, high: Int32Array | undefined): void {
  rests.fill(0, count);
  high?.fill(0, count);
  const widthsAt = out.length;
  out.length += MINIBLOCKS;
  for (let mini = 0; mini < MINIBLOCKS; mini++) {
    const from = mini * MINIBLOCK;
    let low = 0;
    let top = 0;
    if (from < count) {
      for (let i = from; i < from + MINIBLOCK; i++) low |= rests[i] as number;
      if (high !== undefined) for (let i = from; i < from + MINIBLOCK; i++) top |= high[i] as number;
    }
    const width = top === 0 ? bitWidth(low) : 32 + bitWidth(top);
    out.values[widthsAt + mini] = width;
    if (width === 0) continue;
    if (top === 0) packBits(out, rests, from, from + MINIBLOCK, width);
    else packWide(out, high as Int32Array, from, width);
  }
}

/** A miniblock of more than 32 bits a value. */
function packWide(out: GrowingBytes, high: Int32Array, from: number, width: number): void {
  let rest = 0n;
  let bits = 0;
  for (let i = from; i < from + MINIBLOCK; i++) {
    rest |= ((BigInt((high[i] as number) >>> 0) << 32n) | BigInt((rests[i] as number) >>> 0)) << BigInt(bits);
    for (bits += width; bits >= 8; bits -= 8) {
      out.values[out.length++] = Number(rest & 255n);
      rest >>= 8n;
    }
  }
}

/**
 * About how many bytes the values would take, from blocks spread over them. `words` is 1 for int32, 2 for int64.
 */
export function estimateDelta(values: Int32Array, count: number, words: 1 | 2): number {
  if (count < 2) return 8;
  const step = Math.max(BLOCK, Math.floor(count / SAMPLES));
  let bits = 0;
  let seen = 0;
  for (let at = 1; at < count; at += step) {
    const end = Math.min(at + MINIBLOCK, count);
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    for (let i = at; i < end; i++) {
      const delta =
        words === 1 ? (values[i] as number) - (values[i - 1] as number) : doubleAt(values, i) - doubleAt(values, i - 1);
      if (delta < least) least = delta;
      if (delta > most) most = delta;
    }
    bits += Math.min(32 * words, Math.ceil(Math.log2(most - least + 1))) * (end - at) + 16;
    seen += end - at;
  }
  return Math.ceil((bits / 8) * (count / seen));
}

function doubleAt(lanes: Int32Array, i: number): number {
  return (lanes[2 * i + 1] as number) * 4_294_967_296 + ((lanes[2 * i] as number) >>> 0);
}

function bigAt(lanes: Int32Array, i: number): bigint {
  return (BigInt(lanes[2 * i + 1] as number) << 32n) | BigInt((lanes[2 * i] as number) >>> 0);
}

function appendHeader(out: GrowingBytes, count: number): void {
  out.reserve(64);
  appendVarint(out, BLOCK);
  appendVarint(out, MINIBLOCKS);
  appendVarint(out, count);
}

function appendZigzag(out: GrowingBytes, value: number): void {
  appendVarint(out, ((value << 1) ^ (value >> 31)) >>> 0);
}

function appendBigZigzag(out: GrowingBytes, value: bigint): void {
  let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  while (rest > 127n) {
    out.values[out.length++] = Number(rest & 127n) | 128;
    rest >>= 7n;
  }
  out.values[out.length++] = Number(rest);
}
