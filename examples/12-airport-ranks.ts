/**
 * A loop over a graph: the PageRank of the airports of the United States, by the flights of a year between them, and
 * which of them can be reached from one another.
 *
 * Shows what checkpoints do for a loop: its lineage ends at the last one, and only that one stays on disk.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Session } from '../lib/index.ts';
import { connectedComponents } from './lib/connected-components.ts';
import { pageRank } from './lib/page-rank.ts';
import { readAirports, readRoutes } from './support/airports.ts';
import { type Place, type Print, startIfMain } from './support/example.ts';
import { table } from './support/table.ts';

export async function run(print: Print, { dir, out }: Place): Promise<void> {
  await using session = await Session.open({ dir, name: 'airport ranks', parallelism: 4 });
  session.setCheckpointDir(join(out, 'checkpoints'));
  const edges = readRoutes(session)
    .map(({ origin, destination, flights }) => ({ from: origin, to: destination, weight: flights }))
    .cache();
  const names = readAirports(session).map(({ code, city, state }) => [code, `${city}, ${state}`]);

  const { ranks, iterations } = await pageRank(session, edges, { tolerance: 1e-6, checkpointInterval: 10 });
  const best = await ranks
    .map(([code, rank]): [string, number] => [String(code), rank])
    .join(names)
    .sortBy(([code, [rank]]) => [-rank, code] as const)
    .take(10);
  const flights = await edges
    .map(({ to, weight }): [string, number] => [to, weight])
    .reduceByKey((a, b) => a + b)
    .collectAsMap();
  print(`The ten airports of ${await ranks.count()} that a passenger who goes on and on comes by most often`);
  print(
    table(
      ['airport', 'city', 'arrivals', 'rank'],
      best.map(([code, [rank, city]]) => [code, city, flights.get(code) ?? 0, rank.toFixed(4)]),
    ),
  );
  const total = await ranks.values().sum();
  print(`\n${iterations} rounds; all ranks together are ${total.toFixed(6)}`);

  // Not printed: a round reads the ranks before it twice, so that the text doubles with each one since the checkpoint.
  const lineage = ranks.toDebugString();
  const begins = lineage.includes('ReliableCheckpointRDD') ? 'at the last checkpoint' : 'with the first round';
  print(`The lineage of the ranks begins ${begins}`);
  const kept = await readdir(session.checkpointDir as string);
  print(`Checkpoints on disk: ${kept.length}`);

  const { components, rounds } = await connectedComponents(session, edges);
  const sizes = await components
    .map(([, component]): [string, number] => [String(component), 1])
    .reduceByKey((a, b) => a + b)
    .sortByKey()
    .collect();
  print(`\nGroups of airports with flights between them, after ${rounds} rounds`);
  print(table(['first airport', 'airports'], sizes));
}

await startIfMain(import.meta, run);
