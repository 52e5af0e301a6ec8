import { describe, expect, it } from 'vitest';
import { openArrow } from '../../../formats/arrow/arrow-file.ts';
import { field, type Schema } from '../../../formats/schema/data-type.ts';
import type { FileSystem } from '../../../storage/fs/file-system.ts';
import { ArrowPartWriter, type ArrowSaveOptions } from '../../../storage/output/arrow-part-writer.ts';
import { abortOutput, beginOutput, commitOutput } from '../../../storage/output/output-job.ts';
import { ByteArraySource } from '../../support/byte-source.ts';
import { failEveryCall } from '../../support/faulty-file-system.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { readArrow } from '../../support/read-arrow.ts';

const SCHEMA: Schema = {
  fields: [field('id', { kind: 'int', bits: 32, signed: true }), field('city', { kind: 'string' })],
};
const OPTIONS: ArrowSaveOptions = { schema: SCHEMA, codec: 'none', batchRows: 4096, partitionBy: [] };

const rowsOf = (count: number) => Array.from({ length: count }, (_, id) => ({ id, city: `city ${id % 3}` }));

function save(fs: FileSystem, parts: readonly (readonly object[])[], options = OPTIONS): void {
  const job = beginOutput(fs, '/out');
  try {
    const committed = parts.map((rows, partition) => {
      using writer = new ArrowPartWriter(fs, job, partition, 0, options);
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

describe('ArrowPartWriter', () => {
  it('writes a part as one file of batches, also one without records', () => {
    const fs = new MemoryFileSystem();
    save(fs, [rowsOf(10_000), []]);
    expect(filesOf(fs)).toEqual(['/out/_SUCCESS', '/out/part-00000.arrow', '/out/part-00001.arrow']);
    const bytes = fs.readFile('/out/part-00000.arrow');
    expect(readArrow(bytes).get('id')?.values).toEqual(rowsOf(10_000).map(({ id }) => id));
    expect(openArrow(new ByteArraySource(bytes)).footer?.batches).toHaveLength(3);
    expect(openArrow(new ByteArraySource(fs.readFile('/out/part-00001.arrow'))).schema).toEqual(SCHEMA);
    expect(fs.openHandles).toBe(0);
  });

  it('writes a directory a value', () => {
    const fs = new MemoryFileSystem();
    save(fs, [rowsOf(6)], { ...OPTIONS, partitionBy: ['city'] });
    expect(filesOf(fs)[1]).toBe('/out/city=city 0/part-00000.arrow');
    expect(readArrow(fs.readFile('/out/city=city 1/part-00000.arrow')).get('id')?.values).toEqual([1, 4]);
  });

  it('publishes all or nothing whatever call fails', () => {
    const calls = failEveryCall({ errno: 'EIO' }, (wrap) => {
      const memory = new MemoryFileSystem();
      let failed = false;
      try {
        save(wrap(memory), [rowsOf(6), rowsOf(2)]);
      } catch {
        failed = true;
      }
      const isThere = memory.stat('/out') !== undefined;
      if (isThere) expect(memory.stat('/out/_SUCCESS')).toBeDefined();
      if (!failed) expect(isThere).toBe(true);
      expect(memory.openHandles).toBe(0);
    });
    expect(calls).toBeGreaterThan(10);
  });
});
