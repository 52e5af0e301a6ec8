import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { capture } from '../../../lib/closure/capture.ts';
import { revive } from '../../../lib/closure/revive.ts';

const anyData = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withNullPrototype: true,
  withTypedArray: true,
  withSparseArray: true,
  withBoxedValues: true,
  withUnicodeString: true,
  maxDepth: 4,
});

describe('any data', () => {
  it('arrives as it was, in the same bytes each time', async () => {
    await fc.assert(
      fc.asyncProperty(anyData, async (value) => {
        const packet = await capture([() => value]);
        const [read] = (await revive(structuredClone(packet))) as [() => unknown];
        expect(read()).toStrictEqual(value);
        const again = await capture([read]);
        expect(Buffer.compare((await capture([() => value])).bytes, packet.bytes)).toBe(0);
        expect(again.bytes.length).toBe(packet.bytes.length);
      }),
      { seed: 20, numRuns: 100 },
    );
  });
});
