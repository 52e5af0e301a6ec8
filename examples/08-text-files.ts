/** Text in and out: several files and patterns, part files, gzip, replacing what is there, and objects instead of text. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CairnError, Session } from '../lib/index.ts';
import { csvFields } from './support/csv.ts';
import { type Place, type Print, startIfMain } from './support/example.ts';
import { listFiles } from './support/list-files.ts';
import { table } from './support/table.ts';
import { vegaData } from './support/vega-data.ts';

export async function run(print: Print, { dir, out }: Place): Promise<void> {
  await using session = await Session.open({ dir, name: 'text files', parallelism: 3 });
  const saved = (name: string) => join(out, name);

  // Days of weather in Seattle: date, precipitation, highest and lowest temperature, wind, what it was like.
  const lines = session.textFile(vegaData('seattle-weather.csv'), 3);
  const header = await lines.first();
  const days = lines.filter((line) => line !== header).map(csvFields);
  print(`${header}\n${await days.count()} days in ${days.getNumPartitions()} partitions`);

  // One part file a partition, and an empty _SUCCESS when all of them are there.
  const rainy = days.filter(([, , , , , weather]) => weather === 'rain').map(([date, mm]) => `${date} ${mm}`);
  await rainy.saveAsTextFile(saved('rainy'));
  print(`\nrainy days\n${table(['file', 'bytes'], await listFiles(saved('rainy')))}`);

  // Fewer files: fewer partitions. Compressed ones are read like others.
  await rainy.coalesce(1).saveAsTextFile(saved('rainy-gz'), { compression: 'gzip' });
  const parts = (await listFiles(saved('rainy-gz'))).map(([name]) => name);
  print(`\ncompressed: ${parts.join(' ')}; read again: ${await session.textFile(saved('rainy-gz')).count()} lines`);
  const both = session.textFile([saved('rainy/part-0000[01]'), saved('rainy-gz')]);
  print(`two parts and the compressed ones: ${await both.count()} lines`);

  // What is there is not replaced by mistake.
  const again = await rainy.saveAsTextFile(saved('rainy')).catch((error: unknown) => error);
  print(`\nsaving there again: ${again instanceof CairnError ? again.code : 'done'}`);
  await days.sample(false, 0.01, 7).map(String).saveAsTextFile(saved('rainy'), { overwrite: true });
  print(`with overwrite: ${await session.textFile(saved('rainy')).count()} lines`);

  // Objects keep their types: numbers, dates, nested values.
  const typed = days.map(([date = '', mm]) => ({ date: new Date(date), mm: Number(mm) }));
  await typed.saveAsObjectFile(saved('typed'));
  const wettest = await session
    .objectFile<{ date: Date; mm: number }>(saved('typed'))
    .reduce((a, b) => (b.mm > a.mm ? b : a));
  print(`\nthe wettest day, from object files: ${wettest.date.toISOString().slice(0, 10)}, ${wettest.mm} mm`);
  print(
    `a part file begins: ${JSON.stringify((await readFile(saved('typed/part-00000'))).subarray(0, 4).toString('latin1'))}`,
  );
}

await startIfMain(import.meta, run);
