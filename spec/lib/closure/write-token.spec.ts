import { describe, expect, it } from 'vitest';
import { capture } from '../../../lib/closure/capture.ts';
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
});
