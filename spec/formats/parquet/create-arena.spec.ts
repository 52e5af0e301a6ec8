import { describe, expect, it } from 'vitest';
import { createArena, hasWasmKernels, leaseArena } from '../../../formats/parquet/create-arena.ts';

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

describe('an arena on lease', () => {
  it('is one for each reader, and used again once it is given back', () => {
    const first = leaseArena();
    const second = leaseArena();
    expect(second.arena).not.toBe(first.arena);
    first[Symbol.dispose]();
    // Twice given back is given back once.
    first[Symbol.dispose]();
    using third = leaseArena();
    using fourth = leaseArena();
    expect(third.arena).toBe(first.arena);
    expect(fourth.arena).not.toBe(first.arena);
    second[Symbol.dispose]();
  });

  it('is not kept where it has grown large', () => {
    const large = leaseArena();
    large.arena.restart();
    large.arena.keep(65 * 1024 * 1024);
    large[Symbol.dispose]();
    using next = leaseArena();
    expect(next.arena).not.toBe(large.arena);
  });
});

describe('WebAssembly', () => {
  it('is there wherever these specs run', () => {
    expect(hasWasmKernels()).toBe(true);
  });
});
