import { describe, expect, it } from 'vitest';
import { outputOf } from '../../../formats/csv/csv-reader.ts';
import { DEFAULT_CSV_SETTINGS } from '../../../formats/csv/csv-settings.ts';
import { batchesOfCsv, rowsOfCsv, shapeOf } from '../../support/read-csv.ts';

const day = (text: string): Date => new Date(`${text}T00:00:00Z`);

describe('CsvReader', () => {
  it('gives rows of the types that were found', () => {
    const text = 'id,price,on,name,at\n1,2.5,true,ann,2024-01-31\n-2,3,FALSE,"b, ""x""",2024-02-29\n';
    expect(rowsOfCsv(text)).toEqual([
      { id: 1, price: 2.5, on: true, name: 'ann', at: day('2024-01-31') },
      { id: -2, price: 3, on: false, name: 'b, "x"', at: day('2024-02-29') },
    ]);
  });

  it('gives columns, of which integers are as narrow as they can be', () => {
    const [batch] = batchesOfCsv('a,b\n1,x\n2,x\n300,y\n');
    expect(batch).toMatchObject({
      kind: 'columns',
      rowCount: 3,
      root: {
        kind: 'object',
        names: ['a', 'b'],
        fields: [
          { kind: 'int', values: new Uint16Array([1, 2, 300]) },
          { kind: 'dictionary', dictionary: ['x', 'y'] },
        ],
      },
    });
  });

  it('tells nothing from the empty text', () => {
    expect(rowsOfCsv('a,b\n,""\n"",\nx,1\n')).toEqual([
      { a: null, b: null },
      { a: '', b: null },
      { a: 'x', b: 1 },
    ]);
    expect(rowsOfCsv('a,b\nNA,1\n"NA",NA\n', { nullValues: ['NA'] })).toEqual([
      { a: null, b: 1 },
      { a: 'NA', b: null },
    ]);
  });

  it('names columns by their numbers where there is no header', () => {
    expect(rowsOfCsv('1,a\n2,b\n', { header: false })).toEqual([
      { _c0: 1, _c1: 'a' },
      { _c0: 2, _c1: 'b' },
    ]);
  });

  it('reads an empty text, and one of a header alone, as no rows', () => {
    expect(rowsOfCsv('')).toEqual([]);
    expect(rowsOfCsv('\n\n')).toEqual([]);
    expect(rowsOfCsv('a,b\n')).toEqual([]);
    expect(rowsOfCsv('', { header: false })).toEqual([]);
  });

  it('drops a byte-order mark, and reads other encodings', () => {
    expect(rowsOfCsv(Buffer.from('\ufeffa\n1\n'))).toEqual([{ a: 1 }]);
    expect(rowsOfCsv(Buffer.from('a\né\n', 'latin1'), { encoding: 'latin1' })).toEqual([{ a: 'é' }]);
    expect(rowsOfCsv(Buffer.from('\ufeffa\nxé\n', 'utf16le'), { encoding: 'utf-16' })).toEqual([{ a: 'xé' }]);
    expect(() => rowsOfCsv(Buffer.from('\ufeffa\n1\n', 'utf16le'))).toThrow(/TEXT_ENCODING/);
  });

  it('raises what a schema that was guessed does not hold', () => {
    const text = 'a\n1\n2\nx\n';
    expect(() => rowsOfCsv(text, { sampleRows: 2 })).toThrow(
      /TEXT_RECORD_MALFORMED: in.csv has a malformed record at byte 6: column 'a' is int32, found "x"/,
    );
    expect(() => rowsOfCsv('a,b\n1\n')).toThrow(/1 fields instead of 2/);
    expect(() => rowsOfCsv('a,b\n1,"x\n2"\n')).toThrow(/a quote that is not closed.*\n.*multiLine/);
  });

  it('reads what it can of malformed records when the schema is the users', () => {
    const schema = [
      ['a', 'int32'],
      ['b', 'string'],
      ['_corrupt_record', 'string'],
    ] as const;
    expect(rowsOfCsv('a,b\n1,x\ny,z\n2\n3,"u\n4,v,w\n', { schema })).toEqual([
      { a: 1, b: 'x', _corrupt_record: null },
      { a: null, b: 'z', _corrupt_record: 'y,z' },
      { a: 2, b: null, _corrupt_record: '2' },
      { a: 3, b: '"u', _corrupt_record: '3,"u' },
      { a: 4, b: 'v', _corrupt_record: '4,v,w' },
    ]);
  });

  it('leaves malformed records out on demand', () => {
    const schema = [
      ['a', 'int32'],
      ['b', 'string'],
    ] as const;
    expect(rowsOfCsv('a,b\n1,x\ny,z\n2\n3,u\n', { schema, mode: 'DROPMALFORMED' })).toEqual([
      { a: 1, b: 'x' },
      { a: 3, b: 'u' },
    ]);
    expect(rowsOfCsv('a,b\n1\n2\n', { schema, mode: 'DROPMALFORMED' })).toEqual([]);
    expect(() => rowsOfCsv('a,b\n1\n', { schema, mode: 'FAILFAST' })).toThrow(/TEXT_RECORD_MALFORMED/);
  });

  it('gives malformed records a field beside an inferred schema when it has a name', () => {
    const reading = { mode: 'PERMISSIVE', columnNameOfCorruptRecord: 'bad' } as const;
    expect(rowsOfCsv('a,b\n1,2\n3\n', reading)).toEqual([
      { a: 1, b: 2, bad: null },
      { a: 3, b: null, bad: '3' },
    ]);
  });

  it('never rounds an integer silently', () => {
    expect(rowsOfCsv('a\n9007199254740991\n')).toEqual([{ a: 9007199254740991 }]);
    expect(rowsOfCsv('a\n9007199254740993\n1\n')).toEqual([{ a: 9007199254740993n }, { a: 1n }]);
    expect(rowsOfCsv('a\n9223372036854775808\n')).toEqual([{ a: '9223372036854775808' }]);
    expect(() => rowsOfCsv('a\n1\n9007199254740993\n', { schema: [['a', 'int64']] })).toThrow(/VALUE_NOT_EXACT/);
    expect(() => rowsOfCsv('a\n2024-01-01T00:00:00.0000001\n', { schema: [['a', 'timestamp']] })).toThrow(
      /VALUE_NOT_EXACT/,
    );
  });

  it('reads the columns that are wanted, in their order', () => {
    expect(rowsOfCsv('a,b,c\n1,2,3\n', { columns: ['c', 'a'] })).toEqual([{ c: 3, a: 1 }]);
    expect(() => rowsOfCsv('a,b\n1,2\n', { columns: ['total'] })).toThrow(
      /COLUMN_NOT_FOUND: in\.csv .*'total'.*its columns are a, b/s,
    );
  });

  it('holds a header against the schema, unless told not to', () => {
    const schema = [
      ['a', 'int32'],
      ['b', 'int32'],
    ] as const;
    expect(() => rowsOfCsv('b,a\n1,2\n', { schema })).toThrow(/CSV_HEADER_MISMATCH.*"b,a".*"a,b"/);
    expect(rowsOfCsv('b,a\n1,2\n', { schema, enforceSchema: true })).toEqual([{ a: 1, b: 2 }]);
    const unnamed = [
      ['_c0', 'int32'],
      ['x1', 'int32'],
      ['x2', 'int32'],
    ] as const;
    expect(rowsOfCsv(',x,x\n1,2,3\n', { schema: unnamed })).toEqual([{ _c0: 1, x1: 2, x2: 3 }]);
  });

  it('refuses a text whose first range ends before its header', () => {
    expect(() => rowsOfCsv('\n\n\n\na\n1\n', { cuts: [2] })).toThrow(/LIMIT_EXCEEDED.*before the header of in.csv/);
    expect(rowsOfCsv('\n\na\n1\n', { cuts: [2] })).toEqual([{ a: 1 }]);
  });

  it('is not harmed by names that mean something to objects', () => {
    const rows = rowsOfCsv('constructor,__proto__,a\nx,y,1\nz,,2\n') as Record<string, unknown>[];
    expect(rows.map((row) => Object.entries(row))).toEqual([
      [
        ['constructor', 'x'],
        ['__proto__', 'y'],
        ['a', 1],
      ],
      [
        ['constructor', 'z'],
        ['__proto__', null],
        ['a', 2],
      ],
    ]);
    expect(Object.getPrototypeOf(rows[0])).toBe(Object.prototype);
    expect(rowsOfCsv('constructor,toString\n1,2\n')).toEqual([{ constructor: 1, toString: 2 }]);
  });

  it('stops at the longest record, however a file goes on', () => {
    const endless = Buffer.alloc(3 * 1024 * 1024, 'a');
    const limits = { maxRecordBytes: 1024 * 1024 };
    expect(() => rowsOfCsv(endless, limits)).toThrow(/LIMIT_EXCEEDED.*record of in.csv.*1048576/);
    const quoted = Buffer.concat([Buffer.from('a\n"'), endless]);
    expect(() => rowsOfCsv(quoted, { ...limits, multiLine: true })).toThrow(/LIMIT_EXCEEDED/);
    expect(() => rowsOfCsv(Buffer.alloc(1024 * 1024, ','))).toThrow(/LIMIT_EXCEEDED.*fields/);
  });

  it('gives the same rows however many at a time, and however short the reads', () => {
    const lines = Array.from({ length: 50 }, (_, i) => `${i},"x ""${i}""",${i % 7 === 0 ? '' : i / 4}\r\n`).join('');
    const text = `a,b,c\r\n${lines}`;
    const all = rowsOfCsv(text);
    expect(all).toHaveLength(50);
    expect(rowsOfCsv(text, { maxRows: 3, step: 1 })).toEqual(all);
    expect(rowsOfCsv(text, { maxRows: 1, step: 7 })).toEqual(all);
  });

  it('finds the fields of rows', () => {
    const shape = shapeOf('a,b\n1,x\n');
    expect(outputOf(shape, DEFAULT_CSV_SETTINGS, 'in.csv')).toEqual({
      fields: [
        ['a', 'int32'],
        ['b', 'string'],
      ],
      places: [0, 1],
      fieldCount: 2,
    });
  });
});
