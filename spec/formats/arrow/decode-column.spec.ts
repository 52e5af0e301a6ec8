import { describe, expect, it } from 'vitest';
import type { ArrowField, ArrowType } from '../../../formats/arrow/metadata.ts';
import type { Vector } from '../../../formats/schema/vector.ts';
import { arrowField, type BatchParts, decodeParts } from '../../support/arrow-columns.ts';
import { vectorValues } from '../../support/vector-values.ts';
import { bytesVector, numberVector } from '../../support/vectors.ts';

const INT: ArrowType = { kind: 'int', bits: 32, signed: true };
const TEXT: ArrowType = { kind: 'bytes', isText: true, lengths: 'offsets32' };
const NONE = new Uint8Array();
const bits = (...bytes: number[]) => Uint8Array.from(bytes);
const ints = (...values: number[]) => Int32Array.from(values);
const longs = (...values: bigint[]) => BigInt64Array.from(values);
const text = (value: string) => new Uint8Array(Buffer.from(value));
const valuesOf = (field: ArrowField, parts: BatchParts) => vectorValues(decodeParts(field, parts));
const corrupt = (field: ArrowField, parts: BatchParts) =>
  expect(() => decodeParts(field, parts)).toThrow(/ARROW_CORRUPT/);

/** Slots of missing values as vectors have them. */
function expectClean(vector: Vector): void {
  for (let i = 0; i < vector.length; i++) {
    const isMissing = vector.validity !== undefined && ((vector.validity[i >> 3] as number) & (1 << (i & 7))) === 0;
    if (!isMissing) continue;
    if (vector.layout === 'bytes') expect(vector.lengths[i]).toBe(0);
    if (vector.layout === 'dictionary') expect(vector.codes[i]).toBe(0);
    if (vector.layout === 'list' || vector.layout === 'map') expect(vector.offsets[i + 1]).toBe(vector.offsets[i]);
  }
  if (vector.layout === 'list') expectClean(vector.element);
  if (vector.layout === 'struct') for (const each of vector.fields) expectClean(each);
}

