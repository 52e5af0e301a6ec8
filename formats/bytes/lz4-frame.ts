/**
 * Frames of LZ4 (lz4_Frame_format.md), which other programs write: Arrow compresses bodies with them. What is to come of a
 * frame is known from outside, and bounds what is written. Checksums are compared where there are some.
 */
import { CairnError } from '../../lib/base/errors.ts';
import { xxh32 } from './xxh32.ts';

const MAGIC = 0x184d2204;
/** Bits of the flags of a frame. */
const VERSION_MASK = 0xc0;
const VERSION = 0x40;
const BLOCK_CHECKSUMS = 0x10;
const CONTENT_SIZE = 0x08;
const CONTENT_CHECKSUM = 0x04;
const DICTIONARY_ID = 0x01;
/** Set in the length of a block that is not compressed. */
const STORED = 0x80000000;

/** The most bytes that one byte of a block can stand for. */
export const LZ4_MAX_RATIO = 255;

/** The content of one frame, of `rawLength` bytes. Raises `CORRUPT_DATA`. */
export function decompressLz4Frame(bytes: Uint8Array, rawLength: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const need = (at: number, count: number): void => {
    if (count > bytes.length - at) throw corrupt(at, `${count} bytes`, `${bytes.length - at} left`);
  };
  need(0, 7);
  if (view.getUint32(0, true) !== MAGIC) throw corrupt(0, 'a frame of LZ4', 'other bytes');
  const flags = bytes[4] as number;
  if ((flags & VERSION_MASK) !== VERSION || (flags & DICTIONARY_ID) !== 0) {
    throw corrupt(4, 'a frame of version 1 without a dictionary', `flags ${flags}`);
  }
  const headerEnd = 6 + (flags & CONTENT_SIZE ? 8 : 0);
  need(6, headerEnd - 6 + 1);
  const headerHash = (xxh32(bytes.subarray(4, headerEnd)) >>> 8) & 255;
  if (bytes[headerEnd] !== headerHash)
    throw corrupt(headerEnd, `the checksum ${headerHash}`, bytes[headerEnd] as number);
  const raw = new Uint8Array(rawLength);
  let at = headerEnd + 1;
  let written = 0;
  for (;;) {
    need(at, 4);
    const word = view.getUint32(at, true);
    at += 4;
    if (word === 0) break;
    const size = word & ~STORED;
    need(at, size);
    const end = at + size;
    if ((word & STORED) === 0) written = decompressBlock(bytes, at, end, raw, written);
    else {
      if (size > rawLength - written) throw corrupt(at, `${rawLength} bytes in all`, 'more');
      raw.set(bytes.subarray(at, end), written);
      written += size;
    }
    if (flags & BLOCK_CHECKSUMS) {
      need(end, 4);
      checkHash(bytes.subarray(at, end), view.getUint32(end, true), end);
    }
    at = end + (flags & BLOCK_CHECKSUMS ? 4 : 0);
  }
  if (written !== rawLength) throw corrupt(at, `${rawLength} bytes in all`, written);
  if (flags & CONTENT_CHECKSUM) {
    need(at, 4);
    checkHash(raw, view.getUint32(at, true), at);
  }
  return raw;
}

function checkHash(bytes: Uint8Array, expected: number, at: number): void {
  const found = xxh32(bytes);
  if (found !== expected) throw corrupt(at, `the checksum ${expected}`, found);
}

/** Appends a block to what is written of `raw`, which it may refer to; gives where it ends. */
function decompressBlock(bytes: Uint8Array, from: number, to: number, raw: Uint8Array, start: number): number {
  let read = from;
  let write = start;
  const lengthOf = (nibble: number): number => {
    let length = nibble;
    if (nibble !== 15) return length;
    for (let more = 255; more === 255; ) {
      if (read >= to) throw corrupt(read, 'the rest of a length', 'the end');
      more = bytes[read++] as number;
      length += more;
    }
    return length;
  };
  while (read < to) {
    const token = bytes[read++] as number;
    const literals = lengthOf(token >> 4);
    if (literals > to - read || literals > raw.length - write) throw corrupt(read, 'fewer literals', literals);
    if (literals > 16) raw.set(bytes.subarray(read, read + literals), write);
    else for (let i = 0; i < literals; i++) raw[write + i] = bytes[read + i] as number;
    read += literals;
    write += literals;
    // The last sequence of a block is literals alone.
    if (read >= to) break;
    if (read + 2 > to) throw corrupt(read, 'a distance', 'the end');
    const distance = (bytes[read] as number) | ((bytes[read + 1] as number) << 8);
    read += 2;
    const length = lengthOf(token & 15) + 4;
    if (distance === 0 || distance > write || length > raw.length - write) {
      throw corrupt(read, 'a match within what is there', `${length} bytes from ${distance} before`);
    }
    // What is copied may be what was just written: a distance of 1 repeats a byte.
    if (distance >= length) raw.copyWithin(write, write - distance, write - distance + length);
    else for (let i = 0; i < length; i++) raw[write + i] = raw[write + i - distance] as number;
    write += length;
  }
  return write;
}

function corrupt(offset: number, expected: string, found: string | number): CairnError {
  return new CairnError('CORRUPT_DATA', { offset, expected, found });
}
