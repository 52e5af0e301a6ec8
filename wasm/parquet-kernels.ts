/**
 * The kernels of Parquet in AssemblyScript. formats/parquet/kernels.ts says what each promises; here is only how.
 *
 * Loads and stores may pass the end of a region by up to 64 bytes, which the arena leaves free: moves are made 16 bytes
 * at a time. Whatever is read from the input is compared with its region before it is used as a length or a position.
 */

const DAMAGED: i32 = -1;

// Decompression

export function snappy(from: usize, to: usize, at: usize, end: usize): i32 {
  let read = from;
  let write = at;
  while (read < to && load<u8>(read++) > 127) {}
  while (read < to) {
    const tag = <u32>load<u8>(read++);
    const kind = tag & 3;
    if (kind == 0) {
      let length = <usize>(tag >> 2) + 1;
      if (length <= 16) {
        if (length > to - read || length > end - write) return DAMAGED;
        v128.store(write, v128.load(read));
        read += length;
        write += length;
        continue;
      }
      if (length > 60) {
        const extra = length - 60;
        if (extra > to - read) return DAMAGED;
        const word = load<u32>(read);
        length = <usize>(extra == 4 ? word : word & ((1 << (<u32>extra << 3)) - 1)) + 1;
        read += extra;
        // 2^32 wraps to 0.
        if (length == 0) return DAMAGED;
      }
      if (length > to - read || length > end - write) return DAMAGED;
      move(write, read, length);
      read += length;
      write += length;
      continue;
    }
    let length: usize;
    let distance: usize;
    if (kind == 1) {
      length = ((tag >> 2) & 7) + 4;
      distance = ((tag >> 5) << 8) | <u32>load<u8>(read);
      read += 1;
    } else if (kind == 2) {
      length = (tag >> 2) + 1;
      distance = load<u16>(read);
      read += 2;
    } else {
      length = (tag >> 2) + 1;
      distance = load<u32>(read);
      read += 4;
    }
    if (read > to || distance == 0 || distance > write - at || length > end - write) return DAMAGED;
    repeat(write, distance, length);
    write += length;
  }
  return <i32>write;
}

export function lz4(from: usize, to: usize, at: usize, end: usize): i32 {
  let read = from;
  let write = at;
  while (read < to) {
    const token = <u32>load<u8>(read++);
    let literals = <usize>(token >> 4);
    if (literals == 15) {
      let more: u32;
      do {
        if (read >= to) return DAMAGED;
        more = load<u8>(read++);
        literals += more;
      } while (more == 255);
    }
    if (literals > to - read || literals > end - write) return DAMAGED;
    move(write, read, literals);
    read += literals;
    write += literals;
    if (read >= to) break;
    if (read + 2 > to) return DAMAGED;
    const distance = <usize>load<u16>(read);
    read += 2;
    let length = <usize>(token & 15) + 4;
    if (length == 19) {
      let more: u32;
      do {
        if (read >= to) return DAMAGED;
        more = load<u8>(read++);
        length += more;
      } while (more == 255);
    }
    if (distance == 0 || distance > write - at || length > end - write) return DAMAGED;
    repeat(write, distance, length);
    write += length;
  }
  return <i32>write;
}

/** Moves bytes that do not overlap, and may write up to 15 more. */
// @ts-ignore: decorator
@inline
function move(target: usize, source: usize, length: usize): void {
  if (length > 256) {
    memory.copy(target, source, length);
    return;
  }
  const stop = target + length;
  for (let t = target, s = source; t < stop; t += 16, s += 16) v128.store(t, v128.load(s));
}

/** Repeats what lies `distance` before `target`, onto itself where it is longer than that. */
// @ts-ignore: decorator
@inline
function repeat(target: usize, distance: usize, length: usize): void {
  const stop = target + length;
  let source = target - distance;
  let t = target;
  if (distance >= 16) {
    for (; t < stop; t += 16, source += 16) v128.store(t, v128.load(source));
  } else if (distance >= 8) {
    for (; t < stop; t += 8, source += 8) store<u64>(t, load<u64>(source));
  } else if (distance == 4) {
    const four = i32x4.splat(load<i32>(source));
    for (; t < stop; t += 16) v128.store(t, four);
  } else if (distance == 1) {
    const one = i8x16.splat(load<i8>(source));
    for (; t < stop; t += 16) v128.store(t, one);
  } else {
    for (; t < stop; t++, source++) store<u8>(t, load<u8>(source));
  }
}

