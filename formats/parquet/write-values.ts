/** How the values of a chunk are encoded: chosen once for all its pages, then page by page. */
import { invariant } from '../../lib/base/invariant.ts';
import type { Encoding, PhysicalType } from './metadata.ts';
import type { GrowingBytes } from './write-buffers.ts';
import type { ByteArrayStore } from './write-byte-arrays.ts';
import { encodeDelta32, encodeDelta64, estimateDelta } from './write-delta.ts';
import type { FixedStore } from './write-fixed.ts';
import { buildFixedDictionary } from './write-fixed-dictionary.ts';
import { bitWidth, encodeHybrid } from './write-hybrid.ts';
import type { LeafColumn } from './write-leaf.ts';

export interface EncodingOptions {
  /** Dictionaries of more bytes are given up; 0 for none. */
  readonly dictionaryBytes: number;
  /** Whether floats without a dictionary have their bytes in streams. */
  readonly byteStreamSplit: boolean;
}

export interface ValueEncoder {
  readonly encoding: Encoding;
  /** Present with RLE_DICTIONARY: appends the values in PLAIN encoding; `count` is how many there are. */
  readonly dictionary: { readonly count: number; append(out: GrowingBytes): void } | undefined;
  append(out: GrowingBytes, from: number, to: number): void;
}

/** A delta has to save this much of what else it would be: it takes more time to read. */
const DELTA_SHARE = 0.6;
/** Values of fewer bits are not worth a try with a dictionary. */
const SMALL_DELTA_BITS = 5;

/** The encoder lives until the next call, in which tables of the thread are used again. */
export function encoderOf(column: LeafColumn, options: EncodingOptions): ValueEncoder {
  const { store, leaf } = column;
  switch (store.kind) {
    case 'boolean': {
      const { values } = store;
      return plainEncoder((out, from, to) => appendBits(out, values, from, to));
    }
    case 'fixed':
      return fixedEncoder(store, leaf.physicalType, options);
    default:
      return byteArrayEncoder(store);
  }
}

function plainEncoder(append: ValueEncoder['append']): ValueEncoder {
  return { encoding: 'PLAIN', dictionary: undefined, append };
}

function fixedEncoder(store: FixedStore, physical: PhysicalType, options: EncodingOptions): ValueEncoder {
  const { values, count, words } = store;
  const isInt = physical === 'INT32' || physical === 'INT64';
  const plainBytes = count * words * 4;
  const deltaBytes = isInt && count > 1 ? estimateDelta(values, count, words) : Number.POSITIVE_INFINITY;
  const isSmallDelta = deltaBytes * 8 <= count * SMALL_DELTA_BITS;
  const found = isSmallDelta ? undefined : buildFixedDictionary(values, count, words, options.dictionaryBytes);
  if (found !== undefined && count > 0) {
    const width = bitWidth(found.count - 1);
    const codedBytes = found.count * words * 4 + (count * width) / 8;
    if (codedBytes < plainBytes && deltaBytes > codedBytes * DELTA_SHARE) {
      const bytes = new Uint8Array(found.values.buffer, found.values.byteOffset, found.values.byteLength);
      return codedEncoder(found.codes, found.count, (out) => appendAll(out, bytes));
    }
  }
  if (deltaBytes < plainBytes * DELTA_SHARE) {
    const encode = words === 1 ? encodeDelta32 : encodeDelta64;
    return {
      encoding: 'DELTA_BINARY_PACKED',
      dictionary: undefined,
      append: (out, from, to) => encode(out, values, from, to),
    };
  }
  const width = words * 4;
  const bytes = new Uint8Array(values.buffer, values.byteOffset, plainBytes);
  if (!isInt && options.byteStreamSplit) {
    return {
      encoding: 'BYTE_STREAM_SPLIT',
      dictionary: undefined,
      append: (out, from, to) => appendStreams(out, bytes, width, from, to),
    };
  }
  return plainEncoder((out, from, to) => appendAll(out, bytes.subarray(from * width, to * width)));
}

function byteArrayEncoder(store: ByteArrayStore): ValueEncoder {
  const coded = store.coded();
  if (coded !== undefined && store.count > 0) {
    const { dictionary, codes } = coded;
    return codedEncoder(codes, dictionary.count, (out) => {
      const { bytes, starts, lengths } = dictionary.entries();
      out.reserve(dictionary.sizeBytes + dictionary.count * store.prefixBytes);
      for (let code = 0; code < dictionary.count; code++) {
        const start = starts[code] as number;
        const length = lengths[code] as number;
        if (store.prefixBytes > 0) out.view.setInt32(out.length, length, true);
        out.length += store.prefixBytes;
        out.values.set(bytes.subarray(start, start + length), out.length);
        out.length += length;
      }
    });
  }
  const { bytes, ends } = store.plain();
  return plainEncoder((out, from, to) => {
    if (from === to) return;
    const start = from === 0 ? 0 : (ends[from - 1] as number);
    appendAll(out, bytes.subarray(start, ends[to - 1] as number));
  });
}

function codedEncoder(codes: Int32Array, count: number, append: (out: GrowingBytes) => void): ValueEncoder {
  const width = bitWidth(count - 1);
  invariant(count > 0, 'a dictionary without values');
  return {
    encoding: 'RLE_DICTIONARY',
    dictionary: { count, append },
    append: (out, from, to) => {
      out.reserve(1);
      out.values[out.length++] = width;
      encodeHybrid(out, codes, from, to, width);
    },
  };
}

function appendAll(out: GrowingBytes, bytes: Uint8Array): void {
  out.reserve(bytes.length);
  out.values.set(bytes, out.length);
  out.length += bytes.length;
}

/** A bit a boolean, lowest first. */
function appendBits(out: GrowingBytes, values: Uint8Array, from: number, to: number): void {
  const size = (to - from + 7) >> 3;
  out.reserve(size);
  for (let i = from; i < to; i += 8) {
    let byte = 0;
    for (let k = 0; k < 8 && i + k < to; k++) byte |= (values[i + k] as number) << k;
    out.values[out.length++] = byte;
  }
}

/** The first bytes of all values, then the second ones, and so on. */
function appendStreams(out: GrowingBytes, bytes: Uint8Array, width: number, from: number, to: number): void {
  out.reserve((to - from) * width);
  let at = out.length;
  for (let stream = 0; stream < width; stream++) {
    for (let i = from * width + stream; i < to * width; i += width) out.values[at++] = bytes[i] as number;
  }
  out.length = at;
}
