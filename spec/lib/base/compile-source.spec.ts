import { describe, expect, it } from 'vitest';
import { quoteKey, SourceBuilder } from '../../../lib/base/compile-source.ts';
import { CairnError } from '../../../lib/base/errors.ts';

describe('SourceBuilder', () => {
  it('indents blocks and leaves empty lines empty', () => {
    const source = new SourceBuilder()
      .block('for (const x of xs)', () => {})
      .line('')
      .block('if (a)', () => {}, '};');
    source.block('while (true)', () => {
      source.line('step();').line('');
    });
    expect(source.toString()).toBe('for (const x of xs) {\n}\n\nif (a) {\n};\nwhile (true) {\n  step();\n\n}');
  });

  it('binds constants by position, so that a value never becomes code', () => {
    const source = new SourceBuilder();
    const hostile = "'); throw new Error('run'); ('";
    const first = source.bind('text', hostile);
    const second = source.bind('text', [1, 2]);
    source.line(`return () => [${first}, ${second}];`);
    const [text, list] = source.compile<() => readonly unknown[]>('spec')();
    expect(first).not.toBe(second);
    expect(text).toBe(hostile);
    expect(list).toEqual([1, 2]);
  });

  it('never gives a name twice', () => {
    const source = new SourceBuilder();
    const names = [source.fresh('x'), source.bind('x', 1), source.fresh('x'), source.fresh('y')];
    expect(new Set(names).size).toBe(4);
  });

  it('compiles strict code, named in stacks', () => {
    const source = new SourceBuilder().line('return function boom() { undeclared = 1; };');
    const boom = source.compile<() => void>('stage-3-map');
    expect(boom).toThrow(ReferenceError);
    expect(() => boom()).toThrowError(
      expect.objectContaining({ stack: expect.stringContaining('cairn/stage-3-map.js') as string }) as Error,
    );
  });

  it('gives a new closure for each compilation', () => {
    const source = new SourceBuilder().line('let n = 0; return () => ++n;');
    const one = source.compile<() => number>('counter');
    const two = source.compile<() => number>('counter');
    expect([one(), one(), two()]).toEqual([1, 2, 1]);
  });
});

describe('quoteKey', () => {
  it.each(['a', '', 'a b', '"', '\\', '\n', '\u2028', '\u2029', '\ud800', 'constructor', '$', '`'])(
    'quotes %j so that it reads back as it was',
    (key) => {
      const read = new SourceBuilder().line(`return ({ ${quoteKey(key)}: 1 });`).compile<object>('quote');
      expect(Object.keys(read)).toEqual([key]);
      expect(quoteKey(key)).not.toMatch(/[\n\u2028\u2029]/);
    },
  );

  it('refuses __proto__, which would set the prototype', () => {
    expect(() => quoteKey('__proto__')).toThrow(CairnError);
  });
});