describe('columns of record batches', () => {
  it.each<readonly [string, ArrowType, BatchParts['buffers'][number], readonly unknown[]]>([
    ['times in seconds', { kind: 'time', unit: 'seconds', bits: 32 }, ints(1, 86_400), [1000, 86_400_000]],
    ['times in milliseconds', { kind: 'time', unit: 'millis', bits: 32 }, ints(1, 2), [1, 2]],
    ['times in nanoseconds', { kind: 'time', unit: 'nanos', bits: 64 }, longs(1n, 2n), [1n, 2n]],
    ['timestamps in seconds', { kind: 'timestamp', unit: 'seconds', withZone: true }, longs(-1n, 2n), [-1000n, 2000n]],
    ['dates in milliseconds', { kind: 'date', unit: 'millis' }, longs(5n, -5n), [5n, -5n]],
    ['durations', { kind: 'duration', unit: 'nanos' }, longs(5n, -5n), [5n, -5n]],
    ['intervals', { kind: 'interval', unit: 'months' }, ints(1, -1), ['01000000', 'ffffffff']],
    ['decimals of 32 bits', { kind: 'decimal', precision: 9, scale: 2, bits: 32 }, ints(5, -5), [5, -5]],
    ['decimals of 64 bits', { kind: 'decimal', precision: 18, scale: 2, bits: 64 }, longs(5n, -5n), [5n, -5n]],
    [
      'wide decimals',
      { kind: 'decimal', precision: 30, scale: 2, bits: 256 },
      longs(5n, 0n, 0n, 0n, -5n, -1n, -1n, -1n),
      [5n, -5n],
    ],
    [
      'widest decimals',
      { kind: 'decimal', precision: 76, scale: 2, bits: 256 },
      longs(5n, 0n, 0n, 1n, -5n, -1n, -1n, -1n),
      [5n + (1n << 192n), -5n],
    ],
    ['bytes of one length', { kind: 'fixedBytes', byteLength: 2 }, bits(1, 2, 3, 4), ['0102', '0304']],
  ])('%s', (_, type, values, expected) => {
    expect(valuesOf(arrowField(type), { nodes: [[2, 0]], buffers: [NONE, values] })).toEqual(expected);
    corrupt(arrowField(type), { nodes: [[40, 0]], buffers: [NONE, values.slice(0, 1)] });
  });

  it('bytes of no length', () => {
    expect(
      valuesOf(arrowField({ kind: 'fixedBytes', byteLength: 0 }), { nodes: [[2, 0]], buffers: [NONE, NONE] }),
    ).toEqual(['', '']);
  });

  it('checks what the type of a vector cannot hold', () => {
    const seconds: ArrowType = { kind: 'time', unit: 'seconds', bits: 32 };
    corrupt(arrowField(seconds), { nodes: [[1, 0]], buffers: [NONE, ints(-1)] });
    const instant: ArrowType = { kind: 'timestamp', unit: 'seconds', withZone: false };
    corrupt(arrowField(instant), { nodes: [[1, 0]], buffers: [NONE, longs(2n ** 62n)] });
    const decimal: ArrowType = { kind: 'decimal', precision: 18, scale: 0, bits: 128 };
    corrupt(arrowField(decimal), { nodes: [[1, 0]], buffers: [NONE, longs(1n, 1n)] });
    // Where nothing is, anything may lie.
    const missing = { nodes: [[1, 1]], buffers: [bits(0), longs(2n ** 62n, 1n)] } as const;
    for (const type of [instant, decimal]) expect(valuesOf(arrowField(type), missing)).toEqual([null]);
  });

  it('looks at bits where values are said to be missing, and needs all of them', () => {
    const buffers = [bits(0b101), ints(1, 2, 3)];
    expect(valuesOf(arrowField(INT), { nodes: [[3, 1]], buffers })).toEqual([1, null, 3]);
    expect(valuesOf(arrowField(INT), { nodes: [[3, 0]], buffers })).toEqual([1, 2, 3]);
    corrupt(arrowField(INT), { nodes: [[3, 1]], buffers: [NONE, ints(1, 2, 3)] });
  });

  it('texts by offsets of either length, cleaned where they are missing', () => {
    const large: ArrowType = { kind: 'bytes', isText: true, lengths: 'offsets64' };
    const vector = decodeParts(arrowField(TEXT), {
      nodes: [[3, 1]],
      buffers: [bits(0b101), ints(1, 2, 4, 4), text('abcd')],
    });
    expect(vectorValues(vector)).toEqual(['b', null, '']);
    expectClean(vector);
    const buffers = [NONE, longs(0n, 1n, 4n), text('abcd')];
    expect(valuesOf(arrowField(large), { nodes: [[2, 0]], buffers })).toEqual(['a', 'bcd']);
    expect(valuesOf(arrowField(TEXT), { nodes: [[0, 0]], buffers: [NONE, NONE, NONE] })).toEqual([]);
    corrupt(arrowField(TEXT), { nodes: [[2, 0]], buffers: [NONE, ints(0, 3, 2), text('abcd')] });
    corrupt(arrowField(TEXT), { nodes: [[2, 0]], buffers: [NONE, ints(0, 3, 5), text('abcd')] });
    corrupt(arrowField(TEXT), { nodes: [[2, 0]], buffers: [NONE, ints(-1, 3, 4), text('abcd')] });
    corrupt(arrowField(large), { nodes: [[1, 0]], buffers: [NONE, longs(0n, 2n ** 32n), text('abcd')] });
  });

  it('texts by views, of which the short ones lie in the view', () => {
    const views = Buffer.alloc(48);
    views.writeInt32LE(3, 0);
    views.write('abc', 4);
    views.writeInt32LE(13, 16);
    views.writeInt32LE(1, 24);
    views.writeInt32LE(2, 28);
    views.writeInt32LE(-7, 32);
    const type: ArrowType = { kind: 'bytes', isText: true, lengths: 'views' };
    const parts = { nodes: [[3, 1]], variadicCounts: [2] } as const;
    const buffers = [bits(0b011), views, text('other'), text('__thirteen long')];
    const vector = decodeParts(arrowField(type), { ...parts, buffers });
    expect(vectorValues(vector)).toEqual(['abc', 'thirteen long', null]);
    expectClean(vector);
    corrupt(arrowField(type), { ...parts, nodes: [[3, 0]], buffers });
    corrupt(arrowField(type), { ...parts, variadicCounts: [], buffers });
    corrupt(arrowField(type), { ...parts, buffers: buffers.with(3, text('__thirteen')) });
  });

  it('lists, of which missing ones are empty, from wherever they begin', () => {
    const list = arrowField({ kind: 'list', lengths: 'offsets32' }, [arrowField(INT)]);
    const buffers = [bits(0b101), ints(1, 2, 4, 5), NONE, ints(9, 1, 2, 3, 4, 9)];
    const vector = decodeParts(list, {
      nodes: [
        [3, 1],
        [6, 0],
      ],
      buffers,
    });
    expect(vectorValues(vector)).toEqual([[1], null, [4]]);
    expectClean(vector);
    corrupt(list, {
      nodes: [
        [3, 1],
        [4, 0],
      ],
      buffers,
    });
    const fixed = arrowField({ kind: 'fixedList', size: 2 }, [arrowField(INT)]);
    const pairs = {
      nodes: [
        [2, 1],
        [4, 0],
      ],
      buffers: [bits(0b10), NONE, ints(1, 2, 3, 4)],
    } as const;
    expect(valuesOf(fixed, pairs)).toEqual([null, [3, 4]]);
    corrupt(fixed, {
      ...pairs,
      nodes: [
        [3, 1],
        [4, 0],
      ],
    });
  });

  it('lists by views, in any order, and no more elements than a batch may have', () => {
    const list = arrowField({ kind: 'list', lengths: 'views32' }, [arrowField(TEXT)]);
    const buffers = [NONE, ints(1, 0, 0), ints(2, 1, 0), NONE, ints(0, 1, 2, 3), text('abc')];
    expect(
      valuesOf(list, {
        nodes: [
          [3, 0],
          [3, 0],
        ],
        buffers,
      }),
    ).toEqual([['b', 'c'], ['a'], []]);
    corrupt(list, {
      nodes: [
        [3, 0],
        [3, 0],
      ],
      buffers: buffers.with(2, ints(3, 1, 0)),
    });
    const many = new Int32Array(100_000);
    const nodes = [
      [many.length, 0],
      [1000, 0],
    ] as const;
    const nulls = arrowField({ kind: 'list', lengths: 'views32' }, [arrowField({ kind: 'null' })]);
    const repeated = { nodes, buffers: [NONE, many, many.slice().fill(1000)] };
    expect(() => decodeParts(nulls, repeated)).toThrow(/LIMIT_EXCEEDED/);
  });

  it('structs, whose fields are missing where they are', () => {
    const struct = arrowField({ kind: 'struct' }, [
      arrowField(INT, [], { name: 'a' }),
      arrowField(TEXT, [], { name: 'b' }),
    ]);
    const buffers = [bits(0b10), NONE, ints(1, 2), NONE, ints(0, 1, 2), text('ab')];
    const nodes = [
      [2, 1],
      [2, 0],
      [2, 0],
    ] as const;
    const vector = decodeParts(struct, { nodes, buffers });
    expect(vectorValues(vector)).toEqual([
      null,
      [
        ['a', 2],
        ['b', 'b'],
      ],
    ]);
    expectClean(vector);
    corrupt(struct, {
      nodes: [
        [2, 1],
        [2, 0],
        [1, 0],
      ],
      buffers,
    });
  });

  it('maps', () => {
    const entries = arrowField({ kind: 'struct' }, [
      arrowField(TEXT, [], { name: 'k' }),
      arrowField(INT, [], { name: 'v' }),
    ]);
    const map = arrowField({ kind: 'map' }, [entries]);
    const nodes = [
      [2, 1],
      [2, 0],
      [2, 0],
      [2, 0],
    ] as const;
    const buffers = [bits(0b01), ints(0, 2, 2), NONE, NONE, ints(0, 1, 2), text('ab'), NONE, ints(1, 2)];
    expect(valuesOf(map, { nodes, buffers })).toEqual([
      [
        ['a', 1],
        ['b', 2],
      ],
      null,
    ]);
  });

  it('values in runs, without room for each of them', () => {
    const field = arrowField({ kind: 'runEndEncoded' }, [arrowField(INT), arrowField(TEXT)]);
    const nodes = [
      [5, 0],
      [3, 0],
      [3, 1],
    ] as const;
    const buffers = [NONE, ints(2, 3, 9), bits(0b101), ints(0, 1, 1, 2), text('ab')];
    expect(valuesOf(field, { nodes, buffers })).toEqual(['a', 'a', null, 'b', 'b']);
    corrupt(field, { nodes: [[10, 0], ...nodes.slice(1)], buffers });
    corrupt(field, { nodes, buffers: buffers.with(1, ints(2, 2, 9)) });
    const long = arrowField({ kind: 'runEndEncoded' }, [
      arrowField({ kind: 'int', bits: 64, signed: true }),
      arrowField(TEXT),
    ]);
    const wide = {
      nodes: [
        [4, 0],
        [1, 0],
        [1, 0],
      ] as const,
      buffers: [NONE, longs(4n), NONE, ints(0, 1), text('a')],
    };
    expect(valuesOf(long, wide)).toEqual(['a', 'a', 'a', 'a']);
    const large = {
      nodes: [
        [2 ** 24, 0],
        [1, 0],
        [1, 0],
      ] as const,
      buffers: [NONE, ints(2 ** 24), NONE, ints(0, 1e6), new Uint8Array(1e6)],
    };
    expect(decodeParts(field, large).length).toBe(2 ** 24);
    expect(() =>
      decodeParts(field, {
        ...large,
        nodes: [
          [2 ** 25, 0],
          [1, 0],
          [1, 0],
        ],
      }),
    ).toThrow(/LIMIT_EXCEEDED/);
  });

  it('codes of dictionaries, of any width', () => {
    const dictionary = bytesVector({ kind: 'string' }, ['a', null, 'c']);
    const field = (width: number) => arrowField(TEXT, [], { dictionary: { id: 1n, bits: width, signed: true } });
    const parts = { nodes: [[4, 1]] } as const;
    const buffers = { 8: bits(2, 0, 9, 1), 32: ints(2, 0, 9, 1), 64: longs(2n, 0n, -9n, 1n) };
    for (const [width, codes] of Object.entries(buffers)) {
      const vector = decodeParts(field(Number(width)), { ...parts, buffers: [bits(0b1011), codes] }, () => dictionary);
      expect(vectorValues(vector)).toEqual(['c', 'a', null, null]);
      expect(vector.layout).toBe('dictionary');
      expectClean(vector);
      expect(() =>
        decodeParts(field(Number(width)), { nodes: [[4, 0]], buffers: [NONE, codes] }, () => dictionary),
      ).toThrow(/ARROW_CORRUPT.*code below 3/s);
    }
    const plain = bytesVector({ kind: 'string' }, ['a', 'b', 'c']);
    const shared = decodeParts(field(8), { ...parts, buffers: [bits(0b1011), buffers[8]] }, () => plain);
    expect(shared.layout === 'dictionary' && shared.dictionary).toBe(plain);
    const numbers = numberVector({ kind: 'int', bits: 32, signed: true }, [7, null, 9]);
    const taken = decodeParts(field(8), { ...parts, buffers: [bits(0b1011), buffers[8]] }, () => numbers);
    expect(vectorValues(taken)).toEqual([9, 7, null, null]);
    expect(valuesOf(field(8), { nodes: [[2, 2]], buffers: [bits(0), bits(0, 0)] })).toEqual([null, null]);
  });

  it('says where a batch has too little for its schema', () => {
    corrupt(arrowField(INT), { nodes: [], buffers: [] });
    corrupt(arrowField(INT), { nodes: [[1, 0]], buffers: [NONE] });
  });
});
