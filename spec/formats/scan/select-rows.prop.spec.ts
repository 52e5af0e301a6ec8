import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bindPredicate } from '../../../formats/scan/bind-predicate.ts';
import { selectRows } from '../../../formats/scan/select-rows.ts';
import type { DataType } from '../../../formats/schema/data-type.ts';
import type { Vector } from '../../../formats/schema/vector.ts';
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
import {
  booleanVector,
  bytesVector,
  dictionaryVector,
  int64Vector,
  numberVector,
  wideVector,
} from '../../support/vectors.ts';

const INT: DataType = { kind: 'int', bits: 32, signed: true };
const LONG: DataType = { kind: 'int', bits: 64, signed: true };
const ULONG: DataType = { kind: 'int', bits: 64, signed: false };
const DOUBLE: DataType = { kind: 'float', bits: 64 };
const TEXT: DataType = { kind: 'string' };
const WIDE: DataType = { kind: 'decimal', precision: 38, scale: 0 };

interface Kind extends ModelColumn {
  readonly type: DataType;
  readonly make: (values: never) => Vector;
}

const KINDS: readonly Kind[] = [
  {
    type: INT,
    values: EDGY_INTS,
    make: (v) => numberVector(INT, v),
    order: byOperators,
  },
  {
    type: DOUBLE,
    values: EDGY_DOUBLES,
    make: (v) => numberVector(DOUBLE, v),
    order: withNaN,
  },
  { type: LONG, values: EDGY_LONGS, make: (v) => int64Vector(LONG, v), order: byOperators },
  {
    type: ULONG,
    values: [0n, 1n, 2n ** 63n, 2n ** 64n - 1n, 2n ** 53n],
    make: (v) => int64Vector(ULONG, v),
    order: byOperators,
  },
  {
    type: WIDE,
    values: [...EDGY_LONGS, 10n ** 30n, -(10n ** 30n)],
    make: (v) => wideVector(WIDE, v),
    order: byOperators,
  },
  { type: TEXT, values: EDGY_TEXTS, make: (v) => bytesVector(TEXT, v), order: byBytes },
  { type: TEXT, values: EDGY_TEXTS, make: (v) => dictionaryVector(TEXT, v), order: byBytes },
  { type: { kind: 'boolean' }, values: [false, true], make: booleanVector, order: byOperators },
];

describe.each(KINDS.map((kind, i) => [`${kind.type.kind} ${i}`, kind] as const))('selectRows over %s', (_, kind) => {
  it('gives the rows for which SQL says true', () => {
    const cell = fc.option(fc.constantFrom(...kind.values), { freq: 4 });
    const rows = fc.array(fc.record({ x: cell, y: cell }), { maxLength: 20 });
    const property = fc.property(rows, predicates(kind, ['x', 'y']), (data, predicate) => {
      const resolve = (column: unknown) => ({ kind: 'column', path: [String(column)], type: kind.type }) as const;
      const bound = bindPredicate(predicate, resolve, 'spec');
      const vectors = bound.columns.map(({ path: [name] }) =>
        kind.make(data.map((row) => row[name as 'x' | 'y']) as never),
      );
      const expected = data.flatMap((row, i) => (answer(predicate, row, kind.order) === true ? [i] : []));
      expect([...selectRows(bound.predicate, vectors, data.length)]).toEqual(expected);
    });
    fc.assert(property, { seed: 21, numRuns: 250 });
  });
});
