import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildColumns } from '../../../formats/record/build-columns.ts';
import { type ColumnArrays, FRESH_ARRAYS } from '../../../formats/record/column-arrays.ts';
import { materializeRows } from '../../../formats/record/materialize-rows.ts';
import { recordCodegenCounts, setRecordCodegen } from '../../../formats/record/record-codegen.ts';
import type { Column, ColumnBatch } from '../../../formats/schema/batch.ts';
import { shapedRecords } from './arbitrary-record.ts';
import { expectSame } from './same-value.ts';

const counts = recordCodegenCounts();

beforeEach(() => {
  Object.assign(counts, { generatedBuilds: 0, plainBuilds: 0, widenings: 0, generatedReads: 0, plainReads: 0 });
});
afterEach(() => {
  setRecordCodegen(true);
});

function build(rows: readonly unknown[]): ColumnBatch {
  const batch = buildColumns(rows, 0, rows.length);
  if (batch === undefined) return expect.unreachable('no columns');
  return batch;
}

function buildPlain(rows: readonly unknown[]): ColumnBatch | undefined {
  setRecordCodegen(false);
  try {
    return buildColumns(rows, 0, rows.length);
  } finally {
    setRecordCodegen(true);
  }
}

function repeat(count: number, make: (i: number) => unknown): unknown[] {
  return Array.from({ length: count }, (_, i) => make(i));
}

function field(batch: ColumnBatch, name: string): Column {
  if (batch.root.kind !== 'object') return expect.unreachable('no object column');
  return batch.root.fields[batch.root.names.indexOf(name)] as Column;
}

