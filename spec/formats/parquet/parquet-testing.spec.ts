/**
 * Files by many writers, and what they hold: ../shared/data/parquet-testing, where it is there. What the project checks
 * without it is in the specs beside this one.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { initCompression } from '../../../formats/bytes/compression.ts';
import type { Arena } from '../../../formats/parquet/arena.ts';
import { createArena } from '../../../formats/parquet/create-arena.ts';
import { openParquet } from '../../../formats/parquet/parquet-file.ts';
import { RowGroupReader } from '../../../formats/parquet/row-group-reader.ts';
import type { DataType } from '../../../formats/schema/data-type.ts';
import { isValid, type Vector } from '../../../formats/schema/vector.ts';
import { CairnError } from '../../../lib/base/errors.ts';
import { ByteArraySource } from '../../support/byte-source.ts';
import { vectorValue } from '../../support/vector-values.ts';

const DATA = join(import.meta.dirname, '../../../../shared/data');
const FILES = join(DATA, 'parquet-testing/files');
const EXPECTED = join(DATA, 'parquet-testing/expected');
const BAD = join(DATA, 'parquet-testing/bad');
const FUZZ = join(DATA, 'fuzz/parquet');
const isThere = existsSync(FILES);

const ROADS: readonly (readonly [string, () => Arena])[] = [
  ['WebAssembly', () => createArena()],
  ['JavaScript', () => createArena('plain')],
];

/** Files that are refused, with the code. */
const UNREADABLE = new Map([
  // Two keys of 1 GiB each, in a few kilobytes: over the limit for a page.
  ['large_string_map.brotli.parquet', 'LIMIT_EXCEEDED'],
]);

/**
 * Of the files that made other readers fail one that is sound, and what it holds. Its dictionary has a single value, and so
 * its codes have no bits: a run of 2,649 times 8 of them, for 21,186 rows. Polars and others write constant columns so;
 * who refused it would refuse theirs.
 */
const SOUND: ReadonlyMap<string, { readonly rowCount: number; readonly cell: string }> = new Map([
  ['ARROW-GH-43605.parquet', { rowCount: 21_186, cell: '0' }],
]);

interface Expected {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly num_rows: number;
  readonly rows: readonly (readonly (string | null)[])[];
}

interface Table {
  readonly names: readonly string[];
  readonly rowCount: number;
  /** The first 50 rows. */
  readonly rows: readonly (readonly unknown[])[];
}

function readTable(path: string, arena: Arena): Table {
  const file = openParquet(ByteArraySource.ofFile(path));
  const reader = new RowGroupReader(file, { arena });
  const rows: unknown[][] = [];
  let rowCount = 0;
  for (let group = 0; group < file.metadata.rowGroups.length; group++) {
    const batch = reader.read(group);
    rowCount += batch.rowCount;
    for (let i = 0; i < batch.rowCount && rows.length < 50; i++) rows.push(batch.vectors.map((v) => cell(v, i)));
  }
  return { names: file.schema.fields.map(({ name }) => name), rowCount, rows };
}

/** A value as the expected files have it: top-level ones as text, floats as numbers, nested ones as parsed JSON. */
function cell(vector: Vector, i: number): unknown {
  if (!isValid(vector.validity, i)) return null;
  const value = plain(vector.type, vectorValue(vector, i));
  const isNested = vector.layout === 'list' || vector.layout === 'map' || vector.layout === 'struct';
  return isNested || vector.type.kind === 'float' ? value : String(value);
}

