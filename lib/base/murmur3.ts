/**
 * Murmur3 (x86, 32 bits) over whole words: the mixing that Spark seeds its generators and places DataFrame rows with.
 *
 * Only values of 4 and 8 bytes are hashed here, so that there is no tail; the words of a 64-bit value are handed over
 * as two int32. Results are int32.
 */

function mixWord(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  const h = hash ^ Math.imul(k, 0x1b873593);
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(hash: number, byteCount: number): number {
  let h = hash ^ byteCount;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** The hash of one int32. */
export function murmur3Int(value: number, seed: number): number {
  return finish(mixWord(seed, value), 4);
}

/** The hash of one 64-bit value, given as its upper and lower 32 bits; the lower word is mixed first. */
export function murmur3Long(high: number, low: number, seed: number): number {
  return finish(mixWord(mixWord(seed, low), high), 8);
}
