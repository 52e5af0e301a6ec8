import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bindPredicate } from '../../../formats/scan/bind-predicate.ts';
import { columnText, type ScanPredicate, type ScanValue } from '../../../formats/scan/scan-predicate.ts';
import { selectRows } from '../../../formats/scan/select-rows.ts';
import type { DataType } from '../../../formats/schema/data-type.ts';
import type { Vector } from '../../../formats/schema/vector.ts';
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

/** A column of values that were chosen to be near each other and near every edge, and how SQL orders them. */
interface Kind {
  readonly type: DataType;
  readonly values: readonly ScanValue[];
  readonly make: (values: never) => Vector;
  readonly order: (a: never, b: never) => number;
}

const byOperators = (a: number | bigint | boolean, b: number | bigint | boolean) => (a < b ? -1 : a > b ? 1 : 0);
const withNaN = (a: number, b: number) => byOperators(a, b) || Number(Number.isNaN(a)) - Number(Number.isNaN(b));
const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
const LONGS = [-(2n ** 63n), -(2n ** 53n) - 1n, -1n, 0n, 1n, 2n ** 31n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n];
const TEXTS = ['', 'a', 'ab', 'b', 'é', '\uffff', '😀', '\u0000', 'abc'];

const KINDS: readonly Kind[] = [
  {
    type: INT,
    values: [-5, -1, 0, 1, 2, 2147483647, -2147483648],
    make: (v) => numberVector(INT, v),
    order: byOperators,
  },
  {
    type: DOUBLE,
    values: [-Infinity, -1, -0, 0, 5e-324, 1.5, Infinity, NaN],
    make: (v) => numberVector(DOUBLE, v),
    order: withNaN,
  },
  { type: LONG, values: LONGS, make: (v) => int64Vector(LONG, v), order: byOperators },
  {
    type: ULONG,
    values: [0n, 1n, 2n ** 63n, 2n ** 64n - 1n, 2n ** 53n],
    make: (v) => int64Vector(ULONG, v),
    order: byOperators,
  },
  { type: WIDE, values: [...LONGS, 10n ** 30n, -(10n ** 30n)], make: (v) => wideVector(WIDE, v), order: byOperators },
  { type: TEXT, values: TEXTS, make: (v) => bytesVector(TEXT, v), order: byBytes },
  { type: TEXT, values: TEXTS, make: (v) => dictionaryVector(TEXT, v), order: byBytes },
  { type: { kind: 'boolean' }, values: [false, true], make: booleanVector, order: byOperators },
];

type Answer = boolean | undefined;

/** Three-valued logic, said once more in the plainest way. */
function answer(
  predicate: ScanPredicate,
  row: Readonly<Record<string, ScanValue | null>>,
  order: Kind['order'],
): Answer {
  const compare = (value: ScanValue, test: (order: number) => boolean): Answer => {
    const own = row[columnText((predicate as { column: string }).column)] as ScanValue | null;
    return own === null ? undefined : test(order(own as never, value as never));
  };
  switch (predicate.kind) {
    case 'and': {
      const parts = predicate.of.map((each) => answer(each, row, order));
      return parts.includes(false) ? false : parts.includes(undefined) ? undefined : true;
    }
    case 'or': {
      const parts = predicate.of.map((each) => answer(each, row, order));
      return parts.includes(true) ? true : parts.includes(undefined) ? undefined : false;
    }
    case 'not': {
      const inner = answer(predicate.of, row, order);
      return inner === undefined ? undefined : !inner;
    }
    case 'isNull':
      return row[columnText(predicate.column)] === null;
    case 'isNotNull':
      return row[columnText(predicate.column)] !== null;
    case 'in':
      return predicate.values.length === 0 && row[columnText(predicate.column)] === null
        ? undefined
        : predicate.values.map((value) => compare(value, (found) => found === 0)).some((each) => each === true)
          ? true
          : row[columnText(predicate.column)] === null
            ? undefined
            : false;
    case 'startsWith': {
      const own = row[columnText(predicate.column)] as string | null;
      return own === null ? undefined : own.startsWith(predicate.prefix);
    }
    case 'eq':
      return compare(predicate.value, (found) => found === 0);
    case 'ne':
      return compare(predicate.value, (found) => found !== 0);
    case 'lt':
      return compare(predicate.value, (found) => found < 0);
    case 'le':
      return compare(predicate.value, (found) => found <= 0);
    case 'gt':
      return compare(predicate.value, (found) => found > 0);
    case 'ge':
      return compare(predicate.value, (found) => found >= 0);
  }
}

function predicates(kind: Kind): fc.Arbitrary<ScanPredicate> {
  const column = fc.constantFrom('x', 'y');
  const value = fc.constantFrom(...kind.values);
  const comparison = fc.constantFrom('eq', 'ne', 'lt', 'le', 'gt', 'ge');
  const leaves: fc.Arbitrary<ScanPredicate>[] = [
    fc.record({ kind: comparison, column, value }) as fc.Arbitrary<ScanPredicate>,
    fc.record({
      kind: fc.constant('in'),
      column,
      values: fc.array(value, { maxLength: 7 }),
    }) as fc.Arbitrary<ScanPredicate>,
    fc.record({ kind: fc.constantFrom('isNull', 'isNotNull'), column }) as fc.Arbitrary<ScanPredicate>,
  ];
  if (kind.type.kind === 'string') {
    leaves.push(fc.record({ kind: fc.constant('startsWith'), column, prefix: value }) as fc.Arbitrary<ScanPredicate>);
  }
  return fc.letrec<{ node: ScanPredicate }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 3 },
      ...leaves,
      fc.record({
        kind: fc.constantFrom('and', 'or'),
        of: fc.array(tie('node'), { maxLength: 3 }),
      }) as fc.Arbitrary<ScanPredicate>,
      fc.record({ kind: fc.constant('not'), of: tie('node') }) as fc.Arbitrary<ScanPredicate>,
    ),
  })).node;
}

describe.each(KINDS.map((kind, i) => [`${kind.type.kind} ${i}`, kind] as const))('selectRows over %s', (_, kind) => {
  it('gives the rows for which SQL says true', () => {
    const cell = fc.option(fc.constantFrom(...kind.values), { freq: 4 });
    const rows = fc.array(fc.record({ x: cell, y: cell }), { maxLength: 20 });
    const property = fc.property(rows, predicates(kind), (data, predicate) => {
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
