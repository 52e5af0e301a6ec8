import { describe, expect, it } from 'vitest';
import { analyzeText } from '../../../lib/closure/analyze.ts';

function shapeOf(text: string) {
  const analysis = analyzeText(text);
  return analysis.form === 'class' ? analysis.shape : undefined;
}

describe('the shape of a class', () => {
  it('tells heritage, static names and private members', () => {
    const text = 'class A extends mix(B) { #a = 1; #m() {} static #s; static n = 1; static f() {} b = 2 }';
    const shape = shapeOf(text);
    expect(text.slice(shape?.heritage?.start, shape?.heritage?.end)).toBe('mix(B)');
    expect([...(shape?.staticNames ?? [])]).toEqual(['s', 'n', 'f']);
    expect(shape?.privateFields).toEqual(['#a', '#m']);
  });

  it.each([
    ['class A { static { x() } }', true],
    ['class A { static n = 1 }', true],
    ['class A { static m() {} n = 1 }', false],
    ['class A { static { __esDecorate(this, null, [log]) } static { _classThis = this; } m() {} }', false],
    ['class A { static { __esDecorate(this, null, [log]) } static n = 1 }', true],
  ])('tells whether %s runs code: %s', (text, runs) => {
    expect(shapeOf(text)?.runsCode).toBe(runs);
  });

  it('finds the blocks in which TypeScript applies decorators', () => {
    const text =
      'class A { static { _classThis = this; } static { (0, tslib_1.__esDecorate)(null) } static { run() } }';
    const blocks = shapeOf(text)?.decoratorBlocks.map(({ start, end }) => text.slice(start, end));
    expect(blocks).toEqual(['static { _classThis = this; }', 'static { (0, tslib_1.__esDecorate)(null) }']);
  });

  it('finds methods with computed keys, and their text alone', () => {
    const [member] = shapeOf('class A { static async [key](x) { return x } }')?.computedMembers ?? [];
    expect(member).toMatchObject({ isStatic: true, text: 'async [key](x) { return x }' });
  });
});
