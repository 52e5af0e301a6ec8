import { describe, expect, it } from 'vitest';
import { type AnalyzedFunction, analyze, analyzeText } from '../../../lib/closure/analyze.ts';
import type { FunctionLocation } from '../../../lib/closure/inspect.ts';
import { inspectFunction } from '../../../lib/closure/inspect.ts';
import { placeInText, textStart } from '../../../lib/closure/text-start.ts';
import { travelAll } from '../../support/travel.ts';

const at = (line: number, column: number): FunctionLocation => ({
  scriptId: '1',
  url: '',
  line,
  column,
  isModule: true,
});

/** One script, so that lines and columns are those of this text. */
const SCRIPT = `[function foo (a) {}, function (a) {}, async function* bar(a) {}, (a) => 1, async (a) => 1,
  { m(a) {} }.m, { async *[Symbol.iterator]() {} }[Symbol.iterator],
  Object.getOwnPropertyDescriptor({ get size() { return 1 } }, 'size').get,
  class { x = 1 }, class A { constructor(a) {} }]`;

describe('the start of a function', () => {
  it('is found from what V8 calls its place', () => {
    const functions = new Function(`return ${SCRIPT}`)() as readonly object[];
    const lines = new Function(`return ${SCRIPT}`).toString().split('\n');
    for (const fn of functions) {
      const analysis = analyze(fn) as AnalyzedFunction;
      const { line, column } = textStart(inspectFunction(fn).location as FunctionLocation, analysis);
      expect(lines[line]?.slice(column).startsWith(analysis.text), analysis.text).toBe(true);
    }
  });

  it('is lines above the constructor of a class', () => {
    const analysis = analyzeText('class A {\n  x = 1;\n  constructor() {}\n}') as AnalyzedFunction;
    expect(textStart(at(12, 13), analysis)).toMatchObject({ line: 10, column: 0 });
    expect(placeInText(at(12, 13), analysis, analysis.text.indexOf('x'))).toEqual({ url: '', line: 11, column: 2 });
  });

  it('is taken as it is where it is known', () => {
    const analysis = analyzeText('function f() {}') as AnalyzedFunction;
    expect(textStart({ ...at(3, 4), isTextStart: true }, analysis)).toMatchObject({ line: 3, column: 4 });
    expect(textStart(at(3, 14), analysis)).toMatchObject({ line: 3, column: 4 });
  });

  it('keeps the lines of methods of a class with a constructor', async () => {
    const text =
      'return class {\n\n constructor() {\n  this.x = 1;\n }\n\n where() {\n  return new Error().stack;\n }\n}';
    const Made = new Function(text)() as new () => { where(): string };
    const [copy] = await travelAll([() => new Made().where()]);
    const lineOf = (stack: string) => Number(/(?:<anonymous>|captured\.js):(\d+):/.exec(stack)?.[1]);
    expect(lineOf(copy())).toBe(lineOf(new Made().where()));
    expect(lineOf(copy())).toBeGreaterThan(8);
  });
});
