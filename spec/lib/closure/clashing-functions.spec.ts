import { describe, expect, it } from 'vitest';
import { travel } from '../../support/travel.ts';

describe('functions to which one name means two things', () => {
  it('are told apart, though they need each other', async () => {
    const make = () => {
      const x = 1;
      let f: (n: number) => unknown = () => 0;
      let g: (n: number) => unknown = () => 0;
      f = (n) => (n <= 0 ? x : g(n - 1));
      {
        const x = 'other';
        g = (n) => (n <= 0 ? x : f(n - 1));
      }
      return [f, g] as const;
    };
    const pair = make();
    const copy = await travel((n: number) => [pair[0](n), pair[1](n)]);
    expect([copy(0), copy(1)]).toEqual([
      [1, 'other'],
      ['other', 1],
    ]);
  });

  it('raise CLOSURE_NOT_REVIVED rather than have copies of a variable they share', async () => {
    const make = () => {
      let count = 0;
      const x = 1;
      const tools = { f: (n: number): unknown => n, g: (n: number): unknown => n };
      const f = (n: number): unknown => (n <= 0 ? [x, count++] : g(n - 1));
      let g = (n: number): unknown => n;
      {
        const x = 'other';
        g = (n) => (n <= 0 ? [x, count++] : f(n - 1));
      }
      return Object.assign(tools, { f, g });
    };
    const tools = make();
    await expect(travel(() => tools.f(1))).rejects.toThrow(/CLOSURE_NOT_REVIVED: function [fg]/);
  });
});
