import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Vector } from '../../../formats/schema/vector.ts';
import { byteArrays, type ElementSpec, hybrid, int32s, parquetBytes } from '../../support/parquet-bytes.ts';
import { readFirst, readVectors } from '../../support/read-parquet.ts';
import { vectorValues } from '../../support/vector-values.ts';

const leaf = (name: string, repetition: ElementSpec['repetition'] = 'REQUIRED'): ElementSpec => ({
  name,
  type: 'INT32',
  repetition: repetition ?? 'REQUIRED',
});
const list = (name: string, element: ElementSpec, repetition: ElementSpec['repetition'] = 'OPTIONAL'): ElementSpec => ({
  ...{ name, repetition: repetition ?? 'OPTIONAL', converted: 'LIST' },
  children: [{ name: 'list', repetition: 'REPEATED', children: [element] }],
});
const corrupt = expect.objectContaining({ code: 'PARQUET_CORRUPT' });

interface Striped {
  readonly repetitions: number[];
  readonly definitions: number[];
  readonly values: number[];
}

/** Lists in lists, `depth` deep, taken apart the way the format says: null, empty, or elements. */
function stripe(rows: readonly unknown[], depth: number): Striped {
  const out: Striped = { repetitions: [], definitions: [], values: [] };
  const visit = (value: unknown, level: number, repetition: number, definition: number) => {
    if (level === depth) {
      out.repetitions.push(repetition);
      out.definitions.push(definition + (value === null ? 0 : 1));
      if (value !== null) out.values.push(value as number);
      return;
    }
    const items = value as readonly unknown[] | null;
    if (items === null || items.length === 0) {
      out.repetitions.push(repetition);
      out.definitions.push(definition + (items === null ? 0 : 1));
      return;
    }
    items.forEach((item, i) => {
      visit(item, level + 1, i === 0 ? repetition : level + 1, definition + 2);
    });
  };
  for (const row of rows) visit(row, 0, 0, 0);
  return out;
}

const bits = (max: number) => 32 - Math.clz32(max);

function page({ repetitions, definitions, values }: Striped, maxRepetition: number, maxDefinition: number) {
  return {
    ...{ count: definitions.length, values: int32s(...values) },
    ...(maxRepetition > 0 ? { repetitions: hybrid(repetitions, bits(maxRepetition)) } : {}),
    ...(maxDefinition > 0 ? { definitions: hybrid(definitions, bits(maxDefinition)) } : {}),
  };
}

