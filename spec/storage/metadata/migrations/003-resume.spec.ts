import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CheckpointCatalog } from '../../../../storage/metadata/checkpoint-catalog.ts';
import { MetadataDatabase } from '../../../../storage/metadata/database.ts';
import { RESUME } from '../../../../storage/metadata/migrations/003-resume.ts';
import { ALL_MIGRATIONS } from '../../../../storage/metadata/migrations/all-migrations.ts';
import { RunReader } from '../../../../storage/metadata/run-reader.ts';
import { ShuffleCatalog } from '../../../../storage/metadata/shuffle-catalog.ts';
import { expectGolden } from '../../../support/golden.ts';
import { beginWordCount, ScratchDirectory } from '../example-run.ts';

const FIXTURES = join(import.meta.dirname, '..', '..', '..', '..', 'fixtures', 'storage', 'metadata');
const STEPS = ALL_MIGRATIONS.slice(0, RESUME.version);

test('the tables are the ones on record', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database, { migrations: STEPS });
  const statements = database.all<{ sql: string }>(
    `SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND
       (tbl_name LIKE 'retained%' OR tbl_name IN ('fingerprint_records', 'found_values', 'reuse_decisions', 'checkpoints'))
     ORDER BY type DESC, name`,
  );
  const text = statements.map(({ sql }) => `${sql};`).join('\n\n');
  expectGolden('storage/metadata/resume.sql', `PRAGMA user_version = ${RESUME.version};\n\n${text}`);
});

test('what is retained outlives the rows of its run; what was decided goes with them', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database, { migrations: STEPS });
  beginWordCount(database);
  database.transaction(() => {
    database.run(`INSERT INTO retained_outputs VALUES ('aaaa0001', 0, 0, 3, 64, 5, 10)`);
    database.run(`INSERT INTO retained_shuffles VALUES ('aaaa0001', 0, 'f0', 2, 2, 1000)`);
    database.run(
      `INSERT INTO reuse_decisions VALUES
         ('aaaa0001', 0, 'shuffle', 2, 0, 'job.ts:1', 'new', NULL, 0, 2, 0, NULL, '[]')`,
    );
  });
  database.run('DELETE FROM runs');
  expect(database.all('SELECT task FROM retained_outputs')).toEqual([{ task: 3 }]);
  expect(database.all('SELECT * FROM reuse_decisions')).toEqual([]);
  database.run('DELETE FROM retained_shuffles');
  expect(database.all('SELECT * FROM retained_outputs')).toEqual([]);
  expect(() => database.run(`INSERT INTO retained_outputs VALUES ('aaaa0001', 9, 0, 3, 64, 5, 10)`)).toThrow();
  expect(database.findDamage()).toEqual([]);
});

test('a database that a release before resuming left opens with its rows', () => {
  using scratch = new ScratchDirectory();
  const path = join(scratch.path, 'cairn.sqlite');
  copyFileSync(join(FIXTURES, 'v2.sqlite'), path);
  for (const readOnly of [true, false]) {
    using database = MetadataDatabase.open(path, { readOnly });
    expect(database.get('PRAGMA user_version')).toEqual({ user_version: ALL_MIGRATIONS.length });
    const reader = new RunReader(database);
    const [run] = reader.listRuns();
    expect(run).toMatchObject({ run: 'aaaa0001', state: 'running', command: 'node job.ts' });
    expect(run && reader.reuseOf(run.run)).toEqual([]);
    expect(new CheckpointCatalog(database).list()).toMatchObject([
      { checkpoint: 1, name: 'counts', state: 'complete', rowCount: 3, elapsedMs: null },
      { checkpoint: 2, name: null, state: 'writing', elapsedMs: null },
    ]);
    expect(new CheckpointCatalog(database).partsOf(1)).toMatchObject([{ partition: 0, checksum: 4_000_000_000 }]);
    expect(new ShuffleCatalog(database).list()).toEqual([]);
    expect(database.findDamage()).toEqual([]);
  }
});
