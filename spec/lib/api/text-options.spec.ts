import { describe, expect, it } from 'vitest';
import {
  checkMode,
  checkNames,
  checkPattern,
  checkSchema,
  compressionOr,
  countOr,
  delimiterOr,
  encodingOr,
  flagOr,
  sampleOr,
  signOr,
  textOr,
} from '../../../lib/api/text-options.ts';

describe('options of text formats', () => {
  it('have defaults', () => {
    expect(flagOr('m', 'a', undefined, true)).toBe(true);
    expect(countOr('m', 'a', undefined, 5)).toBe(5);
    expect(textOr('m', 'a', undefined, undefined)).toBeUndefined();
    expect(signOr('m', 'a', undefined, '"')).toBe('"');
    expect(delimiterOr('m', undefined, '"', ',')).toBe(',');
    expect(encodingOr('m', undefined, 'utf-8')).toBe('utf-8');
    expect(checkPattern('m', 'a', undefined)).toBeUndefined();
    expect(checkMode('m', undefined)).toBeUndefined();
    expect(sampleOr('m', undefined, 10)).toBe(10);
    expect(checkSchema('m', undefined, false)).toBeUndefined();
    expect(checkNames('m', 'a', undefined)).toBeUndefined();
    expect(compressionOr('m', undefined)).toBe('none');
  });

  it('are what is given', () => {
    expect(signOr('m', 'a', '\t', '"')).toBe('\t');
    expect(delimiterOr('m', '||', '"', ',')).toBe('||');
    expect(encodingOr('m', 'latin1', 'utf-8')).toBe('latin1');
    expect(sampleOr('m', 'all', 10)).toBe(Number.MAX_SAFE_INTEGER);
    expect(checkSchema('m', { a: 'int32', b: { list: 'string' } }, true)).toEqual([
      ['a', 'int32'],
      ['b', { list: 'string' }],
    ]);
    expect(checkNames('m', 'a', ['x', 'y'])).toEqual(['x', 'y']);
  });

  it('are refused with what was expected', () => {
    expect(() => signOr('m', 'a', 'é', '"')).toThrow(/INVALID_ARGUMENT: m: a must be one ASCII sign/);
    expect(() => delimiterOr('m', '\r\n', '"', ',')).toThrow(/delimiter/);
    expect(() => checkPattern('m', 'a', 'yyyy')).toThrow(/with year, month and day/);
    expect(() => checkSchema('m', {}, false)).toThrow(/there is no field/);
    expect(() => textOr('m', 'a', 5 as never, '')).toThrow(/a text/);
  });
});
