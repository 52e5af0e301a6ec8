/** Numbers: one pass for count, mean, deviation and extremes; histograms; approximate counts; samples that repeat. */
import { readFile } from 'node:fs/promises';
import { Session } from '../lib/index.ts';
import { type Place, type Print, startIfMain } from './support/example.ts';
import { table } from './support/table.ts';
import { vegaData } from './support/vega-data.ts';

export async function run(print: Print, { dir }: Place): Promise<void> {
  await using session = await Session.open({ dir, name: 'statistics', parallelism: 4 });
  const flights = JSON.parse(await readFile(vegaData('flights-200k.json'), 'utf8')) as {
    distance: number;
    delay: number;
  }[];
  const distances = session
    .parallelize(flights)
    .map(({ distance }) => distance)
    .cache();

  const { count, mean, stdev, min, max } = await distances.stats();
  print('Miles flown by 200,000 flights');
  print(table(['count', 'mean', 'deviation', 'least', 'most'], [[count, mean.toFixed(1), stdev.toFixed(1), min, max]]));

  const { buckets, counts } = await distances.histogram([0, 250, 500, 1000, 1500, 2000, 3000, 5000]);
  const most = Math.max(...counts);
  print('\nHistogram');
  print(
    table(
      ['from', 'to', 'flights', ''],
      counts.map((n, i) => [buckets[i] ?? 0, buckets[i + 1] ?? 0, n, '#'.repeat(Math.ceil((40 * n) / most))]),
    ),
  );

  // Exactly, by a shuffle; and approximately, by a sketch of fixed size in each partition.
  const [exact, approximate] = [await distances.distinct().count(), await distances.countApproxDistinct(0.01)];
  print(`\ndistinct distances: ${exact}; approximately, to within some 1 %: ${approximate}`);

  // The same seed, the same sample.
  const sample = await distances.takeSample(false, 5, 42);
  print(`five of them at random: ${sample.join(' ')}`);
  const [train, test] = distances.randomSplit([0.8, 0.2], 42);
  print(`split at random, 80 to 20: ${await train?.count()} and ${await test?.count()}`);

  // Any other statistic: aggregate takes records in, then merges the results of partitions.
  const longest = await distances.aggregate(
    { miles: 0, flights: 0 },
    (best, miles) =>
      miles > best.miles ? { miles, flights: 1 } : miles < best.miles ? best : { miles, flights: best.flights + 1 },
    (a, b) => (a.miles > b.miles ? a : a.miles < b.miles ? b : { miles: a.miles, flights: a.flights + b.flights }),
  );
  print(`the longest distance: ${longest.miles} miles, flown ${longest.flights} times`);
}

await startIfMain(import.meta, run);
