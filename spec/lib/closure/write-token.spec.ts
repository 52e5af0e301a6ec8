import { describe, expect, it } from 'vitest';
import { capture } from '../../../lib/closure/capture.ts';
import type { TokenParts } from '../../../lib/closure/reviver.ts';
import { TOKEN } from '../../../lib/closure/well-known.ts';
import { travel } from '../../support/travel.ts';

const handle = (id: number, identity?: string) =>
  Object.defineProperty({ value: 'driver' }, TOKEN, { value: { kind: 'broadcast', id, identity } });

describe('a token', () => {
  it('is resolved in the worker', async () => {
    const broadcast = handle(7);
    const resolveToken = (kind: string, id: number) => ({ value: `${kind} ${id}` });
    expect((await travel(() => broadcast.value, { resolveToken }))()).toBe('broadcast 7');
  });

  it('raises CLOSURE_NOT_REVIVED when the worker does not know it', async () => {
    const broadcast = handle(8);
    await expect(travel(() => broadcast.value)).rejects.toThrow(/CLOSURE_NOT_REVIVED: broadcast 8/);
  });

  it('is volatile unless its owner identifies it; its id is not hashed', async () => {
    const capturing = (broadcast: { value: string }) => capture([() => broadcast.value]);
    expect((await capturing(handle(1))).volatile).toHaveLength(1);
    const [a, b] = [await capturing(handle(1, 'abc')), await capturing(handle(2, 'abc'))];
    expect(a.volatile).toEqual([]);
    expect(Buffer.compare(a.bytes, b.bytes)).toBe(0);
  });

  it('is known by its parts, which come with it, and which a handle has once all is revived', async () => {
    const holding = (id: number, parts: unknown) => {
      const held = Object.defineProperty({ get: () => 0 }, TOKEN, { value: { kind: 'held', id, parts } });
      return () => held.get();
    };
    const two = { n: 2, of: (n: number) => n + 1 };
    const resolveToken = (_kind: string, id: number, parts: TokenParts) => ({
      get: () => id * (parts.value as typeof two).of((parts.value as typeof two).n),
    });
    expect((await travel(holding(5, two), { resolveToken }))()).toBe(15);
    const [a, b, c] = [
      await capture([holding(5, two)]),
      await capture([holding(6, two)]),
      await capture([holding(5, 3)]),
    ];
    expect(a.volatile).toEqual([]);
    expect(Buffer.compare(a.bytes, b.bytes)).toBe(0);
    expect(Buffer.compare(a.bytes, c.bytes)).not.toBe(0);
  });
});
