import { compare } from '../support/harness.ts';
import { collectSkale, openDuck, openSkale } from '../support/peers.ts';
import { benchSession } from '../support/session.ts';

const ROWS = 10_000_000;
const PARTITIONS = 8;

const byKey = (rows: readonly (readonly [unknown, unknown])[]) =>
  rows.map(([k, v]) => [Number(k), Number(v)] as const).toSorted((a, b) => a[0] - b[0]);

/** Sums of 10 M integers by x % 42: reduceByKey, groupByKey + sum, and the peers. */
export async function reduceByKey(): Promise<boolean> {
  await using session = await benchSession();
  const duck = await openDuck();
  const skale = openSkale();
  const pairs = () => session.range(0, ROWS, 1, PARTITIONS).map((x) => [x % 42, x] as const);
  if (duck !== undefined) await duck.run(`create table t as select range::integer x from range(${ROWS})`);
  const holds = await compare({
    title: `sum of ${ROWS} integers by x % 42`,
    variants: [
      {
        name: 'hand-written loop',
        run: () => {
          const sums = new Map<number, number>();
          for (let x = 0; x < ROWS; x++) {
            const key = x % 42;
            sums.set(key, (sums.get(key) ?? 0) + x);
          }
          return byKey([...sums]);
        },
      },
      {
        name: 'reduceByKey',
        run: async () =>
          byKey(
            await pairs()
              .reduceByKey((a, b) => a + b)
              .collect(),
          ),
      },
      {
        name: 'groupByKey + sum',
        run: async () =>
          byKey(
            await pairs()
              .groupByKey()
              .mapValues((values) => values.reduce((a, b) => a + b, 0))
              .collect(),
          ),
      },
      ...(duck === undefined
        ? []
        : [
            {
              name: 'DuckDB',
              run: async () =>
                byKey((await duck.rows('select x % 42, sum(x)::double from t group by 1')) as [unknown, unknown][]),
            },
          ]),
      ...(skale === undefined
        ? []
        : [
            {
              name: 'skale',
              run: async () =>
                byKey(
                  (await collectSkale(
                    skale
                      .range(0, ROWS)
                      .map((x: number) => [x % 42, x])
                      .reduceByKey((a: number, b: number) => a + b, 0),
                  )) as [unknown, unknown][],
                ),
            },
          ]),
    ],
    bars: [
      { faster: 'reduceByKey', slower: 'hand-written loop', times: 1 },
      { faster: 'reduceByKey', slower: 'groupByKey + sum', times: 5 },
      { faster: 'reduceByKey', slower: 'skale', times: 8 },
    ],
  });
  skale?.end();
  return holds;
}
