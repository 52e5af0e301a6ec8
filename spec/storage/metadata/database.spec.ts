import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { jobId, runId, stageId } from '../../../lib/base/ids.ts';
import { MetadataDatabase } from '../../../storage/metadata/database.ts';
import { RunReader } from '../../../storage/metadata/run-reader.ts';
import { beginWordCount, exampleStage, ScratchDirectory } from './example-run.ts';

const RUN = runId('aaaa0001');

test('the directory and its files are the user’s alone', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database);
  beginWordCount(database);
  const directory = dirname(scratch.database);
  expect(statSync(directory).mode & 0o777).toBe(0o700);
  const names = readdirSync(directory).sort();
  expect(names).toEqual(['metadata.db', 'metadata.db-shm', 'metadata.db-wal']);
  for (const name of names) expect(statSync(join(directory, name)).mode & 0o777, name).toBe(0o600);
});

test('commits go to the log, references are kept, and readers are let through', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database, { busyTimeoutMs: 1234 });
  const settings = ['journal_mode', 'synchronous', 'foreign_keys', 'busy_timeout', 'trusted_schema'];
  expect(settings.map((name) => Object.values(database.get(`PRAGMA ${name}`) ?? {})[0])).toEqual([
    'wal',
    1,
    1,
    1234,
    0,
  ]);
});

test('what was committed is there after closing and opening again, in one file', () => {
  using scratch = new ScratchDirectory();
  {
    using database = MetadataDatabase.open(scratch.database);
    beginWordCount(database).recordStageEnd(exampleStage());
  }
  expect(readdirSync(dirname(scratch.database))).toEqual(['metadata.db']);
  // Rollback mode in the header: a reader needs no side files.
  expect([...readFileSync(scratch.database).subarray(18, 20)]).toEqual([1, 1]);
  using database = MetadataDatabase.open(scratch.database);
  expect(new RunReader(database).stagesOf(RUN, jobId(0))).toHaveLength(1);
  expect(database.findDamage()).toEqual([]);
  database.close();
  database.close();
  expect(() => database.all('SELECT 1')).toThrow(/INTERNAL.*not open/);
});

test('a transaction commits all or nothing, and an inner one belongs to the outer', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database);
  expect(() =>
    database.transaction(() => {
      beginWordCount(database);
      throw new RangeError('changed my mind');
    }),
  ).toThrow(RangeError);
  expect(new RunReader(database).listRuns()).toEqual([]);
  expect(database.transaction(() => beginWordCount(database).run)).toBe(RUN);
  expect(new RunReader(database).listRuns()).toHaveLength(1);
});

test('what is written within a read transaction is not kept', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database);
  database.readTransaction(() => beginWordCount(database));
  expect(new RunReader(database).listRuns()).toEqual([]);
});

test('an asynchronous transaction is refused and rolled back', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database);
  expect(() => database.transaction(async () => beginWordCount(database))).toThrow(/asynchronous/);
  expect(new RunReader(database).listRuns()).toEqual([]);
});

test('a read-only opening of nothing is an error and creates nothing', () => {
  using scratch = new ScratchDirectory();
  expect(() => MetadataDatabase.open(scratch.database, { readOnly: true })).toThrow(/FILE_NOT_FOUND/);
  expect(readdirSync(scratch.path)).toEqual([]);
});

test('a reader sees commits while they are made, and writes nothing', () => {
  using scratch = new ScratchDirectory();
  using writer = MetadataDatabase.open(scratch.database);
  const log = beginWordCount(writer);
  using reader = MetadataDatabase.open(scratch.database, { readOnly: true });
  const stages = () => new RunReader(reader).stagesOf(RUN, jobId(0)).length;
  expect(stages()).toBe(0);
  writer.transaction(() => {
    log.recordStageEnd(exampleStage());
    expect(stages()).toBe(0);
  });
  expect(stages()).toBe(1);
  reader.readTransaction(() => {
    expect(stages()).toBe(1);
    log.recordStageEnd(exampleStage(1));
    expect(stages()).toBe(1);
  });
  expect(stages()).toBe(2);
  expect(() => reader.run('DELETE FROM runs')).toThrow(/PERMISSION_DENIED/);
  expect(() => reader.transaction(() => reader.run('DELETE FROM runs'))).toThrow(/PERMISSION_DENIED/);
  expect(stages()).toBe(2);
});

test('a finished run is read without leaving a file behind', () => {
  using scratch = new ScratchDirectory();
  {
    using writer = MetadataDatabase.open(scratch.database);
    beginWordCount(writer);
  }
  const before = readFileSync(scratch.database);
  {
    using reader = MetadataDatabase.open(scratch.database, { readOnly: true });
    expect(new RunReader(reader).listRuns()).toHaveLength(1);
    expect(readdirSync(dirname(scratch.database))).toEqual(['metadata.db']);
  }
  expect(readdirSync(dirname(scratch.database))).toEqual(['metadata.db']);
  expect(readFileSync(scratch.database)).toEqual(before);
});

