import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Rdd } from '../../../lib/api/rdd.ts';
import { useSession } from '../../support/use-session.ts';

const cairn = useSession();
const of = <T>(records: readonly T[], slices = 2): Rdd<T> => cairn.session.parallelize<T>(records, slices);
const invalid = expect.objectContaining({ code: 'INVALID_ARGUMENT' });

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'cairn-files-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('saveAsTextFile', () => {
  it('writes a part a partition and marks the directory complete', async () => {
    const path = join(directory, 'text');
    await of<unknown>(['a', 1, null, 'é'], 3).saveAsTextFile(path);
    expect(readdirSync(path).sort()).toEqual(['_SUCCESS', 'part-00000', 'part-00001', 'part-00002']);
    expect(readFileSync(join(path, 'part-00000'), 'utf8')).toBe('a\n');
    expect(readFileSync(join(path, 'part-00002'), 'utf8')).toBe('null\né\n');
    expect(await cairn.session.textFile(path).collect()).toEqual(['a', '1', 'null', 'é']);
  });

  it('compresses parts', async () => {
    const path = join(directory, 'gzip');
    const lines = Array.from({ length: 1000 }, (_, i) => `line ${i}`);
    await of(lines, 2).saveAsTextFile(path, { compression: 'gzip' });
    expect(readdirSync(path).sort()).toEqual(['_SUCCESS', 'part-00000.gz', 'part-00001.gz']);
    const text = ['part-00000.gz', 'part-00001.gz'].map((name) =>
      gunzipSync(readFileSync(join(path, name))).toString(),
    );
    expect(text.join('')).toBe(`${lines.join('\n')}\n`);
    expect(await cairn.session.textFile(path).collect()).toEqual(lines);
  });

  it('replaces a directory only when told to, and leaves it as it was when the job fails', async () => {
    const path = join(directory, 'twice');
    await of(['old']).saveAsTextFile(path);
    await expect(of(['new']).saveAsTextFile(path)).rejects.toMatchObject({ code: 'OUTPUT_EXISTS' });
    const failing = of([1, 2, 3], 3).map((x) => {
      if (x === 3) throw new RangeError('three');
      return x;
    });
    await expect(failing.saveAsTextFile(path, { overwrite: true })).rejects.toThrow(/three/);
    expect(await cairn.session.textFile(path).collect()).toEqual(['old']);
    await of(['new']).saveAsTextFile(path, { overwrite: true });
    expect(await cairn.session.textFile(path).collect()).toEqual(['new']);
    const missing = join(directory, 'missing');
    await expect(failing.saveAsTextFile(missing)).rejects.toThrow(/three/);
    expect(existsSync(missing)).toBe(false);
    expect(readdirSync(directory).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('writes parts of nothing, and a directory of no parts', async () => {
    const path = join(directory, 'nothing');
    await of([], 2).saveAsTextFile(path);
    expect(await cairn.session.textFile(path).collect()).toEqual([]);
    await cairn.session.emptyRdd().saveAsTextFile(join(directory, 'empty'));
    expect(readdirSync(join(directory, 'empty'))).toEqual(['_SUCCESS']);
  });

  it('writes what waits for promises, and shuffled data', async () => {
    const path = join(directory, 'later');
    const later = of([3, 1, 2], 2).mapAsync(async (x) => x * 10);
    await later.sortBy((x) => x, { numPartitions: 1 }).saveAsTextFile(path);
    expect(readFileSync(join(path, 'part-00000'), 'utf8')).toBe('10\n20\n30\n');
  });

  it('rejects what a record throws, and wrong arguments', async () => {
    const hostile = {
      toString(): string {
        throw new RangeError('no text');
      },
    };
    await expect(of([hostile], 1).saveAsTextFile(join(directory, 'hostile'))).rejects.toThrow(/no text/);
    await expect(of([1]).saveAsTextFile('')).rejects.toThrow(invalid);
    await expect(of([1]).saveAsTextFile('x', { compression: 'zip' as 'gzip' })).rejects.toThrow(invalid);
    await expect(of([1]).saveAsObjectFile('x', { codec: 'zip' as 'zstd' })).rejects.toThrow(invalid);
  });
});

describe('saveAsObjectFile', () => {
  it.each(['none', 'zstd', 'deflate'] as const)('gives records of any kind back, with codec %s', async (codec) => {
    const path = join(directory, `objects-${codec}`);
    const records = [
      1,
      -0,
      Number.NaN,
      'x',
      null,
      undefined,
      5n,
      new Date(7),
      [1, [2]],
      { a: { b: 1 } },
      new Map([[1, 2]]),
    ];
    await of<unknown>(records, 3).saveAsObjectFile(path, { codec });
    expect(await cairn.session.objectFile(path).collect()).toEqual(records);
  });

  it('stores ranges and columns', async () => {
    const path = join(directory, 'columns');
    const rows = cairn.session
      .range(0, 5000, 1, 2)
      .map((id) => ({ id, name: `n${id % 3}` }))
      .cache();
    await rows.count();
    await rows.saveAsObjectFile(path);
    expect(await cairn.session.objectFile(path).collect()).toEqual(await rows.collect());
    const range = join(directory, 'range');
    await cairn.session.range(0, 10, 1, 1).saveAsObjectFile(range);
    expect(await cairn.session.objectFile(range).collect()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    rows.unpersist();
  });

  it('fails for records that cannot be stored', async () => {
    const path = join(directory, 'functions');
    await expect(of([() => 1]).saveAsObjectFile(path)).rejects.toThrow(/cannot be stored/);
    expect(existsSync(path)).toBe(false);
  });
});

describe('pipe', () => {
  it('runs a command a partition', async () => {
    expect(await of(['b', 'a', 'd', 'c'], 2).pipe('sort').collect()).toEqual(['a', 'b', 'c', 'd']);
    expect(
      await of([1, 2, 3], 1)
        .pipe(['sh', '-c', 'cat; echo "$WORD"'], { env: { WORD: 'end' } })
        .collect(),
    ).toEqual(['1', '2', '3', 'end']);
  });

  it('fails with the command, and refuses none', async () => {
    await expect(of([1], 1).pipe('no-such-command-here').collect()).rejects.toThrow(/no-such-command-here/);
    await expect(of([1], 1).pipe(['sh', '-c', 'exit 3']).collect()).rejects.toThrow(/3/);
    for (const command of ['', ' ', [], [1] as unknown as string[], null as unknown as string]) {
      expect(() => of([1]).pipe(command)).toThrow(invalid);
    }
  });
});
