import type { KernelMemory } from './kernels.ts';

/**
 * Turns `count` integers in two's complement, most significant byte first and of any length, into `words` int32 each,
 * lowest first, at `out`. Gives -1, or the length of one that does not fit.
 */
export function readDecimals(
  memory: KernelMemory,
  starts: number,
  lengths: number,
  count: number,
  out: number,
  words: 2 | 4 | 8,
): number {
  const { bytes, words: int32s } = memory;
  for (let i = 0, o = out >> 2; i < count; i++, o += words) {
    const start = int32s[(starts >> 2) + i] as number;
    const length = int32s[(lengths >> 2) + i] as number;
    const sign = length > 0 && (bytes[start] as number) > 127 ? -1 : 0;
    if (length > words * 4 && !isSignAlone(bytes, start, length - words * 4, sign)) return length;
    let at = start + length;
    for (let w = 0; w < words; w++) {
      let word = 0;
      for (let shift = 0; shift < 32; shift += 8) {
        const byte = at > start ? (bytes[--at] as number) : sign & 255;
        word |= byte << shift;
      }
      int32s[o + w] = word;
    }
  }
  return -1;
}

/** Whether the leading bytes that do not fit, and the sign of those that do, say nothing but the sign. */
function isSignAlone(bytes: Uint8Array, start: number, extra: number, sign: number): boolean {
  for (let i = 0; i < extra; i++) if (bytes[start + i] !== (sign & 255)) return false;
  return (bytes[start + extra] as number) > 127 === (sign !== 0);
}
