import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { checkHeader } from '../../../lib/api/check-append.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { useSession } from '../../support/use-session.ts';

const shared = useSession();
const directory = temporaryDirectory();
const at = (name: string): string => join(directory.path, name);
afterAll(() => directory[Symbol.dispose]());

const ROW = { id: 1, city: 'Bonn' };
const SCHEMA = { id: 'int32', city: 'string' };
/** Every form that a type may have; some are others when they are read again. */
const ALL_TYPES = {
  ...{ a: 'int8', b: 'uint64', c: 'float16', d: 'decimal(9,2)', e: 'binary(16)', f: 'uuid', g: 'time(micros)' },
  ...{ h: 'timestamp(micros)', i: 'timestamp(nanos, zone)', j: 'list<string not null>', k: 'map<string, int32>' },
  ...{ l: 'struct<a: int32 not null, b: list<date>>', m: 'boolean not null', n: 'float', o: 'timestamp' },
};
const all = {
  ...{ a: 1, b: 1n, c: 1, d: '1', e: new Uint8Array(16), f: new Uint8Array(16), g: 1, h: 1n, i: 1n, j: ['x'] },
  ...{ k: { x: 1 }, l: { a: 1, b: [] }, m: true, n: 1, o: new Date(0) },
};
const rows = (...records: readonly object[]) => shared.session.parallelize<object>(records, 1).write;
const differs = (difference: RegExp) => ({
  code: 'OUTPUT_DIFFERS',
  params: { difference: expect.stringMatching(difference) },
});

describe.each(['parquet', 'arrow'] as const)('adding to %s', (format) => {
  const write = (name: string, schema: Record<string, string>, options: object = {}, row: object = ROW) =>
    rows(row)[format](at(`${format}/${name}`), { schema, mode: 'append', ...options });

  it('takes columns that readers put together, of every type', async () => {
    for (const schema of [SCHEMA, { id: 'int64', tag: 'string' }, { tag: 'string' }]) await write('grown', schema);
    expect(await shared.session.read[format](at(`${format}/grown`)).count()).toBe(3);
    for (let i = 0; i < 2; i++) await write('all', ALL_TYPES, {}, all);
    expect(await shared.session.read[format](at(`${format}/all`)).count()).toBe(2);
  });

  it('raises OUTPUT_DIFFERS for others before a task runs', async () => {
    await write('same', SCHEMA);
    const name = `part-00000.${format}`;
    const before = readdirSync(at(`${format}/same`));
    await expect(write('same', { id: 'string' }, {}, {})).rejects.toMatchObject(
      differs(new RegExp(`^column 'id' is int32 in ${name}, not string$`)),
    );
    await expect(write('same', { ...SCHEMA, city: 'struct<a: int32>' }, {}, {})).rejects.toMatchObject(
      differs(/column 'city' is string/),
    );
    await expect(write('same', SCHEMA, { partitionBy: 'city' })).rejects.toMatchObject(
      differs(/^its directories name no column, not city$/),
    );
    expect(readdirSync(at(`${format}/same`))).toEqual(before);
    expect(readdirSync(at(format)).filter((each) => each.startsWith('.'))).toEqual([]);
    const ran = at(`${format}-ran`);
    const noted = shared.session.parallelize([ROW], 1).map((row) => {
      process.getBuiltinModule('node:fs').writeFileSync(ran, '');
      return row;
    });
    const wrong = noted.write[format](at(`${format}/same`), { schema: { id: 'date' }, mode: 'append' });
    await expect(wrong).rejects.toThrow(/OUTPUT_DIFFERS/);
    expect(existsSync(ran)).toBe(false);
  });

  it('compares directories by value', async () => {
    await write('by', SCHEMA, { partitionBy: 'city' });
    await write('by', SCHEMA, { partitionBy: 'city' });
    await expect(write('by', SCHEMA)).rejects.toMatchObject(differs(/^its directories name city, not no column$/));
    const wider = { ...SCHEMA, x: 'int32' };
    await expect(write('by', wider, { partitionBy: ['city', 'id'] })).rejects.toMatchObject(differs(/city, id/));
    await write('by', SCHEMA, { partitionBy: 'id', mode: 'overwrite' });
  });

  it('refuses a directory of another format', async () => {
    await rows(ROW).json(at(`${format}-json`));
    const wrong = rows(ROW)[format](at(`${format}-json`), { schema: SCHEMA, mode: 'append' });
    await expect(wrong).rejects.toMatchObject(differs(new RegExp(`^it holds part-00000.json, which is no ${format}$`)));
    await rows(ROW).json(at(`${format}-json`), { mode: 'append' });
  });
});

describe('adding to CSV', () => {
  it('takes the same columns in the same order, whatever names have in them', async () => {
    const row = { 'a;"b"\n': 1, c: 2 };
    for (const compression of ['gzip', 'none'] as const) {
      await rows(row).csv(at('csv'), { mode: 'append', delimiter: ';', compression });
    }
    expect(readdirSync(at('csv')).sort()).toEqual(['_SUCCESS', 'part-00000.csv.gz', 'part-00001.csv']);
    const other = rows({ c: 2, 'a;"b"\n': 1 });
    await expect(other.csv(at('csv'), { mode: 'append', delimiter: ';' })).rejects.toMatchObject(
      differs(/^its columns are .*, not "c,a/),
    );
    await expect(rows(row).csv(at('csv'), { mode: 'append', columns: ['c'] })).rejects.toThrow(/OUTPUT_DIFFERS/);
    expect(readdirSync(at('csv'))).toHaveLength(3);
    expect(readFileSync(at('csv/part-00001.csv'), 'utf8')).toContain('1;2');
  });

  it('looks for the first header, and at none where none is written', async () => {
    mkdirSync(at('odd'));
    writeFileSync(at('odd/a.csv'), '');
    writeFileSync(at('odd/b.csv.gz'), gzipSync(''));
    await rows(ROW).csv(at('odd'), { mode: 'append' });
    await expect(rows({ x: 1 }).csv(at('odd'), { mode: 'append' })).rejects.toThrow(/OUTPUT_DIFFERS/);
    await rows({ x: 1 }).csv(at('odd'), { mode: 'append', header: false });
    mkdirSync(at('nothing'));
    await rows(ROW).csv(at('nothing'), { mode: 'append' });
    await expect(rows(ROW).parquet(at('nothing'), { mode: 'append', schema: SCHEMA })).rejects.toThrow(
      /OUTPUT_DIFFERS.*part-00000.csv, which is no parquet/,
    );
  });
});

describe('checkHeader', () => {
  it('tells names with commas from several names', () => {
    expect(() => checkHeader('/d', ['a', 'b'], ['a', 'b'])).not.toThrow();
    expect(() => checkHeader('/d', ['a,b'], ['a', 'b'])).toThrow(/OUTPUT_DIFFERS/);
  });
});
