import { describe, expect, it } from 'vitest';
import { inspectFunction } from '../../../lib/closure/inspect.ts';

describe('inspectFunction', () => {
  it('gives the captured objects themselves', () => {
    const captured = { a: 1 };
    const { scopes } = inspectFunction(() => captured);
    const scope = scopes.find((each) => Object.hasOwn(each.object, 'captured'));
    expect(scope?.object.captured).toBe(captured);
  });

  it('tells where a function stands', () => {
    const { location } = inspectFunction(() => 1);
    expect(location?.url).toMatch(/inspect\.spec\.ts/);
    expect(location?.line).toBeGreaterThan(0);
  });

  it.each([[undefined], [null], [-0], [Number.NaN], [10n], ['text'], [Symbol.iterator]])(
    'opens bound functions: %s',
    (self) => {
      const target = () => 1;
      const { bound } = inspectFunction(Function.prototype.bind.call(target, self, 1, 'b'));
      expect(bound?.target).toBe(target);
      expect(Object.is(bound?.thisValue, self)).toBe(true);
      expect(bound?.args).toEqual([1, 'b']);
    },
  );

  it('knows that native functions have no place', () => {
    expect(inspectFunction(Math.max)).toMatchObject({ location: undefined, bound: undefined });
  });
});
