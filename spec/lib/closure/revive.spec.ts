import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { capture } from '../../../lib/closure/capture.ts';
import { prepare, revive } from '../../../lib/closure/revive.ts';

describe('revive', () => {
  it('gives the functions in the order of the capture, any number of times', async () => {
    const packet = await capture([(x: number) => x + 1, (x: number) => x * 2]);
    for (let i = 0; i < 2; i++) {
      const [plus, times] = (await revive(packet)) as [(x: number) => number, (x: number) => number];
      expect([plus(1), times(4)]).toEqual([2, 8]);
    }
  });

  it('can be prepared, to make the functions at once and as often as asked', async () => {
    const make = await prepare(await capture([{ list: [1] }, join]));
    const [[a, joined], [b]] = [make(), make()];
    expect([a, b]).toEqual([{ list: [1] }, { list: [1] }]);
    expect(a).not.toBe(b);
    expect(joined).toBe(join);
  });

  it('reads large packets out of shared memory', async () => {
    const table = Array.from({ length: 50_000 }, (_, i) => i);
    const packet = await capture([() => table.length]);
    expect(packet.bytes.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(((await revive(packet)) as [() => number])[0]()).toBe(50_000);
  });

  it('raises UNSUPPORTED_VERSION for packets of another release', async () => {
    const packet = await capture([() => 1]);
    await expect(revive({ ...packet, bytes: Uint8Array.of(200) })).rejects.toThrow(/UNSUPPORTED_VERSION/);
  });
});
