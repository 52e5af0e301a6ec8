import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { col } from '../../../formats/scan/predicate-builder.ts';
import { formatField } from '../../../formats/schema/data-type.ts';
import { Session } from '../../../lib/api/session.ts';
import { indexedParquet } from '../../support/indexed-parquet.ts';
import { SPEC_MASTER } from '../../support/spec-master.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { useSession } from '../../support/use-session.ts';

const shared = useSession({ parallelism: 2 });
const directory = temporaryDirectory();
const at = (name: string): string => join(directory.path, name);

function write(name: string, from: number): void {
  const ids = Array.from({ length: 200 }, (_, i) => from + i);
  mkdirSync(dirname(at(name)), { recursive: true });
  const bytes = indexedParquet(
    [
      { name: 'id', type: 'INT32', values: ids },
      { name: 'text', type: 'BYTE_ARRAY', converted: 'UTF8', values: ids.map((id) => `row ${id % 10}`) },
    ],
    { rowGroupRows: 50, pageRows: [10, 20], statistics: true, pageIndex: true, dictionary: true },
  );
  writeFileSync(at(name), bytes);
}

beforeAll(() => {
  write('t/day=2001-06-01/a.parquet', 0);
  write('t/day=2001-06-02/a.parquet', 200);
});
afterAll(() => directory[Symbol.dispose]());

interface Row {
  readonly id: number;
  readonly text: string;
  readonly day: Date;
}

