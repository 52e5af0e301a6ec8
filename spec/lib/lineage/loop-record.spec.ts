import { describe, expect, it } from 'vitest';
import { iterationRecord, loopRecord, stateFingerprint } from '../../../lib/lineage/loop-record.ts';

const callSite = { method: 'iterate', location: 'job.ts:14', position: '/job.ts:14:1' };
const functions = { digest: 'f', values: '', functions: [] };
const parts = { callSite, inputs: ['a', 'b'], partitions: 4, functions, declared: undefined } as const;

describe('loopRecord', () => {
  it('follows from the functions, what the loop begins with, and the declared version', () => {
    const { fingerprint } = loopRecord(parts);
    expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
    for (const other of [
      { ...parts, inputs: ['c', 'b'] as const },
      { ...parts, functions: { ...functions, digest: 'g' } },
      { ...parts, declared: '1' },
    ])
      expect(loopRecord(other).fingerprint).not.toBe(fingerprint);
  });

  it('follows from nothing else', () => {
    const elsewhere = { ...callSite, location: 'other.ts:1' };
    expect(loopRecord({ ...parts, callSite: elsewhere, partitions: 2 }).fingerprint).toBe(
      loopRecord(parts).fingerprint,
    );
  });

  it('names what the loop begins with and what it captures as inputs', () => {
    expect(loopRecord({ ...parts, declared: '1' })).toMatchObject({
      kind: 'loop',
      callSite: 'iterate at job.ts:14',
      partitions: 4,
      inputs: [{ parent: 'a' }, { parent: 'b' }],
      declared: '1',
      volatile: [],
    });
  });
});

describe('iterationRecord', () => {
  it('is found by the loop and the iteration, whatever came between', () => {
    const loop = loopRecord(parts);
    const record = iterationRecord(loop, 30);
    expect(record.fingerprint).toBe(stateFingerprint(loop.fingerprint, 30));
    expect(record).toMatchObject({ inputs: [{ parent: loop.fingerprint }], parameters: { iteration: '30' } });
    expect(stateFingerprint(loop.fingerprint, 31)).not.toBe(record.fingerprint);
    expect(stateFingerprint('other', 30)).not.toBe(record.fingerprint);
  });
});
