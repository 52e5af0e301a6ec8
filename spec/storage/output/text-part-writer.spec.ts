import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { LineReader } from '../../../formats/text/line-reader.ts';
import { openTextStream } from '../../../formats/text/text-compression.ts';
import { beginOutput } from '../../../storage/output/output-job.ts';
import { type OutputCompression, TextPartWriter } from '../../../storage/output/text-part-writer.ts';
import { allLines, sourceOf } from '../../support/bytes.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';

function written(records: readonly unknown[], compression: OutputCompression = 'none'): Buffer {
  const fs = new MemoryFileSystem();
  const job = beginOutput(fs, '/out');
  using writer = new TextPartWriter(fs, job, 0, 0, compression);
  for (let from = 0; from < records.length; from += 1000) {
    writer.write(records, from, Math.min(from + 1000, records.length));
  }
  const part = writer.commit();
  expect(part.recordCount).toBe(records.length);
  const bytes = fs.readFile(`${job.staging}/${part.name}`);
  expect(bytes.length).toBe(part.sizeBytes);
  expect(fs.openHandles).toBe(0);
  return Buffer.from(bytes);
}

describe('TextPartWriter', () => {
  it('writes a line for each record', () => {
    expect(written(['a', 1, null, undefined, [1, 2], 3n, 'é\nb']).toString()).toBe(
      'a\n1\nnull\nundefined\n1,2\n3\né\nb\n',
    );
    expect(written([])).toHaveLength(0);
  });

  it('replaces lone surrogates, also where its pieces end', () => {
    expect(written(['\ud800', 'x\udc00y', '😀']).toString()).toBe('\ufffd\nx\ufffdy\n😀\n');
  });

  it('writes large parts piece by piece', () => {
    const records = Array.from({ length: 50_000 }, (_, i) => `record ${i} ${'x'.repeat(i % 50)}`);
    expect(written(records).toString()).toBe(`${records.join('\n')}\n`);
  });

  it('writes gzip that others read, and we do', () => {
    const records = Array.from({ length: 100_000 }, (_, i) => `record ${i}`);
    const packed = written(records, 'gzip');
    expect(packed.length).toBeLessThan(600_000);
    expect(gunzipSync(packed).toString()).toBe(`${records.join('\n')}\n`);
    const stream = openTextStream(sourceOf(packed), 'part-00000.gz');
    expect(allLines(new LineReader(stream, { path: 'part-00000.gz', atStart: true }))).toEqual(records);
    expect(gunzipSync(written([], 'gzip'))).toHaveLength(0);
  });

  it('passes on what a record throws and leaves nothing', () => {
    const fs = new MemoryFileSystem();
    const job = beginOutput(fs, '/out');
    const open = (): void => {
      using writer = new TextPartWriter(fs, job, 0, 0);
      writer.write([Object.create(null)]);
      writer.commit();
    };
    expect(open).toThrow(TypeError);
    expect(fs.tree(job.staging)).toEqual([`${job.staging}/_attempts/`]);
    expect(fs.openHandles).toBe(0);
  });
});
