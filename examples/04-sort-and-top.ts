/** Order: sorting by one value or several, stably, by range partitions; the first and the last of them without a sort. */
import { Session } from '../lib/index.ts';
import { type Place, type Print, startIfMain } from './support/example.ts';

const PEAKS = [
  { name: 'Eiger', range: 'Alps', metres: 3967 },
  { name: 'Aneto', range: 'Pyrenees', metres: 3404 },
  { name: 'Matterhorn', range: 'Alps', metres: 4478 },
  { name: 'Gerlach', range: 'Carpathians', metres: 2655 },
  { name: 'Mont Blanc', range: 'Alps', metres: 4806 },
  { name: 'Vignemale', range: 'Pyrenees', metres: 3298 },
  { name: 'Moldoveanu', range: 'Carpathians', metres: 2544 },
];

export async function run(print: Print, { dir }: Place): Promise<void> {
  await using session = await Session.open({ dir, name: 'sort and top', parallelism: 3 });
  const peaks = session.parallelize(PEAKS);
  const names = (found: readonly { name: string }[]) => found.map(({ name }) => name).join(', ');

  const byHeight = peaks.sortBy(({ metres }) => metres, { ascending: false });
  print(`highest first: ${names(await byHeight.collect())}`);

  // A sorted dataset is cut into ranges: its partitions, one after another, are in order.
  const ranges = await byHeight
    .map(({ metres }) => metres)
    .glom()
    .collect();
  print(`its partitions: ${ranges.map((range) => `[${range.join(' ')}]`).join(' ')}`);

  // Several criteria: an array, compared item by item; a minus turns a number round.
  print(`by range, then height: ${names(await peaks.sortBy(({ range, metres }) => [range, -metres]).collect())}`);

  // Another order than the natural one. Equal records keep their order.
  const byLength = await peaks.sortBy(({ name }) => name, { compare: (a, b) => a.length - b.length }).collect();
  print(`by length of the name: ${names(byLength)}`);

  // The first few need no shuffle: each partition sends its own first few.
  const compare = (a: (typeof PEAKS)[number], b: (typeof PEAKS)[number]) => a.metres - b.metres;
  print(`two lowest: ${names(await peaks.takeOrdered(2, { compare }))}`);
  print(`two highest: ${names(await peaks.top(2, { compare }))}`);
  print(
    `highest of each range: ${names(
      await peaks
        .keyBy(({ range }) => range)
        .reduceByKey((a, b) => (compare(a, b) < 0 ? b : a))
        .sortByKey()
        .values()
        .collect(),
    )}`,
  );
}

await startIfMain(import.meta, run);
