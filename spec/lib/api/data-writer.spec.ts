import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { WriteMode } from '../../../lib/api/write-mode.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { useSession } from '../../support/use-session.ts';

const shared = useSession();
const directory = temporaryDirectory();
const at = (name: string): string => join(directory.path, name);

afterAll(() => directory[Symbol.dispose]());

const ROWS = [
  { id: 1, name: 'ann', at: new Date(0), score: 1.5 },
  { id: 2, name: 'say "hi", bob\n', at: null, score: null },
  { id: 3, name: '', at: new Date(1), score: 2.5 },
];

describe('write.csv', () => {
  it('writes a part a partition, which read.csv reads as it was', async () => {
    await shared.session.parallelize(ROWS, 2).write.csv(at('people'));
    expect(readdirSync(at('people')).sort()).toEqual(['_SUCCESS', 'part-00000.csv', 'part-00001.csv']);
    expect(readFileSync(at('people/part-00000.csv'), 'utf8')).toBe(
      'id,name,at,score\n1,ann,1970-01-01T00:00:00.000Z,1.5\n',
    );
    const rows = shared.session.read.csv(at('people'), { multiLine: true });
    expect(await rows.collect()).toEqual(ROWS);
  });

  it('compresses, and writes by its options', async () => {
    const options = { compression: 'gzip', delimiter: ';', nullValue: 'NA', columns: ['id', 'score'] } as const;
    await shared.session.parallelize(ROWS, 1).write.csv(at('short'), options);
    expect(readdirSync(at('short'))).toContain('part-00000.csv.gz');
    const rows = shared.session.read.csv(at('short'), { delimiter: ';', nullValue: 'NA' });
    expect(await rows.collect()).toEqual(ROWS.map(({ id, score }) => ({ id, score })));
  });

  it('publishes nothing where parts have different columns, or a record cannot be written', async () => {
    const mixed = shared.session.parallelize<object>([{ a: 1 }, { b: 2 }], 2);
    await expect(mixed.write.csv(at('mixed'))).rejects.toMatchObject({
      code: 'CSV_PARTS_DIFFER',
      params: { part: 1, found: '["b"]', expected: '["a"]' },
    });
    await mixed.write.csv(at('given'), { columns: ['a', 'b'] });
    expect(await shared.session.read.csv(at('given')).collect()).toEqual([
      { a: 1, b: null },
      { a: null, b: 2 },
    ]);
    const nested = shared.session.parallelize([{ a: { b: 1 } }], 1);
    await expect(nested.write.csv(at('nested'))).rejects.toMatchObject({ cause: { code: 'ROW_NOT_WRITABLE' } });
    expect(readdirSync(directory.path)).not.toContain('nested');
    expect(readdirSync(directory.path).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});

describe('write.json', () => {
  it('writes lines that read.json reads as they were', async () => {
    const rows = [
      { a: 2n ** 62n, b: [{ c: 'x\ny' }] },
      { a: 1n, b: [] },
    ];
    await shared.session.parallelize(rows, 2).write.json(at('lines'));
    expect(readFileSync(at('lines/part-00000.json'), 'utf8')).toBe('{"a":4611686018427387904,"b":[{"c":"x\\ny"}]}\n');
    const schema = { a: 'bigint', b: { list: { struct: { c: 'string' } } } } as const;
    expect(await shared.session.read.json(at('lines'), { schema }).collect()).toEqual(rows);
  });
});

describe('the modes of writers', () => {
  const one = (a: number) => shared.session.parallelize([{ a }], 1);
  const found = async (name: string) =>
    (await shared.session.read.csv<{ a: number }>(at(name)).collect()).map(({ a }) => a);

  it('refuse, replace, add to, or keep what is there', async () => {
    await one(1).write.csv(at('modes'));
    await expect(one(2).write.csv(at('modes'))).rejects.toThrow(/OUTPUT_EXISTS/);
    await one(3).write.csv(at('modes'), { mode: 'ignore' });
    expect(await found('modes')).toEqual([1]);
    await one(4).write.csv(at('modes'), { mode: 'append' });
    await one(5).write.csv(at('modes'), { mode: 'append' });
    expect(await found('modes')).toEqual([1, 4, 5]);
    await one(6).write.csv(at('modes'), { mode: 'overwrite' });
    expect(await found('modes')).toEqual([6]);
  });

  it('make a directory that is not there', async () => {
    for (const mode of ['error', 'overwrite', 'append', 'ignore'] satisfies WriteMode[]) {
      await one(1).write.csv(at(`new-${mode}`), { mode });
      expect(await found(`new-${mode}`)).toEqual([1]);
    }
  });

  it('add nothing to a file, and run nothing that is not needed', async () => {
    writeFileSync(at('file'), '');
    await expect(one(1).write.csv(at('file'), { mode: 'append' })).rejects.toThrow(/OUTPUT_EXISTS/);
    mkdirSync(at('there'));
    const failing = shared.session.parallelize([{ a: 1 }], 1).map(() => {
      throw new TypeError('ran');
    });
    await failing.write.csv(at('there'), { mode: 'ignore' });
  });

  it('are checked, as all options are', async () => {
    const { write } = one(1);
    await expect(write.csv(at('x'), { mode: 'replace' as WriteMode })).rejects.toThrow(/INVALID_ARGUMENT.*mode/);
    await expect(write.csv(at('x'), { sep: ';' } as object)).rejects.toThrow(/INVALID_ARGUMENT.*"sep"/);
    await expect(write.json(at('x'), { header: true } as object)).rejects.toThrow(/INVALID_ARGUMENT/);
    await expect(write.json(at('x'), { compression: 'zstd' } as object)).rejects.toThrow(/compression/);
    await expect(write.csv('')).rejects.toThrow(/INVALID_ARGUMENT.*path/);
    await expect(write.csv(at('x'), { signal: AbortSignal.abort() })).rejects.toThrow(/JOB_CANCELLED/);
  });
});
