import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeJson } from '../../../formats/jsonl/json-encoder.ts';
import { CairnError } from '../../../lib/base/errors.ts';
import { type JsonReading, rowsOfJson } from '../../support/read-json.ts';

const text = fc.string({ unit: fc.oneof(fc.constantFrom('"', '\\', '\n', '\0', '\ud800', '[', '}'), fc.string()) });
const row = fc.record({
  a: fc.option(text),
  b: fc.option(fc.double({ noNaN: false })),
  c: fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  d: fc.option(fc.array(fc.option(fc.integer()), { maxLength: 3 })),
  e: fc.option(fc.record({ f: fc.option(fc.boolean()), __proto__x: fc.option(text) })),
});
const SCHEMA = [
  ['a', 'string'],
  ['b', 'double'],
  ['c', 'bigint'],
  ['d', { list: 'int32' }],
  ['e', { struct: { f: 'boolean', __proto__x: 'string' } }],
] as const;

function answers(bytes: Uint8Array, reading: JsonReading): void {
  try {
    rowsOfJson(bytes, { maxRecordBytes: 1 << 16, ...reading });
  } catch (error) {
    if (!(error instanceof CairnError) || error.kind === 'internal') throw error;
  }
}

describe('what the encoder writes', () => {
  it('is read again as it was, wherever it is cut, as lines and as an array', () => {
    const cuts = fc.array(fc.nat(400), { maxLength: 4 });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 8 }), cuts, fc.integer({ min: 1, max: 9 }), (rows, places, step) => {
        const encoded = rows.map(encodeJson);
        const bytes = Buffer.from(encoded.map((line) => `${line}\n`).join(''));
        const inside = [...new Set(places)].filter((cut) => cut > 0 && cut < bytes.length).sort((x, y) => x - y);
        const reading: JsonReading = { schema: SCHEMA, mode: 'FAILFAST', step };
        expect(rowsOfJson(bytes, { ...reading, cuts: inside })).toEqual(rows);
        expect(rowsOfJson(`[${encoded.join(',\n')}]`, { ...reading, multiLine: true })).toEqual(rows);
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});

/** More where the environment says so. */
const MUTATIONS = Number(process.env.CAIRN_MUTATIONS ?? 500);

describe('damaged texts', () => {
  const readings: readonly JsonReading[] = [
    {},
    { multiLine: true },
    { mode: 'PERMISSIVE', multiLine: true },
    { mode: 'DROPMALFORMED' },
    {
      schema: [
        ['a', 'int64'],
        ['b', { list: 'timestamp' }],
        ['_corrupt_record', 'string'],
      ],
    },
    { encoding: 'utf-16', mode: 'PERMISSIVE' },
  ];

  it('give an answer or an error that says what is wrong', () => {
    const sound = '[{"a":12345678901234567890,"b":["2024-01-31"]},\n{"a":-1.5e3,"c":{"d":"x\\"y","e":null}}]\n';
    const change = fc.record({ at: fc.nat(sound.length), length: fc.nat(6), bytes: fc.uint8Array({ maxLength: 4 }) });
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
      { seed: 2, numRuns: MUTATIONS },
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), fc.constantFrom(...readings), answers), {
      seed: 3,
      numRuns: MUTATIONS,
    });
  });
});
