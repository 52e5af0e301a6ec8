import type { KernelMemory } from '../../formats/parquet/kernels.ts';

/** Memory that holds `bytes` at `at`, at an odd place, and has `room` bytes at `out`, with slack after both. */
export function memoryOf(
  bytes: ArrayLike<number>,
  room: number,
): KernelMemory & { readonly at: number; readonly out: number } {
  const at = 67;
  const out = Math.ceil((at + bytes.length + 64) / 16) * 16;
  const buffer = new ArrayBuffer(Math.ceil((out + room + 64) / 16) * 16);
  const all = new Uint8Array(buffer);
  all.fill(0xee);
  all.set(bytes, at);
  return { bytes: all, words: new Int32Array(buffer), view: new DataView(buffer), at, out };
}
