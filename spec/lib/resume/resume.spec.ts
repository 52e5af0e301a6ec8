import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MetadataDatabase } from '../../../storage/metadata/database.ts';
import { type EngineOfSpec, SpecDirectory } from '../../support/engine-of-spec.ts';
import { runOnce } from '../../support/resuming.ts';

let home: SpecDirectory;
let dir: string;
beforeEach(() => {
  home = new SpecDirectory();
  dir = home.join('data');
});
afterEach(() => home[Symbol.dispose]());

const pairs = (bench: EngineOfSpec, factor: number) =>
  bench.parallelize([1, 2], 2).map((n): [number, number] => [n, n * factor]);
const program = (factor: number) => async (bench: EngineOfSpec) =>
  (
    await pairs(bench, factor)
      .reduceByKey((a, b) => a + b, 2)
      .collect()
  ).sort(([a], [b]) => a - b);

function query<Row>(sql: string): readonly Row[] {
  using database = MetadataDatabase.open(join(dir, 'cairn.sqlite'), { readOnly: true });
  return database.all<Row>(sql);
}

describe('what is kept for later runs', () => {
  it('is let go when three runs of the name had no use for it', async () => {
    const one = await runOnce(dir, program(1), { stops: true });
    const two = await runOnce(dir, program(2), { stops: true });
    const runsThatKeep = () => query<{ run: string }>('SELECT run FROM retained_shuffles').map(({ run }) => run);
    expect(new Set(runsThatKeep())).toEqual(new Set([one.run, two.run]));
    // The third to fifth use what the first left, and not what the second did.
    for (let i = 0; i < 3; i++) expect((await runOnce(dir, program(1), { stops: true })).reused?.mapOutputs).toBe(2);
    expect(new Set(runsThatKeep())).toEqual(new Set([one.run, two.run]));
    const records = query('SELECT 1 FROM fingerprint_records').length;
    await runOnce(dir, program(1), { stops: true });
    expect(runsThatKeep()).toEqual([one.run]);
    expect(query('SELECT 1 FROM fingerprint_records').length).toBeLessThan(records);
    // Files go with the next opening.
    await runOnce(dir, program(1), { stops: true });
    expect(readdirSync(join(dir, 'shuffle'))).not.toContain(two.run);
  });

  it('is let go, with what explained it, when a run completes', async () => {
    await runOnce(dir, program(1), { stops: true });
    await runOnce(dir, async (bench) => await pairs(bench, 1).sortByKey({ numPartitions: 2 }).collect(), {
      stops: true,
    });
    const counts = () =>
      ['retained_shuffles', 'fingerprint_records', 'found_values'].map(
        (table) => query(`SELECT 1 FROM ${table}`).length,
      );
    expect(counts().every((count) => count > 0)).toBe(true);
    await runOnce(dir, program(1));
    expect(counts()).toEqual([0, 0, 0]);
  });
});

describe('a decision', () => {
  it('is on record a thousand times at the most', async () => {
    const cell = new Int32Array(new SharedArrayBuffer(4));
    await runOnce(dir, async (bench) => {
      let dataset = pairs(bench, 1).mapValues((n) => n + (cell[0] ?? 0));
      for (let i = 0; i < 1010; i++) dataset = dataset.partitionBy(1 + (i % 2));
      await dataset.count();
    });
    expect(query<{ n: number }>('SELECT count(*) AS n FROM reuse_decisions')).toEqual([{ n: 1000 }]);
    const [row] = query<{ decision: string; reasons: string }>('SELECT decision, reasons FROM reuse_decisions LIMIT 1');
    expect(row?.decision).toBe('volatile');
    expect(row?.reasons).toMatch(/cell/);
  });
});

describe('a checkpoint', () => {
  const checkpointed = async (bench: EngineOfSpec) => {
    bench.engine.checkpoints.setDirectory(home.join('checkpoints'));
    const dataset = pairs(bench, 3).checkpoint();
    await dataset.collect();
    return dataset.getCheckpointFile() as string;
  };

  it('says how much had been spent on it, what was reused included', async () => {
    await runOnce(dir, checkpointed);
    await runOnce(dir, async (bench) => {
      bench.engine.checkpoints.setDirectory(home.join('checkpoints'));
      const before = pairs(bench, 3).checkpoint();
      await before.count();
      await before
        .map(([key]) => key)
        .checkpoint()
        .collect();
    });
    const [first, second] = query<{ ms: number }>('SELECT elapsed_ms AS ms FROM checkpoints ORDER BY checkpoint').map(
      ({ ms }) => ms,
    );
    expect(first).toBeTypeOf('number');
    expect(second).toBeGreaterThanOrEqual(first as number);
  });

  it('is passed over for an older one when it is damaged', async () => {
    const older = await runOnce(dir, checkpointed);
    const newer = await runOnce(dir, async (bench) => await checkpointed(bench), { resume: false });
    // One of a session that does not resume has no fingerprint: given that of the older one, it is the newest.
    using database = MetadataDatabase.open(join(dir, 'cairn.sqlite'));
    database.transaction(() =>
      database.run('UPDATE checkpoints SET fingerprint = (SELECT fingerprint FROM checkpoints WHERE checkpoint = 1)'),
    );
    const manifest = join(newer.answer, '_manifest');
    const bytes = readFileSync(manifest);
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) ^ 1;
    writeFileSync(manifest, bytes);
    database.close();
    const third = await runOnce(dir, async (bench) => {
      bench.engine.checkpoints.setDirectory(home.join('checkpoints'));
      const dataset = pairs(bench, 3).checkpoint();
      await dataset.count();
      return dataset.getCheckpointFile();
    });
    expect(third.answer).toBe(older.answer);
  });
});

describe('fingerprints', () => {
  it('are on record with the lineage', async () => {
    await runOnce(dir, program(1));
    const rows = query<{ fingerprint: string | null }>('SELECT fingerprint FROM lineage_nodes');
    expect(rows.length).toBe(3);
    for (const { fingerprint } of rows) expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
    await runOnce(dir, program(1), { resume: false });
    expect(query<{ n: number }>('SELECT count(*) AS n FROM lineage_nodes WHERE fingerprint IS NULL')).toEqual([
      { n: 3 },
    ]);
  });
});