function plain(type: DataType, value: unknown): unknown {
  if (value === null) return null;
  switch (type.kind) {
    case 'decimal':
      return decimalText(BigInt(value as bigint | number), type.scale);
    case 'binary':
      return (value as string).toUpperCase();
    case 'int':
      return value;
    case 'timestamp':
      return type.unit === 'millis' ? (value as bigint) * 1000n : value;
    case 'list':
      return (value as unknown[]).map((each) => plain(type.element.type, each));
    case 'map':
      return Object.fromEntries(
        (value as [unknown, unknown][]).map(([key, each]) => [
          String(plain(type.key.type, key)),
          nested(plain(type.value.type, each)),
        ]),
      );
    case 'struct':
      return Object.fromEntries(
        (value as [string, unknown][]).map(([name, each], k) => [
          name,
          type.fields[k]?.type.kind === 'timestamp' && each !== null
            ? nestedTimestamp(each as bigint)
            : nested(plain(type.fields[k]?.type as DataType, each)),
        ]),
      );
    default:
      return value;
  }
}

const nested = (value: unknown) => (typeof value === 'bigint' ? Number(value) : value);

/** Timestamps inside of other values are text. */
function nestedTimestamp(micros: bigint): string {
  const text = new Date(Number(micros / 1000n)).toISOString();
  return text
    .replace(/^\+0*/, '')
    .replace('T', ' ')
    .replace(/\.000Z$/, '');
}

function decimalText(unscaled: bigint, scale: number): string {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  const sign = unscaled < 0n ? '-' : '';
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function expectedCell(text: string | null, type: string, found: unknown): unknown {
  if (text === null) return null;
  if (/\[\]$|^(?:MAP|STRUCT)\(/.test(type)) return JSON.parse(text);
  if (type === 'DOUBLE') return Number(text);
  if (type === 'FLOAT') return text === 'nan' ? Number.NaN : Math.fround(Number(text));
  return typeof found === 'number' ? Number(text) : text;
}

describe.skipIf(!isThere)('files of parquet-testing', () => {
  beforeAll(initCompression);

  const names = isThere ? readdirSync(FILES) : [];

  it('are there', () => {
    expect(names.length).toBeGreaterThan(30);
  });

  describe.each(ROADS)('in %s', (_, makeArena) => {
    it.each(names)('%s reads as expected', (name) => {
      const read = () => readTable(join(FILES, name), makeArena());
      const code = UNREADABLE.get(name);
      if (code !== undefined) {
        expect(read).toThrow(expect.objectContaining({ code }));
        return;
      }
      const table = read();
      const path = join(EXPECTED, `${name}.json`);
      if (!existsSync(path)) {
        expect(table.rowCount).toBeGreaterThan(0);
        return;
      }
      const expected = JSON.parse(readFileSync(path, 'utf8')) as Expected;
      expect(table.names).toEqual(expected.columns.map((column) => column.name));
      expect(table.rowCount).toBe(expected.num_rows);
      const rows = expected.rows.map((row, r) =>
        row.map((text, c) => expectedCell(text, expected.columns[c]?.type as string, table.rows[r]?.[c])),
      );
      expect(table.rows).toEqual(rows);
    });
  });
});

describe.skipIf(!isThere)('damaged files', () => {
  beforeAll(initCompression);

  const paths = isThere ? [BAD, FUZZ].flatMap((folder) => readdirSync(folder).map((name) => join(folder, name))) : [];

  describe.each(ROADS)('in %s', (_, makeArena) => {
    it.each(paths.map((path) => [path.slice(DATA.length + 1), path]))(
      '%s: an answer or an error with a code',
      (_name, path) => {
        let failure: unknown;
        const sound = path.startsWith(BAD) ? SOUND.get(basename(path)) : undefined;
        try {
          const table = readTable(path, makeArena());
          expect(table.rowCount).toBe(sound?.rowCount ?? table.rowCount);
          if (sound !== undefined) expect(new Set(table.rows.flat())).toEqual(new Set([sound.cell]));
        } catch (error) {
          failure = error;
        }
        if (failure !== undefined && !(failure instanceof CairnError)) throw failure;
        if (path.startsWith(BAD) && sound === undefined) expect(failure).toBeInstanceOf(CairnError);
      },
      10_000,
    );
  });
});