describe('read.parquet', () => {
  it('gives rows, wherever tasks run', async () => {
    const rows = shared.session.read.parquet<Row>(at('t'));
    expect(rows.schema.fields.map(formatField)).toEqual(['id: int32', 'text: string', 'day: date']);
    expect(await rows.count()).toBe(400);
    const found = await rows.filter(({ id }) => id >= 199 && id <= 200).collect();
    expect(found).toEqual([
      { id: 199, text: 'row 9', day: new Date('2001-06-01') },
      { id: 200, text: 'row 0', day: new Date('2001-06-02') },
    ]);
    expect(rows.name).toBe(at('t'));
  });

  it('reads what is asked for and little else, and says so in metrics and lineages', async () => {
    let [bytesRead, rowsRead] = [0, 0];
    using _ = shared.session.onEvent((event) => {
      if (event.kind !== 'task-ended' || event.metrics === undefined) return;
      bytesRead += event.metrics.bytesRead;
      rowsRead += event.metrics.rowsRead;
    });
    const where = col('day')
      .eq('2001-06-02')
      .and(col('id').in(250, 251, 999), col('text').startsWith('row 1'));
    const rows = shared.session.read.parquet<Row>(at('t'), { columns: ['id'], where });
    expect(await rows.collect()).toEqual([{ id: 251 }]);
    const pruned = bytesRead;
    expect(rowsRead).toBe(1);
    await shared.session.read.parquet(at('t')).collect();
    expect(pruned).toBeLessThan((bytesRead - pruned) / 1.5);
    const lineage = rows.toDebugString();
    expect(lineage).toContain('PartitionFilters: [EqualTo(day,2001-06-02)]');
    expect(lineage).toContain('PushedFilters: [In(id, [250,251,999]), StringStartsWith(text,row 1)]');
    expect(lineage).toContain('ReadSchema: struct<id:int32>');
    expect(lineage).toContain('Files: 1 of 2; RowGroups: 1 of 4;');
  });

  it('reads the columns alone that functions read, where their text tells', async () => {
    const { session } = shared;
    // More than what is read at once of the end of a file.
    const wide = Array.from({ length: 3000 }, (_, id) => ({
      id,
      text: `${id} is a text`,
      other: `${id}`.repeat(40),
    }));
    await session
      .parallelize(wide, 1)
      .write.parquet(at('wide'), { codec: 'none', rowGroupRows: 500, mode: 'overwrite' });
    const rows = session.read.parquet<(typeof wide)[number]>(at('wide'));
    const bytesOf = async (action: () => Promise<unknown>): Promise<number> => {
      let bytes = 0;
      using _ = session.onEvent((event) => {
        if (event.kind === 'task-ended') bytes += event.metrics?.bytesRead ?? 0;
      });
      await action();
      return bytes;
    };
    const all = await bytesOf(() => rows.collect());
    const ids = await bytesOf(async () => expect(await rows.map(({ id }) => id).sum()).toBe((3000 * 2999) / 2));
    const texts = await bytesOf(async () =>
      expect(await rows.filter((row) => row.text === '7 is a text').count()).toBe(1),
    );
    const none = await bytesOf(async () => expect(await rows.count()).toBe(3000));
    const keys = await bytesOf(async () =>
      expect(
        await rows
          .map((row) => Object.keys(row).join())
          .distinct()
          .collect(),
      ).toEqual(['id,text,other']),
    );
    expect(keys).toBe(all);
    expect(texts).toBeLessThan(all / 1.5);
    expect(ids).toBeLessThan(texts);
    expect(none).toBeLessThan(ids);
  });

  it('gives whole rows to whom keeps them, whatever functions read of them later', async () => {
    const kept = shared.session.read.parquet<Row>(at('t'), { where: col('id').lt(2) }).cache();
    expect(await kept.map((row) => row.id).collect()).toEqual([0, 1]);
    expect(await kept.map((row) => row.text).collect()).toEqual(['row 0', 'row 1']);
    expect(await kept.count()).toBe(2);
    expect(await kept.collect()).toEqual([0, 1].map((id) => ({ id, text: `row ${id}`, day: new Date('2001-06-01') })));
    await kept.unpersist();
  });

  it('is a dataset as any other', async () => {
    const rows = shared.session.read.parquet<Row>(at('t/*'), { where: col('id').lt(20).or(col('id').ge(390)) });
    const counts = rows
      .map(({ text, day }) => [`${text} ${day.getUTCDate()}`, 1] as const)
      .reduceByKey((a, b) => a + b);
    expect((await counts.collect()).length).toBe(20);
    expect(await rows.count()).toBe(30);
  });

  it('raises mistakes at once, or before any task runs', async () => {
    const { read } = shared.session;
    expect(() => read.parquet('')).toThrow(/INVALID_ARGUMENT/);
    expect(() => read.parquet('x', { colums: ['a'] } as never)).toThrow(/INVALID_ARGUMENT.*colums/s);
    expect(() => read.parquet(at('none')).schema).toThrow(/FILE_NOT_FOUND/);
    await expect(read.parquet(at('t'), { where: col('idd').eq(1) }).count()).rejects.toThrow(/COLUMN_NOT_FOUND.*'id'/s);
    await expect(read.parquet(at('t'), { where: col('day').eq(1) }).count()).rejects.toThrow(/PREDICATE_TYPE.*Date/s);
  });

  it('goes on from what an earlier run committed, unless files, directories, columns or conditions are others', async () => {
    write('u/k=1/a.parquet', 0);
    const run = async (value: number, columns: readonly string[] = ['id', 'k']): Promise<number> => {
      await using session = await Session.open({ dir: at('.cairn'), master: SPEC_MASTER, resume: true });
      session.setCheckpointDir(at('checkpoints'));
      const rows = session.read.parquet<{ id: number }>(at('u'), {
        columns,
        where: col('id').lt(value),
        minPartitions: 1,
      });
      const sums = rows.map(({ id }) => [id % 3, id] as const).reduceByKey((a, b) => a + b, 1);
      let computed = 0;
      using _ = session.onEvent((event) => {
        if (event.kind === 'task-ended' && event.metrics !== undefined) computed += event.metrics.rowsRead;
      });
      await sums.checkpoint({ name: 'sums', eager: true });
      return computed;
    };
    expect(await run(100)).toBeGreaterThan(0);
    expect(await run(100)).toBe(0);
    expect(await run(101)).toBeGreaterThan(0);
    expect(await run(101, ['id'])).toBeGreaterThan(0);
    renameSync(at('u/k=1'), at('u/k=2'));
    expect(await run(101, ['id'])).toBeGreaterThan(0);
  });
});
