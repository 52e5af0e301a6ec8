/**
 * Unpacks integers of a fixed number of bits, lowest bit first: one generated function a width, with 32 values a turn
 * and every shift a constant. The plain form is `unpackPlain`, which takes three times as long
 * (bench/micro/parquet-read.ts, without WebAssembly).
 *
 * When changing this: read fixtures/formats/parquet/unpack-7.js.txt line by line.
 */
import { SourceBuilder } from '../../lib/base/compile-source.ts';

/** Writes `groups * 32` values to `out` from `outAt` on, taken from the first `groups * width` of `words`. */
export type Unpacker = (words: Int32Array, out: Int32Array, outAt: number, groups: number) => void;

const unpackers: (Unpacker | undefined)[] = [];

/** The function for a width from 1 to 32. */
export function unpackerFor(width: number): Unpacker {
  let unpacker = unpackers[width];
  if (unpacker === undefined) {
    unpacker = emitUnpacker(width).compile<Unpacker>(`parquet-unpack-${width}`);
    unpackers[width] = unpacker;
  }
  return unpacker;
}

/** The source of the function for a width. */
export function emitUnpacker(width: number): SourceBuilder {
  const out = new SourceBuilder();
  const mask = maskOf(width);
  out.block('return function unpack(words, out, outAt, groups)', () => {
    out.line('let at = 0, o = outAt;');
    out.block('for (let g = 0; g < groups; g++)', () => {
      for (let k = 0; k < width; k++) out.line(`const w${k} = words[at + ${k}];`);
      for (let j = 0; j < 32; j++) out.line(`out[o + ${j}] = ${valueAt(j * width, width, mask)};`);
      out.line(`at += ${width}; o += 32;`);
    });
  });
  return out;
}

function valueAt(bit: number, width: number, mask: number): string {
  const word = bit >> 5;
  const shift = bit & 31;
  const low = shift === 0 ? `w${word}` : `w${word} >>> ${shift}`;
  if (shift + width > 32) return `((${low}) | (w${word + 1} << ${32 - shift})) & ${mask}`;
  // What is shifted to the top end, or fills the word, has no other bits.
  return shift + width === 32 ? low : `(${low}) & ${mask}`;
}

export function maskOf(width: number): number {
  return width === 32 ? -1 : 2 ** width - 1;
}

/** The same for any number of values. */
export function unpackPlain(words: Int32Array, width: number, out: Int32Array, outAt: number, count: number): void {
  const mask = maskOf(width);
  for (let i = 0, bit = 0; i < count; i++, bit += width) {
    const word = bit >> 5;
    const shift = bit & 31;
    let value = (words[word] as number) >>> shift;
    if (shift + width > 32) value |= (words[word + 1] as number) << (32 - shift);
    out[outAt + i] = value & mask;
  }
}