test('a reader that outlives the session keeps reading, and later ones read too', () => {
  using scratch = new ScratchDirectory();
  const writer = MetadataDatabase.open(scratch.database);
  const log = beginWordCount(writer);
  using reader = MetadataDatabase.open(scratch.database, { readOnly: true });
  expect(new RunReader(reader).listJobs()).toHaveLength(1);
  log.recordStageEnd(exampleStage());
  writer.close();
  expect(new RunReader(reader).stagesOf(RUN, jobId(0))).toHaveLength(1);
  using later = MetadataDatabase.open(scratch.database, { readOnly: true });
  expect(new RunReader(later).stagesOf(RUN, jobId(0))).toHaveLength(1);
  reader.close();
  later.close();
  const names = readdirSync(dirname(scratch.database));
  using last = MetadataDatabase.open(scratch.database, { readOnly: true });
  expect(new RunReader(last).stagesOf(RUN, jobId(0))).toHaveLength(1);
  expect(readdirSync(dirname(scratch.database))).toEqual(names);
  last.close();
  MetadataDatabase.open(scratch.database).close();
  expect(readdirSync(dirname(scratch.database))).toEqual(['metadata.db']);
});

test('a file that a session had only created is empty for a reader, and is taken over by the next session', () => {
  using scratch = new ScratchDirectory();
  mkdirSync(dirname(scratch.database));
  writeFileSync(scratch.database, '');
  {
    using reader = MetadataDatabase.open(scratch.database, { readOnly: true });
    expect(new RunReader(reader).listRuns()).toEqual([]);
  }
  expect(statSync(scratch.database).size).toBe(0);
  using database = MetadataDatabase.open(scratch.database);
  expect(beginWordCount(database).run).toBe(RUN);
});

test('a file that is no database is damaged, for reading and for writing, and stays as it is', () => {
  using scratch = new ScratchDirectory();
  mkdirSync(dirname(scratch.database));
  const texts = ['x', 'not a database', 'x'.repeat(100), 'y'.repeat(10_000), `SQLite format 3\0${'z'.repeat(8000)}`];
  for (const text of texts) {
    writeFileSync(scratch.database, text);
    for (const readOnly of [true, false]) {
      expect(() => MetadataDatabase.open(scratch.database, { readOnly }), text.slice(0, 20)).toThrow(
        /CORRUPT_FILE: .*metadata\.db is damaged/,
      );
    }
    expect(readFileSync(scratch.database, 'latin1')).toBe(text);
  }
});

test('a directory in the place of the file is a typed error', () => {
  using scratch = new ScratchDirectory();
  mkdirSync(scratch.database, { recursive: true });
  for (const readOnly of [true, false]) {
    expect(() => MetadataDatabase.open(scratch.database, { readOnly })).toThrow(/IO_ERROR/);
  }
});

test('damaged pages are found, and are an error where they are read', () => {
  using scratch = new ScratchDirectory();
  {
    using database = MetadataDatabase.open(scratch.database);
    const log = beginWordCount(database);
    for (let i = 0; i < 5; i++) log.recordStageEnd(exampleStage(i, 50));
    const pages = database.all<{ pageno: number }>("SELECT pageno FROM dbstat WHERE name = 'tasks'");
    database.close();
    const bytes = readFileSync(scratch.database);
    for (const { pageno } of pages) bytes.fill(0, (pageno - 1) * 4096, pageno * 4096);
    writeFileSync(scratch.database, bytes);
  }
  using database = MetadataDatabase.open(scratch.database, { readOnly: true });
  expect(database.findDamage()).not.toEqual([]);
  const reader = new RunReader(database);
  expect(reader.stagesOf(RUN, jobId(0))).toHaveLength(5);
  expect(() => reader.tasksOf(RUN, stageId(0), 0)).toThrow(/CORRUPT_FILE: .* expected a sound database/);
});

test('a truncated database is never taken for a sound one', () => {
  using scratch = new ScratchDirectory();
  {
    using database = MetadataDatabase.open(scratch.database);
    const log = beginWordCount(database);
    for (let i = 0; i < 3; i++) log.recordStageEnd(exampleStage(i, 20));
    // The last page of the file belongs to the table made last: empty, it would be zeros that nobody misses.
    database.transaction(() => {
      const values = `'aaaa0001', 0, 'shuffle', 2, 0, 'job.ts:1', 'new', NULL, 0, 2, 0, NULL, '[]'`;
      database.run(`INSERT INTO reuse_decisions VALUES (${values})`);
    });
  }
  const whole = readFileSync(scratch.database);
  for (let length = 1; length < whole.length; length += 1000) {
    writeFileSync(scratch.database, whole.subarray(0, length));
    const findDamage = () => {
      using database = MetadataDatabase.open(scratch.database, { readOnly: true });
      return database.findDamage();
    };
    let found: unknown;
    try {
      found = findDamage();
    } catch (error) {
      found = [error];
      expect(error, `at ${length}`).toMatchObject({ code: 'CORRUPT_FILE' });
    }
    expect(found, `at ${length}`).not.toEqual([]);
  }
});

