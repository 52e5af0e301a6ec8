import { compare } from '../support/harness.ts';
import { openDuck } from '../support/peers.ts';
import { benchSession } from '../support/session.ts';

const ROWS = 20_000_000;

/**
 * Twenty million doubles, 160 MB of them, in a session of 64 MiB. Both sides make them by the same formula, an integer
 * hash and a square root for digits all over, and read the result to its end: DuckDB by looking for the last one, which it
 * does without giving rows to JavaScript, or by giving them all, as a program that goes on with them would ask for; ours
 * by a function that sees each and checks the order.
 */
export async function sortSpill(): Promise<boolean> {
  const one = await sortSpillOn(1);
  const two = await sortSpillOn(2);
  return one && two;
}

async function sortSpillOn(threads: number): Promise<boolean> {
  await using session = await benchSession({
    memory: '64 MiB',
    master: threads === 1 ? 'local' : `local[${threads}]`,
  });
  const duck = await openDuck(threads, { memory_limit: '64MB' });
  const doubles = session.range(0, ROWS, 1, threads).map((i) => {
    let hash = Math.imul(i, 2654435761) >>> 0;
    hash = Math.imul(hash ^ (hash >>> 15), 739173) >>> 0;
    return Math.sqrt((hash ^ (hash >>> 13)) >>> 0);
  });
  const sql = `with a as (select (range * 2654435761) % 4294967296 as h from range(${ROWS})),
    b as (select (xor(h, h >> 15) * 739173) % 4294967296 as h from a)
    select sqrt(xor(h, h >> 13)::double) as x from b order by x`;
  return await compare({
    title: `sort of ${ROWS} doubles in 64 MiB, ${threads} thread${threads === 1 ? '' : 's'}`,
    variants: [
      {
        name: 'sortBy',
        run: () =>
          doubles
            .sortBy((x) => x, { numPartitions: threads })
            .aggregate(
              -1,
              (last, x) => (x >= last ? x : Number.NaN),
              (a, b) => (Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : Math.max(a, b)),
            ),
      },
      ...(duck === undefined
        ? []
        : [
            {
              name: 'DuckDB, the last one',
              run: async () => (await duck.rows(`${sql} limit 1 offset ${ROWS - 1}`))[0]?.[0],
            },
            {
              name: 'DuckDB, all rows',
              run: async () => {
                let last = -1;
                await duck.doubles(sql, (values, count) => {
                  for (let i = 0; i < count; i++) {
                    const x = values[i] as number;
                    last = x >= last ? x : Number.NaN;
                  }
                });
                return last;
              },
            },
          ]),
    ],
    bars: [
      { faster: 'sortBy', slower: 'DuckDB, all rows', times: 1 },
      { faster: 'sortBy', slower: 'DuckDB, the last one' },
    ],
    rounds: 5,
  });
}
