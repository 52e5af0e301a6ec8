import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CsvEncoder, DEFAULT_CSV_WRITE_SETTINGS } from '../../../formats/csv/csv-encoder.ts';
import { CairnError } from '../../../lib/base/errors.ts';
import { type CsvReading, rowsOfCsv } from '../../support/read-csv.ts';

/** Signs that mean something in CSV, and some that do not. */
const sign = fc.constantFrom(...'",\\\n\r;| \t#\0aé😀0'.split(/(?:)/u));
const text = fc.oneof(fc.string({ unit: sign, maxLength: 12 }), fc.string({ unit: 'grapheme' }), fc.constant('NA'));
const value = fc.option(text);
const rows = fc.array(fc.record({ a: value, b: value, c: value }), { maxLength: 20 });
const SCHEMA = [
  ['a', 'string'],
  ['b', 'string'],
  ['c', 'string'],
] as const;

function encode(records: readonly object[], settings: Partial<typeof DEFAULT_CSV_WRITE_SETTINGS>): string {
  const csv = new CsvEncoder({ ...DEFAULT_CSV_WRITE_SETTINGS, columns: ['a', 'b', 'c'], ...settings });
  return [csv.header(), ...records.map((record) => csv.line(record)), ''].join('\n');
}

/** An answer, or an error that says what is wrong. */
function answers(bytes: Uint8Array, reading: CsvReading): void {
  try {
    rowsOfCsv(bytes, { maxRecordBytes: 1 << 16, ...reading });
  } catch (error) {
    if (!(error instanceof CairnError) || error.kind === 'internal') throw error;
  }
}

describe('what the encoder writes', () => {
  it('is read again as it was', () => {
    const settings = fc.record({
      delimiter: fc.constantFrom(',', ';', '\t', '||', '·'),
      escape: fc.constantFrom('"', '\\'),
      nullValue: fc.constantFrom('', 'NA'),
      quoteAll: fc.boolean(),
    });
    fc.assert(
      fc.property(rows, settings, fc.integer({ min: 1, max: 9 }), (records, choice, step) => {
        const { delimiter, escape: escaping, nullValue } = choice;
        const reading = { delimiter, escape: escaping, nullValues: [nullValue], multiLine: true, schema: SCHEMA };
        expect(rowsOfCsv(encode(records, choice), { ...reading, step, mode: 'FAILFAST' })).toEqual(records);
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});

describe('ranges of a text', () => {
  it('give the same rows wherever it is cut', () => {
    const line = fc.array(fc.string({ unit: sign, maxLength: 5 }), { minLength: 1, maxLength: 4 });
    const lines = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r')), { maxLength: 12 });
    const cuts = fc.array(fc.nat(120), { maxLength: 5 });
    fc.assert(
      fc.property(lines, cuts, fc.integer({ min: 1, max: 9 }), (parts, places, step) => {
        const bytes = Buffer.from(`a,b,c\n${parts.map(([fields, end]) => fields.join(',') + end).join('')}`);
        const reading: CsvReading = { schema: SCHEMA, mode: 'PERMISSIVE', enforceSchema: true, comment: '#' };
        const inside = [...new Set(places)].filter((cut) => cut > 0 && cut < bytes.length).sort((x, y) => x - y);
        expect(rowsOfCsv(bytes, { ...reading, cuts: inside, step })).toEqual(rowsOfCsv(bytes, reading));
      }),
      { seed: 2, numRuns: 300 },
    );
  });
});

/** More where the environment says so. */
const MUTATIONS = Number(process.env.CAIRN_MUTATIONS ?? 400);

describe('damaged texts', () => {
  const readings: readonly CsvReading[] = [
    {},
    { multiLine: true },
    { mode: 'PERMISSIVE', escape: '\\', comment: '#' },
    { header: false, encoding: 'utf-16', mode: 'DROPMALFORMED' },
    {
      schema: [
        ['a', 'double'],
        ['b', 'timestamp'],
        ['_corrupt_record', 'string'],
      ],
    },
  ];

  it('give an answer or an error that says what is wrong', () => {
    const sound = 'id,name,at,ok\n1,"a ""b""",2024-01-31T10:00:00Z,true\n-2.5e3,,2024-02-29,"fal\nse"\n'.repeat(3);
    const change = fc.record({ at: fc.nat(sound.length), length: fc.nat(6), bytes: fc.uint8Array({ maxLength: 6 }) });
    fc.assert(
      fc.property(
        fc.array(change, { minLength: 1, maxLength: 5 }),
        fc.constantFrom(...readings),
        (changes, reading) => {
          let bytes = Buffer.from(sound);
          for (const { at, length, bytes: put } of changes) {
            bytes = Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + length)]);
          }
          answers(bytes, reading);
        },
      ),
      { seed: 3, numRuns: MUTATIONS },
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(...readings), answers), {
      seed: 4,
      numRuns: MUTATIONS,
    });
  });

  const corpus = join(import.meta.dirname, '../../../../shared/data/fuzz/csv');
  it.skipIf(!existsSync(corpus))('of public corpora do so as well', () => {
    for (const name of readdirSync(corpus)) {
      const bytes = readFileSync(join(corpus, name));
      for (const reading of readings) answers(bytes, reading);
    }
  });
});
