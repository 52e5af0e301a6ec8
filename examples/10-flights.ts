/**
 * The main job: real flights of the first months of 2001, joined with their airports.
 *
 * Shows a whole job as one would write it: read, key, join, aggregate, sort, save as part files; then the lineage of a
 * result and what the run keeps on disk. The data is from the npm package `vega-datasets`. Its largest JSON file, of
 * 200,000 flights, names no airports: it answers what time of day does to delays. The largest one with airports, of
 * 20,000 flights, answers where.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Rdd, Session } from '../lib/index.ts';
import { csvFields } from './support/csv.ts';
import { type Place, type Print, startIfMain } from './support/example.ts';
import { table } from './support/table.ts';
import { dataDirectoryTree, listFiles } from './support/tree.ts';
import { vegaData } from './support/vega-data.ts';

/** A flight without airports: minutes of delay, miles, hour of the day with its fraction. */
interface TimedFlight {
  readonly delay: number;
  readonly distance: number;
  readonly time: number;
}

/** A flight with airports; `date` is `2001/01/31 23:59`. */
interface Flight {
  readonly date: string;
  readonly delay: number;
  readonly distance: number;
  readonly origin: string;
  readonly destination: string;
}

interface Airport {
  readonly city: string;
  readonly state: string;
}

interface Mean {
  readonly flights: number;
  readonly minutes: number;
}

/** Flights and mean delay of each key. Delays are whole minutes, so that the order of adding makes no difference. */
function meanByKey<K>(delays: Rdd<readonly [K, number]>): Rdd<[K, Mean]> {
  return delays
    .aggregateByKey(
      [0, 0] as readonly [number, number],
      ([flights, total], delay) => [flights + 1, total + delay] as const,
      (a, b) => [a[0] + b[0], a[1] + b[1]] as const,
    )
    .mapValues(([flights, total]) => ({ flights, minutes: Math.round((10 * total) / flights) / 10 }));
}

async function readJson<T>(name: string): Promise<readonly T[]> {
  return JSON.parse(await readFile(vegaData(name), 'utf8')) as readonly T[];
}

export async function run(print: Print, { dir, out, note }: Place): Promise<void> {
  let last = performance.now();
  const step = (title: string) => {
    note(`${title}: ${Math.round(performance.now() - last)} ms`);
    last = performance.now();
  };

  await using session = await Session.open({ dir, name: 'flights', parallelism: 4 });
  step('open the session');

  // What is read
  const timed = session.parallelize(await readJson<TimedFlight>('flights-200k.json')).setName('flights-200k');
  const flights = session.parallelize(await readJson<Flight>('flights-20k.json')).setName('flights-20k');
  const airports = session
    .textFile(vegaData('airports.csv'), 4)
    .filter((line) => !line.startsWith('iata,'))
    .map(csvFields)
    .map(([iata = '', , city = '', state = '']): [string, Airport] => [iata, { city, state }])
    .setName('airports')
    .cache();
  const counts = await Promise.all([timed.count(), flights.count(), airports.count()]);
  print('Read');
  print(
    table(
      ['file', 'records'],
      ['flights-200k.json', 'flights-20k.json', 'airports.csv'].map((name, i) => [name, counts[i] ?? 0]),
    ),
  );
  step('read');

  // Delay by hour of the day
  const byHour = meanByKey(timed.map(({ time, delay }) => [Math.floor(time), delay] as const)).sortByKey();
  print('\nMean delay by hour of the day, 200,000 flights (minutes)');
  print(
    table(
      ['hour', 'flights', 'mean delay'],
      (await byHour.collect()).map(([hour, mean]) => [hour, mean.flights, mean.minutes.toFixed(1)]),
    ),
  );
  step('delay by hour');

  // Delay by state and hour: a join, a key that is an array, a sort, part files
  const hourAndDelay = flights.map(({ origin, date, delay }) => [origin, [Number(date.slice(11, 13)), delay]] as const);
  const byStateAndHour = meanByKey(
    hourAndDelay.join(airports).map(([, [[hour, delay], { state }]]) => [[state, hour] as const, delay] as const),
  )
    .filter(([, mean]) => mean.flights >= 20)
    .sortBy(([[state, hour], mean]) => [-mean.minutes, state, hour] as const)
    .setName('byStateAndHour');
  const saved = join(out, 'delay-by-state-and-hour');
  const lines = byStateAndHour.map(([[state, hour], mean]) => [state, hour, mean.flights, mean.minutes].join('\t'));
  await lines.saveAsTextFile(saved);
  print('\nWorst mean delay by state and hour, of at least 20 flights (minutes)');
  print(
    table(
      ['state', 'hour', 'flights', 'mean delay'],
      (await byStateAndHour.take(10)).map(([[state, hour], mean]) => [
        state,
        hour,
        mean.flights,
        mean.minutes.toFixed(1),
      ]),
    ),
  );
  step('delay by state and hour');

  // The worst routes, with the cities of both ends
  const worst = meanByKey(
    flights.map(({ origin, destination, delay }) => [[origin, destination] as const, delay] as const),
  )
    .filter(([, mean]) => mean.flights >= 15)
    .map(([[origin, destination], mean]) => [origin, { destination, mean }] as const)
    .join(airports)
    .map(([origin, [{ destination, mean }, from]]) => [destination, { origin, from, mean }] as const)
    .join(airports)
    .map(([destination, [{ origin, from, mean }, to]]) => ({ route: `${origin}-${destination}`, from, to, mean }))
    .sortBy(({ mean, route }) => [-mean.minutes, route] as const);
  const place = ({ city, state }: Airport) => `${city}, ${state}`;
  print('\nThe worst routes, of at least 15 flights (minutes)');
  print(
    table(
      ['route', 'from', 'to', 'flights', 'mean delay'],
      (await worst.take(10)).map(({ route, from, to, mean }) => [
        route,
        place(from),
        place(to),
        mean.flights,
        mean.minutes.toFixed(1),
      ]),
    ),
  );
  step('worst routes');

  print('\nSaved in delay-by-state-and-hour');
  print(table(['file', 'bytes'], await listFiles(saved)));
  print('\nLineage of the worst routes');
  print(worst.toDebugString());
  print('\nThe data directory, before the session is closed');
  print(await dataDirectoryTree(session.directory));
}

await startIfMain(import.meta, run);
