import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { TextScanNode, type TextScanOptions } from '../../../../lib/lineage/nodes/text-scan-node.ts';
import { MemoryFileSystem } from '../../../support/memory-file-system.ts';
import { origin, partitionsOfNode, recordsOfBatches, ScanTask } from '../../../support/scan-task.ts';
import { writeFile } from '../../../support/write-file.ts';

function scan(fs: MemoryFileSystem, options: TextScanOptions): TextScanNode {
  return new TextScanNode(origin('textFile'), fs, options);
}

describe('TextScanNode', () => {
  it('gives the lines of a file, cut into partitions', () => {
    const fs = new MemoryFileSystem();
    const lines = Array.from({ length: 100 }, (_, i) => `line ${i}`);
    writeFile(fs, '/in.txt', `${lines.join('\n')}\n`);
    const node = scan(fs, { path: '/in.txt', minPartitions: 3 });
    const found = partitionsOfNode(node, new ScanTask(fs));
    expect(found.flat()).toEqual(lines);
    // Cuts at bytes 263 and 526; line 67 begins at 526 and belongs to the split before it, as in Hadoop.
    expect(found.map((part) => part.length)).toEqual([35, 33, 32]);
    expect(node.className).toBe('HadoopRDD');
    expect(node.mayPend).toBe(false);
    expect(fs.openHandles).toBe(0);
  });

  it('looks for files when partitions are asked for, not before', () => {
    const fs = new MemoryFileSystem();
    const node = scan(fs, { path: '/late.txt', minPartitions: 2 });
    expect(() => node.partitions).toThrow(/FILE_NOT_FOUND/);
    writeFile(fs, '/late.txt', 'here\n');
    expect(partitionsOfNode(node, new ScanTask(fs)).flat()).toEqual(['here']);
  });

  it('reads a directory in the order of names, compressed files among plain ones', () => {
    const fs = new MemoryFileSystem();
    writeFile(fs, '/in/part-2', 'e\nf');
    writeFile(fs, '/in/part-0', 'a\nb\n');
    writeFile(fs, '/in/part-1.gz', Buffer.concat([gzipSync('c\n'), gzipSync('d\n')]));
    writeFile(fs, '/in/empty', '');
    const node = scan(fs, { path: '/in', minPartitions: 1 });
    expect(partitionsOfNode(node, new ScanTask(fs))).toEqual([
      ['a', 'b'],
      ['c', 'd'],
      ['e', 'f'],
    ]);
  });

  it('gives batches of at most batchRows and counts the bytes it read', () => {
    const fs = new MemoryFileSystem();
    writeFile(fs, '/in.txt', 'x\n'.repeat(10));
    const node = scan(fs, { path: '/in.txt', minPartitions: 1 });
    const task = new ScanTask(fs, 4);
    const sizes: number[] = [];
    for (const batch of node.compute(node.partitions[0] as never, task)) {
      if (batch.kind === 'rows') sizes.push(batch.to - batch.from);
    }
    expect(Math.max(...sizes)).toBe(4);
    expect(sizes.reduce((a, b) => a + b)).toBe(10);
    expect(task.inputBytes).toBe(20);
  });

  it('counts the compressed bytes of a compressed file', () => {
    const fs = new MemoryFileSystem();
    const packed = gzipSync('x\n'.repeat(100_000));
    writeFile(fs, '/in.gz', packed);
    const task = new ScanTask(fs, 1000);
    expect(partitionsOfNode(scan(fs, { path: '/in.gz', minPartitions: 4 }), task)[0]).toHaveLength(100_000);
    expect(task.inputBytes).toBe(packed.length);
  });

  it('closes its file when the reader stops early, and stops when cancelled', () => {
    const fs = new MemoryFileSystem();
    writeFile(fs, '/in.txt', 'x\n'.repeat(1000));
    const node = scan(fs, { path: '/in.txt', minPartitions: 1 });
    const task = new ScanTask(fs);
    for (const record of recordsOfBatches(node.compute(node.partitions[0] as never, task))) {
      expect(record).toBe('x');
      break;
    }
    expect(fs.openHandles).toBe(0);
    task.isCancelled = true;
    expect(() => partitionsOfNode(node, task)).toThrow(/TASK_CANCELLED/);
    expect(fs.openHandles).toBe(0);
  });

  it('raises typed errors for damage, bombs and files that shrank', () => {
    const fs = new MemoryFileSystem();
    writeFile(fs, '/cut.gz', gzipSync('hello\n').subarray(0, 15));
    writeFile(fs, '/bomb.gz', gzipSync(Buffer.alloc(20_000_000)));
    writeFile(fs, '/a.bz2', 'BZh');
    const read = (path: string): unknown =>
      partitionsOfNode(scan(fs, { path, minPartitions: 1, maxLineBytes: 1 << 20 }), new ScanTask(fs));
    expect(() => read('/cut.gz')).toThrow(/CORRUPT_FILE: \/cut\.gz/);
    expect(() => read('/bomb.gz')).toThrow(/LIMIT_EXCEEDED/);
    expect(() => read('/a.bz2')).toThrow(/UNSUPPORTED_COMPRESSION/);
    writeFile(fs, '/in.txt', 'a\nb\nc\n');
    const node = scan(fs, { path: '/in.txt', minPartitions: 2 });
    expect(node.partitions).toHaveLength(2);
    writeFile(fs, '/in.txt', 'a\n');
    expect(() => partitionsOfNode(node, new ScanTask(fs))).toThrow(/INPUT_CHANGED/);
    expect(fs.openHandles).toBe(0);
  });
});
