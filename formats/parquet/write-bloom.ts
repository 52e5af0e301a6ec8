/** Makes the bloom filter of a chunk; bloom-filter.ts says what one is. */
import { SHORT_BYTES, shortXxh64 } from '../bytes/short-xxh64.ts';
import { Xxh64 } from '../bytes/xxh64.ts';
import { BLOCK_BYTES, SALTS } from './bloom-filter.ts';
import { bloomFilterHeaderBytes } from './parquetjs-adapter.ts';
import { buildFixedDictionary } from './write-fixed-dictionary.ts';
import type { LeafColumn } from './write-leaf.ts';

/** How often a filter says yes for a value that is not there. */
const FALSE_POSITIVES = 0.01;
/** Beyond this a filter is no longer cheaper to ask than pages are to read. */
const MAX_BYTES = 1024 * 1024;
const MAX_DICTIONARY_BYTES = 1024 * 1024;

/** The header and the blocks of a filter of the column's values; undefined for booleans, and where there are none. */
export function bloomFilterBytes(column: LeafColumn): Uint8Array | undefined {
  const hashes = hashesOf(column);
  if (hashes === undefined || hashes.length === 0) return undefined;
  const count = hashes.length / 2;
  const bits = (-8 * count) / Math.log(1 - FALSE_POSITIVES ** (1 / 8));
  let sizeBytes = BLOCK_BYTES;
  while (sizeBytes * 8 < bits && sizeBytes < MAX_BYTES) sizeBytes *= 2;
  const header = bloomFilterHeaderBytes(sizeBytes);
  const bytes = new Uint8Array(header.length + sizeBytes);
  bytes.set(header);
  const view = new DataView(bytes.buffer, header.length);
  const blocks = sizeBytes / BLOCK_BYTES;
  for (let i = 0; i < hashes.length; i += 2) {
    const key = hashes[i] as number;
    const block = Math.floor((((hashes[i + 1] as number) >>> 0) * blocks) / 2 ** 32) * BLOCK_BYTES;
    for (let word = 0; word < SALTS.length; word++) {
      const at = block + 4 * word;
      const bit = 1 << (Math.imul(key, SALTS[word] as number) >>> 27);
      view.setInt32(at, view.getInt32(at, true) | bit, true);
    }
  }
  return bytes;
}

/** Low and high halves of the hashes of all values, each at least once. */
function hashesOf({ store, leaf }: LeafColumn): Int32Array | undefined {
  if (store.kind === 'boolean') return undefined;
  if (store.kind === 'bytes') {
    const coded = store.coded();
    if (coded !== undefined) {
      const { dictionary } = coded;
      const { bytes, starts, lengths } = dictionary.entries();
      return hashAll(
        bytes,
        dictionary.count,
        (i) => starts[i] as number,
        (i) => lengths[i] as number,
      );
    }
    const { bytes, ends } = store.plain();
    const startOf = (i: number): number => (i === 0 ? 0 : (ends[i - 1] as number)) + store.prefixBytes;
    return hashAll(bytes, store.count, startOf, (i) => (ends[i] as number) - startOf(i));
  }
  const { words, count } = store;
  const found = buildFixedDictionary(store.values, count, words, MAX_DICTIONARY_BYTES);
  const distinct = found?.count ?? count;
  const values = withTwins((found?.values ?? store.values).subarray(0, distinct * words), leaf.physicalType);
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const width = 4 * words;
  return hashAll(
    bytes,
    values.length / words,
    (i) => i * width,
    () => width,
  );
}

/** Readers take 0 and -0 for one value, and all NaN: each that is there brings the others along. */
function withTwins(values: Int32Array, physical: string): Int32Array {
  if (physical !== 'FLOAT' && physical !== 'DOUBLE') return values;
  const floats =
    physical === 'FLOAT'
      ? new Float32Array(values.buffer, values.byteOffset, values.length)
      : new Float64Array(values.buffer, values.byteOffset, values.length / 2);
  const hasZero = floats.includes(0);
  const hasNaN = floats.includes(Number.NaN);
  if (!hasZero && !hasNaN) return values;
  const twins = [...(hasZero ? [0, -0] : []), ...(hasNaN ? [Number.NaN] : [])];
  const more = physical === 'FLOAT' ? Float32Array.from(twins) : Float64Array.from(twins);
  const all = new Int32Array(values.length + more.byteLength / 4);
  all.set(values);
  all.set(new Int32Array(more.buffer), values.length);
  return all;
}

function hashAll(
  bytes: Uint8Array,
  count: number,
  startOf: (i: number) => number,
  lengthOf: (i: number) => number,
): Int32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const hashes = new Int32Array(2 * count);
  for (let i = 0; i < count; i++) {
    const start = startOf(i);
    const length = lengthOf(i);
    if (length < SHORT_BYTES) shortXxh64(view, start, start + length, hashes, 2 * i);
    else {
      const hash = new Xxh64();
      hash.update(bytes.subarray(start, start + length));
      const digest = hash.digest();
      hashes[2 * i] = Number(BigInt.asIntN(32, digest));
      hashes[2 * i + 1] = Number(BigInt.asIntN(32, digest >> 32n));
    }
  }
  return hashes;
}
