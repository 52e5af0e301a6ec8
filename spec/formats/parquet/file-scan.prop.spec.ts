import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConvertedType } from '../../../formats/parquet/metadata.ts';
import { col } from '../../../formats/scan/predicate-builder.ts';
import { type DataType, field } from '../../../formats/schema/data-type.ts';
import { type IndexedOptions, indexedParquet, type PlainCell, type PlainType } from '../../support/indexed-parquet.ts';
import {
  answer,
  byBytes,
  byOperators,
  EDGY_DOUBLES,
  EDGY_INTS,
  EDGY_LONGS,
  EDGY_TEXTS,
  type ModelColumn,
  predicates,
  withNaN,
} from '../../support/predicate-model.ts';
import { scanBytes } from '../../support/scan-parquet.ts';
import { writeRows } from '../../support/write-parquet.ts';

const INT: DataType = { kind: 'int', bits: 32, signed: true };
const TEXT: DataType = { kind: 'string' };
const DEEP: DataType = { kind: 'struct', fields: [field('d', INT)] };

interface Kind extends ModelColumn {
  readonly type: PlainType;
  readonly converted?: ConvertedType;
}

const KINDS: readonly Kind[] = [
  { type: 'INT32', values: EDGY_INTS, order: byOperators },
  { type: 'INT64', values: EDGY_LONGS, order: byOperators },
  { type: 'DOUBLE', values: EDGY_DOUBLES, order: withNaN },
  { type: 'BYTE_ARRAY', converted: 'UTF8', values: EDGY_TEXTS, order: byBytes },
  { type: 'BOOLEAN', values: [false, true], order: byOperators },
];

const layouts: fc.Arbitrary<IndexedOptions> = fc.record({
  rowGroupRows: fc.integer({ min: 1, max: 12 }),
  pageRows: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })),
  dictionary: fc.boolean(),
  statistics: fc.boolean(),
  pageIndex: fc.boolean(),
  bloom: fc.boolean(),
  boundBytes: fc.constantFrom(1, 2, 64),
});

describe.each(KINDS.map((kind) => [kind.type, kind] as const))('a scan over %s', (_, kind) => {
  it('gives what reading everything and looking at each row gives', () => {
    const { type } = kind;
    const converted = kind.converted === undefined ? {} : { converted: kind.converted };
    // Runs of few values: pages and row groups that can be left out.
    const runs = fc.array(
      fc.tuple(fc.option(fc.constantFrom(...kind.values), { freq: 5 }), fc.integer({ min: 1, max: 6 })),
      { maxLength: 8 },
    );
    const cells = runs.map((some) => some.flatMap(([value, count]) => new Array(count).fill(value) as PlainCell[]));
    const property = fc.property(cells, cells, layouts, predicates(kind, ['x', 'y']), (x, y, layout, where) => {
      const rowCount = Math.min(x.length, y.length);
      const own = {
        x: x.slice(0, rowCount),
        y: y.slice(0, rowCount),
        z: Array.from({ length: rowCount }, (_, i) => i),
      };
      const bytes = indexedParquet(
        [
          { name: 'x', type, ...converted, values: own.x },
          { name: 'y', type, ...converted, values: own.y },
          { name: 'z', type: 'INT32', values: own.z },
        ],
        layout,
      );
      const rows = own.z.map((z) => [own.x[z] as PlainCell, own.y[z] as PlainCell, z] as const);
      const expected = rows.filter(([a, b]) => answer(where, { x: a, y: b } as never, kind.order) === true);
      const scanned = scanBytes(bytes, { where, batchRows: 7 });
      expect(scanned.rows).toEqual(expected);
      expect(scanBytes(bytes, { where, columns: ['z', 'x'] }).rows).toEqual(expected.map(([a, , z]) => [z, a]));
      expect(scanned.figures.rowsKept).toBe(expected.length);
    });
    fc.assert(property, { seed: 31, numRuns: 300 });
  });
});

describe('a scan of structs', () => {
  const schema = {
    fields: [
      field('id', INT),
      field('s', { kind: 'struct', fields: [field('a', INT), field('b', TEXT), field('c', DEEP)] }),
      field('l', { kind: 'struct', fields: [field('x', { kind: 'list', element: field('element', INT) })] }),
    ],
  };
  const row = (id: number) => ({
    id,
    s: id % 5 === 0 ? null : { a: id, b: 'x'.repeat((id * 7) % 40), c: id % 3 === 0 ? null : { d: id % 4 } },
    l: { x: [id, id] },
  });

  it('gives what reading everything gives, however its leaves are cut', () => {
    const layout = { pageRows: fc.integer({ min: 1, max: 20 }), pageBytes: fc.integer({ min: 8, max: 200 }) };
    const property = fc.property(fc.record(layout), fc.nat(99), fc.nat(40), fc.boolean(), (pages, from, count, own) => {
      const rows = Array.from({ length: 100 }, (_, id) => row(id));
      const bytes = writeRows(schema, rows, { ...pages, codec: 'none' });
      const isIn = (id: number) => id >= from && id <= from + count;
      const where = (own ? col('s.a') : col('id')).between(from, from + count);
      const tested = own ? where.and(col('s').isNotNull(), col('s.c').isNull().not()) : where;
      const expected = rows.filter(({ id, s }) => isIn(id) && (!own || (s !== null && s.c !== null)));
      const found = scanBytes(bytes, { where: tested.predicate, columns: ['s', 'id', 'l', 's.b'] });
      const all = scanBytes(bytes, { columns: ['id', 's', 'l'] }).rows;
      const kept = new Set(expected.map(({ id }) => id));
      expect(found.rows.map(([s, id, l]) => [id, s, l])).toEqual(all.filter(([id]) => kept.has(id as number)));
    });
    fc.assert(property, { seed: 83, numRuns: 100 });
  });

  it('reads the pages alone that hold rows, where leaves are cut alike', () => {
    const flat = { fields: schema.fields.slice(0, 2) };
    const text = (id: number) => `${String(id).padStart(6, '0')} ${'x'.repeat(40)}`;
    const rows = Array.from({ length: 4000 }, (_, id) => ({ id, s: { a: id % 9, b: text(id), c: null } }));
    const bytes = writeRows(flat, rows, { pageRows: 100, codec: 'none' });
    const whole = scanBytes(bytes, { columns: ['s'] }).bytesRead;
    const beside = scanBytes(bytes, { where: col('id').eq(2501).predicate, columns: ['s'] });
    expect(Object.fromEntries(beside.rows[0]?.[0] as [])).toEqual({ a: 8, b: text(2501), c: null });
    expect(beside.bytesRead).toBeLessThan(whole / 8);
    const inside = scanBytes(bytes, { where: col('s.b').eq(text(2501)).predicate, columns: ['id'] });
    expect(inside.rows).toEqual([[2501]]);
    expect(inside.bytesRead).toBeLessThan(whole / 8);
  });
});
