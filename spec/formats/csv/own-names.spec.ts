import { describe, expect, it } from 'vitest';
import { withOwnNames } from '../../../formats/csv/own-names.ts';

describe('withOwnNames', () => {
  it('makes own properties of all names, and changes no prototype', () => {
    const values = { kind: 'value', values: [{ evil: true }], nulls: undefined } as const;
    const [row] = withOwnNames(['__proto__', 'constructor'], [values, values], 1);
    expect(Object.keys(row as object)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
    expect((row as { evil?: boolean }).evil).toBeUndefined();
  });
});