// The hybrid of runs and groups

/** The header of a run in its low 32 bits, and where it ends in the high ones; 0 for damage. */
// @ts-ignore: decorator
@inline
function runHeader(from: usize, to: usize): u64 {
  let value: u64 = 0;
  let at = from;
  for (let shift: u64 = 0; at < to && shift < 35; shift += 7) {
    const byte = <u64>load<u8>(at++);
    value |= (byte & 127) << shift;
    if (byte < 128) return value > 0xffffffff ? 0 : ((<u64>at) << 32) | value;
  }
  return 0;
}

export function codes(from: usize, to: usize, width: u32, count: u32, out: usize, limit: u32): i32 {
  const valueBytes = (width + 7) >> 3;
  let at = from;
  let o = out;
  let left = count;
  let highest: u32 = 0;
  while (left > 0) {
    const header = runHeader(at, to);
    if (header == 0) return DAMAGED;
    at = <usize>(header >> 32);
    const run = <u32>header;
    if (run & 1) {
      const groups = <u64>(run >> 1);
      const values = <u32>min<u64>(groups * 8, left);
      if (<u64>values * width > <u64>(to - at) * 8) return DAMAGED;
      highest = max(highest, unpack(at, width, values, o));
      at = <usize>min<u64>(to, <u64>at + groups * width);
      o += <usize>values << 2;
      left -= values;
    } else {
      const values = min(run >> 1, left);
      if (values == 0 || valueBytes > to - at) return DAMAGED;
      let value: u32 = 0;
      for (let i: u32 = 0; i < valueBytes; i++) value |= <u32>load<u8>(at++) << (i << 3);
      highest = max(highest, value);
      const stop = o + (<usize>values << 2);
      const four = i32x4.splat(value);
      for (let t = o; t < stop; t += 16) v128.store(t, four);
      o = stop;
      left -= values;
    }
  }
  return count > 0 && highest >= limit ? DAMAGED : <i32>at;
}

/** Unpacks to int32 and gives the highest. */
function unpack(from: usize, width: u32, count: u32, out: usize): u32 {
  let highest: u32 = 0;
  let at = from;
  let o = out;
  const stop = out + (<usize>count << 2);
  if (width == 0) {
    memory.fill(out, 0, <usize>count << 2);
    return 0;
  }
  if (width <= 7) {
    // Eight values are in one word.
    const mask: u32 = (1 << width) - 1;
    for (; o + 28 < stop; at += width, o += 32) {
      let word = load<u64>(at);
      for (let i: usize = 0; i < 32; i += 4) {
        const value = <u32>word & mask;
        store<u32>(o + i, value);
        highest = max(highest, value);
        word >>= width;
      }
    }
  } else {
    const mask: u64 = ((<u64>1) << width) - 1;
    for (; o + 28 < stop; at += width, o += 32) {
      let bit: u32 = 0;
      for (let i: usize = 0; i < 32; i += 4) {
        const value = <u32>((load<u64>(at + (bit >> 3)) >> (bit & 7)) & mask);
        store<u32>(o + i, value);
        highest = max(highest, value);
        bit += width;
      }
    }
  }
  const mask: u64 = ((<u64>1) << width) - 1;
  for (let bit: u32 = 0; o < stop; o += 4, bit += width) {
    const value = <u32>((load<u64>(at + (bit >> 3)) >> (bit & 7)) & mask);
    store<u32>(o, value);
    highest = max(highest, value);
  }
  return highest;
}

