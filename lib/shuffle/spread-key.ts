/**
 * Hashes that spread the keys of one reduce partition over spill partitions: other ones for each seed.
 *
 * The hash that chose the reduce partition is of no use there: what its keys have in common is that hash. Keys that
 * meet in one spill partition are parted by the next seed, those of the same JVM hash included.
 */
import { keyIdentity } from '../base/hash.ts';
import { murmur3Int, murmur3Long } from '../base/murmur3.ts';

const float = new Float64Array(1);
const words = new Int32Array(float.buffer);

/** A hash of 32 bits, not negative; the same for equal keys. Raises VALUE_NOT_SERIALIZABLE for what cannot be a key. */
export function spreadKey(key: unknown, seed: number): number {
  return mix(key, seed) >>> 0;
}

function mix(key: unknown, seed: number): number {
  switch (typeof key) {
    case 'number':
      if ((key | 0) === key) return murmur3Int(key | 0, seed);
      // All NaN are one key.
      float[0] = Number.isNaN(key) ? Number.NaN : key;
      return murmur3Long(words[1] as number, words[0] as number, seed);
    case 'string':
      return mixText(key, seed);
    case 'boolean':
      return murmur3Int(key ? 1 : 0, seed ^ 1);
    case 'undefined':
      return murmur3Int(0, seed ^ 2);
    case 'bigint':
      return mixText(key.toString(36), seed ^ 3);
    default:
      return key === null ? murmur3Int(0, seed ^ 4) : mixText(keyIdentity(key) as string, seed ^ 5);
  }
}

function mixText(text: string, seed: number): number {
  let h = murmur3Int(text.length, seed);
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return murmur3Int(h, seed);
}
