import { describe, expect, it } from 'vitest';
import { analyze, isClassText, textOf } from '../../../lib/closure/analyze.ts';

describe('analyze', () => {
  it('keeps what it found out by text', () => {
    const make = () => (x: number) => x;
    expect(analyze(make())).toBe(analyze(make()));
  });

  it('asks V8 for the text, and not the function', () => {
    const fn = Object.assign(() => 1, { toString: () => 'lies' });
    expect(textOf(fn)).not.toContain('lies');
    expect(analyze(fn).form).toBe('expression');
  });

  it('gives up on text that is nested too deeply', () => {
    const fn = new Function('a', `return a${'+a'.repeat(30_000)}`);
    expect(analyze(fn)).toMatchObject({ form: 'unparsable', reason: expect.stringMatching(/too deeply|stack space/) });
  });

  it('tells classes by their text', () => {
    expect([isClassText('class{}'), isClassText('classify => 1'), isClassText('function f() {}')]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