export function levels(from: usize, to: usize, width: u32, count: u32, out: usize, most: u32): i32 {
  const mask: u32 = (1 << width) - 1;
  let at = from;
  let o = out;
  let left = count;
  while (left > 0) {
    const header = runHeader(at, to);
    if (header == 0) return DAMAGED;
    at = <usize>(header >> 32);
    const run = <u32>header;
    if (run & 1) {
      const groups = <u64>(run >> 1);
      const values = <u32>min<u64>(groups * 8, left);
      if (<u64>values * width > <u64>(to - at) * 8) return DAMAGED;
      let highest: u32 = 0;
      for (let i: u32 = 0, bit: u64 = 0; i < values; i++, bit += width) {
        const level = (<u32>load<u16>(at + <usize>(bit >> 3)) >> <u32>(bit & 7)) & mask;
        highest = max(highest, level);
        store<u8>(o++, <u8>level);
      }
      if (highest > most) return DAMAGED;
      at = <usize>min<u64>(to, <u64>at + groups * width);
      left -= values;
    } else {
      const values = min(run >> 1, left);
      if (values == 0 || (width > 0 && at >= to)) return DAMAGED;
      const level: u32 = width == 0 ? 0 : load<u8>(at++);
      if (level > most) return DAMAGED;
      memory.fill(o, <u8>level, values);
      o += values;
      left -= values;
    }
  }
  return <i32>at;
}

export function levelBits(from: usize, to: usize, count: u32, bitmap: usize, bit: u32): i32 {
  let at = from;
  let b = bit;
  let left = count;
  let ones: u32 = 0;
  while (left > 0) {
    const header = runHeader(at, to);
    if (header == 0) return DAMAGED;
    at = <usize>(header >> 32);
    const run = <u32>header;
    if (run & 1) {
      const groups = <u64>(run >> 1);
      const values = <u32>min<u64>(groups * 8, left);
      if (<u64>values > <u64>(to - at) * 8) return DAMAGED;
      let p = at;
      let done: u32 = 0;
      for (; done + 8 <= values; done += 8, p++) {
        const byte = <u32>load<u8>(p);
        ones += popcnt(byte);
        putBits(bitmap, b + done, byte);
      }
      if (done < values) {
        const byte = <u32>load<u8>(p) & ((1 << (values - done)) - 1);
        ones += popcnt(byte);
        putBits(bitmap, b + done, byte);
      }
      at = <usize>min<u64>(to, <u64>at + groups);
      b += values;
      left -= values;
    } else {
      const values = min(run >> 1, left);
      if (values == 0 || at >= to) return DAMAGED;
      const level = <u32>load<u8>(at++);
      if (level > 1) return DAMAGED;
      fillBits(bitmap, b, values, level);
      ones += level * values;
      b += values;
      left -= values;
    }
  }
  return <i32>ones;
}

/** Puts eight bits at a bit, and clears what follows in the byte after. */
// @ts-ignore: decorator
@inline
function putBits(bitmap: usize, bit: u32, eight: u32): void {
  const p = bitmap + (bit >> 3);
  const shift = bit & 7;
  const before = <u32>load<u8>(p) & ((1 << shift) - 1);
  store<u16>(p, <u16>(before | (eight << shift)));
}

function fillBits(bitmap: usize, bit: u32, count: u32, value: u32): void {
  const end = bit + count;
  let b = bit;
  for (; b < end && (b & 7) != 0; b++) putBit(bitmap, b, value);
  const whole = (end - b) >> 3;
  memory.fill(bitmap + (b >> 3), value == 0 ? 0 : 255, whole);
  for (b += whole << 3; b < end; b++) putBit(bitmap, b, value);
}

// @ts-ignore: decorator
@inline
function putBit(bitmap: usize, bit: u32, value: u32): void {
  const p = bitmap + (bit >> 3);
  const mask: u32 = 1 << (bit & 7);
  const byte = <u32>load<u8>(p);
  store<u8>(p, <u8>(value == 0 ? byte & ~mask : byte | mask));
}

export function bits(from: usize, count: u32, out: usize): void {
  for (let i: u32 = 0; i < count; i++) store<u8>(out + i, (load<u8>(from + (i >> 3)) >> <u8>(i & 7)) & 1);
}

// Byte arrays

