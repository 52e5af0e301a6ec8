/** Shared variables: a table that every task reads, counters that every task adds to, and what a task knows of itself. */
import { readFile } from 'node:fs/promises';
import { Session, taskContext } from '../lib/index.ts';
import { type Place, type Print, startIfMain } from './support/example.ts';
import { table } from './support/table.ts';
import { vegaData } from './support/vega-data.ts';

interface Flight {
  readonly origin: string;
  readonly destination: string;
  readonly delay: number;
}

export async function run(print: Print, { dir }: Place): Promise<void> {
  await using session = await Session.open({ dir, name: 'shared variables', parallelism: 4 });
  const flights = session.parallelize(
    JSON.parse(await readFile(vegaData('flights-20k.json'), 'utf8')) as readonly Flight[],
  );

  // The airports travel once to each worker, not with each function that looks them up.
  const rows = (await readFile(vegaData('airports.csv'), 'utf8')).trim().split('\n').slice(1);
  const states = session.broadcast(
    new Map(
      rows.map((row) => {
        const cells = row.split(',');
        return [cells[0] ?? '', cells.at(-4) ?? ''];
      }),
    ),
  );

  const unknown = session.collectionAccumulator<string>('airports that are not in the table');
  const delays = session.doubleAccumulator('delays');
  const worst = session.accumulator(
    {
      zero: { minutes: 0, route: '' },
      add: (so, { delay, origin, destination }: Flight) =>
        delay > so.minutes ? { minutes: delay, route: `${origin}-${destination}` } : so,
      merge: (a, b) => (b.minutes > a.minutes ? b : a),
    },
    'worst delay',
  );
  await flights.foreach((flight) => {
    delays.add(flight.delay);
    worst.add(flight);
    if (!states.value.has(flight.origin)) unknown.add(flight.origin);
  });
  print(`${delays.count} flights, ${delays.avg.toFixed(1)} minutes late on average`);
  print(`the worst: ${worst.value.route}, ${worst.value.minutes} minutes`);
  print(`from airports that are not in the table: ${unknown.value.length}`);

  const byState = await flights
    .map(({ origin }) => [states.value.get(origin) ?? '?', 1] as const)
    .reduceByKey((a, b) => a + b)
    .sortBy(([state, n]) => [-n, state])
    .take(5);
  print('\nFlights by state');
  print(table(['state', 'flights'], byState));

  // What a task says of itself: each partition leaves a note when it is done, once, however often it was tried.
  const notes = session.collectionAccumulator<string>();
  await flights.foreachPartition((records) => {
    const task = taskContext();
    let read = 0;
    task?.onCompletion(() => notes.add(`partition ${task.partition}, attempt ${task.attempt}: ${read} records`));
    for (const _ of records) {
      read++;
      if (task?.partition === 2 && task.attempt === 0 && read === 1000) throw new Error('the first try fails');
    }
  });
  print('\nWhat tasks left behind');
  for (const note of notes.value.toSorted()) print(`  ${note}`);
}

await startIfMain(import.meta, run);
