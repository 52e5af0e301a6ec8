import { describe, expect, it } from 'vitest';
import { createFunctions, type FunctionUnit } from '../../../lib/closure/function-source.ts';
import { FORMS, FunctionFlag } from '../../../lib/closure/packet.ts';

function unit(
  node: number,
  text: string,
  place: { line?: number; column?: number } = {},
  name = '',
  form = 'expression',
): FunctionUnit {
  const rest = { heritage: undefined, captures: [], properties: [], prototypeProperties: [] };
  const more = { prototypeParent: undefined, prototypeObject: undefined, parent: undefined };
  const record = { form: FORMS.indexOf(form as never), flags: FunctionFlag.STRICT, name, text, ...rest, ...more };
  return { node, record, place: { url: 'file:///spec/job.js', ...place } };
}
const empty = { bound: [], heritages: new Map(), importMeta: undefined, dynamicImport: undefined };

describe('createFunctions', () => {
  it('puts each function at its own line and column', () => {
    const units = [
      unit(1, '() => { throw new Error("a") }', { line: 4, column: 300 }),
      unit(2, '() => {\n throw new Error("b") }', { line: 9, column: 2 }),
    ];
    const [a, b] = createFunctions({ ...empty, units, bindings: new Map() }) as [() => void, () => void];
    const placeOf = (fn: () => void) => {
      try {
        fn();
      } catch (error) {
        return /job\.js:\d+:\d+/.exec((error as Error).stack ?? '')?.[0];
      }
      return undefined;
    };
    expect([placeOf(a), placeOf(b)]).toEqual(['job.js:5:315', 'job.js:11:8']);
  });

  it('binds constants, shared variables and members', () => {
    const units = [unit(1, '() => ++count * factor'), unit(2, '() => [count, first()]')];
    const bindings = new Map([
      ['factor', { kind: 'constant', value: 10 } as const],
      ['count', { kind: 'variable', value: 1 } as const],
      ['first', { kind: 'member', node: 1 } as const],
    ]);
    const [first, second] = createFunctions({ ...empty, units, bindings }) as [() => number, () => unknown];
    expect([first(), second(), first()]).toEqual([20, [2, 30], 40]);
  });

  it('makes methods, accessors and names what has no name', () => {
    const units = [
      unit(1, 'm() { return 1 }', {}, 'm', 'method'),
      unit(2, 'get size() { return 2 }', {}, 'get size', 'getter'),
      unit(3, '() => 3', {}, 'a b'),
      unit(4, '() => 4', {}, '__proto__'),
    ];
    const [m, get, named, proto] = createFunctions({ ...empty, units, bindings: new Map() }) as (() => number)[];
    expect([m?.(), get?.(), named?.name, proto?.()]).toEqual([1, 2, 'a b', 4]);
  });
});
