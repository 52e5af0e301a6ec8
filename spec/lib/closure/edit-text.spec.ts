import { describe, expect, it } from 'vitest';
import { type AnalyzedFunction, analyze } from '../../../lib/closure/analyze.ts';
import { findTextEdits } from '../../../lib/closure/edit-text.ts';

const edit = (fn: object) => findTextEdits(fn, analyze(fn) as AnalyzedFunction);

describe('findTextEdits', () => {
  it('replaces the superclass and computed keys', () => {
    const key = Symbol('key');
    class Base {}
    const Child = new Function('Base', 'key', 'return class extends Base { [key]() { return 1 } }')(
      Base,
      key,
    ) as object;
    const { text, constants } = edit(Child);
    expect(text).toBe('class extends (__cairn_super) { [__cairn_key0]() { return 1 } }');
    expect(constants).toEqual([['__cairn_key0', key]]);
  });

  it('replaces what means its module, from the end', () => {
    const fn = new Function('return async () => [await import("a"), await import("b")]')() as object;
    expect(edit(fn).text).toBe('async () => [await __cairn_import("a"), await __cairn_import("b")]');
  });

  it('drops the blocks of decorators, with what would be edited in them, and keeps the lines', () => {
    const made = 'return class { static {\n__esDecorate(null, () => import("a"));\n} m() { return import("b") } }';
    const Made = new Function('__esDecorate', made)(() => {}) as object;
    expect(edit(Made).text).toBe('class { \n\n m() { return __cairn_import("b") } }');
  });

  it('leaves other text alone', () => {
    const fn = () => 1;
    expect(edit(fn).text).toBe(fn.toString());
  });
});
