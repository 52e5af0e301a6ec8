import { describe, expect, it } from 'vitest';
import { describeType, type OptionContext, type OptionType, readOption } from '../../../lib/config/option-type.ts';

const CONTEXT: OptionContext = { machine: { processors: 2, memoryBytes: 1024 }, maxFailures: 4 };
const DURATION: OptionType = { kind: 'duration', min: 1 };
const INTEGER: OptionType = { kind: 'integer', min: -5, max: 10 };
const BOOLEAN: OptionType = { kind: 'boolean' };
const read = (type: OptionType, raw: unknown) => readOption(type, raw, CONTEXT);

describe('readOption', () => {
  it.each([
    [500, 500],
    ['500', 500],
    ['500 ms', 500],
    ['1.5s', 1500],
    ['2 min', 120_000],
    ['2m', 120_000],
    ['1 H', 3_600_000],
  ])('reads the duration %o', (raw, ms) => {
    expect(read(DURATION, raw)).toBe(ms);
  });

  it.each([0, '0 ms', -1, Number.NaN, Number.POSITIVE_INFINITY, '', 's', '1 day', '1e9', null, {}, 10n])(
    'does not take %o for a duration',
    (raw) => {
      expect(read(DURATION, raw)).toBeUndefined();
    },
  );

  it.each([
    ['10', 10],
    [-5, -5],
    ['-5', -5],
    [' +3 ', 3],
    [11, undefined],
    ['1.5', undefined],
    ['0x5', undefined],
    ['', undefined],
    [true, undefined],
  ])('reads %o as a whole number: %o', (raw, value) => {
    expect(read(INTEGER, raw)).toBe(value);
  });

  it.each([
    [true, true],
    ['true', true],
    ['on', true],
    [false, false],
    ['false', false],
    ['off', false],
    [1, undefined],
    ['yes', undefined],
  ])('reads %o as a boolean: %o', (raw, value) => {
    expect(read(BOOLEAN, raw)).toBe(value);
  });

  it('reads a choice in any case', () => {
    const type: OptionType = { kind: 'choice', choices: ['FIFO', 'FAIR'] };
    expect(read(type, 'fair')).toBe('FAIR');
    expect(read(type, 'FARE')).toBeUndefined();
  });
});

describe('describeType', () => {
  it('gives examples with units', () => {
    expect(describeType(DURATION)).toBe("a duration of 1 ms or more, like 500, '500 ms', '10 s', '2 min' or '7 d'");
    expect(describeType(BOOLEAN)).toBe('true or false');
  });
});
