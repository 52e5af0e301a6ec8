/**
 * A table of Parquet files, and how little of it a question needs: directories by value, bounds of files and of row
 * groups, fields of structs. Then the table grows by rows that have a column more.
 *
 * The rows are the ZIP codes of the United States, from the npm package `vega-datasets`. The main job, `10-flights.ts`,
 * reads a larger file, and joins.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Condition, col, inspectParquet, Session } from '../lib/index.ts';
import { type Place, type Print, startIfMain } from './support/example.ts';
import { table } from './support/table.ts';
import { vegaData } from './support/vega-data.ts';

interface ZipCode {
  readonly zip: string;
  /** Degrees to the north: a number in the CSV file, an exact text out of Parquet. */
  readonly latitude: number | string;
  readonly place: { readonly city: string; readonly state: string };
  /** The first digit of the code. */
  readonly zone: number;
}

const SCHEMA = {
  zip: 'string not null',
  latitude: 'decimal(9,6)',
  place: 'struct<city: string, state: string>',
  zone: 'int32',
};

export async function run(print: Print, { dir, out, note }: Place): Promise<void> {
  const started = performance.now();
  await using session = await Session.open({ dir, name: 'parquet', parallelism: 4 });

  // Written: a directory a zone, row groups of 1,000 rows
  const path = join(out, 'zip-codes');
  const codes = session.read
    .csv<{ zip_code: string; latitude: number; city: string; state: string }>(vegaData('zipcodes.csv'), {
      minPartitions: 1,
    })
    .map(({ zip_code, latitude, city, state }) => ({
      zip: zip_code,
      latitude,
      place: { city, state },
      zone: Number(zip_code[0]),
    }));
  const options = { schema: SCHEMA, partitionBy: 'zone', codec: 'zstd', rowGroupRows: 1000 } as const;
  await codes.write.parquet(path, options);

  const [file = ''] = await readdir(join(path, 'zone=9'));
  const { rowCount, rowGroups } = inspectParquet(join(path, 'zone=9', file));
  print(`zone=9/${file}: ${rowCount} rows in ${rowGroups.length} row groups; columns of the first one`);
  print(
    table(
      ['column', 'type', 'encodings', 'least', 'greatest'],
      (rowGroups[0]?.columns ?? []).map(({ path: column, type, encodings, min = '', max = '' }) => [
        column,
        type,
        encodings.join(' '),
        min,
        max,
      ]),
    ),
  );

  // Asked: what is left out is never read
  const ask = async (question: string, where: Condition | undefined, columns?: (string | string[])[]) => {
    const rows = session.read.parquet<ZipCode>(path, { where, columns });
    const { result, metrics } = await session.measure(() => rows.count());
    const { files, rowGroups: groups } = rows.scanFigures;
    return [
      question,
      result,
      `${files.read} of ${files.total}`,
      `${groups.read} of ${groups.total}`,
      metrics.bytesRead,
    ];
  };
  print('\nHow much is read of the table');
  print(
    table(
      ['rows', 'found', 'files', 'row groups of zones', 'bytes'],
      [
        await ask('all', undefined),
        await ask('all, the cities alone', undefined, ['place.city']),
        await ask('in zone 9', col('zone').eq(9)),
        await ask('from 94000 to 94999', col('zone').eq(9).and(col('zip').between('94000', '94999'))),
        await ask('94110', col('zip').eq('94110')),
        await ask('94110 or 10001', col('zip').in('94110', '10001')),
        await ask('in Alaska', col(['place', 'state']).eq('AK')),
        await ask('north of the polar circle', col('latitude').gt('66.56')),
      ],
    ),
  );

  // Grown: rows of before have no population
  await session
    .parallelize([{ zip: '00000', latitude: 90, place: { city: 'North Pole', state: 'AK' }, zone: 0, population: 1 }])
    .write.parquet(path, { ...options, schema: { ...SCHEMA, population: 'int32' }, mode: 'append' });
  const grown = session.read.parquet(path, { where: col('latitude').gt('71').and(col('place.state').eq('AK')) });
  print('\nAfter a row with one more column was appended');
  for (const row of await grown.collect()) print(JSON.stringify(row));
  note(`took ${Math.round(performance.now() - started)} ms`);
}

await startIfMain(import.meta, run);
