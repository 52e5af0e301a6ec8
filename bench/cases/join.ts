import { compare } from '../support/harness.ts';
import { countSkale, openDuck, openSkale } from '../support/peers.ts';
import { benchSession } from '../support/session.ts';

const LEFT = 10_000;
const RIGHT = 5_883;

/** A join on v % 42 (1.4 M pairs out) against the cartesian product with a filter. */
export async function join(): Promise<boolean> {
  await using session = await benchSession();
  const duck = await openDuck();
  const skale = openSkale();
  if (duck !== undefined) {
    await duck.run(`create table l as select (range % 42)::integer k, range::integer v from range(${LEFT})`);
    await duck.run(`create table r as select (range % 42)::integer k, range::integer v from range(${RIGHT})`);
  }
  const side = (rows: number) => session.range(0, rows, 1, 4).map((v) => [v % 42, v] as const);
  const holds = await compare({
    title: `join of ${LEFT} and ${RIGHT} records on v % 42`,
    variants: [
      {
        name: 'hand-written loop',
        run: () => {
          const rights = new Map<number, number[]>();
          for (let v = 0; v < RIGHT; v++) {
            const found = rights.get(v % 42);
            if (found === undefined) rights.set(v % 42, [v]);
            else found.push(v);
          }
          const pairs: unknown[] = [];
          for (let v = 0; v < LEFT; v++) {
            for (const right of rights.get(v % 42) ?? []) pairs.push([v % 42, [v, right]]);
          }
          return pairs.length;
        },
      },
      { name: 'join', run: () => side(LEFT).join(side(RIGHT), 4).count() },
      {
        name: 'cartesian + filter',
        run: () =>
          side(LEFT)
            .cartesian(side(RIGHT))
            .filter(([a, b]) => a[0] === b[0])
            .count(),
      },
      ...(duck === undefined
        ? []
        : [
            {
              name: 'DuckDB',
              run: async () => {
                const [row] = await duck.rows('select count(*)::integer, sum(l.v + r.v) from l join r on l.k = r.k');
                return row?.[0];
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
                    .range(0, LEFT)
                    .map((v: number) => [v % 42, v])
                    .join(skale.range(0, RIGHT).map((v: number) => [v % 42, v])),
                ),
            },
          ]),
    ],
    bars: [{ faster: 'join', slower: 'cartesian + filter', times: 1 }],
    rounds: 5,
  });
  skale?.end();
  return holds;
}
