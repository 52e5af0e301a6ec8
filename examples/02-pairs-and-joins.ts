/** Pairs: aggregating by key, the four joins, cogroup, and keys that are arrays or objects. */
import { Session } from '../lib/index.ts';
import { type Place, type Print, startIfMain } from './support/example.ts';

export async function run(print: Print, { dir }: Place): Promise<void> {
  await using session = await Session.open({ dir, name: 'pairs and joins', parallelism: 2 });
  const show = async (title: string, pairs: Promise<readonly unknown[]>) => {
    print(`\n${title}`);
    for (const pair of await pairs) print(`  ${JSON.stringify(pair)}`);
  };

  const orders = session.parallelize<[string, number]>([
    ['ann', 12],
    ['bob', 7],
    ['ann', 30],
    ['eve', 5],
  ]);
  const towns = session.parallelize<[string, string]>([
    ['ann', 'Bern'],
    ['bob', 'Rome'],
    ['cid', 'Oslo'],
  ]);

  print('Orders by customer, and towns by customer');
  await show(
    'reduceByKey: the sum of each customer',
    orders
      .reduceByKey((a, b) => a + b)
      .sortByKey()
      .collect(),
  );
  await show('groupByKey: all orders of each', orders.groupByKey().sortByKey().collect());
  await show(
    'aggregateByKey: into another type, here the count and the largest',
    orders
      .aggregateByKey(
        { count: 0, largest: 0 },
        (sum, n) => ({ count: sum.count + 1, largest: Math.max(sum.largest, n) }),
        (a, b) => ({ count: a.count + b.count, largest: Math.max(a.largest, b.largest) }),
      )
      .sortByKey()
      .collect(),
  );
  await show('join: keys that both have', orders.join(towns).sortByKey().collect());
  await show(
    'leftOuterJoin: undefined (here null) where there is no town',
    orders.leftOuterJoin(towns).sortByKey().collect(),
  );
  await show('fullOuterJoin', orders.fullOuterJoin(towns).sortByKey().collect());
  await show('cogroup: the values of both, as arrays', orders.cogroup(towns).sortByKey().collect());
  await show('subtractByKey: orders without a town', orders.subtractByKey(towns).collect());

  // Keys are compared by value: two arrays with the same items are one key.
  const visits = session.parallelize<[object, number]>([
    [{ town: 'Bern', day: [2024, 1] }, 3],
    [{ town: 'Rome', day: [2024, 1] }, 1],
    [{ day: [2024, 1], town: 'Bern' }, 4],
  ]);
  await show(
    'reduceByKey with objects as keys',
    visits
      .reduceByKey((a, b) => a + b)
      .sortBy(([, count]) => count)
      .collect(),
  );
}

await startIfMain(import.meta, run);
