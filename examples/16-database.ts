/**
 * Airports of the United States in a SQLite database: written as a table in one transaction, read again in four
 * partitions with conditions in SQL, joined with what no database knows, and a table of the result beside the first.
 *
 * With `url: 'postgres://…'` or `'mysql://…'` in place of `path` it works the same way on a server.
 */
import { join } from 'node:path';
import { col, Session } from '../lib/index.ts';
import { readAirports } from './support/airports.ts';
import { type Place, type Print, startIfMain } from './support/example.ts';
import { table } from './support/table.ts';

interface Airport {
  readonly id: number;
  readonly iata: string;
  readonly city: string;
  readonly state: string;
  readonly latitude: number;
}

const REGIONS = [
  ['AK', 'the far north'],
  ['HI', 'the Pacific'],
  ['WA', 'the west coast'],
  ['OR', 'the west coast'],
  ['CA', 'the west coast'],
] as const;

export async function run(print: Print, { dir, out, note }: Place): Promise<void> {
  await using session = await Session.open({ dir, name: 'database', parallelism: 4 });
  const path = join(out, 'airports.db');
  const show = (text: string) => print(text.replaceAll(path, 'airports.db'));

  const airports = readAirports(session);
  const rows = airports
    .zipWithIndex()
    .map(([{ code, city, state, latitude }, id]) => ({ id, iata: code, city, state, latitude }));
  await rows.write.database({
    path,
    table: 'airports',
    schema: { id: 'int64 not null', iata: 'string', city: 'string', state: 'string', latitude: 'double' },
    columnTypes: { id: 'INTEGER PRIMARY KEY', iata: 'TEXT COLLATE NOCASE' },
  });
  const again = await rows.write.database({ path, table: 'airports' }).catch((error: Error) => error.message);
  show(`A second time: ${String(again).split('\n')[0]}`);

  const western = session.read.database<Airport>({
    path,
    table: 'airports',
    columns: ['state', 'city', 'latitude'],
    where: col('state').in(...REGIONS.map(([state]) => state)),
    partition: { column: 'id', lowerBound: 0, upperBound: 3400, numPartitions: 4 },
  });
  show(`\n${western.toDebugString()}`);
  print(
    `\n${await western.count()} airports; of each partition ${(await western.glom().collect()).map(({ length }) => length)}`,
  );

  const regions = session.parallelize(REGIONS, 1);
  const counts = await western
    .map(({ state, latitude }) => [state, latitude] as const)
    .join(regions)
    .map(([, [latitude, region]]) => [region, latitude] as const)
    .groupByKey()
    .map(([region, latitudes]) => ({
      region,
      airports: latitudes.length,
      northernmost: Math.max(...latitudes),
    }));
  await counts.write.database({ path, table: 'regions', mode: 'overwrite' });

  const query = 'SELECT region, airports, round(northernmost, 2) AS north FROM regions ORDER BY airports DESC';
  const found = session.read.database<{ region: string; airports: number; north: number }>({ path, query });
  print(`\n${found.schema.fields.map(({ name, type }) => `${name}: ${type.kind}`).join(', ')}`);
  const list = await found.collect();
  print(
    table(
      ['region', 'airports', 'north'],
      list.map(({ region, airports: n, north }) => [region, n, north]),
    ),
  );

  // Whatever fails, the table stays as it was.
  const wrong = session.parallelize(
    [{ region: 'the Atlantic' }, { region: 'nowhere', airports: 'none' }, { name: 'lost' }],
    1,
  );
  const failed = await wrong.write
    .database({ path, table: 'regions', mode: 'append' })
    .catch((error: Error) => error.message);
  show(`\n${failed}`);
  print(`\nstill ${await found.count()} regions`);
  note(`the database is ${path}`);
}

await startIfMain(import.meta, run);