export function byteArrays(from: usize, to: usize, count: u32, starts: usize, lengths: usize): i32 {
  let at = from;
  for (let i: usize = 0; i < <usize>count << 2; i += 4) {
    if (at + 4 > to) return DAMAGED;
    const length = load<u32>(at);
    at += 4;
    if (length > <u32>(to - at)) return DAMAGED;
    store<u32>(starts + i, <u32>at);
    store<u32>(lengths + i, length);
    at += length;
  }
  return <i32>at;
}

export function endToEnd(from: usize, to: usize, count: u32, starts: usize, lengths: usize): i32 {
  let at = from;
  for (let i: usize = 0; i < <usize>count << 2; i += 4) {
    const length = load<u32>(lengths + i);
    if (length > <u32>(to - at)) return DAMAGED;
    store<u32>(starts + i, <u32>at);
    at += length;
  }
  return <i32>at;
}

export function joinPrefixes(
  from: usize,
  to: usize,
  count: u32,
  prefixes: usize,
  starts: usize,
  lengths: usize,
  out: usize,
  end: usize,
): i32 {
  let read = from;
  let write = out;
  let last = out;
  let lastLength: u32 = 0;
  for (let i: usize = 0; i < <usize>count << 2; i += 4) {
    const prefix = load<u32>(prefixes + i);
    const rest = load<u32>(lengths + i);
    if (prefix > lastLength || rest > <u32>(to - read) || <u64>prefix + rest > <u64>(end - write)) return DAMAGED;
    move(write, last, prefix);
    move(write + prefix, read, rest);
    store<u32>(starts + i, <u32>write);
    store<u32>(lengths + i, prefix + rest);
    last = write;
    lastLength = prefix + rest;
    read += rest;
    write += lastLength;
  }
  return <i32>write;
}

// Values of fixed width

export function gather32(codes: usize, count: u32, dictionary: usize, out: usize): void {
  for (let i: usize = 0; i < <usize>count << 2; i += 4) {
    store<u32>(out + i, load<u32>(dictionary + (<usize>load<u32>(codes + i) << 2)));
  }
}

export function gather64(codes: usize, count: u32, dictionary: usize, out: usize): void {
  for (let i: usize = 0; i < <usize>count << 2; i += 4) {
    store<u64>(out + (i << 1), load<u64>(dictionary + (<usize>load<u32>(codes + i) << 3)));
  }
}

/** Where the varint read last ended; 0 for damage. The one global: nothing outlives a call. */
let varintEnd: usize = 0;

function varint(from: usize, to: usize): u64 {
  let value: u64 = 0;
  let at = from;
  for (let shift: u64 = 0; at < to && shift < 70; shift += 7) {
    const byte = <u64>load<u8>(at++);
    value |= (byte & 127) << shift;
    if (byte < 128) {
      varintEnd = at;
      return value;
    }
  }
  varintEnd = 0;
  return 0;
}

function zigzag(from: usize, to: usize): i64 {
  const value = varint(from, to);
  return <i64>(value >> 1) ^ -(<i64>(value & 1));
}

export function delta32(from: usize, to: usize, count: u32, out: usize): i32 {
  return delta<i32>(from, to, count, out);
}

export function delta64(from: usize, to: usize, count: u32, out: usize): i32 {
  return delta<i64>(from, to, count, out);
}

