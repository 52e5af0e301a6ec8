import { describe, expect, it } from 'vitest';
import { checkId, checkInteger, checkInterval, checkNumber, invalidArgument } from '../../../examples/lib/check.ts';
import { CairnError } from '../../../lib/index.ts';

describe('checks of arguments', () => {
  it('pass what is right', () => {
    checkInteger('m', 'a', 3, 3);
    checkNumber('m', 'a', 0.5, 0, 1);
    checkInterval('m', 'a', -1);
    checkInterval('m', 'a', 1);
    for (const id of ['', 'a', 0, -0, -7, Number.MAX_SAFE_INTEGER]) checkId('m', 'a', id);
  });

  it.each([
    () => checkInteger('m', 'a', 2, 3),
    () => checkInteger('m', 'a', '3', 3),
    () => checkNumber('m', 'a', Infinity, 0),
    () => checkNumber('m', 'a', 1.1, 0, 1),
    () => checkInterval('m', 'a', 0),
    () => checkId('m', 'a', 2 ** 53),
    () => checkId('m', 'a', undefined),
  ])('raise INVALID_ARGUMENT for what is not: %s', (check) => {
    expect(check).toThrow(CairnError);
    expect(check).toThrow(/^INVALID_ARGUMENT: m: a must be .*, found /);
  });

  it('say what was found in few words, and run nothing of it', () => {
    const hostile = {
      toString: () => {
        throw new TypeError('asked');
      },
    };
    const found = (value: unknown) => invalidArgument('m', 'a', 'b', value).params;
    expect(found(hostile)).toMatchObject({ found: 'an object' });
    expect(found('x'.repeat(100))).toMatchObject({ found: `"${'x'.repeat(60)}…"` });
    expect(found([1, 2])).toMatchObject({ found: 'an array of 2' });
    expect(found(new Float64Array(2))).toMatchObject({ found: 'a view of bytes' });
    expect(found(5n)).toMatchObject({ found: '5n' });
    expect(found(() => hostile)).toMatchObject({ found: 'a function' });
    expect(found(Symbol('s'))).toMatchObject({ found: 'Symbol(s)' });
  });
});
