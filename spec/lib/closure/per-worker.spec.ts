import { describe, expect, it } from 'vitest';
import { perWorker } from '../../../lib/closure/per-worker.ts';
import { travelAll } from '../../support/travel.ts';

describe('perWorker', () => {
  it('builds once, on first use, in the driver too', () => {
    let built = 0;
    const get = perWorker(() => ++built);
    expect(built).toBe(0);
    expect([get(), get(), built]).toEqual([1, 1, 1]);
  });

  it('builds once for all packets in a worker', async () => {
    const get = perWorker(() => ({ id: {} }));
    const [first] = await travelAll([() => get()]);
    const [second] = await travelAll([() => get()]);
    expect(first()).toBe(second());
    expect(first()).not.toBe(get());
  });

  it('may need another one', async () => {
    const base = perWorker(() => [1]);
    const derived = perWorker(() => [...base(), 2]);
    const [read] = await travelAll([() => derived()]);
    expect(read()).toEqual([1, 2]);
  });
});