describe('assembling columns', () => {
  it.each([1, 2, 3, 5])('gives lists %i deep as they were taken apart', (depth) => {
    let element = leaf('element', 'OPTIONAL');
    for (let i = 0; i < depth; i++) element = list(i === depth - 1 ? 'a' : 'element', element);
    let value: fc.Arbitrary<unknown> = fc.option(fc.integer({ min: -9, max: 9 }), { nil: null });
    for (let i = 0; i < depth; i++) value = fc.option(fc.array(value, { maxLength: 3 }), { nil: null });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 20 }), (rows) => {
        const bytes = parquetBytes(
          [element],
          [{ rowCount: rows.length, chunks: [{ pages: [page(stripe(rows, depth), depth, 2 * depth + 1)] }] }],
        );
        expect(readFirst(bytes)).toEqual(rows);
      }),
      { seed: 5, numRuns: 60 },
    );
  });

  it('goes on with a row on the next page', () => {
    const first = page({ repetitions: [0, 1], definitions: [3, 3], values: [1, 2] }, 1, 3);
    const second = page({ repetitions: [1, 0], definitions: [3, 0], values: [3] }, 1, 3);
    const bytes = parquetBytes(
      [list('a', leaf('element', 'OPTIONAL'))],
      [{ rowCount: 2, chunks: [{ pages: [first, second] }] }],
    );
    expect(readFirst(bytes)).toEqual([[1, 2, 3], null]);
  });

  it('gives structs, missing ones and ones of missing fields', () => {
    const element: ElementSpec = {
      ...{ name: 's', repetition: 'OPTIONAL' },
      children: [
        leaf('x', 'OPTIONAL'),
        leaf('__proto__'),
        { name: 'constructor', repetition: 'OPTIONAL', children: [leaf('entries', 'OPTIONAL')] },
      ],
    };
    const striped = (definitions: number[], values: number[], max: number) => ({
      pages: [page({ repetitions: [], definitions, values }, 0, max)],
    });
    const chunks = [striped([2, 0, 1], [1], 2), striped([1, 0, 1], [3, 4], 1), striped([3, 0, 2], [5], 3)];
    const before = Object.entries;
    const vectors = readVectors(parquetBytes([element], [{ rowCount: 3, chunks }]));
    expect(vectorValues(vectors.get('s') as Vector)).toEqual([
      [
        ['x', 1],
        ['__proto__', 3],
        ['constructor', [['entries', 5]]],
      ],
      null,
      [
        ['x', null],
        ['__proto__', 4],
        ['constructor', [['entries', null]]],
      ],
    ]);
    expect(Object.entries).toBe(before);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it('gives structs that are missing by the levels of a required field alone', () => {
    const element: ElementSpec = { name: 's', repetition: 'OPTIONAL', children: [leaf('x')] };
    const chunk = { pages: [page({ repetitions: [], definitions: [1, 0], values: [7] }, 0, 1)] };
    expect(readFirst(parquetBytes([element], [{ rowCount: 2, chunks: [chunk] }]))).toEqual([[['x', 7]], null]);
    const whole: ElementSpec = { name: 's', repetition: 'REQUIRED', children: [leaf('x', 'OPTIONAL')] };
    expect(readFirst(parquetBytes([whole], [{ rowCount: 2, chunks: [chunk] }]))).toEqual([[['x', 7]], [['x', null]]]);
  });

  it('gives maps with their entries in order', () => {
    const key: ElementSpec = { name: 'key', type: 'BYTE_ARRAY', repetition: 'REQUIRED', converted: 'UTF8' };
    const element: ElementSpec = {
      ...{ name: 'm', repetition: 'OPTIONAL', converted: 'MAP' },
      children: [{ name: 'key_value', repetition: 'REPEATED', children: [key, leaf('value', 'OPTIONAL')] }],
    };
    const keys = {
      count: 4,
      values: byteArrays('b', 'a'),
      repetitions: hybrid([0, 1, 0, 0], 1),
      definitions: hybrid([2, 2, 1, 0], 2),
    };
    const values = page({ repetitions: [0, 1, 0, 0], definitions: [3, 2, 1, 0], values: [5] }, 1, 3);
    const bytes = parquetBytes([element], [{ rowCount: 3, chunks: [{ pages: [keys] }, { pages: [values] }] }]);
    expect(readFirst(bytes)).toEqual([
      [
        ['b', 5],
        ['a', null],
      ],
      [],
      null,
    ]);
  });

  it('gives lists of structs of lists', () => {
    const inner: ElementSpec = {
      name: 'element',
      repetition: 'OPTIONAL',
      children: [leaf('x', 'OPTIONAL'), list('l', leaf('element'))],
    };
    const xs = page({ repetitions: [0, 1, 0], definitions: [4, 3, 2], values: [1] }, 1, 4);
    const ls = page({ repetitions: [0, 2, 1, 0], definitions: [5, 5, 4, 2], values: [7, 8] }, 2, 5);
    const bytes = parquetBytes([list('a', inner)], [{ rowCount: 2, chunks: [{ pages: [xs] }, { pages: [ls] }] }]);
    expect(readFirst(bytes)).toEqual([
      [
        [
          ['x', 1],
          ['l', [7, 8]],
        ],
        [
          ['x', null],
          ['l', []],
        ],
      ],
      [null],
    ]);
  });

  it('refuses leaves of one column that do not agree, and elements of no list', () => {
    const pair: ElementSpec = { name: 'element', repetition: 'REQUIRED', children: [leaf('x'), leaf('y')] };
    const xs = page({ repetitions: [0, 1], definitions: [2, 2], values: [1, 2] }, 1, 2);
    const ys = page({ repetitions: [0, 0], definitions: [2, 0], values: [1] }, 1, 2);
    const read = (x: typeof xs, y: typeof ys) =>
      readFirst(parquetBytes([list('a', pair)], [{ rowCount: 1, chunks: [{ pages: [x] }, { pages: [y] }] }]));
    expect(read(xs, xs)).toEqual([
      [
        [
          ['x', 1],
          ['y', 1],
        ],
        [
          ['x', 2],
          ['y', 2],
        ],
      ],
    ]);
    expect(() => read(xs, ys)).toThrow(corrupt);
    const nested = list('a', list('element', leaf('element')));
    const lost = page({ repetitions: [0, 2], definitions: [0, 4], values: [1] }, 2, 4);
    expect(() => readFirst(parquetBytes([nested], [{ rowCount: 1, chunks: [{ pages: [lost] }] }]))).toThrow(corrupt);
    const late = page({ repetitions: [1, 0], definitions: [2, 2], values: [1, 2] }, 1, 2);
    expect(() =>
      readFirst(parquetBytes([list('a', leaf('element'))], [{ rowCount: 1, chunks: [{ pages: [late] }] }])),
    ).toThrow(corrupt);
  });
});
