import { describe, expect, it } from 'vitest';
import { compileTimePattern } from '../../../formats/text/time-pattern.ts';

const parse = (pattern: string, text: string): number | undefined => compileTimePattern(pattern)?.parse(text);
const UTC = Date.UTC;

describe('compileTimePattern', () => {
  it.each([
    ['dd/MM/yyyy', '31/01/2024', UTC(2024, 0, 31)],
    ['d.M.uuuu', '1.2.2024', UTC(2024, 1, 1)],
    ['dd-MMM-yyyy', '01-feb-2024', UTC(2024, 1, 1)],
    ['yyyyMMdd', '20240131', UTC(2024, 0, 31)],
    ['yyyy-MM-dd HH:mm:ss.SSS', '2024-01-31 10:20:30.045', UTC(2024, 0, 31, 10, 20, 30, 45)],
    ["yyyy-MM-dd'T'HH:mm:ssXXX", '2024-01-31T10:00:00+01:00', UTC(2024, 0, 31, 9)],
    ["yyyy-MM-dd'T'HH:mmX", '2024-01-31T10:00Z', UTC(2024, 0, 31, 10)],
    ['MM/dd/yyyy h:mm a', '01/31/2024 12:05 AM', UTC(2024, 0, 31, 0, 5)],
    ['MM/dd/yyyy hh:mm a', '01/31/2024 01:05 pm', UTC(2024, 0, 31, 13, 5)],
    ["yyyy 'o''clock' MM dd", "2024 o'clock 01 31", UTC(2024, 0, 31)],
    ['yyyy-MM-dd HH:mm:ss.SSSSSS', '2024-01-31 10:00:00.120000', UTC(2024, 0, 31, 10, 0, 0, 120)],
  ])('reads by %s', (pattern, text, ms) => {
    expect(parse(pattern, text)).toBe(ms);
  });

  it.each([
    ['dd/MM/yyyy', '31/02/2024'],
    ['dd/MM/yyyy', '1/1/2024'],
    ['dd/MM/yyyy', '01-01-2024'],
    ['dd/MM/yyyy', '01/01/2024 '],
    ['yyyy-MM-dd HH:mm', '2024-01-01 24:00'],
    ['yyyy-MM-dd h:mm a', '2024-01-01 13:00 AM'],
    ['yyyy-MM-dd HH:mm:ss.SSSSSS', '2024-01-31 10:00:00.120001'],
    ['yyyy-MM-dd HH:mmX', '2024-01-01 10:00+19:00'],
  ])('refuses, by %s, %s', (pattern, text) => {
    expect(parse(pattern, text)).toBeNaN();
  });

  it.each(['', 'yyyy-MM', 'yy-MM-dd', 'yyyy-MM-dd Q', 'yyyy-MM-dd yyyy', "yyyy-MM-dd 'x", 'yyyy-MM-dd hh:mm'])(
    'is none for %j',
    (pattern) => {
      expect(compileTimePattern(pattern)).toBeUndefined();
    },
  );

  it('writes what it reads', () => {
    const ms = UTC(2024, 1, 3, 15, 4, 5, 67);
    for (const pattern of [
      'dd/MM/yyyy HH:mm:ss.SSS',
      "MMM d yyyy, hh:mm:ss a 'and' SSSSSS",
      "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
    ]) {
      const compiled = compileTimePattern(pattern);
      const text = compiled?.format(ms) ?? '';
      expect(compiled?.parse(text), text).toBe(ms);
    }
    expect(compileTimePattern('dd.MM.yyyy HHZ')).toMatchObject({ hasZone: true, hasTime: true });
    expect(compileTimePattern('dd.MM.yyyy')).toMatchObject({ hasZone: false, hasTime: false });
  });
});
