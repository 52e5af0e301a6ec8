import { crc32 } from 'node:zlib';

/**
 * The checksum of every block, run, map output and part: CRC-32 (IEEE), unsigned 32 bits.
 *
 * `seed` is the checksum of the bytes before these, so that one checksum can cover several buffers:
 * `checksum(b, checksum(a))` equals the checksum of a followed by b. Why not CRC32C: docs/decisions/003-checksum.md.
 */
export function checksum(bytes: Uint8Array, seed = 0): number {
  // zlib takes no bytes for a new start and gives 0 for them, whatever the seed.
  return bytes.length === 0 ? seed : crc32(bytes, seed);
}
