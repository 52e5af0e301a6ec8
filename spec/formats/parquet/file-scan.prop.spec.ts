import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConvertedType } from '../../../formats/parquet/metadata.ts';
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