describe('columns from records', () => {
  it('are made by generated code for large batches, and by the plain twin for small ones or when it is off', () => {
    const rows = repeat(64, (i) => ({ id: i }));
    buildColumns(rows, 0, 64);
    expect([counts.generatedBuilds, counts.plainBuilds]).toEqual([1, 0]);
    buildColumns(rows, 1, 64);
    expect([counts.generatedBuilds, counts.plainBuilds]).toEqual([1, 1]);
    buildPlain(rows);
    expect([counts.generatedBuilds, counts.plainBuilds]).toEqual([1, 2]);
  });

  it('are the same on both roads, for random records', () => {
    fc.assert(
      fc.property(shapedRecords, fc.nat(3), (some, times) => {
        const rows = Array.from({ length: 2 ** times }, () => some).flat();
        const padded = rows.length === 0 ? rows : [...rows, ...repeat(Math.max(0, 64 - rows.length), () => rows[0])];
        expectSame(buildColumns(padded, 0, padded.length), buildPlain(padded));
      }),
      { seed: 7, numRuns: 400 },
    );
    expect(counts.generatedBuilds).toBeGreaterThan(200);
    expect(counts.widenings).toBeGreaterThan(20);
  });

  it('are the same in arrays that held other things before', () => {
    const used: ColumnArrays = {
      ...FRESH_ARRAYS,
      int32: (length) => new Int32Array(length).fill(-77),
      float64: (length) => new Float64Array(length).fill(Number.NaN),
      uint8: (length) => new Uint8Array(length).fill(0xee),
      bigInt64: (length) => new BigInt64Array(length).fill(-9n),
      grow: (array, length) => {
        const larger = FRESH_ARRAYS.grow(array, length);
        if (!(larger instanceof BigInt64Array)) larger.fill(0x55, array.length);
        return larger;
      },
    };
    fc.assert(
      fc.property(shapedRecords, fc.nat(3), (some, times) => {
        const rows = Array.from({ length: 2 ** times }, () => some).flat();
        const padded = rows.length === 0 ? rows : [...rows, ...repeat(Math.max(0, 64 - rows.length), () => rows[0])];
        expectSame(buildColumns(padded, 0, padded.length, used), buildPlain(padded));
      }),
      { seed: 8, numRuns: 300 },
    );
    expect(counts.generatedBuilds).toBeGreaterThan(150);
    const nullable = repeat(200, (i) => ({
      a: i % 3 === 0 ? null : { n: i, x: i / 3, ok: i % 2 === 0, at: new Date(i), big: BigInt(i), l: [i, null, i] },
      m: i % 2 === 0 ? undefined : i % 5 !== 0,
    }));
    expectSame(buildColumns(nullable, 0, 200, used), buildPlain(nullable));
  });

  it('take the part of the array they are asked for', () => {
    const rows = repeat(300, (i) => ({ i, text: `${i}` }));
    expectSame(materializeRows(buildColumns(rows, 100, 290) as ColumnBatch), rows.slice(100, 290));
  });

  it.each<[string, number, (i: number) => unknown]>([
    ['a late fraction', 1, (i) => ({ n: i === 71 ? 0.5 : i })],
    ['a late -0', 1, (i) => ({ zero: i === 71 ? -0 : i })],
    ['a late null', 1, (i) => ({ n: i === 71 ? null : i })],
    ['a late undefined in a list', 1, (i) => [i === 71 ? undefined : i, ...repeat(i % 10, (k) => k)]],
    ['a late longer array', 1, (i) => (i === 71 ? [1, 2, 3] : [1, 2])],
    ['a late string', 1, (i) => ({ n: i === 71 ? 'x' : i, m: i })],
    ['a late hole in a tuple', 1, (i) => ({ a: i === 71 ? Object.assign(new Array(2), [1]) : [1, undefined], m: i })],
    ['a late RegExp match', 1, (i) => ({ a: i === 71 ? /b/.exec('abc') : ['b'], m: i })],
    ['a late instance', 1, (i) => ({ a: i === 71 ? new (class P {})() : { x: 1 }, m: i })],
    ['a late other key order', 1, (i) => ({ a: i === 71 ? { y: 1, x: 2 } : { x: 1, y: 2 }, m: i })],
    ['a late missing key', 1, (i) => ({ a: i === 71 ? { x: 1 } : { x: 1, y: 2 }, m: i })],
    ['a late extra key', 1, (i) => ({ a: i === 71 ? { x: 1, y: 2, z: 3 } : { x: 1, y: 2 }, m: i })],
    ['a late large bigint', 1, (i) => ({ a: i === 71 ? 2n ** 70n : 1n, m: i })],
    ['a late Date property', 1, (i) => ({ a: i === 71 ? Object.assign(new Date(0), { z: 1 }) : new Date(i), m: i })],
    ['a first value after nulls', 2, (i) => ({ a: i === 71 ? 'x' : i === 72 ? 'y' : null, b: i === 75 ? null : 1 })],
    [
      'many late surprises',
      5,
      (i) => ({
        a: i === 71 ? null : 1,
        b: i === 72 ? 0.5 : 1,
        c: i === 73 ? null : 'x',
        d: i === 74 ? {} : 1,
        e: i === 75 ? [i] : [],
      }),
    ],
  ])('widen their shape for %s', (_, least, make) => {
    // The sample takes every sixth or seventh record, 70 and 76 among them; 71 to 75 lie between.
    const rows = repeat(97, make);
    const batch = build(rows);
    expect(counts.widenings).toBeGreaterThanOrEqual(least);
    expect(counts.generatedBuilds).toBe(1);
    expectSame(materializeRows(batch), rows);
    expectSame(batch, buildPlain(rows));
  });

  it('start with what such batches turned out to be, and leave no trace of that', () => {
    const nullable = (i: number): unknown => ({ hinted: i === 71 ? null : i, other: i === 72 ? 1.5 : i });
    build(repeat(97, nullable));
    const first = counts.widenings;
    expect(first).toBe(2);
    build(repeat(97, nullable));
    expect(counts.widenings).toBe(first);
    const plain = repeat(97, (i) => ({ hinted: i, other: i }));
    const batch = build(plain);
    expect(counts.widenings).toBe(first);
    expectSame(batch, buildPlain(plain));
    expect([field(batch, 'hinted').nulls, field(batch, 'other').kind]).toEqual([undefined, 'int']);
  });

  it('hold numbers in the narrowest arrays', () => {
    const kinds = (make: (i: number) => number): string => {
      const column = field(build(repeat(100, (i) => ({ n: make(i) }))), 'n');
      return column.kind === 'int' || column.kind === 'double' ? column.values.constructor.name : column.kind;
    };
    expect(kinds((i) => i * 2)).toBe('Uint8Array');
    expect(kinds((i) => i - 50)).toBe('Int8Array');
    expect(kinds((i) => i * 600)).toBe('Uint16Array');
    expect(kinds((i) => i * 300 - 9000)).toBe('Int16Array');
    expect(kinds((i) => i * 1e6)).toBe('Int32Array');
    expect(kinds((i) => i * 1e8)).toBe('Float64Array');
    expect(kinds((i) => (i === 3 ? Number.NaN : i))).toBe('Float64Array');
  });

  it('choose dictionaries where strings repeat', () => {
    const kind = (make: (i: number) => string): string => field(build(repeat(1000, (i) => ({ s: make(i) }))), 's').kind;
    expect(kind((i) => ['a', 'b', 'c'][i % 3] as string)).toBe('dictionary');
    expect(kind((i) => `user ${i % 200}`)).toBe('dictionary');
    expect(kind((i) => `user ${i}`)).toBe('string');
    expect(kind((i) => `user ${i % 600}`)).toBe('string');
  });

  it('are none for records that share no shape', () => {
    expect(buildColumns(repeat(100, (i) => (i % 2 === 0 ? 1 : 'x')))).toBeUndefined();
    expect(buildColumns(repeat(100, () => new Map()))).toBeUndefined();
    expect(buildColumns([1, 'x'])).toBeUndefined();
  });

  it('are empty for no records', () => {
    expect(build([])).toEqual({
      kind: 'columns',
      rowCount: 0,
      root: { kind: 'int', values: new Uint8Array(0), nulls: undefined },
    });
  });

  it('hold long lists of numbers', () => {
    const rows = repeat(200, (i) => ({ d: repeat(100, (k) => i * k), e: repeat(i % 50, (k) => k / 3) }));
    expectSame(materializeRows(build(rows)), rows);
    expect(counts.generatedBuilds).toBe(1);
  });

  it('leave very wide shapes to the plain twin', () => {
    const rows = repeat(100, (i) => Object.fromEntries(repeat(150, (k) => [`k${k}`, i]) as [string, number][]));
    expectSame(materializeRows(build(rows)), rows);
    expect([counts.generatedBuilds, counts.plainBuilds]).toEqual([0, 1]);
  });

  it('survive getters that change and records that throw when looked at', () => {
    let calls = 0;
    const moody = {
      get v() {
        return calls++ % 2 === 0 ? 1 : 'one';
      },
    };
    const rows = repeat(100, (i) => (i === 50 ? moody : { v: 1 }));
    const batch = buildColumns(rows);
    if (batch !== undefined) expect(materializeRows(batch)).toHaveLength(100);
    const angry = {
      get v(): number {
        throw new RangeError('mine');
      },
    };
    expect(() => buildColumns(repeat(100, (i) => (i === 50 ? angry : { v: 1 })))).toThrow('mine');
    const fake = repeat(100, (i) => ({ d: i === 50 ? Object.create(Date.prototype) : new Date(0), x: 1 }));
    expect(field(build(fake), 'd').kind).toBe('value');
  });
});
