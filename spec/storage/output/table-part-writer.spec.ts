import { describe, expect, it } from 'vitest';
import { openParquet } from '../../../formats/parquet/parquet-file.ts';
import { field, type Schema } from '../../../formats/schema/data-type.ts';
import type { FileSystem } from '../../../storage/fs/file-system.ts';
import { abortOutput, beginOutput, commitOutput } from '../../../storage/output/output-job.ts';
import { ParquetPartWriter, type ParquetSaveOptions } from '../../../storage/output/parquet-part-writer.ts';
import { ByteArraySource } from '../../support/byte-source.ts';
import { FaultyFileSystem, failEveryCall } from '../../support/faulty-file-system.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { readColumnsOf } from '../../support/write-parquet.ts';

const SCHEMA: Schema = {
  fields: [field('id', { kind: 'int', bits: 32, signed: true }), field('city', { kind: 'string' })],
};
const OPTIONS: ParquetSaveOptions = { schema: SCHEMA, codec: 'snappy', partitionBy: [], bloomFilters: [] };
const BY_CITY: ParquetSaveOptions = { ...OPTIONS, partitionBy: ['city'] };

interface Row {
  readonly id: number;
  readonly city: string | null;
}

const rowsOf = (count: number, cities: number): Row[] =>
  Array.from({ length: count }, (_, id) => ({ id, city: id % cities === 0 ? null : `city ${id % cities}` }));

/** Saves the rows, a part each array. */
function save(fs: FileSystem, parts: readonly (readonly Row[])[], options = OPTIONS): void {
  const job = beginOutput(fs, '/out');
  try {
    const committed = parts.map((rows, partition) => {
      using writer = new ParquetPartWriter(fs, job, partition, 0, options);
      writer.write(rows);
      return writer.commit();
    });
    commitOutput(fs, job, committed);
  } catch (error) {
    abortOutput(fs, job);
    throw error;
  }
}

const filesOf = (fs: MemoryFileSystem) => fs.tree('/out').filter((name) => !name.endsWith('/'));

describe('TablePartWriter', () => {
  it('writes a part as one file, also one without records', () => {
    const fs = new MemoryFileSystem();
    const rows = rowsOf(10_000, 3);
    save(fs, [rows, []]);
    expect(filesOf(fs)).toEqual(['/out/_SUCCESS', '/out/part-00000.parquet', '/out/part-00001.parquet']);
    expect(readColumnsOf(fs.readFile('/out/part-00000.parquet'))).toEqual([
      rows.map(({ id }) => id),
      rows.map(({ city }) => city),
    ]);
    expect(openParquet(new ByteArraySource(fs.readFile('/out/part-00001.parquet'))).schema).toEqual(SCHEMA);
    expect(fs.openHandles).toBe(0);
  });

  it('writes a directory a value, without the column in the files; none for no records', () => {
    const fs = new MemoryFileSystem();
    save(fs, [rowsOf(5, 2), [{ id: 9, city: 'a/b' }], []], BY_CITY);
    expect(filesOf(fs)).toEqual([
      '/out/_SUCCESS',
      '/out/city=__HIVE_DEFAULT_PARTITION__/part-00000.parquet',
      '/out/city=a%2Fb/part-00001.parquet',
      '/out/city=city 1/part-00000.parquet',
    ]);
    const bytes = fs.readFile('/out/city=city 1/part-00000.parquet');
    expect(readColumnsOf(bytes)).toEqual([[1, 3]]);
    expect(openParquet(new ByteArraySource(bytes)).schema.fields.map(({ name }) => name)).toEqual(['id']);
  });

  it('keeps every record when there are more directories than files it holds open', () => {
    const fs = new MemoryFileSystem();
    const rows = rowsOf(20_000, 100);
    save(fs, [rows], BY_CITY);
    const files = filesOf(fs).filter((name) => name.endsWith('.parquet'));
    const found = files.flatMap((name) => readColumnsOf(fs.readFile(name))[0] as number[]);
    expect(found.toSorted((a, b) => a - b)).toEqual(rows.map(({ id }) => id));
    expect(files).toContain('/out/city=city 7/part-00000-1.parquet');
    expect(fs.openHandles).toBe(0);
  });

  it('has few files open at a time, however many it writes', () => {
    const fs = new MemoryFileSystem();
    const job = beginOutput(fs, '/out');
    using writer = new ParquetPartWriter(fs, job, 0, 0, BY_CITY);
    for (const row of rowsOf(500, 200)) {
      writer.write([row]);
      expect(fs.openHandles).toBeLessThanOrEqual(32);
    }
    expect(writer.commit().files).toHaveLength(500);
    expect(fs.openHandles).toBe(0);
    abortOutput(fs, job);
  });

  it('leaves no file open where one that has to make room for another cannot be ended', () => {
    const fs = new MemoryFileSystem();
    const job = beginOutput(fs, '/out');
    const faulty = new FaultyFileSystem(fs, { at: 1, calls: ['sync'], errno: 'ENOSPC', forever: true });
    const write = () => {
      using writer = new ParquetPartWriter(faulty, job, 0, 0, BY_CITY);
      writer.write(rowsOf(80, 40));
      writer.commit();
    };
    expect(write).toThrow(/DISK_FULL/);
    expect(faulty.faultCount).toBe(1);
    expect(fs.openHandles).toBe(0);
    abortOutput(fs, job);
  });

  it('counts what it wrote, and lets an attempt that comes second withdraw', () => {
    const fs = new MemoryFileSystem();
    const job = beginOutput(fs, '/out');
    const committed = [0, 1].map((attempt) => {
      using writer = new ParquetPartWriter(fs, job, 0, attempt, BY_CITY);
      writer.write(rowsOf(10, 2), 0, 4);
      expect(writer.recordCount).toBe(4);
      return writer.commit();
    });
    expect(committed[0]).toEqual(committed[1]);
    expect(committed[0]?.recordCount).toBe(4);
    expect(committed[0]?.files).toHaveLength(2);
    commitOutput(fs, job, committed.slice(0, 1));
    expect(fs.tree('/out').filter((name) => name.endsWith('.parquet'))).toHaveLength(2);
  });

  it('leaves nothing of a part with a record that does not fit', () => {
    const fs = new MemoryFileSystem();
    for (const options of [OPTIONS, BY_CITY]) {
      for (const row of [{ id: 1.5, city: 'a' }, { id: 'x', city: 'a' }, 'text', { id: 2 ** 40, city: 'b' }]) {
        expect(() => save(fs, [[{ id: 1, city: 'a' }, row as Row]], options)).toThrow(
          /ROW_NOT_WRITABLE|VALUE_NOT_EXACT/,
        );
        expect(fs.tree('/')).toEqual([]);
        expect(fs.openHandles).toBe(0);
      }
    }
  });

  it('publishes all or nothing whatever call fails', () => {
    for (const options of [OPTIONS, BY_CITY]) {
      const calls = failEveryCall({ errno: 'EIO' }, (wrap) => {
        const memory = new MemoryFileSystem();
        let failed = false;
        try {
          save(wrap(memory), [rowsOf(6, 3), rowsOf(2, 1)], options);
        } catch {
          failed = true;
        }
        const isThere = memory.stat('/out') !== undefined;
        if (isThere) expect(memory.stat('/out/_SUCCESS')).toBeDefined();
        if (!failed) expect(isThere).toBe(true);
        expect(memory.openHandles).toBe(0);
      });
      expect(calls).toBeGreaterThan(10);
    }
  });
});
