import { describe, expect, it } from 'vitest';
import { columnsOf, formatOf, type TableFormat, textChoicesOf } from '../../cli/table-files.ts';

describe('formatOf', () => {
  it('is what a name ends in, unless it is said', () => {
    const of = (path: string, flag?: string) => formatOf('head', path, flag, 'format');
    expect(['a.parquet', 'dir.PARQUET/', 'a.csv.gz', 'a.tsv', 'a.jsonl.zst', 'a.json'].map((path) => of(path))).toEqual(
      ['parquet', 'parquet', 'csv', 'csv', 'json', 'json'],
    );
    expect(['a.arrow', 'a.feather', 'a.ARROWS'].map((path) => of(path))).toEqual(['arrow', 'arrow', 'arrow']);
    expect(of('data', 'csv')).toBe('csv');
    expect(of('data', 'arrow')).toBe('arrow');
    expect(() => of('data')).toThrow(/COMMAND_LINE.*--format/s);
    expect(() => of('a.csv', 'xml')).toThrow(/COMMAND_LINE.*'xml'/s);
  });
});

describe('textChoicesOf', () => {
  const of = (format: TableFormat, delimiter?: string, ...switches: ('no-header' | 'multi-line')[]) =>
    textChoicesOf('head', format, { flags: delimiter === undefined ? {} : { delimiter }, switches: new Set(switches) });

  it('gives what was said, for the formats that it is of', () => {
    expect(of('parquet')).toEqual({});
    expect(of('csv', '\\t', 'no-header', 'multi-line')).toEqual({ delimiter: '\t', header: false, multiLine: true });
    expect(of('json', undefined, 'multi-line')).toEqual({ multiLine: true });
    expect(() => of('json', ';')).toThrow(/COMMAND_LINE.*--delimiter is for CSV/s);
    expect(() => of('parquet', undefined, 'no-header')).toThrow(/--no-header is for CSV/);
    expect(() => of('arrow', undefined, 'multi-line')).toThrow(/--multi-line is for CSV and JSON/);
  });
});

describe('columnsOf', () => {
  it('splits names at commas', () => {
    expect(columnsOf('a, b.c')).toEqual(['a', 'b.c']);
    expect(columnsOf(undefined)).toBeUndefined();
  });
});
