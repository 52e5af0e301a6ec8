import { expect, test } from 'vitest';
import { MetadataDatabase } from '../../../../storage/metadata/database.ts';
import { RUNS_AND_LINEAGE } from '../../../../storage/metadata/migrations/001-runs-and-lineage.ts';
import { expectGolden } from '../../../support/golden.ts';
import { beginWordCount, exampleStage, ScratchDirectory } from '../example-run.ts';

test('the schema is the one on record', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database, { migrations: [RUNS_AND_LINEAGE] });
  const version = database.get<{ user_version: number }>('PRAGMA user_version')?.user_version;
  const statements = database.all<{ sql: string }>(
    'SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type DESC, name',
  );
  const text = statements.map(({ sql }) => `${sql};`).join('\n\n');
  expectGolden('storage/metadata/schema.sql', `PRAGMA user_version = ${version};\n\n${text}`);
});

test('every table is strict', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database);
  const loose = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%' AND strict = 0";
  expect(database.all(loose)).toEqual([]);
});

test('a run goes with all its rows', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database);
  for (const run of ['aaaa0001', 'bbbb0002']) {
    const log = beginWordCount(database, run);
    log.recordStageEnd(exampleStage(3, 4, { parents: [exampleStage().stage.stage] }));
  }
  database.transaction(() => database.run("DELETE FROM runs WHERE run = 'aaaa0001'"));
  for (const [, name] of RUNS_AND_LINEAGE.sql.matchAll(/^CREATE TABLE (\w+)/gm)) {
    expect(database.all(`SELECT DISTINCT run FROM ${name}`), name).toEqual([{ run: 'bbbb0002' }]);
  }
  expect(database.findDamage()).toEqual([]);
});
