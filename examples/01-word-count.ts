/** Word count over text files: read lines, cut them into words, count, order by count. */
import { join, relative } from 'node:path';
import { Session } from '../lib/index.ts';
import { type Place, type Print, startIfMain } from './support/example.ts';
import { table } from './support/table.ts';

/** Relative, as lineages show it. */
const FILES = relative(process.cwd(), join(import.meta.dirname, 'data', '*.txt'));

export async function run(print: Print, { dir }: Place): Promise<void> {
  await using session = await Session.open({ dir, name: 'word count', parallelism: 2 });

  const lines = session.textFile(FILES).setName('lines');
  const words = lines.flatMap((line) => line.toLowerCase().match(/[a-z]+/g) ?? []);
  const counts = words.map((word) => [word, 1]).reduceByKey((a, b) => a + b);

  // Nothing has run yet. Each action runs a job; later ones find what earlier ones have shuffled.
  print(`${await lines.count()} lines, ${await words.count()} words, ${await counts.count()} different ones`);
  const most = await counts.sortBy(([word, count]) => [-count, word]).take(8);
  print(`\n${table(['word', 'count'], most)}`);
  print(`\n'cairn' occurs ${(await counts.lookup('cairn'))[0]} times`);
  print(`\nHow the counts are computed\n${counts.toDebugString()}`);
}

await startIfMain(import.meta, run);
