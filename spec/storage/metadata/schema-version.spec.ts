import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { MetadataDatabase } from '../../../storage/metadata/database.ts';
import { ALL_MIGRATIONS } from '../../../storage/metadata/migrations/all-migrations.ts';
import type { Migration } from '../../../storage/metadata/migrations/migration.ts';
import { beginWordCount, ScratchDirectory } from './example-run.ts';

const LATEST = ALL_MIGRATIONS.length;
const NEXT: Migration = {
  version: LATEST + 1,
  name: 'notes',
  sql: 'CREATE TABLE notes (run TEXT) STRICT; INSERT INTO notes SELECT run FROM runs;',
};
const BROKEN: Migration = {
  version: LATEST + 1,
  name: 'broken',
  sql: 'CREATE TABLE half (a TEXT) STRICT; CREATE TABLE runs (b)',
};

function versionOf(database: MetadataDatabase): unknown {
  return database.get<{ user_version: number }>('PRAGMA user_version')?.user_version;
}

test('opening again changes nothing', () => {
  using scratch = new ScratchDirectory();
  MetadataDatabase.open(scratch.database).close();
  const before = readFileSync(scratch.database);
  const trace: string[] = [];
  using database = MetadataDatabase.open(scratch.database, { trace: (sql) => trace.push(sql) });
  expect(versionOf(database)).toBe(ALL_MIGRATIONS.length);
  expect(trace.some((sql) => /CREATE|BEGIN/.test(sql))).toBe(false);
  database.close();
  // The journal mode went to WAL and back, which counts as two changes of the header.
  const after = readFileSync(scratch.database);
  expect(after.subarray(100)).toEqual(before.subarray(100));
});

test('a step is added to what is there, once, in one transaction', () => {
  using scratch = new ScratchDirectory();
  {
    using database = MetadataDatabase.open(scratch.database);
    beginWordCount(database);
  }
  const trace: string[] = [];
  const migrations = [...ALL_MIGRATIONS, NEXT];
  using database = MetadataDatabase.open(scratch.database, { migrations, trace: (sql) => trace.push(sql) });
  expect(versionOf(database)).toBe(LATEST + 1);
  expect(trace.filter((sql) => sql === 'COMMIT')).toHaveLength(1);
  database.close();
  using again = MetadataDatabase.open(scratch.database, { migrations });
  expect(again.all('SELECT run FROM notes')).toEqual([{ run: 'aaaa0001' }]);
});

test('a step that fails leaves the version and the tables of before', () => {
  using scratch = new ScratchDirectory();
  MetadataDatabase.open(scratch.database).close();
  expect(() => MetadataDatabase.open(scratch.database, { migrations: [...ALL_MIGRATIONS, BROKEN] })).toThrow(
    /already exists/,
  );
  using database = MetadataDatabase.open(scratch.database);
  expect(versionOf(database)).toBe(LATEST);
  expect(database.get("SELECT 1 FROM sqlite_schema WHERE name = 'half'")).toBeUndefined();
});

test('a database that is newer than it says is refused as damaged, and left as it is', () => {
  using scratch = new ScratchDirectory();
  MetadataDatabase.open(scratch.database).close();
  for (let version = 1; version < LATEST; version++) {
    const bytes = readFileSync(scratch.database);
    bytes.writeUInt32BE(version, 60);
    writeFileSync(scratch.database, bytes);
    for (const readOnly of [true, false]) {
      expect(() => MetadataDatabase.open(scratch.database, { readOnly })).toThrow(/CORRUPT_FILE: .* at byte 60/);
    }
    using database = MetadataDatabase.open(scratch.database, { migrations: ALL_MIGRATIONS.slice(0, version) });
    expect(database.findDamage()).toEqual([]);
  }
});

test('a database of a newer release is refused and left as it is, for reading and for writing', () => {
  using scratch = new ScratchDirectory();
  MetadataDatabase.open(scratch.database, { migrations: [...ALL_MIGRATIONS, NEXT] }).close();
  const before = readFileSync(scratch.database);
  for (const readOnly of [true, false]) {
    expect(() => MetadataDatabase.open(scratch.database, { readOnly })).toThrow(
      `UNSUPPORTED_VERSION: ${scratch.database} has format version ${LATEST + 1}; this release reads up to ${LATEST}`,
    );
  }
  expect(readFileSync(scratch.database)).toEqual(before);
});

test('a reader sees an older database with the newest schema, while it is written and afterwards, and changes nothing', () => {
  using scratch = new ScratchDirectory();
  const writer = MetadataDatabase.open(scratch.database);
  beginWordCount(writer);
  const migrations = [...ALL_MIGRATIONS, NEXT];
  {
    using reader = MetadataDatabase.open(scratch.database, { readOnly: true, migrations });
    expect(reader.all('SELECT run FROM notes')).toEqual([{ run: 'aaaa0001' }]);
    expect(() => reader.run('DELETE FROM notes')).toThrow(/PERMISSION_DENIED/);
  }
  writer.close();
  const before = readFileSync(scratch.database);
  using reader = MetadataDatabase.open(scratch.database, { readOnly: true, migrations });
  expect(reader.all('SELECT run FROM notes')).toHaveLength(1);
  expect(readFileSync(scratch.database)).toEqual(before);
});

test('a database of another program is refused and left as it is', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database);
  const foreign = `${scratch.path}/foreign.db`;
  database.run(`VACUUM INTO '${foreign}'`);
  const bytes = readFileSync(foreign);
  bytes.writeUInt32BE(7, 68);
  for (const [what, version] of [
    ['another application id', 1],
    ['no version', 0],
  ] as const) {
    bytes.writeUInt32BE(version, 60);
    const path = `${scratch.path}/${what}.db`;
    writeFileSync(path, bytes);
    for (const readOnly of [true, false]) {
      expect(() => MetadataDatabase.open(path, { readOnly }), what).toThrow(/CORRUPT_FILE: .* at byte 68/);
    }
    expect(readFileSync(path)).toEqual(bytes);
  }
});