test('on a full disk a stage is one typed error, what was committed stays, and writing goes on when there is room', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database);
  const log = beginWordCount(database);
  log.recordStageEnd(exampleStage(0));
  const pages = database.get<{ page_count: number }>('PRAGMA page_count')?.page_count ?? 0;
  database.all(`PRAGMA max_page_count = ${pages + 1}`);
  expect(() => log.recordStageEnd(exampleStage(1, 2000))).toThrow(/DISK_FULL: no space left to write .*metadata\.db/);
  const reader = new RunReader(database);
  expect(reader.stagesOf(RUN, jobId(0))).toHaveLength(1);
  expect(database.findDamage()).toEqual([]);
  database.all('PRAGMA max_page_count = 100000');
  log.recordStageEnd(exampleStage(1, 2000));
  expect(reader.stagesOf(RUN, jobId(0))).toHaveLength(2);
});

test('a second writer waits, then is told that the database is busy', () => {
  using scratch = new ScratchDirectory();
  using first = MetadataDatabase.open(scratch.database);
  using second = MetadataDatabase.open(scratch.database, { busyTimeoutMs: 1 });
  first.transaction(() => {
    expect(() => beginWordCount(second)).toThrow(/DATABASE_BUSY: writing waited 1 ms for .*metadata\.db/);
  });
  beginWordCount(second, 'bbbb0002');
  expect(new RunReader(first).listRuns()).toHaveLength(1);
});

test('a link to the file is followed', () => {
  using scratch = new ScratchDirectory();
  MetadataDatabase.open(scratch.database).close();
  const link = join(scratch.path, 'link.db');
  symlinkSync(scratch.database, link);
  using reader = MetadataDatabase.open(link, { readOnly: true });
  expect(new RunReader(reader).listRuns()).toEqual([]);
});

test.skipIf(process.getuid?.() === 0)('a directory that refuses is PERMISSION_DENIED', () => {
  using scratch = new ScratchDirectory();
  chmodSync(scratch.path, 0o500);
  expect(() => MetadataDatabase.open(scratch.database)).toThrow(/PERMISSION_DENIED/);
  chmodSync(scratch.path, 0o700);
});

test('a durable transaction is committed with synchronous=FULL, and only it', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database);
  const setting = () => database.get<{ synchronous: number }>('PRAGMA synchronous')?.synchronous;
  const [normal, full] = [1, 2];
  expect(setting()).toBe(normal);
  expect(database.durableTransaction(() => setting())).toBe(full);
  expect(setting()).toBe(normal);
  const failing = () =>
    database.durableTransaction(() => {
      database.run("INSERT INTO checkpoint_parts VALUES (1, 0, 88, 1, 7, 'none')");
      throw new RangeError('no');
    });
  expect(failing).toThrow(RangeError);
  expect(setting()).toBe(normal);
  expect(database.all('SELECT * FROM checkpoint_parts')).toEqual([]);
  // Within another one it would be that one's commit, and not synced.
  expect(() => database.transaction(() => database.durableTransaction(() => 1))).toThrow(/INTERNAL/);
  expect(database.durableTransaction(() => database.transaction(() => 2))).toBe(2);
});

test('a copy may be changed, and nothing of it reaches the file, be a session writing or not', () => {
  using scratch = new ScratchDirectory();
  const writer = MetadataDatabase.open(scratch.database);
  beginWordCount(writer);
  const change = () => {
    using copy = MetadataDatabase.openCopy(scratch.database);
    expect(copy.path).toBe(scratch.database);
    expect(copy.all('SELECT run FROM runs')).toEqual([{ run: 'aaaa0001' }]);
    copy.durableTransaction(() => copy.run('DELETE FROM runs'));
    expect(copy.all('SELECT * FROM jobs')).toEqual([]);
  };
  change();
  expect(writer.all('SELECT run FROM runs')).toHaveLength(1);
  writer.close();
  const before = readFileSync(scratch.database);
  change();
  expect(readFileSync(scratch.database)).toEqual(before);
  expect(() => MetadataDatabase.openCopy(`${scratch.path}/none.db`)).toThrow('FILE_NOT_FOUND');
});
