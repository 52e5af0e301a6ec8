/**
 * Files of every kind of page with some of their bytes changed: an answer or an error with a code, the same one with
 * kernels in WebAssembly and in JavaScript, in little memory. `npm run proofs` has many more of them.
 */
import { describe, expect, it } from 'vitest';
import type { Arena } from '../../../formats/parquet/arena.ts';
import { createArena } from '../../../formats/parquet/create-arena.ts';
import { openParquet } from '../../../formats/parquet/parquet-file.ts';
import { RowGroupReader } from '../../../formats/parquet/row-group-reader.ts';
import { CairnError } from '../../../lib/base/errors.ts';
import { ByteArraySource } from '../../support/byte-source.ts';
import {
  byteArrays,
  deltaPacked,
  doubles,
  type ElementSpec,
  hybrid,
  int32s,
  int64s,
  type PageSpec,
  parquetBytes,
} from '../../support/parquet-bytes.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { vectorValues } from '../../support/vector-values.ts';

const MUTATIONS = Math.max(2000, Number(process.env.CAIRN_MUTATIONS ?? 0) / 4);
const MAX_ARENA_BYTES = 256 * 1024 * 1024;

const leaf = (name: string, type: ElementSpec['type'], more: Partial<ElementSpec> = {}): ElementSpec => ({
  ...{ name, repetition: 'OPTIONAL', ...(type === undefined ? {} : { type }) },
  ...more,
});
const TEXT: Partial<ElementSpec> = { converted: 'UTF8' };
const levels = hybrid([1, 0, 1, 1], 1);
const page = (values: Uint8Array | readonly number[], more: Partial<PageSpec> = {}): PageSpec => ({
  ...{ count: 4, values: Uint8Array.from(values), definitions: levels },
  ...more,
});
const codes = Uint8Array.of(1, ...hybrid([1, 0, 1], 1));
const words = Buffer.from('abcabd');

const COLUMNS: readonly (readonly [ElementSpec, readonly PageSpec[], 'SNAPPY' | 'GZIP' | 'UNCOMPRESSED'])[] = [
  [leaf('a', 'INT32'), [page(int32s(1, 2, 3))], 'SNAPPY'],
  [leaf('b', 'INT64', { converted: 'TIMESTAMP_MICROS' }), [page(int64s(1n, 2n, 3n), { kind: 'data2' })], 'GZIP'],
  [leaf('c', 'DOUBLE'), [page(doubles(1, 2, 3), { encoding: 'BYTE_STREAM_SPLIT' })], 'UNCOMPRESSED'],
  [
    leaf('d', 'BYTE_ARRAY', TEXT),
    [{ kind: 'dictionary', count: 2, values: byteArrays('x', 'yy') }, page(codes, { encoding: 'RLE_DICTIONARY' })],
    'SNAPPY',
  ],
  [
    leaf('e', 'INT64'),
    [
      { kind: 'dictionary', count: 2, values: int64s(5n, 6n) },
      page(codes, { encoding: 'RLE_DICTIONARY', kind: 'data2' }),
    ],
    'SNAPPY',
  ],
  [leaf('f', 'INT32'), [page(deltaPacked([1, 5, 9], 32), { encoding: 'DELTA_BINARY_PACKED' })], 'UNCOMPRESSED'],
  [
    leaf('g', 'BYTE_ARRAY', TEXT),
    [page([...deltaPacked([2, 0, 1], 32), ...words], { encoding: 'DELTA_LENGTH_BYTE_ARRAY' })],
    'SNAPPY',
  ],
  [
    leaf('h', 'BYTE_ARRAY', TEXT),
    [page([...deltaPacked([0, 2, 1], 32), ...deltaPacked([3, 1, 0], 32), ...words], { encoding: 'DELTA_BYTE_ARRAY' })],
    'UNCOMPRESSED',
  ],
  [
    leaf('i', 'FIXED_LEN_BYTE_ARRAY', { typeLength: 3, converted: 'DECIMAL', precision: 6, scale: 2 }),
    [page([1, 2, 3, 4, 5, 6, 7, 8, 9])],
    'SNAPPY',
  ],
  [leaf('j', 'BOOLEAN'), [page([0b101])], 'UNCOMPRESSED'],
  [
    {
      name: 'k',
      repetition: 'OPTIONAL',
      converted: 'LIST',
      children: [{ name: 'list', repetition: 'REPEATED', children: [leaf('element', 'INT32')] }],
    },
    [
      page(int32s(1, 2), {
        count: 6,
        repetitions: hybrid([0, 1, 1, 0, 0, 0], 1),
        definitions: hybrid([3, 2, 3, 1, 0, 1], 2),
      }),
    ],
    'SNAPPY',
  ],
];

const SOUND = parquetBytes(
  COLUMNS.map(([element]) => element),
  [{ rowCount: 4, chunks: COLUMNS.map(([, pages, codec]) => ({ pages, codec })) }],
);

function answer(bytes: Uint8Array, arena: Arena): string {
  try {
    const batch = new RowGroupReader(openParquet(new ByteArraySource(bytes)), { arena }).readOwned(0);
    const values = batch.vectors.map((vector) => vectorValues(vector));
    return JSON.stringify(values, (_, value) =>
      typeof value === 'bigint' || Number.isNaN(value) ? String(value) : value,
    );
  } catch (error) {
    if (error instanceof CairnError && error.code !== 'INTERNAL') return error.code;
    throw error;
  }
}

describe('damaged Parquet', () => {
  it('is sound before it is damaged', () => {
    const found = answer(SOUND, createArena());
    expect(found).toBe(answer(SOUND, createArena('plain')));
    expect(found).toMatch(/^\[\[1,null,2,3\],.*\[\[1,null,2\],\[\],null,\[\]\]\]$/);
  });

  it(`gives an answer or an error with a code, ${MUTATIONS} times`, () => {
    const random = seededRandom(8);
    const roads = [createArena(), createArena('plain')] as const;
    const seen = new Set<string>();
    for (let n = 0; n < MUTATIONS; n++) {
      const bytes = new Uint8Array(SOUND);
      for (let edits = 1 + (n % 3); edits > 0; edits--) {
        const at = Math.floor(random() * bytes.length);
        const bit = 1 << Math.floor(random() * 8);
        bytes[at] = n % 2 === 0 ? (bytes[at] as number) ^ bit : Math.floor(random() * 256);
      }
      const found = answer(bytes, roads[0]);
      expect(found, `mutation ${n}`).toBe(answer(bytes, roads[1]));
      seen.add(found.startsWith('[') ? 'an answer' : found);
    }
    expect([...seen]).toEqual(expect.arrayContaining(['an answer', 'PARQUET_CORRUPT', 'PARQUET_UNSUPPORTED']));
    for (const arena of roads) expect(arena.capacity).toBeLessThan(MAX_ARENA_BYTES);
  });

  it('is noticed where it is cut, at every byte', () => {
    const arena = createArena();
    for (let length = 0; length < SOUND.length; length++)
      expect(answer(SOUND.subarray(0, length), arena)).toBe('PARQUET_CORRUPT');
  });
});
