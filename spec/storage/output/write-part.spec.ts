import { describe, expect, it } from 'vitest';
import { readObjectFile } from '../../../formats/binary/object-file-reader.ts';
import { beginOutput, commitOutput } from '../../../storage/output/output-job.ts';
import { newAttempt, writeObjectPart, writeTextPart } from '../../../storage/output/write-part.ts';
import { sourceOf } from '../../support/bytes.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { rowsOf } from '../../support/stored-batches.ts';

const RECORDS = Array.from({ length: 10_000 }, (_, i) => i);

describe('writing a part', () => {
  it('writes and commits text', () => {
    const fs = new MemoryFileSystem();
    const job = beginOutput(fs, '/out');
    commitOutput(fs, job, [writeTextPart(fs, job, 0, RECORDS.values()), writeTextPart(fs, job, 1, [], 'gzip')]);
    expect(Buffer.from(fs.readFile('/out/part-00000')).toString()).toBe(`${RECORDS.join('\n')}\n`);
    expect(fs.tree('/out')).toEqual(['/out/_SUCCESS', '/out/part-00000', '/out/part-00001.gz']);
    expect(fs.openHandles).toBe(0);
  });

  it('writes and commits objects', () => {
    const fs = new MemoryFileSystem();
    const job = beginOutput(fs, '/out');
    const part = writeObjectPart(fs, job, 0, RECORDS.values());
    expect(part.recordCount).toBe(10_000);
    commitOutput(fs, job, [part]);
    const bytes = fs.readFile('/out/part-00000');
    expect(rowsOf(readObjectFile(sourceOf(bytes), bytes.length, 'p'))).toEqual(RECORDS);
  });

  it('leaves nothing when the records fail half-way', () => {
    const fs = new MemoryFileSystem();
    const job = beginOutput(fs, '/out');
    function* failing(): Generator<number> {
      yield* RECORDS;
      throw new RangeError('half-way');
    }
    expect(() => writeTextPart(fs, job, 0, failing())).toThrow('half-way');
    expect(() => writeObjectPart(fs, job, 0, failing())).toThrow('half-way');
    expect(fs.tree(job.staging)).toEqual([`${job.staging}/_attempts/`]);
    expect(fs.openHandles).toBe(0);
  });

  it('names every attempt anew', () => {
    expect(newAttempt()).not.toBe(newAttempt());
  });
});
