import { compare } from '../support/harness.ts';
import { benchSession } from '../support/session.ts';

const ROWS = 2_000_000;

/** filter + map over records kept in memory, against the same in a hand-written loop over an array of objects. */
export async function records(): Promise<boolean> {
  await using session = await benchSession({ memory: '8 GiB' });
  const rows = Array.from({ length: ROWS }, (_, id) => ({
    id,
    v: (id * 7919) % 1000,
    w: id * 0.5,
    name: `name-${id % 50}`,
  }));
  const cached = session.parallelize(rows, 4).cache();
  await cached.count();
  return await compare({
    title: `filter + map of ${ROWS} records, and the sum of a field`,
    variants: [
      {
        name: 'hand-written loop',
        run: () => {
          let sum = 0;
          for (let i = 0; i < rows.length; i++) {
            const row = rows[i] as (typeof rows)[number];
            if (row.v % 3 === 2) continue;
            const made = { id: row.id, z: row.v * 2 + row.w };
            sum += made.z;
          }
          return sum;
        },
      },
      {
        name: 'filter + map, cached',
        run: () =>
          cached
            .filter((row) => row.v % 3 !== 2)
            .map((row) => ({ id: row.id, z: row.v * 2 + row.w }))
            .aggregate(
              0,
              (sum, made) => sum + made.z,
              (a, b) => a + b,
            ),
      },
      {
        name: 'filter + map, from the array',
        run: () =>
          session
            .parallelize(rows, 4)
            .filter((row) => row.v % 3 !== 2)
            .map((row) => ({ id: row.id, z: row.v * 2 + row.w }))
            .aggregate(
              0,
              (sum, made) => sum + made.z,
              (a, b) => a + b,
            ),
      },
      {
        name: 'array methods',
        run: () =>
          rows
            .filter((row) => row.v % 3 !== 2)
            .map((row) => ({ id: row.id, z: row.v * 2 + row.w }))
            .reduce((sum, made) => sum + made.z, 0),
      },
    ],
    bars: [{ faster: 'filter + map, cached', slower: 'hand-written loop', times: 1 }],
  });
}
