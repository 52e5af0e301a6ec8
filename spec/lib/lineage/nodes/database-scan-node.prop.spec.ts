/** What the database evaluates and what is looked at afterwards give the rows that the conditions say, however the read is cut. */
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { ScanValue } from '../../../../formats/scan/scan-predicate.ts';
import { DatabaseScanNode, type DatabaseScanOptions } from '../../../../lib/lineage/nodes/database-scan-node.ts';
import { strideParts } from '../../../../storage/database/column-stride.ts';
import { nodeFileSystem } from '../../../../storage/fs/node-file-system.ts';
import { scanOptions, sqliteOf } from '../../../support/databases.ts';
import {
  answer,
  byBytes,
  byOperators,
  EDGY_DOUBLES,
  EDGY_INTS,
  EDGY_LONGS,
  EDGY_TEXTS,
  type ModelColumn,
  predicates,
  withNaN,
} from '../../../support/predicate-model.ts';
import { origin, partitionsOfNode, ScanTask } from '../../../support/scan-task.ts';

const RUNS = { numRuns: 150, seed: 20 };

function read(
  path: string,
  choices: Partial<DatabaseScanOptions>,
): { readonly parts: unknown[][]; readonly node: DatabaseScanNode } {
  const node = new DatabaseScanNode(origin('database'), nodeFileSystem, scanOptions(path, choices));
  return { parts: partitionsOfNode(node, new ScanTask(nodeFileSystem, 5)), node };
}

interface Kind extends ModelColumn {
  readonly declared: string;
  readonly choices?: Partial<DatabaseScanOptions>;
}

// NaN is null in SQLite, and -0 is 0: they are compared with, and never there.
const KINDS: readonly (readonly [string, Kind])[] = [
  ['integers', { declared: 'INTEGER', values: EDGY_INTS, order: byOperators }],
  ['long integers', { declared: 'INTEGER', values: EDGY_LONGS, order: byOperators }],
  ['floats', { declared: 'REAL', values: EDGY_DOUBLES, order: withNaN }],
  ['floats without a declared type', { declared: '', values: EDGY_DOUBLES, order: withNaN }],
  ['texts', { declared: 'TEXT', values: EDGY_TEXTS, order: byBytes }],
  [
    'texts of another collation',
    { declared: 'TEXT COLLATE NOCASE', values: [...EDGY_TEXTS, 'A', 'AB', 'B'], order: byBytes },
  ],
  ['texts without a declared type', { declared: '', values: EDGY_TEXTS, order: byBytes }],
  ['booleans', { declared: 'BOOLEAN', values: [false, true], order: byOperators }],
];

describe.each(KINDS)('a scan of %s', (_, kind) => {
  const present = kind.values.filter((value) => !Number.isNaN(value) && !Object.is(value, -0));
  const cells = [...present, null];
  const rows = cells.flatMap((a) => [...present.slice(0, 5), null].map((b) => ({ a, b })));
  const stored = (value: ScanValue | null) =>
    typeof value === 'boolean' || (typeof value === 'number' && kind.declared === 'INTEGER') ? BigInt(value) : value;
  const file = sqliteOf(`CREATE TABLE t (a ${kind.declared}, b ${kind.declared})`, (database) => {
    const insert = database.prepare('INSERT INTO t VALUES (?, ?)');
    for (const { a, b } of rows) insert.run(stored(a), stored(b));
  });
  afterAll(() => file[Symbol.dispose]());

  it('gives the rows that match, and asks for as few more as can be', () => {
    let pushed = 0;
    fc.assert(
      fc.property(predicates(kind, ['a', 'b']), (where) => {
        const { parts, node } = read(file.path, { where });
        pushed += node.plan.pushed.length;
        expect(parts.flat()).toEqual(rows.filter((row) => answer(where, row, kind.order) === true));
      }),
      RUNS,
    );
    expect(pushed).toBeGreaterThan(0);
  });
});

describe('a read that is cut', () => {
  const cell = fc.option(fc.integer({ min: -30, max: 30 }), { nil: null });

  it('is the whole read, each row in one partition', () => {
    const bound = fc.integer({ min: -40, max: 40 });
    fc.assert(
      fc.property(
        fc.array(cell, { maxLength: 20 }),
        bound,
        bound,
        fc.integer({ min: 1, max: 12 }),
        (values, one, other, numPartitions) => {
          using file = sqliteOf('CREATE TABLE t (id INTEGER)', (database) => {
            const insert = database.prepare('INSERT INTO t VALUES (?)');
            for (const value of values) insert.run(value);
          });
          const lowerBound = BigInt(Math.min(one, other));
          const upperBound = BigInt(Math.max(one, other));
          const parts = strideParts({ column: 'id', unit: 'integer', lowerBound, upperBound, numPartitions });
          const found = read(file.path, {
            splits: parts.map((part) => ({ kind: 'stride', column: 'id', unit: 'integer', part })),
          }).parts;
          const all = found.flat().map((row) => (row as { id: number | null }).id);
          expect(all.toSorted(nullsFirst)).toEqual(values.toSorted(nullsFirst));
          expect(found.slice(1).flat()).not.toContainEqual({ id: null });
        },
      ),
      { numRuns: 60, seed: 20 },
    );
  });
});

function nullsFirst(a: number | null, b: number | null): number {
  return (a ?? -100) - (b ?? -100);
}
