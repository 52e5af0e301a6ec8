import { describe, expect, it } from 'vitest';
import { fieldsOfJson, rowsOfJson } from '../../support/read-json.ts';

const lines = (...records: unknown[]): string => records.map((each) => `${JSON.stringify(each)}\n`).join('');

describe('JsonReader', () => {
  it('gives rows of one form, whatever the records leave out', () => {
    expect(rowsOfJson('{"a":1,"b":"x"}\r\n\n  \n{"b":null}\n{"c":[1.5],"a":2}')).toEqual([
      { a: 1, b: 'x', c: null },
      { a: null, b: null, c: null },
      { a: 2, b: null, c: [1.5] },
    ]);
    expect(rowsOfJson('')).toEqual([]);
  });

  it('reads arrays and records one after another where lines mean nothing', () => {
    const rows = [
      { a: 1, b: { c: ']}"\\' } },
      { a: 2, b: { c: '' } },
    ];
    expect(rowsOfJson(JSON.stringify(rows, null, 2), { multiLine: true })).toEqual(rows);
    expect(rowsOfJson(rows.map((row) => JSON.stringify(row, null, 1)).join('\n'), { multiLine: true })).toEqual(rows);
    expect(rowsOfJson(' [ ] ', { multiLine: true })).toEqual([]);
    expect(rowsOfJson(`${JSON.stringify(rows)}\n`)).toEqual(rows);
  });

  it('notices an array that was cut, and what follows one', () => {
    expect(() => rowsOfJson('[{"a":1}', { multiLine: true })).toThrow(/TEXT_RECORD_MALFORMED.*the array has no end/);
    expect(() => rowsOfJson('[{"a":1},{"a', { multiLine: true })).toThrow(/TEXT_RECORD_MALFORMED/);
    expect(() => rowsOfJson('[{"a":1}] {"a":2}', { multiLine: true })).toThrow(/TEXT_RECORD_MALFORMED/);
  });

  it('turns values into those of the widest type', () => {
    expect(rowsOfJson(lines({ a: 1 }, { a: 'x' }, { a: { b: [1, null] } }, { a: true }))).toEqual([
      { a: '1' },
      { a: 'x' },
      { a: '{"b":[1,null]}' },
      { a: 'true' },
    ]);
  });

  it('never rounds an integer silently', () => {
    const large = '{"a":9007199254740993,"b":{"c":[-9223372036854775808]}}\n{"a":1,"b":{"c":[2]}}\n';
    expect(rowsOfJson(large)).toEqual([
      { a: 9007199254740993n, b: { c: [-(2n ** 63n)] } },
      { a: 1n, b: { c: [2n] } },
    ]);
    expect(rowsOfJson('{"a":18446744073709551616}')).toEqual([{ a: '18446744073709551616' }]);
    expect(() => rowsOfJson(large, { schema: [['a', 'int64']] })).toThrow(/VALUE_NOT_EXACT.*'a'.*9007199254740993/);
    expect(rowsOfJson(large, { schema: [['a', 'string']] })).toEqual([{ a: '9007199254740993' }, { a: '1' }]);
  });

  it('reads dates by a schema', () => {
    const schema = [
      ['d', 'date'],
      ['t', 'timestamp'],
    ] as const;
    expect(rowsOfJson('{"d":"2024-01-31","t":"2024-01-31T10:00:00+01:00"}', { schema })).toEqual([
      { d: new Date(Date.UTC(2024, 0, 31)), t: new Date(Date.UTC(2024, 0, 31, 9)) },
    ]);
    expect(rowsOfJson('{"d":"31.1.2024"}', { schema, dateFormat: 'd.M.yyyy' })).toEqual([
      { d: new Date(Date.UTC(2024, 0, 31)), t: null },
    ]);
    expect(() => rowsOfJson('{"t":"2024-01-31T10:00:00.0001"}', { schema })).toThrow(/VALUE_NOT_EXACT/);
  });

  it('raises what a schema that was guessed does not hold, fields it has not seen included', () => {
    const text = lines({ a: 1, b: { c: 1 } }, { a: 2, b: { c: 2 } }, { a: 'x' });
    expect(() => rowsOfJson(text, { sampleRows: 2 })).toThrow(
      /TEXT_RECORD_MALFORMED: in.json has a malformed record at byte 40: 'a' is int32, found "x"/,
    );
    expect(() => rowsOfJson(lines({ a: 1 }, { b: 2 }), { sampleRows: 1 })).toThrow(/'b' is no field of the schema/);
    expect(() => rowsOfJson(lines({ a: { b: 1 } }, { a: { c: 2 } }), { sampleRows: 1 })).toThrow(/'a\.c' is no field/);
    expect(() => rowsOfJson('{"a":1}\n{"a":\n')).toThrow(/TEXT_RECORD_MALFORMED.*at byte 8/);
    expect(() => rowsOfJson('{"a":1}\n5\n')).toThrow(/it is 5, and no object/);
  });

  it('reads what it can of malformed records when the schema is the users', () => {
    const schema = [
      ['a', 'int32'],
      ['b', 'string'],
      ['_corrupt_record', 'string'],
    ] as const;
    expect(rowsOfJson('{"a":1,"z":9}\n{"a":1.5,"b":"x"}\n{"a"\n7\n', { schema })).toEqual([
      { a: 1, b: null, _corrupt_record: null },
      { a: null, b: 'x', _corrupt_record: '{"a":1.5,"b":"x"}' },
      { a: null, b: null, _corrupt_record: '{"a"' },
      { a: null, b: null, _corrupt_record: '7' },
    ]);
    expect(rowsOfJson('{"a":1}\n{"a"\n', { schema, mode: 'DROPMALFORMED' })).toHaveLength(1);
  });

  it('adds a field for malformed records as Spark does', () => {
    expect(fieldsOfJson('{"a":1}\n{', { mode: 'PERMISSIVE' })).toEqual([
      ['a', 'int32'],
      ['_corrupt_record', 'string'],
    ]);
    expect(rowsOfJson('{"a":1}\n{', { mode: 'PERMISSIVE', columnNameOfCorruptRecord: 'bad' })).toEqual([
      { a: 1, bad: null },
      { a: null, bad: '{' },
    ]);
  });

  it('is not harmed by names that mean something to objects', () => {
    const text = '{"__proto__":{"x":1},"constructor":"y","a":1}\n{"a":2}\n';
    const rows = rowsOfJson(text) as Record<string, unknown>[];
    expect(rows.map((row) => Object.entries(row))).toEqual([
      [
        ['__proto__', { x: 1 }],
        ['constructor', 'y'],
        ['a', 1],
      ],
      [
        ['__proto__', null],
        ['constructor', null],
        ['a', 2],
      ],
    ]);
    expect(Object.getPrototypeOf(rows[0])).toBe(Object.prototype);
    const schema = [
      ['toString', 'string'],
      ['hasOwnProperty', 'int32'],
    ] as const;
    expect(rowsOfJson('{"hasOwnProperty":1}', { schema })).toEqual([{ toString: null, hasOwnProperty: 1 }]);
  });

  it('takes the last of equal names, as JSON.parse does', () => {
    expect(rowsOfJson('{"a":1,"a":2}\n{"a":12345678901234567890,"a":3}')).toEqual([{ a: 2 }, { a: 3 }]);
  });

  it('drops a byte-order mark, and reads other encodings', () => {
    expect(rowsOfJson('\ufeff{"a":1}\n')).toEqual([{ a: 1 }]);
    expect(rowsOfJson(Buffer.from('\ufeff{"a":"é"}\n', 'utf16le'), { encoding: 'utf-16' })).toEqual([{ a: 'é' }]);
    expect(() => rowsOfJson(Buffer.from('\ufeff{}', 'utf16le'))).toThrow(/TEXT_ENCODING/);
  });

  it('stops at records that are too deep or too long', () => {
    const deep = `${'['.repeat(1e5)}${']'.repeat(1e5)}`;
    for (const multiLine of [false, true]) {
      expect(() => rowsOfJson(`{"a":${deep}}`, { multiLine })).toThrow(/LIMIT_EXCEEDED: the depth of a record/);
      expect(() => rowsOfJson('{"a":'.repeat(1e5), { multiLine })).toThrow(/LIMIT_EXCEEDED|MALFORMED/);
      expect(() => rowsOfJson(Buffer.alloc(1 << 20, '{"'), { multiLine, maxRecordBytes: 1 << 16 })).toThrow(
        /LIMIT_EXCEEDED/,
      );
    }
    const brackets = JSON.stringify({ a: '['.repeat(5000) });
    expect(rowsOfJson(brackets)).toEqual([JSON.parse(brackets)]);
  });
});
