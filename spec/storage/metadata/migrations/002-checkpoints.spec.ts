import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MetadataDatabase } from '../../../../storage/metadata/database.ts';
import { RUNS_AND_LINEAGE } from '../../../../storage/metadata/migrations/001-runs-and-lineage.ts';
import { CHECKPOINTS_AND_PARTS } from '../../../../storage/metadata/migrations/002-checkpoints.ts';
import { ALL_MIGRATIONS } from '../../../../storage/metadata/migrations/all-migrations.ts';
import { RunReader } from '../../../../storage/metadata/run-reader.ts';
import { expectGolden } from '../../../support/golden.ts';
import { beginWordCount, ScratchDirectory } from '../example-run.ts';

const FIXTURES = join(import.meta.dirname, '..', '..', '..', '..', 'fixtures', 'storage', 'metadata');

test('the tables are the ones on record', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database, { migrations: [RUNS_AND_LINEAGE, CHECKPOINTS_AND_PARTS] });
  const statements = database.all<{ sql: string }>(
    `SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND tbl_name LIKE 'checkpoint%' ORDER BY type DESC, name`,
  );
  const text = statements.map(({ sql }) => `${sql};`).join('\n\n');
  expectGolden(
    'storage/metadata/checkpoints.sql',
    `PRAGMA user_version = ${CHECKPOINTS_AND_PARTS.version};\n\n${text}`,
  );
});

test('a checkpoint outlives the rows of its run, and takes its parts with it', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database, { migrations: [RUNS_AND_LINEAGE, CHECKPOINTS_AND_PARTS] });
  beginWordCount(database);
  const values = `1, 'aaaa0001', 2, NULL, NULL, 'o', 'p', 'complete', NULL, 1, 1, 88, NULL, 1, 0, 0`;
  database.transaction(() => {
    database.run(`INSERT INTO checkpoint_parts VALUES (1, 0, 88, 1, 7, 'none')`);
    database.run(`INSERT INTO checkpoints VALUES (${values})`);
  });
  database.run(`DELETE FROM runs`);
  expect(database.all('SELECT checkpoint FROM checkpoints')).toHaveLength(1);
  database.run('DELETE FROM checkpoints');
  expect(database.all('SELECT * FROM checkpoint_parts')).toEqual([]);
  expect(() => database.run(`INSERT INTO checkpoint_parts VALUES (9, 0, 88, 1, 7, 'none')`)).toThrow();
});

test('a database that a release before checkpoints left opens with its rows', () => {
  using scratch = new ScratchDirectory();
  const path = join(scratch.path, 'cairn.sqlite');
  copyFileSync(join(FIXTURES, 'v1.sqlite'), path);
  for (const readOnly of [true, false]) {
    using database = MetadataDatabase.open(path, { readOnly });
    expect(database.get('PRAGMA user_version')).toEqual({ user_version: ALL_MIGRATIONS.length });
    expect(new RunReader(database).listRuns()).toMatchObject([
      { run: 'aaaa0001', state: 'running', command: 'node job.ts' },
    ]);
    expect(database.all('SELECT * FROM checkpoints')).toEqual([]);
    expect(database.findDamage()).toEqual([]);
  }
});
