import { describe, expect, it } from 'vitest';
import { capture } from '../../../lib/closure/capture.ts';
import { GraphEncoder } from '../../../lib/closure/graph-encoder.ts';
import { Inspections } from '../../../lib/closure/inspections.ts';
import { travel } from '../../support/travel.ts';

const make = () =>
  new GraphEncoder(
    { byReference: () => false, mutableCaptures: 'error', warn: () => {}, identifiesClasses: true },
    new Inspections(),
  );

describe('GraphEncoder', () => {
  it('keeps paths, lines and ids out of the bytes', () => {
    class Point {}
    const failure = new Error('x');
    const { bytes, places } = make().encode([() => [new Point(), failure]]);
    expect(Buffer.from(bytes).toString('latin1')).not.toMatch(/file:|graph-encoder/);
    const all = [...places.values()];
    expect(all.some((place) => place.identity !== undefined)).toBe(true);
    expect(all.some((place) => place.stack === failure.stack)).toBe(true);
  });

  it('gives a class one identity as long as it captures the same', () => {
    let factor = 1;
    class Scale {
      apply(x: number) {
        return x * factor;
      }
    }
    const identity = () => [...make().encode([Scale]).places.values()][0]?.identity;
    const before = identity();
    expect(identity()).toBe(before);
    factor++;
    expect(identity()).not.toBe(before);
  });

  it('lets a class assign what it captures as any function but the task may', async () => {
    let made = 0;
    class Counted {
      readonly number = ++made;
    }
    const task = () => new Counted().number + new Counted().number;
    expect((await travel(task))()).toBe(3);
    await expect(capture([task], { mutableCaptures: 'strict' })).rejects.toThrow(/captures 'made' and assigns it/);
  });

  it('tells what holds the most', () => {
    const small = [1];
    const large = Array.from({ length: 100 }, () => ({ a: 1 }));
    const encoder = make();
    encoder.encode([() => [small, large]]);
    expect(encoder.largestCapture()?.variable).toBe('large');
  });
});
