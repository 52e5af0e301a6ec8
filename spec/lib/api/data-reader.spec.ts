import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatField } from '../../../formats/schema/data-type.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { useSession } from '../../support/use-session.ts';

const shared = useSession();
const directory = temporaryDirectory();
const at = (name: string): string => join(directory.path, name);
const day = (text: string): Date => new Date(`${text}T00:00:00Z`);

beforeAll(() => {
  mkdirSync(at('days'));
  writeFileSync(at('days/a.csv'), 'id,name,on,big\n1,ann,2024-01-31,9007199254740993\n2,"b, c",,1\n');
  writeFileSync(at('days/b.csv.gz'), gzipSync('id,name,on,big\n3,,2024-02-29,2\n'));
  writeFileSync(at('events.jsonl'), '{"user":"ann","tags":["x"]}\n{"user":"bob","n":{"m":1}}\n');
});
afterAll(() => directory[Symbol.dispose]());

describe('read.csv', () => {
  it('gives rows, wherever tasks run', async () => {
    const rows = shared.session.read.csv(at('days'));
    expect(await rows.collect()).toEqual([
      { id: 1, name: 'ann', on: day('2024-01-31'), big: 9007199254740993n },
      { id: 2, name: 'b, c', on: null, big: 1n },
      { id: 3, name: null, on: day('2024-02-29'), big: 2n },
    ]);
    expect(rows.schema.fields.map(formatField)).toEqual(['id: int32', 'name: string', 'on: date', 'big: int64']);
    expect(rows.name).toBe(at('days'));
  });

  it('is a dataset as any other', async () => {
    const rows = shared.session.read.csv<{ id: number; name: string | null }>(at('days/*'), {
      columns: ['id', 'name'],
    });
    const sums = rows.map(({ id, name }) => [name === null, id] as const).reduceByKey((a, b) => a + b);
    expect((await sums.collect()).sort()).toEqual([
      [false, 3],
      [true, 3],
    ]);
    expect(await rows.filter(({ id }) => id > 1).count()).toBe(2);
    expect(await rows.repartition(3).count()).toBe(3);
    expect(await rows.persist('DISK_ONLY').count()).toBe(3);
    expect(await rows.first()).toEqual({ id: 1, name: 'ann' });
  });

  it('fails the job for malformed records, with the place as the cause', async () => {
    writeFileSync(at('bad.csv'), 'a\n1\nx\n');
    const rows = shared.session.read.csv(at('bad.csv'), { sampleRows: 1 });
    const error = await rows.collect().catch((raised: unknown) => raised);
    expect(error).toMatchObject({
      code: 'JOB_FAILED',
      cause: { code: 'TEXT_RECORD_MALFORMED', params: { offset: 4 } },
    });
    expect(await shared.session.read.csv(at('bad.csv'), { sampleRows: 'all' }).collect()).toEqual([
      { a: '1' },
      { a: 'x' },
    ]);
  });

  it('raises what a look at the files shows', async () => {
    const { read } = shared.session;
    expect(() => read.csv(at('missing.csv')).schema).toThrow(/FILE_NOT_FOUND/);
    await expect(read.csv(at('missing.csv')).count()).rejects.toThrow(/FILE_NOT_FOUND/);
    expect(() => read.csv(at('days'), { columns: ['x'] }).getNumPartitions()).toThrow(
      /COLUMN_NOT_FOUND: .*days has no column 'x'/,
    );
  });
});

describe('read.json', () => {
  it('gives rows, wherever tasks run', async () => {
    const rows = shared.session.read.json(at('events.jsonl'));
    expect(await rows.collect()).toEqual([
      { user: 'ann', tags: ['x'], n: null },
      { user: 'bob', tags: null, n: { m: 1 } },
    ]);
    expect(rows.schema.fields.map(formatField)).toEqual(['user: string', 'tags: list<string>', 'n: struct<m: int32>']);
    const schema = { user: 'string', n: { struct: { m: 'double' } } } as const;
    expect(await shared.session.read.json(at('events.jsonl'), { schema }).first()).toEqual({ user: 'ann', n: null });
  });
});

describe('read.text and read.binary', () => {
  it('give rows', async () => {
    const { read } = shared.session;
    expect(await read.text(at('events.jsonl')).count()).toBe(2);
    expect(await read.text(at('bad.csv')).collect()).toEqual([{ value: 'a' }, { value: '1' }, { value: 'x' }]);
    const [file] = await read.binary(at('bad.csv')).collect();
    expect(file).toEqual({ path: at('bad.csv'), length: 6, content: Buffer.from('a\n1\nx\n') });
  });
});

describe('the options of readers', () => {
  it.each([
    [{ delimeter: ';' }, /option "delimeter"/],
    [{ delimiter: '' }, /delimiter/],
    [{ delimiter: '"' }, /delimiter/],
    [{ quote: 'xx' }, /quote/],
    [{ escape: '\n' }, /escape/],
    [{ comment: 5 }, /comment/],
    [{ header: 'yes' }, /header must be true or false/],
    [{ encoding: 'utf-7' }, /encoding/],
    [{ nullValue: 5 }, /nullValue/],
    [{ mode: 'LENIENT' }, /mode/],
    [{ schema: { a: 'integer' } }, /schema .* there is the type 'integer' for 'a'/],
    [{ schema: { a: { list: 'int32' } } }, /schema/],
    [{ sampleRows: 0 }, /sampleRows/],
    [{ dateFormat: 'dd/MM' }, /dateFormat/],
    [{ columns: ['a', 'a'] }, /columns/],
    [{ maxRecordBytes: 2 ** 30 }, /maxRecordBytes/],
    [{ minPartitions: 0 }, /minPartitions/],
  ])('are checked at once: %j', (options, message) => {
    const wrong = options as object;
    expect(() => shared.session.read.csv('x.csv', wrong)).toThrow(message);
    expect(() => shared.session.read.csv('x.csv', wrong)).toThrow(/INVALID_ARGUMENT/);
  });

  it('are checked for JSON, too, and so are paths', () => {
    expect(() => shared.session.read.json('x', { maxDepth: 5000 })).toThrow(/maxDepth/);
    expect(() => shared.session.read.json('x', { delimiter: ';' } as object)).toThrow(/INVALID_ARGUMENT/);
    for (const path of ['', [], [''], 5]) {
      for (const method of ['csv', 'json', 'text', 'binary'] as const) {
        expect(() => shared.session.read[method](path as string)).toThrow(/INVALID_ARGUMENT: .*path/);
      }
    }
  });
});
