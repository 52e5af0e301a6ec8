import vm from 'node:vm';
import { describe, expect, it } from 'vitest';
import { Inspections } from '../../../lib/closure/inspections.ts';
import { isSameIntrinsic } from '../../../lib/closure/intrinsics.ts';

describe('Inspections', () => {
  it('inspect a function once', () => {
    const inspections = new Inspections();
    const fn = () => 1;
    expect(inspections.get(fn)).toBe(inspections.get(fn));
    expect(inspections.locate(fn)).toMatch(/inspections\.spec\.ts:\d+$/);
    expect(inspections.locate(Math.max)).toBe('<native>');
  });

  it('keep what can be known of a function that uses nothing from outside, and look at others anew', () => {
    let n = 1;
    const [plain, using] = [(x: number) => x + 1, () => n];
    const scopeOf = (fn: object) => new Inspections().get(fn).scopes.find(({ object }) => 'n' in object)?.object.n;
    const { location } = new Inspections().get(plain);
    expect(new Inspections().get(plain)).toEqual({ location, scopes: [], bound: undefined });
    expect(location?.url).toMatch(/inspections\.spec\.ts/);
    expect(scopeOf(using)).toBe(1);
    n = 2;
    expect(scopeOf(using)).toBe(2);
  });

  it('learn of the realm that a function is from', () => {
    const { fn, map } = vm.runInNewContext('({ fn: () => 1, map: Map })') as { fn: object; map: object };
    new Inspections().get(fn);
    expect(isSameIntrinsic(map, Map)).toBe(true);
  });

  it('know bound functions, and identities, once asked', () => {
    const inspections = new Inspections();
    const bound = (() => 1).bind(null);
    expect(inspections.isBound(bound)).toBe(false);
    inspections.get(bound);
    expect(inspections.isBound(bound)).toBe(true);
    expect(inspections.identityOf(bound, () => 'a') + inspections.identityOf(bound, () => 'b')).toBe('aa');
  });
});
