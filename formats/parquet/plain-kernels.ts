/** The kernels in JavaScript; see kernels.ts for what each promises. */
import { decodeDelta32, decodeDelta64 } from './delta.ts';
import type { KernelMemory, Kernels } from './kernels.ts';
import { decompressLz4 } from './lz4.ts';
import { decodeCodes, decodeLevelBits, decodeLevels } from './rle.ts';
import { decompressSnappy } from './snappy.ts';

export function plainKernels(memory: KernelMemory): Kernels {
  return {
    snappy: (from, to, at, end) => decompressSnappy(memory, from, to, at, end),
    lz4: (from, to, at, end) => decompressLz4(memory, from, to, at, end),
    codes: (from, to, width, count, out, limit) => decodeCodes(memory, from, to, width, count, out, limit),
    levels: (from, to, width, count, out, max) => decodeLevels(memory, from, to, width, count, out, max),
    levelBits: (from, to, count, bitmap, bit) => decodeLevelBits(memory, from, to, count, bitmap, bit),
    bits: (from, count, out) => decodeBits(memory, from, count, out),
    byteArrays: (from, to, count, starts, lengths) => findByteArrays(memory, from, to, count, starts, lengths),
    endToEnd: (from, to, count, starts, lengths) => layEndToEnd(memory, from, to, count, starts, lengths),
    joinPrefixes: (from, to, count, prefixes, starts, lengths, out, end) =>
      joinPrefixes(memory, { from, to, count, prefixes, starts, lengths, out, end }),
    gather32: (codes, count, dictionary, out) => gather32(memory, codes, count, dictionary, out),
    gather64: (codes, count, dictionary, out) => gather64(memory, codes, count, dictionary, out),
    delta32: (from, to, count, out) => decodeDelta32(memory, from, to, count, out),
    delta64: (from, to, count, out) => decodeDelta64(memory, from, to, count, out),
    byteStreams: (from, count, width, out) => joinByteStreams(memory, from, count, width, out),
    spread: (values, width, slots, present, bitmap) => spread(memory, values, width, slots, present, bitmap),
  };
}

function decodeBits(memory: KernelMemory, from: number, count: number, out: number): void {
  const { bytes } = memory;
  for (let i = 0; i < count; i++) bytes[out + i] = ((bytes[from + (i >> 3)] as number) >> (i & 7)) & 1;
}

function findByteArrays(
  memory: KernelMemory,
  from: number,
  to: number,
  count: number,
  starts: number,
  lengths: number,
): number {
  const { words, view } = memory;
  let at = from;
  let s = starts >> 2;
  let l = lengths >> 2;
  for (let i = 0; i < count; i++) {
    if (at + 4 > to) return -1;
    const length = view.getInt32(at, true);
    at += 4;
    if (length < 0 || length > to - at) return -1;
    words[s++] = at;
    words[l++] = length;
    at += length;
  }
  return at;
}

function layEndToEnd(
  memory: KernelMemory,
  from: number,
  to: number,
  count: number,
  starts: number,
  lengths: number,
): number {
  const { words } = memory;
  let at = from;
  let s = starts >> 2;
  let l = lengths >> 2;
  for (let i = 0; i < count; i++) {
    const length = words[l++] as number;
    if (length < 0 || length > to - at) return -1;
    words[s++] = at;
    at += length;
  }
  return at;
}

interface Joining {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly prefixes: number;
  readonly starts: number;
  readonly lengths: number;
  readonly out: number;
  readonly end: number;
}

function joinPrefixes(memory: KernelMemory, joining: Joining): number {
  const { bytes, words } = memory;
  const { count, to, end } = joining;
  const prefixes = joining.prefixes >> 2;
  const starts = joining.starts >> 2;
  const lengths = joining.lengths >> 2;
  let read = joining.from;
  let write = joining.out;
  let last = write;
  let lastLength = 0;
  for (let i = 0; i < count; i++) {
    const prefix = words[prefixes + i] as number;
    const rest = words[lengths + i] as number;
    if (prefix < 0 || rest < 0 || prefix > lastLength || rest > to - read || prefix + rest > end - write) return -1;
    bytes.copyWithin(write, last, last + prefix);
    bytes.copyWithin(write + prefix, read, read + rest);
    words[starts + i] = write;
    words[lengths + i] = prefix + rest;
    last = write;
    lastLength = prefix + rest;
    read += rest;
    write += lastLength;
  }
  return write;
}

function gather32(memory: KernelMemory, codes: number, count: number, dictionary: number, out: number): void {
  const { words } = memory;
  const c = codes >> 2;
  const d = dictionary >> 2;
  const o = out >> 2;
  for (let i = 0; i < count; i++) words[o + i] = words[d + (words[c + i] as number)] as number;
}

function gather64(memory: KernelMemory, codes: number, count: number, dictionary: number, out: number): void {
  const { words } = memory;
  const c = codes >> 2;
  const d = dictionary >> 2;
  for (let i = 0, o = out >> 2; i < count; i++, o += 2) {
    const at = d + 2 * (words[c + i] as number);
    words[o] = words[at] as number;
    words[o + 1] = words[at + 1] as number;
  }
}

function joinByteStreams(memory: KernelMemory, from: number, count: number, width: number, out: number): void {
  const { bytes } = memory;
  for (let stream = 0; stream < width; stream++) {
    const at = from + stream * count;
    for (let i = 0, o = out + stream; i < count; i++, o += width) bytes[o] = bytes[at + i] as number;
  }
}

function spread(
  memory: KernelMemory,
  values: number,
  width: number,
  slots: number,
  present: number,
  bitmap: number,
): void {
  if (width === 1) spread8(memory, values, slots, present, bitmap);
  else if (width === 4) spread32(memory, values, slots, present, bitmap);
  else spread64(memory, values, slots, present, bitmap);
}

/** From the back, so that no value is overwritten before it has moved. */
function spread8(memory: KernelMemory, values: number, slots: number, present: number, bitmap: number): void {
  const { bytes } = memory;
  let source = values + present - 1;
  for (let i = slots - 1; i >= 0; i--) {
    const isThere = ((bytes[bitmap + (i >> 3)] as number) & (1 << (i & 7))) !== 0;
    bytes[values + i] = isThere ? (bytes[source--] as number) : 0;
  }
}

function spread32(memory: KernelMemory, values: number, slots: number, present: number, bitmap: number): void {
  const { bytes, words } = memory;
  const v = values >> 2;
  let source = v + present - 1;
  for (let i = slots - 1; i >= 0; i--) {
    const isThere = ((bytes[bitmap + (i >> 3)] as number) & (1 << (i & 7))) !== 0;
    words[v + i] = isThere ? (words[source--] as number) : 0;
  }
}

function spread64(memory: KernelMemory, values: number, slots: number, present: number, bitmap: number): void {
  const { bytes, words } = memory;
  const v = values >> 2;
  let source = v + 2 * present - 2;
  for (let i = slots - 1; i >= 0; i--) {
    const isThere = ((bytes[bitmap + (i >> 3)] as number) & (1 << (i & 7))) !== 0;
    const o = v + 2 * i;
    words[o + 1] = isThere ? (words[source + 1] as number) : 0;
    words[o] = isThere ? (words[source] as number) : 0;
    if (isThere) source -= 2;
  }
}
