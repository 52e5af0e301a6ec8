/** Keeping a dataset: what each storage level holds where, what a second action reads, and unpersist. */
import { Session, type StorageLevelName } from '../lib/index.ts';
import { type Place, type Print, startIfMain } from './support/example.ts';
import { table } from './support/table.ts';

const LEVELS: readonly StorageLevelName[] = ['MEMORY_ONLY', 'MEMORY_ONLY_SER', 'MEMORY_AND_DISK', 'DISK_ONLY'];

export async function run(print: Print, { dir }: Place): Promise<void> {
  await using session = await Session.open({ dir, name: 'caching', parallelism: 4 });

  // Everything that happens in a session can be listened to; here, where blocks are put.
  const stored = { blocks: 0, memoryBytes: 0, diskBytes: 0 };
  using _listening = session.onEvent((event) => {
    if (event.kind !== 'block-stored') return;
    stored.blocks++;
    stored.memoryBytes += event.memoryBytes;
    stored.diskBytes += event.diskBytes;
  });

  const readings = session.range(4_000).map((n) => ({ station: `s${n % 7}`, minute: n, celsius: (n * 37) % 50 }));
  const rows: (string | number)[][] = [];
  for (const level of LEVELS) {
    Object.assign(stored, { blocks: 0, memoryBytes: 0, diskBytes: 0 });
    const warm = readings.filter(({ celsius }) => celsius >= 20).persist(level);
    const computed = await warm.count();
    const kept = { ...stored };
    const again = await warm.count();
    // The second action stored nothing new: it read the blocks of the first.
    const where = [kept.memoryBytes > 0 && 'memory', kept.diskBytes > 0 && 'disk'].filter(Boolean).join(' and ');
    rows.push([level, computed, kept.blocks, where, again, stored.blocks - kept.blocks]);
    warm.unpersist();
  }
  print('4,000 readings, the warm ones kept at four levels and counted twice');
  print(table(['level', 'first count', 'blocks', 'kept in', 'second count', 'new blocks'], rows));

  const kept = readings.setName('readings').persist('DISK_ONLY');
  await kept.count();
  print('\nThe lineage says what is kept');
  print(kept.toDebugString());
  kept.unpersist();
  print('\nAnd after unpersist');
  print(kept.toDebugString());
}

await startIfMain(import.meta, run);
