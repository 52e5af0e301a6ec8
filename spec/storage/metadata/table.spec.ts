import { expect, test } from 'vitest';
import { MetadataDatabase } from '../../../storage/metadata/database.ts';
import * as tables from '../../../storage/metadata/table.ts';
import { columnName, TASKS, toSqlValue } from '../../../storage/metadata/table.ts';
import { ScratchDirectory } from './example-run.ts';

test('a property is its column in snake case', () => {
  expect(columnName('run')).toBe('run');
  expect(columnName('startedAtMs')).toBe('started_at_ms');
});

test('numbers are stored whole and finite', () => {
  const cases: readonly (readonly [number, number])[] = [
    [3, 3],
    [2.5, 3],
    [-0, 0],
    [-0.2, 0],
    [Number.NaN, 0],
    [Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER],
    [Number.NEGATIVE_INFINITY, Number.MIN_SAFE_INTEGER],
    [2 ** 60, Number.MAX_SAFE_INTEGER],
  ];
  for (const [given, stored] of cases) expect(Object.is(toSqlValue(given), stored), String(given)).toBe(true);
});

test('text is stored as well-formed Unicode of bounded length', () => {
  expect(toSqlValue('a😀b')).toBe('a😀b');
  expect(toSqlValue('a\ud83db')).toBe('a\ufffdb');
  expect(toSqlValue('\u0000 kept')).toBe('\u0000 kept');
  expect(toSqlValue('x'.repeat(65_536))).toBe('x'.repeat(65_536));
  // The cut falls inside the last pair.
  expect(toSqlValue('😀'.repeat(32_769))).toBe(`${'😀'.repeat(32_767)}\ufffd…`);
});

test('nothing becomes NULL, objects become JSON, and what has no column type is a bug', () => {
  expect(toSqlValue(undefined)).toBe(null);
  expect(toSqlValue(null)).toBe(null);
  expect(toSqlValue({ a: [1, 2n] })).toBe('{"a":[1,"2"]}');
  const stack = JSON.parse(String(toSqlValue({ stack: `\ud800${'x'.repeat(100_000)}` }))).stack;
  expect(stack).toBe(`\ufffd${'x'.repeat(65_534)}…`);
  expect(() => toSqlValue(true)).toThrow(/INTERNAL/);
});

test('each table names exactly the columns of the schema', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database);
  const described = Object.values(tables).filter((value) => typeof value === 'object');
  expect(described).toHaveLength(17);
  for (const { name, insert } of described) {
    const columns = database
      .all<{ name: string }>(`SELECT name FROM pragma_table_info('${name}')`)
      .map((column) => column.name)
      // SQLite's own number of a run.
      .filter((column) => name !== 'runs' || column !== 'seq');
    expect(/\((.*?)\)/.exec(insert)?.[1]?.split(', ').sort(), name).toEqual(columns.sort());
  }
  const stored = database.all<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
  // Bytes, which no table here has: `FoundValues` writes its own statements.
  const names = stored.map(({ name }) => name).filter((name) => name !== 'found_values');
  expect(names).toEqual(described.map(({ name }) => name).sort());
});

test('statements name their columns', () => {
  expect(TASKS.insert).toMatch(/^INSERT INTO tasks \(run, task, stage, stage_attempt, .*\) VALUES \(\?, \?, /);
  expect(TASKS.select).toMatch(/^SELECT tasks\.run AS "run", .* AS "stageAttempt", .* FROM tasks$/);
});
