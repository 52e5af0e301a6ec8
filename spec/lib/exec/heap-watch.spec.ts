import { describe, expect, it } from 'vitest';
import { HeapWatch } from '../../../lib/exec/heap-watch.ts';

const MIB = 1024 * 1024;

/** A heap of which `live` and `garbage` MiB are in use, and some that V8 keeps. */
function heap(before: number) {
  const state = { live: before, garbage: 0, collections: 0 };
  const watch = new HeapWatch({
    // Seven tenths of it are what V8 may count.
    shareBytes: Math.ceil((100 * MIB) / 0.7),
    use: () => ({
      takenBytes: (state.live + state.garbage + 5) * MIB,
      usedBytes: (state.live + state.garbage) * MIB,
    }),
    collect: () => {
      state.collections++;
      state.garbage = 0;
    },
  });
  /** Looks often enough for the state to be seen. */
  const look = () => {
    for (let i = 0; i < 8; i++) watch.look();
    return state.collections;
  };
  return { state, look };
}

describe('HeapWatch', () => {
  it('has garbage collected once the thread has taken its share and what was there before', () => {
    const { state, look } = heap(30);
    state.garbage = 95;
    expect(look()).toBe(0);
    state.garbage = 96;
    expect(look()).toBe(1);
    expect(look()).toBe(1);
    state.garbage = 96;
    expect(look()).toBe(2);
  });

  it('does not collect again and again what functions of the job hold', () => {
    const { state, look } = heap(0);
    state.live = 200;
    expect(look()).toBe(1);
    state.garbage = 50;
    expect(look()).toBe(1);
    state.garbage = 51;
    expect(look()).toBe(2);
    state.live = 20;
    state.garbage = 250;
    expect(look()).toBe(3);
    state.garbage = 76;
    expect(look()).toBe(4);
  });

  it('does not collect again and again for what V8 keeps for itself', () => {
    let collections = 0;
    const use = () => ({ takenBytes: 150 * MIB, usedBytes: 40 * MIB });
    const watch = new HeapWatch({ shareBytes: 64 * MIB, use, collect: () => collections++ });
    for (let i = 0; i < 800; i++) watch.look();
    expect(collections).toBe(1);
  });

  it('looks at few batches only', () => {
    let looks = 0;
    const use = () => {
      looks++;
      return { takenBytes: 0, usedBytes: 0 };
    };
    const watch = new HeapWatch({ shareBytes: 1, use });
    for (let i = 0; i < 80; i++) watch.look();
    expect(looks).toBe(1 + 10);
  });

  it('knows what the thread takes', () => {
    let collections = 0;
    const watch = new HeapWatch({ shareBytes: 1, collect: () => collections++ });
    const held = new Uint8Array(80 * MIB);
    for (let i = 0; i < 8; i++) watch.look();
    expect([collections, held.length]).toEqual([1, 80 * MIB]);
  });
});
