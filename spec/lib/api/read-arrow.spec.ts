import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { afterAll, describe, expect, it } from 'vitest';
import { col } from '../../../formats/scan/predicate-builder.ts';
import { formatField } from '../../../formats/schema/data-type.ts';
import { DataReader } from '../../../lib/api/data-reader.ts';
import { sampleBytes } from '../../support/arrow-samples.ts';
import { type EngineOfSpec, SpecDirectory } from '../../support/engine-of-spec.ts';
import { runOnce } from '../../support/resuming.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { useSession } from '../../support/use-session.ts';

const shared = useSession({ parallelism: 2 });
const directory = temporaryDirectory();
const at = (name: string): string => join(directory.path, name);
afterAll(() => directory[Symbol.dispose]());

const SCHEMA = { id: 'int64 not null', city: 'string', price: 'decimal(9,2)', at: 'timestamp', tags: 'list<string>' };
const ROWS = Array.from({ length: 100 }, (_, i) => ({
  id: BigInt(i),
  city: ['Bonn', 'Ulm', null][i % 3] as string | null,
  price: `${i}.50`,
  at: new Date(1_700_000_000_000 + i),
  tags: ['a', 'b'].slice(0, i % 3),
}));

describe('write.arrow and read.arrow', () => {
  it.each(['none', 'zstd'] as const)('give back what was written, with the codec %s', async (codec) => {
    const path = at(`rows-${codec}`);
    await shared.session.parallelize(ROWS, 3).write.arrow(path, { schema: SCHEMA, codec, batchRows: 10 });
    const read = shared.session.read.arrow<(typeof ROWS)[0]>(path);
    expect(await read.collect()).toEqual(ROWS);
    expect(read.schema.fields.map(formatField)).toEqual([
      'id: int64 not null',
      'city: string',
      'price: decimal(9,2)',
      'at: timestamp(millis, zone)',
      'tags: list<string>',
    ]);
  });

  it('write what the package reads', async () => {
    await shared.session.parallelize(ROWS, 1).write.arrow(at('one'), { schema: SCHEMA });
    const table = tableFromIPC(readFileSync(at('one/part-00000.arrow')));
    expect([...(table.getChild('id') ?? [])]).toEqual(ROWS.map(({ id }) => id));
    expect([...(table.getChild('city') ?? [])]).toEqual(ROWS.map(({ city }) => city));
  });

  it('keep directories, conditions and columns apart', async () => {
    const path = at('by-city');
    await shared.session.parallelize(ROWS, 2).write.arrow(path, { partitionBy: 'city', schema: SCHEMA });
    await shared.session
      .parallelize(ROWS, 2)
      .write.arrow(path, { partitionBy: 'city', schema: SCHEMA, mode: 'append' });
    const read = shared.session.read.arrow<{ id: number }>(path, {
      columns: ['id'],
      where: col('city').eq('Ulm').and(col('id').lt(7)),
      int64: 'number',
    });
    expect(await read.map(({ id }) => id).collect()).toEqual([1, 4, 1, 4]);
    expect(read.toDebugString()).toContain('PartitionFilters: [EqualTo(city,Ulm)]');
    expect(read.toDebugString()).toContain('PushedFilters: [LessThan(id,7)]');
    await expect(shared.session.parallelize(ROWS).write.arrow(path)).rejects.toThrow(/OUTPUT_EXISTS/);
  });

  it('infer a schema, and refuse what has none', async () => {
    await shared.session.parallelize([{ a: 1, b: 'x' }], 1).write.arrow(at('inferred'));
    const read = shared.session.read.arrow(at('inferred'));
    expect(read.schema.fields.map(formatField)).toEqual(['a: int64', 'b: string']);
    await expect(shared.session.parallelize([{ a: () => 1 }]).write.arrow(at('not'))).rejects.toThrow(/Arrow/);
  });

  it('read streams, and files of others', async () => {
    writeFileSync(at('s.arrows'), sampleBytes('stream'));
    const rows = shared.session.read.arrow<{ code: string | null; st: { x: number } | null }>(at('s.arrows'));
    expect(
      await rows
        .filter(({ code }) => code === 'code 1')
        .map(({ st }) => st?.x)
        .collect(),
    ).toEqual([3, 5]);
    writeFileSync(at('broken.arrow'), sampleBytes('file').subarray(0, 1000));
    await expect(shared.session.read.arrow(at('broken.arrow')).count()).rejects.toThrow(/ARROW_CORRUPT/);
  });

  it('raise errors at once for what is no argument', () => {
    expect(() => shared.session.read.arrow('')).toThrow(/INVALID_ARGUMENT.*arrow/s);
    expect(() => shared.session.read.arrow('x', { int64: 'auto' as never })).toThrow(/INVALID_ARGUMENT/);
  });
});

describe('a run that stopped, and had read Arrow', () => {
  it('leaves its map outputs to the next one, unless the file is another', async () => {
    using home = new SpecDirectory();
    const path = home.join('rows.arrow');
    writeFileSync(path, sampleBytes('file'));
    const program = async (bench: EngineOfSpec) => {
      const pairs = await new DataReader(bench.engine)
        .arrow<{ n: number | null; code: string | null }>(path)
        .map(({ n, code }): [string, number] => [code ?? '', n ?? 0])
        .reduceByKey((a, b) => a + b, 2)
        .collect();
      return pairs.sort();
    };
    const data = home.join('data');
    const first = await runOnce(data, program, { stops: true });
    expect((await runOnce(data, program, { stops: true })).reused).toMatchObject({
      fromRuns: [first.run],
      mapTasks: 1,
    });
    writeFileSync(path, sampleBytes('stream'));
    const changed = await runOnce(data, program);
    expect(changed.answer).toEqual(first.answer);
    expect(changed.reused).toBeUndefined();
  });
});
