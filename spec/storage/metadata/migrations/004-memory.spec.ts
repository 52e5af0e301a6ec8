import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runId, stageId } from '../../../../lib/base/ids.ts';
import { MetadataDatabase } from '../../../../storage/metadata/database.ts';
import { MEMORY } from '../../../../storage/metadata/migrations/004-memory.ts';
import { ALL_MIGRATIONS } from '../../../../storage/metadata/migrations/all-migrations.ts';
import { RunReader } from '../../../../storage/metadata/run-reader.ts';
import { expectGolden } from '../../../support/golden.ts';
import { beginWordCount, exampleStage, ScratchDirectory } from '../example-run.ts';

const FIXTURES = join(import.meta.dirname, '..', '..', '..', '..', 'fixtures', 'storage', 'metadata');
const STEPS = ALL_MIGRATIONS.slice(0, MEMORY.version);
const RUN = runId('aaaa0001');

test('the tables are the ones on record', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database, { migrations: STEPS });
  const statements = database.all<{ sql: string }>(
    `SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND tbl_name IN ('stages', 'tasks', 'task_consumers')
     ORDER BY type DESC, name`,
  );
  const text = statements.map(({ sql }) => `${sql};`).join('\n\n');
  expectGolden('storage/metadata/memory.sql', `PRAGMA user_version = ${MEMORY.version};\n\n${text}`);
});

test('what tasks held is there for each of them, and goes with them', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database, { migrations: STEPS });
  const log = beginWordCount(database);
  log.recordStageEnd(exampleStage(0, 3));
  const reader = new RunReader(database);
  expect(reader.tasksOf(RUN, stageId(0), 0).map(({ peakMemoryBytes }) => peakMemoryBytes)).toEqual([4096, 4097, 4098]);
  expect(reader.consumersOf(RUN, stageId(0), 0)).toEqual([{ name: 'map output', peakBytes: 4098, spilledBytes: 30 }]);
  expect(reader.consumersOf(RUN, stageId(1), 0)).toEqual([]);
  database.run('DELETE FROM runs');
  expect(database.all('SELECT * FROM task_consumers')).toEqual([]);
  expect(database.findDamage()).toEqual([]);
});

test('a database that a release before left opens with its rows, whose memory is not known', () => {
  using scratch = new ScratchDirectory();
  const path = join(scratch.path, 'cairn.sqlite');
  copyFileSync(join(FIXTURES, 'v3.sqlite'), path);
  for (const readOnly of [true, false]) {
    using database = MetadataDatabase.open(path, { readOnly });
    expect(database.get('PRAGMA user_version')).toEqual({ user_version: ALL_MIGRATIONS.length });
    const reader = new RunReader(database);
    expect(reader.findRun('last')).toMatchObject({ run: RUN, command: 'node job.ts' });
    const tasks = reader.tasksOf(RUN, stageId(0), 0);
    expect(tasks.map(({ spilledBytes, peakMemoryBytes }) => [spilledBytes, peakMemoryBytes])).toEqual([
      [0, null],
      [0, null],
    ]);
    expect(reader.consumersOf(RUN, stageId(0), 0)).toEqual([]);
    expect(database.findDamage()).toEqual([]);
  }
});
