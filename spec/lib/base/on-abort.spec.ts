import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { onAbort, unlessAborted } from '../../../lib/base/on-abort.ts';

describe('onAbort', () => {
  it('calls all that wait, in order and once, by one listener', () => {
    const controller = new AbortController();
    const { signal } = controller;
    const called: number[] = [];
    for (let i = 0; i < 20; i++) onAbort(signal, () => called.push(i));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    controller.abort();
    controller.abort();
    expect(called).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('calls nothing that was stopped, not even by another that was called', () => {
    const controller = new AbortController();
    const called: string[] = [];
    const action = () => called.push('same');
    const stops = [
      onAbort(controller.signal, () => {
        called.push('first');
        stops[1]?.();
      }),
      onAbort(controller.signal, () => called.push('second')),
      onAbort(controller.signal, action),
      onAbort(controller.signal, action),
    ];
    stops[2]?.();
    stops[2]?.();
    controller.abort();
    expect(called).toEqual(['first', 'same']);
  });

  it('leaves no listener when no one waits, and takes one again', () => {
    const controller = new AbortController();
    const { signal } = controller;
    for (const stop of [1, 2].map(() => onAbort(signal, () => {}))) stop();
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    let calls = 0;
    onAbort(signal, () => calls++);
    controller.abort();
    expect(calls).toBe(1);
  });
});

describe('unlessAborted', () => {
  it('does not wait where the signal has aborted already, nor leaves an error unheard', async () => {
    const { signal } = new AbortController();
    const aborted = AbortSignal.abort();
    expect(await unlessAborted(new Promise(() => {}), aborted)).toBeUndefined();
    expect(await unlessAborted(Promise.reject(new RangeError('late')), aborted)).toBeUndefined();
    await expect(unlessAborted(Promise.reject(new RangeError('now')), signal)).rejects.toThrow('now');
  });

  it('gives what was waited for, or nothing once the signal aborts, and leaves no listener', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    expect(await unlessAborted(Promise.resolve(5), signal)).toBe(5);
    await expect(unlessAborted(Promise.reject(new RangeError('no')), signal)).rejects.toThrow('no');
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    const waiting = unlessAborted(new Promise(() => {}), signal);
    controller.abort();
    expect(await waiting).toBeUndefined();
  });
});