// @ts-ignore: decorator
@inline
function delta<T>(from: usize, to: usize, count: u32, out: usize): i32 {
  const perBlock = varint(from, to);
  if (varintEnd == 0 || perBlock > 0xffffffff) return DAMAGED;
  const miniblocks = varint(varintEnd, to);
  if (varintEnd == 0 || miniblocks > 0xffffffff || miniblocks == 0) return DAMAGED;
  const total = varint(varintEnd, to);
  if (varintEnd == 0 || total != <u64>count) return DAMAGED;
  let last = <T>zigzag(varintEnd, to);
  if (varintEnd == 0 || perBlock % miniblocks != 0) return DAMAGED;
  const perMiniblock = perBlock / miniblocks;
  if (perMiniblock % 32 != 0 || perMiniblock == 0) return DAMAGED;
  let at = varintEnd;
  if (count == 0) return <i32>at;
  let o = out;
  store<T>(o, last);
  o += sizeof<T>();
  let left = count - 1;
  while (left > 0) {
    const smallest = <T>zigzag(at, to);
    if (varintEnd == 0 || miniblocks > <u64>(to - varintEnd)) return DAMAGED;
    const widths = varintEnd;
    at = widths + <usize>miniblocks;
    for (let m: usize = 0; m < <usize>miniblocks && left > 0; m++) {
      const width = <u32>load<u8>(widths + m);
      // Also of int32: some writers take deltas of unsigned ones in 64 bits, of which the low half counts.
      if (width > 64) return DAMAGED;
      const values = <u32>min<u64>(perMiniblock, left);
      if (<u64>values * width > <u64>(to - at) * 8) return DAMAGED;
      if (width == 0) {
        for (let i: u32 = 0; i < values; i++) {
          last = <T>(last + smallest);
          store<T>(o, last);
          o += sizeof<T>();
        }
      } else if (width <= 56) {
        const mask: u64 = ((<u64>1) << width) - 1;
        for (let i: u32 = 0, bit: u64 = 0; i < values; i++, bit += width) {
          const rest = (load<u64>(at + <usize>(bit >> 3)) >> (bit & 7)) & mask;
          last = <T>(last + smallest + <T>rest);
          store<T>(o, last);
          o += sizeof<T>();
        }
      } else {
        const mask: u64 = width == 64 ? 0xffffffffffffffff : ((<u64>1) << width) - 1;
        for (let i: u32 = 0, bit: u64 = 0; i < values; i++, bit += width) {
          const p = at + <usize>(bit >> 3);
          const shift = bit & 7;
          let rest = load<u64>(p) >> shift;
          if (shift != 0) rest |= load<u64>(p + 8) << (64 - shift);
          last = <T>(last + smallest + <T>(rest & mask));
          store<T>(o, last);
          o += sizeof<T>();
        }
      }
      left -= values;
      at = <usize>min<u64>(to, <u64>at + (perMiniblock * width) / 8);
    }
  }
  return <i32>at;
}

export function byteStreams(from: usize, count: u32, width: u32, out: usize): void {
  if (width == 8) {
    let o = out;
    const stop = out + (<usize>count << 3);
    for (let at = from; o < stop; at++, o += 8) {
      let value: u64 = 0;
      let p = at;
      for (let shift: u64 = 0; shift < 64; shift += 8, p += count) value |= <u64>load<u8>(p) << shift;
      store<u64>(o, value);
    }
  } else if (width == 4) {
    let o = out;
    const stop = out + (<usize>count << 2);
    for (let at = from; o < stop; at++, o += 4) {
      let value: u32 = 0;
      let p = at;
      for (let shift: u32 = 0; shift < 32; shift += 8, p += count) value |= <u32>load<u8>(p) << shift;
      store<u32>(o, value);
    }
  } else {
    for (let stream: u32 = 0; stream < width; stream++) {
      const at = from + <usize>stream * count;
      let o = out + stream;
      for (let i: u32 = 0; i < count; i++, o += width) store<u8>(o, load<u8>(at + i));
    }
  }
}

export function spread(values: usize, width: u32, slots: u32, present: u32, bitmap: usize): void {
  if (width == 1) spreadAll<u8>(values, slots, present, bitmap);
  else if (width == 4) spreadAll<u32>(values, slots, present, bitmap);
  else spreadAll<u64>(values, slots, present, bitmap);
}

/** From the back, so that no value is overwritten before it has moved. */
// @ts-ignore: decorator
@inline
function spreadAll<T>(values: usize, slots: u32, present: u32, bitmap: usize): void {
  let source = values + <usize>present * sizeof<T>();
  let target = values + <usize>slots * sizeof<T>();
  for (let i = slots; i > 0; ) {
    i--;
    target -= sizeof<T>();
    if ((<u32>load<u8>(bitmap + (i >> 3)) >> (i & 7)) & 1) {
      source -= sizeof<T>();
      store<T>(target, load<T>(source));
    } else store<T>(target, 0);
  }
}
