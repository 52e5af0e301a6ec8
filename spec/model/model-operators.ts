/**
 * The operators of random programs: what each does to a dataset of the engine, and to the model's array.
 */
import type { Rdd } from '../../lib/api/rdd.ts';
import type { StorageLevelName } from '../../storage/block/storage-level.ts';
import { byKeyText, groupRows, keyText, sortRows } from './model-values.ts';

type Pair = [unknown, unknown];

/** A dataset and what it should hold. */
export interface State {
  readonly rdd: Rdd<unknown>;
  readonly rows: readonly unknown[];
  /** The order of the records is known; otherwise they are compared as a bag. */
  readonly isOrdered: boolean;
  /** Some record stands for others that are equal as keys: which of them is not known. */
  readonly isBlurred: boolean;
  readonly isPairs: boolean;
}

/** What an operator takes besides the dataset. */
export interface Arguments {
  readonly n: number;
  readonly flag: boolean;
  readonly others: readonly unknown[];
  readonly parallelize: (rows: readonly unknown[], slices: number) => Rdd<unknown>;
}

export interface Operator {
  readonly needs?: 'pairs' | 'order';
  readonly apply: (state: State, args: Arguments) => State;
}

/** More records than this and operators that multiply them are left out. */
const MOST_ROWS = 400;

const LEVELS: readonly StorageLevelName[] = ['MEMORY_ONLY', 'MEMORY_AND_DISK', 'DISK_ONLY', 'MEMORY_ONLY_SER'];

const kindOf = (x: unknown): string => (x === null ? 'null' : Array.isArray(x) ? 'array' : typeof x);
const isTruthy = (x: unknown): boolean => Boolean(x);
const spread = (x: unknown): unknown[] => (Array.isArray(x) ? x : typeof x === 'number' ? [x, { twice: x * 2 }] : [x]);
const asField = (x: unknown): unknown => ({ kind: kindOf(x), value: x });
const add = (a: unknown, b: unknown): unknown => (a as number) + (b as number);
const one = (): unknown => 1;
const sortTexts = (values: unknown): unknown => (values as unknown[]).map(keyText).sort();
const sortSides = (sides: unknown): unknown => (sides as unknown[][]).map(sortTexts);

/** The state after an operator that keeps records and their order as they are. */
const same = (state: State, rdd: Rdd<unknown>): State => ({ ...state, rdd });
/** The state after a shuffle of the same records. */
const shuffled = (state: State, rdd: Rdd<unknown>): State => ({ ...state, rdd, isOrdered: false });
const mapped = (state: State, rdd: Rdd<unknown>, f: (row: unknown) => unknown, isPairs = false): State => ({
  ...state,
  rdd,
  rows: state.rows.map(f),
  isPairs,
});
const asPairs = (rdd: Rdd<unknown>): Rdd<Pair> => rdd as Rdd<Pair>;
const pairsOf = (rows: readonly unknown[]): Pair[] => rows as Pair[];

/** After keys were brought together: in any order, a key standing for all that are equal to it. */
const byKey = (rdd: Rdd<unknown>, rows: readonly unknown[]): State => ({
  rdd,
  rows,
  isOrdered: false,
  isBlurred: true,
  isPairs: true,
});

function otherPairs({ others, parallelize, n }: Arguments): { readonly rows: Pair[]; readonly rdd: Rdd<Pair> } {
  const rows = others.map((x, i): Pair => [x, i]);
  return { rows, rdd: asPairs(parallelize(rows, 1 + (n % 3))) };
}

type JoinName = 'join' | 'leftOuterJoin' | 'rightOuterJoin' | 'fullOuterJoin';

function joinOperator(name: JoinName): Operator {
  const keepsLeft = name === 'leftOuterJoin' || name === 'fullOuterJoin';
  const keepsRight = name === 'rightOuterJoin' || name === 'fullOuterJoin';
  return {
    needs: 'pairs',
    apply: (state, args) => {
      const other = otherPairs(args);
      if (state.rows.length * other.rows.length > MOST_ROWS) return state;
      const rdd = asPairs(state.rdd)[name](other.rdd, args.flag ? 1 + args.n : undefined);
      const lefts = new Map(groupRows(state.rows).map(([key, values]) => [keyText(key), { key, values }]));
      const rights = new Map(groupRows(other.rows).map(([key, values]) => [keyText(key), { key, values }]));
      const rows: unknown[] = [];
      for (const text of new Set([...lefts.keys(), ...rights.keys()])) {
        const left = lefts.get(text)?.values ?? (keepsRight ? [undefined] : []);
        const right = rights.get(text)?.values ?? (keepsLeft ? [undefined] : []);
        const key = (lefts.get(text) ?? rights.get(text))?.key;
        for (const a of left) for (const b of right) rows.push([key, [a, b]]);
      }
      return byKey(rdd, rows);
    },
  };
}

