import { describe, expect, it } from 'vitest';
import { perWorkerGetter, setPerWorkerInit } from '../../../lib/closure/token-registry.ts';

describe('values built once per worker', () => {
  it('are built by the first init, on the first call', () => {
    let built = 0;
    const first = perWorkerGetter(-1);
    setPerWorkerInit(-1, () => ++built);
    setPerWorkerInit(-1, () => 100);
    expect(built).toBe(0);
    expect([first(), perWorkerGetter(-1)(), built]).toEqual([1, 1, 1]);
  });
});
