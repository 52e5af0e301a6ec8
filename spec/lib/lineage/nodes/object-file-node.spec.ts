import { describe, expect, it } from 'vitest';
import { rowBatch } from '../../../../formats/schema/batch.ts';
import { ObjectFileNode } from '../../../../lib/lineage/nodes/object-file-node.ts';
import { ObjectPartWriter } from '../../../../storage/output/object-part-writer.ts';
import { beginOutput, commitOutput } from '../../../../storage/output/output-job.ts';
import { flipStoredBit } from '../../../support/faulty-file-system.ts';
import { MemoryFileSystem } from '../../../support/memory-file-system.ts';
import { origin, partitionsOfNode, ScanTask } from '../../../support/scan-task.ts';

const RECORDS = [
  [
    { id: 1, name: 'a', at: new Date(5) },
    { id: 2, name: 'b', at: new Date(6) },
  ],
  [],
  ['text', 12n, null, undefined, new Map([[1, new Set(['x'])]]), Number.NaN, -0, [1, [2]]],
];

function saved(): MemoryFileSystem {
  const fs = new MemoryFileSystem();
  const job = beginOutput(fs, '/out');
  const parts = RECORDS.map((rows, partition) => {
    using writer = new ObjectPartWriter(fs, job, partition, 0);
    writer.write(rowBatch(rows));
    return writer.commit();
  });
  commitOutput(fs, job, parts);
  return fs;
}

describe('ObjectFileNode', () => {
  it('gives back what was saved, in the partitions it was saved in', () => {
    const fs = saved();
    const node = new ObjectFileNode(origin(), fs, '/out');
    const task = new ScanTask(fs);
    expect(partitionsOfNode(node, task)).toEqual(RECORDS);
    const sizes = node.partitions.map((_, i) => fs.stat(`/out/part-0000${i}`)?.sizeBytes ?? 0);
    expect(task.inputBytes).toBe(sizes.reduce((a, b) => a + b));
    expect(node.className).toBe('HadoopRDD');
    expect(fs.openHandles).toBe(0);
  });

  it('raises CORRUPT_FILE for any flipped bit', () => {
    const size = saved().stat('/out/part-00002')?.sizeBytes ?? 0;
    for (let bit = 0; bit < size * 8; bit += 23) {
      const fs = saved();
      flipStoredBit(fs, '/out/part-00002', bit);
      expect(() => partitionsOfNode(new ObjectFileNode(origin(), fs, '/out'), new ScanTask(fs)), `bit ${bit}`).toThrow(
        /CORRUPT_FILE: \/out\/part-00002|UNSUPPORTED_VERSION/,
      );
      expect(fs.openHandles).toBe(0);
    }
  });

  it('refuses other files', () => {
    const fs = saved();
    fs.corrupt(
      '/out/part-00000',
      () => new Uint8Array(Buffer.from('some text that is longer than any header of ours, by far')),
    );
    expect(() => partitionsOfNode(new ObjectFileNode(origin(), fs, '/out'), new ScanTask(fs))).toThrow(/CAIRNOBJ/);
  });
});
