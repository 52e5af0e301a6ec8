import vm from 'node:vm';
import { describe, expect, it } from 'vitest';
import { capture } from '../../../lib/closure/capture.ts';
import { travel } from '../../support/travel.ts';

describe('captured variables', () => {
  it('are the ones of the nearest scope', async () => {
    const x = 1;
    const inner = (() => {
      const x = 2;
      return () => x;
    })();
    const copy = await travel(() => [x, inner()]);
    expect(copy()).toEqual([1, 2]);
  });

  it('may hide globals', async () => {
    // biome-ignore lint/suspicious/noShadowRestrictedNames: it is what the case is about
    const isNaN = (text: string) => `own ${text}`;
    expect((await travel(() => isNaN('1')))()).toBe('own 1');
  });

  it('may be globals of the context that the function is from', async () => {
    const context = vm.createContext({ limits: { rows: 3 } });
    const fn = vm.runInContext('globalThis.factor = 2; ({ limits: () => limits.rows * factor }).limits', context);
    expect((await travel(fn as () => number))()).toBe(6);
  });

  it('that nobody declared raise the same error in the worker', async () => {
    const fn = new Function('return () => noSuchName')() as () => unknown;
    expect(await travel(fn)).toThrow(ReferenceError);
  });

  it('of strict captures are never assigned, by helpers neither', async () => {
    let memo = 0;
    const helper = () => ++memo;
    const task = () => helper();
    await expect(capture([task], { mutableCaptures: 'strict' })).rejects.toThrow(/captures 'memo' and assigns it/);
    expect((await travel(task))()).toBe(1);
  });

  it('take from a module only what is used', async () => {
    const path: string = '../../../fixtures/lib/closure/src/barrel.mjs';
    const helpers = (await import(path)) as { two: () => number };
    expect((await travel(() => helpers.two()))()).toBe(2);
  });
});
