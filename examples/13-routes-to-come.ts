/**
 * Matrix factorisation: which routes the airports of the United States are likely to have, by those that they have.
 *
 * A tenth of the routes is held back. Implicit alternating least squares learns from the others, where an airport of
 * origin stands for a user, and one of destination for an item. Measured is where the routes held back come among all
 * that an airport does not have (Hu, Koren, Volinsky): chance puts them at 50 percent, in the middle.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Session } from '../lib/index.ts';
import { trainAls } from './lib/als.ts';
import { recommendItems } from './lib/als-model.ts';
import { readRoutes } from './support/airports.ts';
import { type Place, type Print, startIfMain } from './support/example.ts';
import { table } from './support/table.ts';

export async function run(print: Print, { dir, out }: Place): Promise<void> {
  await using session = await Session.open({ dir, name: 'routes to come', parallelism: 4 });
  session.setCheckpointDir(join(out, 'checkpoints'));

  // The logarithm, as a route of 10,000 flights is not a thousand times surer than one of 10.
  const routes = readRoutes(session).map(({ origin, destination, flights }) => ({
    user: origin,
    item: destination,
    rating: Math.log(1 + flights),
  }));
  const [known, heldBack] = routes.randomSplit([0.9, 0.1], 7).map((part) => part.cache());
  if (known === undefined || heldBack === undefined) return;
  const options = { implicit: true, rank: 10, alpha: 2, regularization: 0.05, maxIterations: 20, seed: 3 };
  const model = await trainAls(session, known, options);
  const counts = await Promise.all([
    known.count(),
    heldBack.count(),
    model.userFactors.count(),
    model.itemFactors.count(),
  ]);
  print(table(['routes', 'held back', 'origins', 'destinations'], [counts]));
  print(
    `Checkpoints of ${options.maxIterations} rounds on disk: ${(await readdir(session.checkpointDir as string)).length}`,
  );

  const pairs = (part: typeof known) => part.map(({ user, item }): [string, string] => [user, item]);
  const ranked = recommendItems(model, counts[3])
    .map(([origin, items]): [string, string[]] => [String(origin), items.map(({ item }) => String(item))])
    .leftOuterJoin(pairs(known).groupByKey())
    .map(([origin, [items, flown = []]]): [string, string[]] => {
      const own = new Set([origin, ...flown]);
      return [origin, items.filter((item) => !own.has(item))];
    })
    .join(pairs(heldBack).groupByKey())
    .cache();

  const places = await ranked
    .flatMap(([, [items, wanted]]) =>
      // An airport that no other route leads to has no factors.
      wanted.filter((item) => items.includes(item)).map((item) => items.indexOf(item) / (items.length - 1)),
    )
    .collect();
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const mean = places.reduce((a, b) => a + b, 0) / places.length;
  print(`\nThe ${places.length} routes held back come at ${percent(mean)} on average, the best at 0 %, chance at 50 %`);
  const first = places.filter((place) => place <= 0.1).length / places.length;
  print(`${percent(first)} of them are among the first tenth`);

  const rows = await ranked
    .filter(([origin]) => ['ATL', 'DEN', 'JFK', 'LAX', 'ORD', 'SEA'].includes(origin))
    .sortByKey()
    .map(([origin, [items, wanted]]) => [origin, items.slice(0, 6).join(' '), wanted.sort().join(' ')])
    .collect();
  print('\nThe destinations that are likeliest to come, and those that were held back');
  print(table(['origin', 'likeliest', 'held back'], rows));
}

await startIfMain(import.meta, run);
