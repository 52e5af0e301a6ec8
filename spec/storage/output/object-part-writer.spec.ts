import { describe, expect, it } from 'vitest';
import { readObjectFile } from '../../../formats/binary/object-file-reader.ts';
import { buildColumns } from '../../../formats/record/build-columns.ts';
import { rowBatch } from '../../../formats/schema/batch.ts';
import { ObjectPartWriter } from '../../../storage/output/object-part-writer.ts';
import { beginOutput } from '../../../storage/output/output-job.ts';
import { sourceOf } from '../../support/bytes.ts';
import { failEveryCall } from '../../support/faulty-file-system.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { rowsOf } from '../../support/stored-batches.ts';

describe('ObjectPartWriter', () => {
  it('writes rows and columns in their order', () => {
    const fs = new MemoryFileSystem();
    const job = beginOutput(fs, '/out');
    const rows = Array.from({ length: 10_000 }, (_, i) => ({ id: i, name: `n${i % 7}` }));
    const columns = buildColumns(rows, 0, 5000);
    if (columns === undefined) expect.unreachable();
    using writer = new ObjectPartWriter(fs, job, 0, 0, 'deflate');
    writer.write(rowBatch(['first', 2]));
    writer.write(columns);
    for (let from = 5000; from < 10_000; from += 500) writer.write(rowBatch(rows, from, from + 500));
    expect(writer.recordCount).toBe(10_002);
    const part = writer.commit();
    expect(part.recordCount).toBe(10_002);
    const bytes = fs.readFile(`${job.staging}/part-00000`);
    expect(bytes.length).toBe(part.sizeBytes);
    expect(rowsOf(readObjectFile(sourceOf(bytes), bytes.length, 'p'))).toEqual(['first', 2, ...rows]);
    expect(fs.openHandles).toBe(0);
  });

  it('refuses what cannot be stored, and leaves nothing', () => {
    const fs = new MemoryFileSystem();
    const job = beginOutput(fs, '/out');
    expect(() => {
      using writer = new ObjectPartWriter(fs, job, 0, 0);
      writer.write(rowBatch([() => 1]));
      writer.commit();
    }).toThrow(/VALUE_NOT_SERIALIZABLE/);
    expect(fs.tree(job.staging)).toEqual([`${job.staging}/_attempts/`]);
    expect(fs.openHandles).toBe(0);
  });

  it('commits a complete part or none, whichever call fails', () => {
    const failed = failEveryCall({ errno: 'EIO' }, (wrap) => {
      const fs = new MemoryFileSystem();
      const job = beginOutput(fs, '/out');
      const faulty = wrap(fs);
      try {
        using writer = new ObjectPartWriter(faulty, job, 0, 0);
        writer.write(rowBatch([1, 2, 3]));
        writer.commit();
      } catch {
        // What is there is looked at below.
      }
      expect(fs.openHandles).toBe(0);
      const path = `${job.staging}/part-00000`;
      if (fs.stat(path) === undefined) return;
      const bytes = fs.readFile(path);
      expect(rowsOf(readObjectFile(sourceOf(bytes), bytes.length, path))).toEqual([1, 2, 3]);
    });
    expect(failed).toBeGreaterThan(5);
  });
});
