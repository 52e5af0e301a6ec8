import { describe, expect, it } from 'vitest';
import { CsvEncoder, DEFAULT_CSV_WRITE_SETTINGS } from '../../../formats/csv/csv-encoder.ts';

const encoder = (settings: Partial<typeof DEFAULT_CSV_WRITE_SETTINGS> = {}): CsvEncoder =>
  new CsvEncoder({ ...DEFAULT_CSV_WRITE_SETTINGS, ...settings });

describe('CsvEncoder', () => {
  it('writes values of all kinds that have a text', () => {
    const csv = encoder();
    expect(
      csv.line({ a: 'x', b: -0, c: 2n ** 70n, d: true, e: new Date(0), f: null, g: undefined, h: Number.NaN }),
    ).toBe('x,-0,1180591620717411303424,true,1970-01-01T00:00:00.000Z,,,NaN');
    expect(csv.header()).toBe('a,b,c,d,e,f,g,h');
  });

  it('quotes what would read as something else', () => {
    const csv = encoder();
    expect(csv.line({ a: '', b: 'x,y', c: 'say "hi"', d: 'a\nb', e: 'a\rb', f: ' x', g: 'x\t', h: '#x' })).toBe(
      '"","x,y","say ""hi""","a\nb","a\rb"," x","x\t","#x"',
    );
    expect(encoder({ nullValue: 'NA' }).line({ a: 'NA', b: null, c: '' })).toBe('"NA",NA,""');
    expect(encoder({ nullValue: '0' }).line({ a: 0 })).toBe('"0"');
    expect(encoder({ quoteAll: true }).line({ a: 1, b: null })).toBe('"1",');
    expect(encoder({ escape: '\\' }).line({ a: 'x"\\', b: '\\' })).toBe('"x\\"\\\\",\\');
    expect(encoder({ delimiter: '||' }).line({ a: 'x|y', b: 'x||y' })).toBe('"x|y"||"x||y"');
  });

  it('keeps to the columns of the first record, in any order', () => {
    const csv = encoder();
    expect(csv.line({ a: 1, b: 2 })).toBe('1,2');
    expect(csv.line({ b: 4, a: 3 })).toBe('3,4');
    expect(csv.line({ b: 5 })).toBe(',5');
    expect(() => csv.line({ a: 1, c: 2 })).toThrow(/ROW_NOT_WRITABLE.*"c"/);
    expect(encoder({ columns: ['b'] }).line({ a: 1, b: 2 })).toBe('2');
    expect(encoder({ columns: ['toString'] }).line({})).toBe('');
  });

  it('writes dates by a pattern', () => {
    const csv = encoder({ timestampFormat: 'dd/MM/yyyy' });
    expect(csv.line({ a: new Date(Date.UTC(2024, 1, 29)) })).toBe('29/02/2024');
  });

  it('refuses what has no text', () => {
    for (const value of [{}, [1], new Map(), new Date(Number.NaN), Symbol('x'), () => 1, '\ud800']) {
      expect(() => encoder().line({ a: value })).toThrow(/ROW_NOT_WRITABLE/);
    }
    for (const record of [1, 'x', null, [1], {}]) expect(() => encoder().line(record)).toThrow(/ROW_NOT_WRITABLE/);
    expect(() => encoder({ quote: '' }).line({ a: 'x,y' })).toThrow(/ROW_NOT_WRITABLE.*quoted/);
    expect(encoder().line({ a: '😀' })).toBe('😀');
  });

  it('has no header before there are columns, and none where it is not wanted', () => {
    expect(encoder().header()).toBeUndefined();
    expect(encoder({ columns: ['a,b', '__proto__'] }).header()).toBe('"a,b",__proto__');
    expect(encoder({ header: false, columns: ['a'] }).header()).toBeUndefined();
  });
});
