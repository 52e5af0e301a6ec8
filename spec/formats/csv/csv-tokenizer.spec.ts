import { describe, expect, it } from 'vitest';
import { DEFAULT_CSV_SETTINGS, dialectOf } from '../../../formats/csv/csv-settings.ts';
import { CsvTokenizer, ESCAPED, MISSING, PLAIN, QUOTED, UNCLOSED } from '../../../formats/csv/csv-tokenizer.ts';
import type { CsvChoices } from '../../support/read-csv.ts';

const KINDS = { [PLAIN]: '', [QUOTED]: 'q:', [ESCAPED]: 'e:', [MISSING]: '-' };

interface Tokens {
  readonly rows: readonly (readonly string[])[];
  readonly counts: readonly number[];
  /** What was not taken. */
  readonly rest: string;
}

function tokens(text: string, choices: CsvChoices = {}, columns = 3, isEnd = true, lastStart = 1e9): Tokens {
  const bytes = Buffer.from(`${text}\0\0`);
  const tokenizer = new CsvTokenizer(dialectOf({ ...DEFAULT_CSV_SETTINGS, ...choices }), columns, 10, 20, 'in.csv');
  const to = bytes.length - 2;
  const count = tokenizer.tokenize(bytes, 0, to, isEnd, lastStart);
  const rows = Array.from({ length: count }, (_, row) =>
    Array.from({ length: columns }, (_, i) => {
      const start = tokenizer.starts[row * columns + i] as number;
      const kind = (start & 3) as keyof typeof KINDS;
      if (kind === MISSING) return KINDS[kind];
      return KINDS[kind] + bytes.toString('utf8', start >>> 2, tokenizer.ends[row * columns + i]);
    }),
  );
  return { rows, counts: [...tokenizer.counts.subarray(0, count)], rest: bytes.toString('utf8', tokenizer.next, to) };
}

describe('CsvTokenizer', () => {
  it('finds fields and records, with any line end', () => {
    expect(tokens('a,b,c\r\nd,,\re,f,g\n').rows).toEqual([
      ['a', 'b', 'c'],
      ['d', '', ''],
      ['e', 'f', 'g'],
    ]);
    expect(tokens('a,b,').rows).toEqual([['a', 'b', '']]);
  });

  it('tells quoted fields and those with escapes', () => {
    expect(tokens('"a,b","say ""hi""",""\n').rows).toEqual([['q:a,b', 'e:say ""hi""', 'q:']]);
    expect(tokens('"a\\"b",c,"d\\\\"\n', { escape: '\\' }).rows).toEqual([['e:a\\"b', 'c', 'e:d\\\\']]);
    expect(tokens('"a",b,c\n', { quote: '' }).rows).toEqual([['"a"', 'b', 'c']]);
  });

  it('takes a field as it stands where text follows its closing quote', () => {
    expect(tokens('"a"b,c,"d" \n').rows).toEqual([['"a"b', 'c', '"d" ']]);
  });

  it('ends a field at the end of its line unless lines may go on', () => {
    expect(tokens('a,"b\nc,d,e\n')).toMatchObject({
      rows: [
        ['a', '"b', '-'],
        ['c', 'd', 'e'],
      ],
      counts: [UNCLOSED, 3],
    });
    expect(tokens('a,"b\r\n\nc",d\n', { multiLine: true }).rows).toEqual([['a', 'q:b\r\n\nc', 'd']]);
    expect(tokens('a,"b\nc', { multiLine: true }).counts).toEqual([UNCLOSED]);
  });

  it('counts fields that are missing or too many', () => {
    expect(tokens('a\nb,c,d,e,f\n')).toMatchObject({
      rows: [
        ['a', '-', '-'],
        ['b', 'c', 'd'],
      ],
      counts: [1, 5],
    });
  });

  it('passes over empty lines, except where an empty line is a record of one column', () => {
    expect(tokens('\n\r\n  \na,b,c\n\n').rows).toEqual([['a', 'b', 'c']]);
    expect(tokens('a\n\nb\n', {}, 1).rows).toEqual([['a'], [''], ['b']]);
  });

  it('passes over comments', () => {
    expect(tokens('#x,y\r\na,b,c\n#z', { comment: '#' }).rows).toEqual([['a', 'b', 'c']]);
  });

  it('trims blanks around fields, and around quotes', () => {
    const both = { ignoreLeadingWhiteSpace: true, ignoreTrailingWhiteSpace: true };
    expect(tokens(' a ,\t"b " , \n', both).rows).toEqual([['a', 'q:b ', '']]);
    expect(tokens('a\t b\t\n', { ...both, delimiter: '\t' }).rows).toEqual([['a', 'b', '']]);
  });

  it('takes delimiters of several bytes', () => {
    expect(tokens('a||b|c||"d||e"\n', { delimiter: '||' }).rows).toEqual([['a', 'b|c', 'q:d||e']]);
    expect(tokens('a·"b"·c\n', { delimiter: '·' }).rows).toEqual([['a', 'q:b', 'c']]);
  });

  it('leaves a record whose end what follows could change', () => {
    for (const open of ['d,e', 'd,"e', 'd,"e"', 'd,e\r', '#d']) {
      const found = tokens(`a,b,c\n${open}`, { comment: '#' }, 3, false);
      expect(found.rows).toHaveLength(1);
      expect(found.rest).toBe(open);
    }
  });

  it('leaves records that begin behind the end of a range', () => {
    expect(tokens('a\nb\nc\n', {}, 1, true, 2)).toMatchObject({ rows: [['a'], ['b']], rest: 'c\n' });
  });

  it('stops at a number of fields', () => {
    expect(() => tokens(','.repeat(21))).toThrow(/LIMIT_EXCEEDED: the number of fields of a record of in.csv/);
  });
});
