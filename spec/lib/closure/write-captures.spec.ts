import vm from 'node:vm';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
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

  it('are refused where a task only puts things into them', async () => {
    const out: number[] = [];
    const seen = new Set<number>();
    const counts = new Map<string, number>();
    const refused = /captures '(out|seen|counts)' and only puts things into it: .*\n.*collectionAccumulator/;
    await expect(capture([(x: number) => void out.push(x)])).rejects.toThrow(refused);
    await expect(capture([(x: number) => void seen.add(x)])).rejects.toThrow(refused);
    await expect(capture([(x: string) => void counts.set(x, 1)])).rejects.toThrow(refused);
    expect((await travel((x: number) => out.push(x), { mutableCaptures: 'copy' }))(1)).toBe(1);
    expect(out).toEqual([]);
  });

  it('may be arranged by a task, which gets them as the answer', async () => {
    const sizes = [3, 1, 2];
    expect((await travel(() => sizes.sort()[0]))()).toBe(1);
    expect((await travel(() => sizes.reverse()[0]))()).toBe(2);
    const filled = (x: number) => {
      sizes.push(x);
      sizes.sort();
    };
    await expect(capture([filled])).rejects.toThrow(/captures 'sizes' and only puts things into it/);
  });

  it('may be filled by a task that reads them, as a cache is, and by functions that it calls', async () => {
    const cache = new Map<number, number>();
    const squares = (x: number): number => {
      const known = cache.get(x);
      if (known === undefined) cache.set(x, x * x);
      return known ?? x * x;
    };
    expect((await travel(squares))(3)).toBe(9);
    const log: number[] = [];
    const note = (x: number) => void log.push(x);
    const task = (x: number) => {
      note(x);
      return x;
    };
    expect((await travel(task))(4)).toBe(4);
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

  it('take from namespaces in namespaces only what is used, however deep', async () => {
    // The runner gives `z` as a property of its own module; `coerce` is a namespace in it.
    expect((await travel((x: string) => z.coerce.number().parse(x)))('7')).toBe(7);
  });
});
