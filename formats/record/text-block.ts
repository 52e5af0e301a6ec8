/**
 * Many strings as one block of bytes: their characters end to end, then their byte lengths. A block that is all
 * ASCII needs nothing more; otherwise a tag per string says how its bytes are to be read.
 */
import type { ByteReader } from '../bytes/byte-reader.ts';
import type { ByteWriter } from '../bytes/byte-writer.ts';
import { TEXT_ASCII, TEXT_UTF8, TEXT_UTF16 } from '../bytes/text.ts';
import { type IntArray, readInts, writeInts } from './int-array.ts';

export interface TextBlock {
  readonly count: number;
  readonly lengths: IntArray;
  /** A text encoding per string; undefined when all are ASCII. */
  readonly tags: Uint8Array | undefined;
  readonly bytes: Uint8Array;
}

const ALL_ASCII = 0;
const MIXED = 1;

/** Strings of at least this many characters would pin the text they are cut from; V8 copies shorter ones. */
const PINNING_LENGTH = 13;
/** Text decoded at once to cut short strings from. */
const CHUNK_BYTES = 64 * 1024;

/** Appends the strings; `base` is the offset in the writer that alignment counts from. */
export function writeTexts(out: ByteWriter, texts: readonly string[], base: number): void {
  const count = texts.length;
  const lengths = new Int32Array(count);
  const tags = new Uint8Array(count);
  // The form and the byte length are only known afterwards.
  const head = out.length;
  out.u8(0);
  out.u32(0);
  let at = out.length;
  let sawTag = 0;
  let longest = 0;
  for (let i = 0; i < count; i++) {
    const tag = out.text(texts[i] as string);
    const length = out.length - at;
    at += length;
    lengths[i] = length;
    tags[i] = tag;
    sawTag |= tag;
    longest |= length;
  }
  out.patchU8(head, sawTag === TEXT_ASCII ? ALL_ASCII : MIXED);
  out.patchU32(head + 1, at - head - 5);
  if (sawTag !== TEXT_ASCII) out.raw(tags);
  writeInts(out, narrowLengths(lengths, longest), base);
}

function narrowLengths(lengths: Int32Array, longest: number): IntArray {
  if (longest <= 0xff) return new Uint8Array(lengths);
  return longest <= 0xffff ? new Uint16Array(lengths) : lengths;
}

/** Appends a block that exists. */
export function writeTextBlock(out: ByteWriter, block: TextBlock, base: number): void {
  out.u8(block.tags === undefined ? ALL_ASCII : MIXED);
  out.u32(block.bytes.length);
  out.raw(block.bytes);
  if (block.tags !== undefined) out.raw(block.tags);
  writeInts(out, block.lengths, base);
}

/** Reads a block of `count` strings as views of the input; checks that the lengths add up to the bytes. */
export function readTextBlock(source: ByteReader, count: number): TextBlock {
  const start = source.offset;
  const form = source.u8();
  if (form !== ALL_ASCII && form !== MIXED) throw source.corrupt('a text block of form 0 or 1', form, start);
  const bytes = source.raw(source.u32());
  const tags = form === MIXED ? source.raw(count) : undefined;
  const lengths = readInts(source, count, true);
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const length = lengths[i] as number;
    sum += length;
    if (length < 0) throw source.corrupt('a length of text', length, start);
    if (tags === undefined) continue;
    const tag = tags[i] as number;
    if (tag > TEXT_UTF16) throw source.corrupt('a text encoding from 0 to 2', tag, start);
    if (tag === TEXT_UTF16 && length % 2 !== 0) throw source.corrupt('an even length of UTF-16', length, start);
  }
  if (sum !== bytes.length) throw source.corrupt(`${bytes.length} bytes of text`, `${sum} in its strings`, start);
  return { count, lengths, tags, bytes };
}

/** The strings of a block. */
export function decodeTexts(block: TextBlock): string[] {
  const { count, lengths, tags, bytes } = block;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const texts = new Array<string>(count);
  let chunk = '';
  let chunkStart = 0;
  let at = 0;
  for (let i = 0; i < count; i++) {
    const end = at + (lengths[i] as number);
    const tag = tags === undefined ? TEXT_ASCII : tags[i];
    if (tag !== TEXT_ASCII) {
      texts[i] = buffer.toString(tag === TEXT_UTF8 ? 'utf8' : 'utf16le', at, end);
    } else if (end - at >= PINNING_LENGTH) {
      texts[i] = buffer.toString('latin1', at, end);
    } else {
      // Cutting short strings from a text decoded at once costs a third of a call into native code for each.
      if (end > chunkStart + chunk.length) {
        chunkStart = at;
        chunk = buffer.toString('latin1', at, Math.min(bytes.length, at + CHUNK_BYTES));
      }
      texts[i] = chunk.substring(at - chunkStart, end - chunkStart);
    }
    at = end;
  }
  return texts;
}
