import { compare } from '../support/harness.ts';
import { openDuck } from '../support/peers.ts';
import { repeatable } from '../support/random.ts';
import { benchSession } from '../support/session.ts';

const ROWS = 1_000_000;

/** A million records by a number. */
export async function sort(): Promise<boolean> {
  await using session = await benchSession({ memory: '4 GiB' });
  const duck = await openDuck();
  const random = repeatable(3);
  const rows = Array.from({ length: ROWS }, (_, id) => ({
    id,
    key: Math.floor(random() * 1e9),
    name: `n${id % 1000}`,
  }));
  const cached = session.parallelize(rows, 4).cache();
  await cached.count();
  if (duck !== undefined) {
    await duck.run(
      `create table t as select range::integer id, (random() * 1e9)::integer as key, 'n' || (range % 1000) as name from range(${ROWS})`,
    );
  }
  return await compare({
    title: `sort of ${ROWS} records by a number`,
    variants: [
      {
        name: 'toSorted',
        run: () => {
          const sorted = rows.toSorted((a, b) => a.key - b.key);
          return sorted.length;
        },
      },
      {
        name: 'sortBy',
        run: () =>
          cached
            .sortBy((row) => row.key, { numPartitions: 4 })
            .aggregate(
              0,
              (count) => count + 1,
              (a, b) => a + b,
            ),
      },
      ...(duck === undefined
        ? []
        : [
            {
              name: 'DuckDB',
              run: async () => {
                await duck.run('create or replace table s as select * from t order by key');
                return ROWS;
              },
            },
          ]),
    ],
    rounds: 5,
  });
}