export const OPERATORS: Readonly<Record<string, Operator>> = {
  mapToObject: { apply: (s) => mapped(s, s.rdd.map(asField), asField) },
  mapToKind: { apply: (s) => mapped(s, s.rdd.map(kindOf), kindOf) },
  mapAsync: {
    apply: (s, { n }) =>
      same(
        s,
        s.rdd.mapAsync(async (x) => x, { concurrency: 1 + n }),
      ),
  },
  filter: { apply: (s) => ({ ...s, rdd: s.rdd.filter(isTruthy), rows: s.rows.filter(isTruthy) }) },
  flatMap: {
    apply: (s) =>
      s.rows.length > MOST_ROWS
        ? s
        : { ...s, rdd: s.rdd.flatMap(spread), rows: s.rows.flatMap(spread), isPairs: false },
  },
  mapPartitions: {
    apply: (s) =>
      same(
        s,
        s.rdd.mapPartitions((rows) => [...rows], { preservesPartitioning: true }),
      ),
  },
  glomAndFlatten: {
    apply: (s) =>
      same(
        s,
        s.rdd.glom().flatMap((rows) => [...rows]),
      ),
  },
  keyByKind: { apply: (s) => mapped(s, s.rdd.keyBy(kindOf), (x) => [kindOf(x), x], true) },
  keyBySelf: {
    apply: (s) =>
      mapped(
        s,
        s.rdd.keyBy((x) => x),
        (x) => [x, x],
        true,
      ),
  },
  zipWithSelf: {
    apply: (s) => mapped(s, s.rdd.zip(s.rdd.map(kindOf)), (x) => [x, kindOf(x)], true),
  },
  zipWithIndex: {
    needs: 'order',
    apply: (s) => ({ ...s, rdd: s.rdd.zipWithIndex(), rows: s.rows.map((x, i) => [x, i]), isPairs: true }),
  },
  union: {
    apply: (s, { others, parallelize, n }) => ({
      ...s,
      rdd: s.rdd.union(parallelize(others, 1 + n)),
      rows: [...s.rows, ...others],
      isPairs: false,
    }),
  },
  unionWithSelf: {
    apply: (s) =>
      s.rows.length > MOST_ROWS
        ? s
        : {
            ...s,
            rdd: s.rdd.union(s.rdd),
            rows: [...s.rows, ...s.rows],
            // What shares a partitioner is united partition by partition.
            isOrdered: s.isOrdered && s.rdd.partitioner === undefined,
          },
  },
  cartesian: {
    apply: (s, { parallelize }) =>
      s.rows.length > MOST_ROWS
        ? s
        : {
            ...s,
            rdd: s.rdd.cartesian(parallelize([0, 1], 2)),
            rows: s.rows.flatMap((x) => [
              [x, 0],
              [x, 1],
            ]),
            isOrdered: false,
            isPairs: true,
          },
  },
  distinct: {
    apply: (s, { n, flag }) => ({
      ...s,
      rdd: s.rdd.distinct(flag ? 1 + n : undefined),
      rows: groupRows(s.rows.map((x) => [x, x])).map(([key]) => key),
      isOrdered: false,
      isBlurred: true,
    }),
  },
  intersection: {
    apply: (s, { others, parallelize, n }) => {
      const wanted = new Set(others.map(keyText));
      return {
        rdd: s.rdd.intersection(parallelize(others, 1 + n)),
        rows: groupRows(s.rows.map((x) => [x, x]))
          .map(([key]) => key)
          .filter((x) => wanted.has(keyText(x))),
        isOrdered: false,
        isBlurred: true,
        isPairs: s.isPairs,
      };
    },
  },
  subtract: {
    apply: (s, { others, parallelize, n }) => {
      const unwanted = new Set(others.map(keyText));
      const rdd = s.rdd.subtract(parallelize(others, 1 + n));
      const rows = s.rows.filter((x) => !unwanted.has(keyText(x)));
      return { ...s, rdd, rows, isOrdered: false, isBlurred: true };
    },
  },
  coalesce: { apply: (s, { n }) => same(s, s.rdd.coalesce(1 + n)) },
  repartition: { apply: (s, { n }) => shuffled(s, s.rdd.repartition(1 + n)) },
  splitAndUnite: {
    apply: (s, { n }) => {
      const [a, b, c] = s.rdd.randomSplit([1, 2, 1], n) as [Rdd<unknown>, Rdd<unknown>, Rdd<unknown>];
      return shuffled(s, a.union(b, c));
    },
  },
  sortByText: {
    apply: (s, { n, flag }) => ({
      ...s,
      rdd: s.rdd.sortBy(keyText, { ascending: flag, numPartitions: 1 + n }),
      rows: sortRows(s.rows, (a, b) => (flag ? byKeyText(a, b) : byKeyText(b, a))),
      // Records of the same text are the same, but for the sign of a zero.
      isOrdered: true,
      isBlurred: s.isBlurred || !s.isOrdered,
    }),
  },
  sortByKind: {
    apply: (s, { n, flag }) => ({
      ...s,
      rdd: s.rdd.sortBy(kindOf, { ascending: flag, numPartitions: 1 + n }),
      rows: sortRows(s.rows, (a, b) => (kindOf(a) < kindOf(b) ? -1 : Number(kindOf(a) > kindOf(b))) * (flag ? 1 : -1)),
    }),
  },
  persist: { apply: (s, { n }) => same(s, s.rdd.map((x) => x).persist(LEVELS[n % LEVELS.length])) },

  mapValues: {
    needs: 'pairs',
    apply: (s) =>
      mapped(s, asPairs(s.rdd).mapValues(asField), (row) => [(row as Pair)[0], asField((row as Pair)[1])], true),
  },
  flatMapValues: {
    needs: 'pairs',
    apply: (s) =>
      s.rows.length > MOST_ROWS
        ? s
        : {
            ...s,
            rdd: asPairs(s.rdd).flatMapValues(spread),
            rows: pairsOf(s.rows).flatMap(([key, value]) => spread(value).map((each) => [key, each])),
          },
  },
  keys: { needs: 'pairs', apply: (s) => mapped(s, asPairs(s.rdd).keys(), (row) => (row as Pair)[0]) },
  values: { needs: 'pairs', apply: (s) => mapped(s, asPairs(s.rdd).values(), (row) => (row as Pair)[1]) },
  partitionBy: { needs: 'pairs', apply: (s, { n }) => shuffled(s, asPairs(s.rdd).partitionBy(1 + n)) },
  reduceByKey: {
    needs: 'pairs',
    apply: (s, { n, flag }) => {
      const ones = asPairs(s.rdd).mapValues(one);
      const rdd = flag ? ones.reduceByKey(add, 1 + n) : ones.foldByKey(0, add);
      return byKey(
        rdd,
        groupRows(s.rows).map(([key, values]) => [key, values.length]),
      );
    },
  },
  groupByKey: {
    needs: 'pairs',
    apply: (s, { n, flag }) => {
      const rdd = asPairs(s.rdd)
        .groupByKey(flag ? 1 + n : undefined)
        .mapValues(sortTexts);
      return byKey(
        rdd,
        groupRows(s.rows).map(([key, values]) => [key, sortTexts(values)]),
      );
    },
  },
  combineByKey: {
    needs: 'pairs',
    apply: (s, { n, flag }) => {
      const lists = asPairs(s.rdd).combineByKey<unknown, unknown, unknown[]>(
        (value) => [value],
        (list, value) => [...list, value],
        (a, b) => [...a, ...b],
        { partitions: 1 + n, mapSideCombine: flag },
      );
      const rows = groupRows(s.rows).map(([key, values]) => [key, sortTexts(values)]);
      return byKey(lists.mapValues(sortTexts), rows);
    },
  },
  aggregateByKey: {
    needs: 'pairs',
    apply: (s) => {
      const counts = asPairs(s.rdd).aggregateByKey<unknown, unknown, number>(
        0,
        (count) => count + 1,
        (a, b) => a + b,
      );
      return byKey(
        counts,
        groupRows(s.rows).map(([key, values]) => [key, values.length]),
      );
    },
  },
  cogroup: {
    needs: 'pairs',
    apply: (s, args) => {
      const other = otherPairs(args);
      const rdd = asPairs(s.rdd).cogroup(other.rdd).mapValues(sortSides);
      const keys = new Map([...pairsOf(s.rows), ...other.rows].map(([key]) => [keyText(key), key]));
      const side = (rows: readonly unknown[], text: string): unknown =>
        sortTexts(
          pairsOf(rows)
            .filter(([key]) => keyText(key) === text)
            .map(([, value]) => value),
        );
      const rows = [...keys].map(([text, key]) => [key, [side(s.rows, text), side(other.rows, text)]]);
      return byKey(rdd, rows);
    },
  },
  join: joinOperator('join'),
  leftOuterJoin: joinOperator('leftOuterJoin'),
  rightOuterJoin: joinOperator('rightOuterJoin'),
  fullOuterJoin: joinOperator('fullOuterJoin'),
  subtractByKey: {
    needs: 'pairs',
    apply: (s, args) => {
      const other = otherPairs(args);
      const unwanted = new Set(other.rows.map(([key]) => keyText(key)));
      const rows = pairsOf(s.rows).filter(([key]) => !unwanted.has(keyText(key)));
      return { ...byKey(asPairs(s.rdd).subtractByKey(other.rdd), rows), isBlurred: true };
    },
  },
  sortByKey: {
    needs: 'pairs',
    apply: (s, { n, flag }) => ({
      ...s,
      rdd: asPairs(s.rdd).sortByKey({ ascending: flag, numPartitions: 1 + n, compare: byKeyText }),
      rows: pairsOf(s.rows).toSorted(([a], [b]) => (flag ? byKeyText(a, b) : byKeyText(b, a))),
    }),
  },
  repartitionAndSort: {
    needs: 'pairs',
    apply: (s, { n }) => shuffled(s, asPairs(s.rdd).repartitionAndSortWithinPartitions(1 + n)),
  },
};
