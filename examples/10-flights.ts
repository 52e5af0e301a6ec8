/**
 * The main job: the flights of a month, out of three million, with the airports that they fly between.
 *
 * A whole job as one would write it. It reads what it needs of a Parquet file and of a CSV file, joins, aggregates and
 * sorts, writes a table of directories, and reads it back. It ends with an error unless what it has written adds up to
 * what it has read. Killed and run again, it goes on from what it had done: see docs/resume.md.
 *
 * The files are those of the npm package `vega-datasets`; `flights-3m.parquet` has 11 row groups, sorted by date.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { col, type Rdd, Session } from '../lib/index.ts';
import { type Place, type Print, startIfMain } from './support/example.ts';
import { table } from './support/table.ts';
import { vegaData } from './support/vega-data.ts';

/** A flight; its delay is in minutes. */
interface Flight {
  readonly origin: string;
  readonly destination: string;
  readonly delay: number;
}

interface Airport {
  readonly iata: string;
  readonly city: string;
  readonly state: string;
}

/** Flights and their minutes of delay: whole numbers, so that the order of adding makes no difference. */
type Sum = readonly [flights: number, minutes: number];

const sumOne = ({ delay }: Flight): Sum => [1, delay];
const add = (a: Sum, b: Sum): Sum => [a[0] + b[0], a[1] + b[1]];
const meanOf = ([flights, minutes]: Sum) => (minutes / flights).toFixed(1);

/** Functions given to datasets travel to worker threads, with what they use: `sumOne` and `add` here. */
async function sumAll(flights: Rdd<Flight>): Promise<Sum> {
  return await flights.map(sumOne).fold([0, 0], add);
}

export async function run(print: Print, { dir, out, note }: Place): Promise<void> {
  let last = performance.now();
  const step = (title: string) => {
    note(`${title}: ${Math.round(performance.now() - last)} ms`);
    last = performance.now();
  };
  await using session = await Session.open({ dir, name: 'flights', parallelism: 4 });
  step('open the session');

  // Three columns of five, of the pages that may have flights of March; each job reads those that its functions use
  const march = session.read.parquet<Flight>(vegaData('flights-3m.parquet'), {
    columns: ['origin', 'destination', 'delay'],
    where: col('date').ge('2001-03-01').and(col('date').lt('2001-04-01'), col('delay').isNotNull()),
  });
  const { result: inMarch, metrics } = await session.measure(() => sumAll(march));
  const { rowGroups, bytes } = march.scanFigures;
  print(march.toDebugString());
  print(`\n${inMarch[0]} flights in March 2001, ${meanOf(inMarch)} minutes late on average`);
  print(`Read: ${metrics.bytesRead} of ${bytes.total} bytes, ${rowGroups.read} of ${rowGroups.total} row groups`);
  step('read');

  // Aggregate by route, join the cities of both ends, sort
  const airports = session.read.csv<Airport>(vegaData('airports.csv'), { columns: ['iata', 'city', 'state'] });
  const cities = airports.map(({ iata, city, state }) => [iata, `${city}, ${state}`] as const);
  const worst = march
    .map((flight) => [[flight.origin, flight.destination] as const, sumOne(flight)] as const)
    .reduceByKey(add)
    .filter(([, [flights]]) => flights >= 50)
    .map(([[origin, destination], sum]) => [origin, { destination, sum }] as const)
    .join(cities)
    .map(([origin, [{ destination, sum }, from]]) => [destination, { origin, from, sum }] as const)
    .join(cities)
    .map(([destination, [{ origin, from, sum }, to]]) => ({ route: `${origin}-${destination}`, from, to, sum }))
    .sortBy(({ route, sum: [flights, minutes] }) => [-minutes / flights, route] as const);
  print('\nThe worst routes, of at least 50 flights (minutes)');
  print(
    table(
      ['route', 'from', 'to', 'flights', 'mean delay'],
      (await worst.take(5)).map(({ route, from, to, sum }) => [route, from, to, sum[0], meanOf(sum)]),
    ),
  );
  step('worst routes');

  // Join each flight with the state it leaves from, and write a directory a state
  const byState = march
    .map((flight) => [flight.origin, flight] as const)
    .join(airports.map(({ iata, state }) => [iata, state] as const))
    .map(([, [flight, state]]) => [state, { ...flight, state }] as const)
    .partitionBy(4)
    .values();
  const saved = join(out, 'march-by-state');
  await byState.write.parquet(saved, {
    schema: { origin: 'string', destination: 'string', delay: 'int32', state: 'string' },
    partitionBy: 'state',
    codec: 'zstd',
    mode: 'overwrite',
  });
  step('write');

  // Read it back: of California, no other directory is opened
  const fromCalifornia = session.read.parquet<Flight>(saved, {
    columns: ['origin', 'destination', 'delay'],
    where: col('state').eq('CA'),
  });
  const late = await fromCalifornia
    .filter(({ delay }) => delay > 60)
    .map(({ origin }) => [origin, 1] as const)
    .reduceByKey((a, b) => a + b)
    .sortBy(([origin, flights]) => [-flights, origin] as const)
    .take(5);
  const { files } = fromCalifornia.scanFigures;
  print('\nFlights from California that were over an hour late');
  print(table(['origin', 'flights'], late));
  print(`Read: ${files.read} of ${files.total} files`);

  // What was written adds up to what was read
  const readBack = session.read.parquet<Flight & { state: string }>(saved);
  const states = await readBack
    .map((flight) => [flight.state, sumOne(flight)] as const)
    .reduceByKey(add)
    .collectAsMap();
  assert.deepEqual([...states.values()].reduce(add), inMarch);
  assert.deepEqual(states.get('CA'), await sumAll(fromCalifornia));
  print(`\nRead back: ${inMarch[0]} flights from ${states.size} states, as many as were read, with the same delays`);
  step('read back');

  print('\nLineage of the worst routes');
  print(worst.toDebugString());
}

await startIfMain(import.meta, run, { resumes: true });
