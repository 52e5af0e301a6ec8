/** Predicates as SQL has them, said once more in the plainest way: what readers are compared with. */
import fc from 'fast-check';
import { columnText, type ScanPredicate, type ScanValue } from '../../formats/scan/scan-predicate.ts';

/** Values of a column that were chosen to be near each other and near every edge, and how SQL orders them. */
export interface ModelColumn {
  readonly values: readonly ScanValue[];
  readonly order: (a: never, b: never) => number;
}

export const byOperators = (a: number | bigint | boolean, b: number | bigint | boolean): number =>
  a < b ? -1 : a > b ? 1 : 0;
export const withNaN = (a: number, b: number): number =>
  byOperators(a, b) || Number(Number.isNaN(a)) - Number(Number.isNaN(b));
export const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

export const EDGY_INTS = [-5, -1, 0, 1, 2, 2147483647, -2147483648];
export const EDGY_DOUBLES = [-Infinity, -1, -0, 0, 5e-324, 1.5, Infinity, Number.NaN];
export const EDGY_LONGS = [
  ...[-(2n ** 63n), -(2n ** 53n) - 1n, -1n, 0n, 1n],
  ...[2n ** 31n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n],
];
export const EDGY_TEXTS = ['', 'a', 'ab', 'b', 'é', '\uffff', '😀', '\u0000', 'abc', 'abcdef', '\u{10ffff}\u{10ffff}'];

export type Answer = boolean | undefined;

/** Whether a row matches: undefined is neither. Three-valued logic, said once more in the plainest way. */
export function answer(
  predicate: ScanPredicate,
  row: Readonly<Record<string, ScanValue | null>>,
  order: ModelColumn['order'],
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

/** Predicates over `columns`, all of one kind. */
export function predicates(kind: ModelColumn, columns: readonly string[]): fc.Arbitrary<ScanPredicate> {
  const column = fc.constantFrom(...columns);
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
  if (typeof kind.values[0] === 'string') {
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
