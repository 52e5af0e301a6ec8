import { setImmediate as nextTurn } from 'node:timers/promises';
import v8 from 'node:v8';
import vm from 'node:vm';
import { describe, expect, it } from 'vitest';
import {
  countAccumulators,
  mergeAccumulators,
  nextAccumulatorId,
  registerAccumulator,
} from '../../../lib/api/accumulators.ts';

v8.setFlagsFromString('--expose-gc');
const collectGarbage = vm.runInNewContext('gc') as () => void;

function noting() {
  const merged: unknown[] = [];
  const accumulator = {
    id: nextAccumulatorId(),
    merged,
    mergePartial: (partial: unknown) => void merged.push(partial),
  };
  registerAccumulator(accumulator);
  return accumulator;
}

describe('the accumulators of a process', () => {
  it('get what tasks have added for them', () => {
    const [a, b] = [noting(), noting()];
    mergeAccumulators([
      { id: b.id, value: 1 },
      { id: a.id, value: 2 },
      { id: b.id, value: 3 },
    ]);
    expect([a.merged, b.merged]).toEqual([[2], [1, 3]]);
  });

  it('are forgotten with the last reference, and what comes for them then is dropped', async () => {
    const before = countAccumulators();
    const ids = Array.from({ length: 50 }, () => noting().id);
    expect(countAccumulators()).toBe(before + 50);
    for (let i = 0; i < 100 && countAccumulators() > before; i++) {
      collectGarbage();
      await nextTurn();
    }
    expect(countAccumulators()).toBeLessThan(before + 50);
    mergeAccumulators(ids.map((id) => ({ id, value: 1 })));
  });
});
