/** A partitioner of one's own: which keys lie together, and joins that need no further shuffle because of it. */
import { Session } from '../lib/index.ts';
import { type Place, type Print, startIfMain } from './support/example.ts';

/** By the first letter: a to m, and n to z. Two partitioners are the same if they are the same object. */
const byLetter = {
  numPartitions: 2,
  getPartition: (key: unknown) => (String(key) < 'n' ? 0 : 1),
};

export async function run(print: Print, { dir }: Place): Promise<void> {
  await using session = await Session.open({ dir, name: 'custom partitioner', parallelism: 3 });
  const stock = session.parallelize<[string, number]>([
    ['pear', 4],
    ['apple', 9],
    ['quince', 1],
    ['fig', 6],
    ['apple', 2],
  ]);
  const prices = session.parallelize<[string, number]>([
    ['apple', 0.4],
    ['fig', 0.9],
    ['pear', 0.6],
  ]);

  const placed = stock.partitionBy(byLetter);
  print('Keys by partition');
  for (const [i, keys] of (await placed.keys().glom().collect()).entries()) print(`  ${i}: ${keys.join(' ')}`);

  // mapValues and reduceByKey leave keys where they are: one shuffle for each dataset, none for the join.
  const totals = placed.reduceByKey((a, b) => a + b);
  const value = totals.join(prices.partitionBy(byLetter)).mapValues(([count, price]) => count * price);
  print('\nWorth of the stock');
  for (const [fruit, worth] of await value.sortByKey().collect()) print(`  ${fruit} ${worth.toFixed(2)}`);
  print('\nIts lineage: a +- is a shuffle');
  print(value.toDebugString());

  // Sorted within partitions by the same shuffle, for work that wants equal keys side by side.
  const sorted = await stock.repartitionAndSortWithinPartitions(byLetter).glom().collect();
  print('\nSorted within partitions');
  for (const [i, pairs] of sorted.entries()) print(`  ${i}: ${pairs.map(([fruit, n]) => `${fruit} ${n}`).join(', ')}`);

  // A key's partition is known: lookup computes that one alone.
  print(`\nlookup apple: ${(await placed.lookup('apple')).join(', ')}`);
}

await startIfMain(import.meta, run);
