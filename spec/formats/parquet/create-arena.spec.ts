import { describe, expect, it } from 'vitest';
import { createArena, hasWasmKernels } from '../../../formats/parquet/create-arena.ts';

describe.each(['best', 'plain'] as const)('an arena made for %s kernels', (road) => {
  it('keeps what it holds when it grows, and its kernels go on in it', () => {
    const arena = createArena(road);
    arena.restart();
    const codes = arena.keep(4);
    arena.words[codes >> 2] = 1;
    const dictionary = arena.keep(8);
    arena.words.set([10, 20], dictionary >> 2);
    const out = arena.keep(5_000_000);
    arena.kernels.gather32(codes, 1, dictionary, out);
    expect(arena.words[out >> 2]).toBe(20);
    expect(arena.capacity).toBeGreaterThan(5_000_000);
  });

  it('refuses to grow beyond 2 GiB', () => {
    const arena = createArena(road);
    arena.restart();
    expect(() => arena.keep(2 ** 31)).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
  });
});

describe('WebAssembly', () => {
  it('is there wherever these specs run', () => {
    expect(hasWasmKernels()).toBe(true);
  });
});
