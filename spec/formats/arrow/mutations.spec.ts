/**
 * Arrow files with some of their bytes changed: an answer or an error with a code, in little time and memory. `npm run
 * proofs` has many more of them.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import type { ArrowField, ArrowType } from '../../../formats/arrow/metadata.ts';
import { initCompression } from '../../../formats/bytes/compression.ts';
import { type DataType, field } from '../../../formats/schema/data-type.ts';
import { CairnError } from '../../../lib/base/errors.ts';
import { arrowField, decodeParts } from '../../support/arrow-columns.ts';
import { sampleBytes } from '../../support/arrow-samples.ts';
import { readArrow } from '../../support/read-arrow.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { vectorValues } from '../../support/vector-values.ts';
import { bytesVector } from '../../support/vectors.ts';
import { writeArrowRows } from '../../support/write-arrow.ts';

const MUTATIONS = Math.max(1500, Number(process.env.CAIRN_MUTATIONS ?? 0) / 4);

const STRING: DataType = { kind: 'string' };
const OURS = {
  fields: [
    field('id', { kind: 'int', bits: 64, signed: true }),
    field('price', { kind: 'decimal', precision: 9, scale: 2 }),
    field('tags', { kind: 'list', element: field('element', STRING) }),
    field('m', { kind: 'map', key: field('key', STRING, false), value: field('value', { kind: 'date' }) }),
    field('n', { kind: 'null' }),
    field('u', { kind: 'uuid' }),
  ],
};
const ROWS = Array.from({ length: 20 }, (_, i) => ({
  id: i,
  price: `${i}.50`,
  tags: ['a', null, 'b'].slice(0, i % 4),
  m: new Map([[`${i}`, new Date(0)]]),
  u: '00112233-4455-6677-8899-aabbccddeeff',
}));

const SOUND: readonly (readonly [string, () => Uint8Array])[] = [
  ['the file format', () => sampleBytes('file')],
  ['the stream format', () => sampleBytes('stream')],
  ['buffers of zstd', () => writeArrowRows(OURS, [ROWS, ROWS.slice(3)], { codec: 'zstd' })],
];

/** All types, those without others in them first. */
const TYPES: readonly ArrowType[] = [
  { kind: 'null' },
  { kind: 'boolean' },
  { kind: 'int', bits: 8, signed: false },
  { kind: 'int', bits: 64, signed: true },
  { kind: 'float', bits: 16 },
  { kind: 'decimal', precision: 9, scale: 2, bits: 32 },
  { kind: 'decimal', precision: 18, scale: 2, bits: 128 },
  { kind: 'decimal', precision: 50, scale: 2, bits: 256 },
  { kind: 'date', unit: 'millis' },
  { kind: 'time', unit: 'seconds', bits: 32 },
  { kind: 'timestamp', unit: 'seconds', withZone: true },
  { kind: 'interval', unit: 'days' },
  { kind: 'bytes', isText: true, lengths: 'offsets32' },
  { kind: 'bytes', isText: false, lengths: 'offsets64' },
  { kind: 'bytes', isText: true, lengths: 'views' },
  { kind: 'fixedBytes', byteLength: 3 },
  { kind: 'list', lengths: 'offsets32' },
  { kind: 'list', lengths: 'offsets64' },
  { kind: 'list', lengths: 'views32' },
  { kind: 'list', lengths: 'views64' },
  { kind: 'fixedList', size: 2 },
  { kind: 'map' },
  { kind: 'struct' },
  { kind: 'runEndEncoded' },
];
const FLAT = 16;

function answer(bytes: Uint8Array): string {
  try {
    return [...readArrow(bytes).values()].length >= 0 ? 'an answer' : '';
  } catch (error) {
    if (error instanceof CairnError && error.code !== 'INTERNAL') return error.code;
    throw error;
  }
}

describe('damaged Arrow', () => {
  beforeAll(initCompression);

  it.each(SOUND)(`in %s gives an answer or an error with a code, ${MUTATIONS} times`, (_, make) => {
    const sound = make();
    expect(answer(sound)).toBe('an answer');
    const random = seededRandom(5);
    const seen = new Set<string>();
    for (let n = 0; n < MUTATIONS; n++) {
      const bytes = new Uint8Array(sound);
      for (let edits = 1 + (n % 3); edits > 0; edits--) {
        const at = Math.floor(random() * bytes.length);
        const bit = 1 << Math.floor(random() * 8);
        bytes[at] = n % 2 === 0 ? (bytes[at] as number) ^ bit : Math.floor(random() * 256);
      }
      seen.add(answer(bytes));
    }
    expect([...seen]).toEqual(expect.arrayContaining(['an answer', 'ARROW_CORRUPT', 'ARROW_UNSUPPORTED']));
  });

  it(`in columns of any type gives an answer or an error with a code, ${MUTATIONS} times`, () => {
    const random = seededRandom(9);
    const below = (n: number) => Math.floor(random() * n);
    const fieldOf = (depth: number): ArrowField => {
      const isDeep = depth > 2;
      const type = TYPES[below(isDeep ? FLAT : TYPES.length)] as ArrowType;
      const children = { list: 1, fixedList: 1, struct: below(3), runEndEncoded: 2, map: 1 }[type.kind as string] ?? 0;
      if (type.kind === 'map') {
        return arrowField(type, [arrowField({ kind: 'struct' }, [fieldOf(depth + 1), fieldOf(depth + 1)])]);
      }
      const coded = below(6) === 0 ? { dictionary: { id: 0n, bits: 8, signed: true } } : {};
      return arrowField(
        type,
        Array.from({ length: children }, () => fieldOf(depth + 1)),
        coded,
      );
    };
    const dictionary = bytesVector(STRING, ['a', null, 'c']);
    const seen = new Set<string>();
    for (let n = 0; n < MUTATIONS; n++) {
      const nodes = Array.from({ length: 12 }, () => [below(5), below(2)] as const);
      const buffers = Array.from({ length: 24 }, () =>
        Uint8Array.from({ length: below(80) }, () => below(4) * below(3)),
      );
      try {
        vectorValues(decodeParts(fieldOf(0), { nodes, buffers, variadicCounts: [1, 0, 2] }, () => dictionary));
        seen.add('an answer');
      } catch (error) {
        if (!(error instanceof CairnError) || error.code === 'INTERNAL') throw error;
        seen.add(error.code);
      }
    }
    expect([...seen].sort()).toEqual(['ARROW_CORRUPT', 'an answer']);
  });

  it('is noticed where a file is cut, at every byte', () => {
    const sound = sampleBytes('file');
    for (let length = 0; length < sound.length; length++) {
      expect(answer(sound.subarray(0, length)), `cut at ${length}`).toBe('ARROW_CORRUPT');
    }
  });

  it('is noticed where a stream is cut, but between its messages', () => {
    const sound = sampleBytes('stream');
    const seen: string[] = [];
    for (let length = 0; length < sound.length - 8; length++) seen.push(answer(sound.subarray(0, length)));
    expect(new Set(seen)).toEqual(new Set(['ARROW_CORRUPT', 'an answer']));
    // After the schema, the dictionary and the batch.
    expect(seen.filter((found) => found === 'an answer').length).toBeLessThan(4);
  });
});
