/**
 * A week of three million flights in Parquet: how little of the file is read, the states with the worst delays, and the
 * same flights again as a table of directories by state, of which one is read.
 *
 * The file is `flights-3m.parquet` of the npm package `vega-datasets`: 11 row groups, sorted by date.
 */
import { join } from 'node:path';
import { col, inspectParquet, type Rdd, Session } from '../lib/index.ts';
import { readAirports } from './support/airports.ts';
import { type Place, type Print, startIfMain } from './support/example.ts';
import { table } from './support/table.ts';
import { vegaData } from './support/vega-data.ts';

interface Flight {
  readonly date: Date;
  readonly delay: number;
  readonly origin: string;
}

/** Bytes that the tasks of a session read, since the last time it was asked. */
function countBytes(session: Session): () => number {
  let bytes = 0;
  session.onEvent((event) => {
    if (event.kind === 'task-ended' && event.metrics !== undefined) bytes += event.metrics.bytesRead;
  });
  return () => {
    const since = bytes;
    bytes = 0;
    return since;
  };
}

async function meanDelays(delays: Rdd<readonly [string, number]>): Promise<[string, number, string][]> {
  const sums = delays.aggregateByKey(
    [0, 0] as readonly [number, number],
    ([flights, total], delay) => [flights + 1, total + delay] as const,
    (a, b) => [a[0] + b[0], a[1] + b[1]] as const,
  );
  const worst = await sums
    .filter(([, [flights]]) => flights >= 1000)
    .sortBy(([key, [flights, total]]) => [-total / flights, key] as const)
    .take(5);
  return worst.map(([key, [flights, total]]) => [key, flights, (total / flights).toFixed(1)]);
}

export async function run(print: Print, { dir, out, note }: Place): Promise<void> {
  const started = performance.now();
  const path = vegaData('flights-3m.parquet');
  const file = inspectParquet(path);
  print(`flights-3m.parquet: ${file.rowCount} rows, ${file.rowGroups.length} row groups, ${file.sizeBytes} bytes`);

  await using session = await Session.open({ dir, name: 'parquet', parallelism: 4 });
  const bytesRead = countBytes(session);

  // A week of one file: two columns, and the row groups that hold the week.
  const week = session.read.parquet<Flight>(path, {
    columns: ['origin', 'delay'],
    where: col('date').ge('2001-03-05').and(col('date').lt('2001-03-12'), col('delay').isNotNull()),
  });
  print(`\n${week.toDebugString()}`);
  print(`\n${await week.count()} flights from March 5 to 11; ${bytesRead()} of ${file.sizeBytes} bytes were read`);

  // Joined with their airports
  const stateOf = readAirports(session).map(({ code, state }) => [code, state] as const);
  const byState = week
    .map(({ origin, delay }) => [origin, delay] as const)
    .join(stateOf)
    .map(([, [delay, state]]) => [state, delay] as const);
  print('\nStates with the worst mean delays of that week, of at least 1,000 flights (minutes)');
  print(table(['state', 'flights', 'mean delay'], await meanDelays(byState)));

  // Written as a table of directories, and read again: of one state, its directory alone
  const saved = join(out, 'flights-by-state');
  const flights = week
    .map(({ origin, delay }) => [origin, delay] as const)
    .join(stateOf)
    .map(([origin, [delay, state]]) => ({ origin, delay, state }));
  await flights.repartition(1).write.parquet(saved, {
    schema: { origin: 'string', delay: 'int32', state: 'string' },
    partitionBy: 'state',
    codec: 'zstd',
  });
  bytesRead();
  const fromCalifornia = session.read.parquet<{ origin: string; delay: number }>(saved, {
    columns: ['origin', 'delay'],
    where: col('state').eq('CA').and(col('delay').gt(60)),
  });
  const late = await fromCalifornia
    .map(({ origin }) => [origin, 1] as const)
    .reduceByKey((a, b) => a + b)
    .collect();
  late.sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  print('\nFlights from California that were over an hour late, read from state=CA alone');
  print(
    table(
      ['origin', 'flights'],
      late.slice(0, 5).map(([origin, count]) => [origin, count]),
    ),
  );
  const filters = fromCalifornia.toDebugString().match(/(Partition|Pushed)Filters: .*|Files: \d+/g) ?? [];
  print(`\n${filters.join('\n')}`);
  note(`took ${Math.round(performance.now() - started)} ms`);
}

await startIfMain(import.meta, run);
