import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { DEFAULT_CSV_WRITE_SETTINGS } from '../../../formats/csv/csv-encoder.ts';
import { beginOutput, commitOutput, type OutputPart } from '../../../storage/output/output-job.ts';
import { type RowFormat, RowPartWriter } from '../../../storage/output/row-part-writer.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';

const csv: RowFormat = { kind: 'csv', settings: DEFAULT_CSV_WRITE_SETTINGS, compression: 'none' };

function save(format: RowFormat, rows: readonly unknown[]): { part: OutputPart; bytes: Buffer } {
  const fs = new MemoryFileSystem();
  const job = beginOutput(fs, '/out');
  using writer = new RowPartWriter(fs, job, 0, 'x', format);
  writer.write(rows);
  const part = writer.commit();
  commitOutput(fs, job, [part]);
  return { part, bytes: Buffer.from(fs.readFile(`/out/${part.name}`)) };
}

describe('RowPartWriter', () => {
  it('writes CSV with its header once, and tells the columns', () => {
    const rows = Array.from({ length: 3000 }, (_, a) => ({ a, b: 'x' }));
    const { part, bytes } = save(csv, rows);
    expect(part).toMatchObject({ name: 'part-00000.csv', recordCount: 3000, columns: ['a', 'b'] });
    expect(bytes.toString()).toBe(`a,b\n${rows.map(({ a }) => `${a},x\n`).join('')}`);
  });

  it('writes an empty part without a header, unless the columns are given', () => {
    expect(save(csv, []).bytes.toString()).toBe('');
    const settings = { ...DEFAULT_CSV_WRITE_SETTINGS, columns: ['a'] };
    expect(save({ ...csv, settings }, []).bytes.toString()).toBe('a\n');
    expect(save({ ...csv, settings: { ...settings, header: false } }, [{ a: 1 }]).bytes.toString()).toBe('1\n');
  });

  it('writes JSON lines, compressed on demand', () => {
    const { part, bytes } = save({ kind: 'json', compression: 'gzip' }, [{ a: 1 }, { b: 'x' }]);
    expect(part).toMatchObject({ name: 'part-00000.json.gz', recordCount: 2 });
    expect(part.columns).toBeUndefined();
    expect(gunzipSync(bytes).toString()).toBe('{"a":1}\n{"b":"x"}\n');
  });

  it('leaves nothing of a part that cannot be written', () => {
    const fs = new MemoryFileSystem();
    const job = beginOutput(fs, '/out');
    expect(() => {
      using writer = new RowPartWriter(fs, job, 0, 'x', csv);
      writer.write([{ a: 1 }, { a: {} }]);
    }).toThrow(/ROW_NOT_WRITABLE/);
    expect(fs.openHandles).toBe(0);
    expect(fs.list(job.staging).map(({ name }) => name)).toEqual(['_attempts']);
    expect(fs.list(`${job.staging}/_attempts`)).toEqual([]);
  });
});
