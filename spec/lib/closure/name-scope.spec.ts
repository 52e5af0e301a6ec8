import { parse } from 'acorn';
import { describe, expect, it } from 'vitest';
import { childrenOf, NameScope } from '../../../lib/closure/name-scope.ts';

const bodyOf = (code: string) => parse(code, { ecmaVersion: 'latest', sourceType: 'module' }).body;

describe('NameScope', () => {
  it('declares every name of a pattern', () => {
    const scope = new NameScope(undefined, 'block');
    scope.declareLexical(bodyOf('const { a, b: [c, ...d], e = 1, ...f } = x; class G {} function h() {}'));
    expect('acdefGh'.split('').every((name) => scope.has(name))).toBe(true);
    expect(scope.has('b')).toBe(false);
  });

  it('hoists var out of blocks, and not out of functions', () => {
    const scope = new NameScope(undefined, 'function');
    scope.declareVars(bodyOf('if (x) { var a; for (var b of y) {} } function f() { var c; }') as never);
    expect([scope.has('a'), scope.has('b'), scope.has('c')]).toEqual([true, true, false]);
  });

  it('finds the scope that `this` belongs to', () => {
    const outer = new NameScope(undefined, 'function');
    const arrow = new NameScope(new NameScope(outer, 'block'), 'arrow');
    expect(arrow.ownerOfThis()).toBe(outer);
    expect(new NameScope(undefined, 'arrow').ownerOfThis()).toBeUndefined();
  });

  it('lists children in the order of the text', () => {
    const [statement] = bodyOf('a(b, c)');
    expect(childrenOf(statement as never).flatMap(childrenOf)).toHaveLength(3);
  });
});
