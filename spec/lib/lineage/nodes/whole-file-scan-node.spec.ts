import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { BinaryFileScanNode, WholeTextScanNode } from '../../../../lib/lineage/nodes/whole-file-scan-node.ts';
import { MemoryFileSystem } from '../../../support/memory-file-system.ts';
import { origin, partitionsOfNode, ScanTask } from '../../../support/scan-task.ts';
import { writeFile } from '../../../support/write-file.ts';

function files(): MemoryFileSystem {
  const fs = new MemoryFileSystem();
  writeFile(fs, '/in/a.txt', 'one\r\ntwo\n');
  writeFile(fs, '/in/b.txt', '');
  writeFile(fs, '/in/c.gz', gzipSync('zipped'));
  return fs;
}

describe('WholeTextScanNode', () => {
  it('gives path and content of each file, empty ones too', () => {
    const fs = files();
    const node = new WholeTextScanNode(origin(), fs, { path: '/in', minPartitions: 1 });
    const task = new ScanTask(fs);
    expect(partitionsOfNode(node, task)).toEqual([
      [
        ['/in/a.txt', 'one\r\ntwo\n'],
        ['/in/b.txt', ''],
        ['/in/c.gz', 'zipped'],
      ],
    ]);
    expect(node.className).toBe('WholeTextFileRDD');
    expect(task.inputBytes).toBe(9 + gzipSync('zipped').length);
    expect(fs.openHandles).toBe(0);
  });

  it('refuses a file over the limit, before and after decompression', () => {
    const fs = files();
    const read = (path: string, maxFileBytes: number): unknown =>
      partitionsOfNode(new WholeTextScanNode(origin(), fs, { path, minPartitions: 1, maxFileBytes }), new ScanTask(fs));
    expect(() => read('/in/a.txt', 8)).toThrow(/LIMIT_EXCEEDED/);
    writeFile(fs, '/in/bomb.gz', gzipSync(Buffer.alloc(5_000_000)));
    expect(() => read('/in/bomb.gz', 100_000)).toThrow(/LIMIT_EXCEEDED/);
    expect(fs.openHandles).toBe(0);
  });
});

describe('BinaryFileScanNode', () => {
  it('gives path and bytes of each file as they are', () => {
    const fs = files();
    const node = new BinaryFileScanNode(origin(), fs, { path: '/in', minPartitions: 1 }, 2);
    const [records] = partitionsOfNode(node, new ScanTask(fs)) as [string, Buffer][][];
    expect(records?.map(([path, bytes]) => [path, bytes.length])).toEqual([
      ['/in/a.txt', 9],
      ['/in/b.txt', 0],
      ['/in/c.gz', gzipSync('zipped').length],
    ]);
    expect(records?.[0]?.[1]).toBeInstanceOf(Buffer);
    expect(records?.[0]?.[1].toString()).toBe('one\r\ntwo\n');
    expect(node.className).toBe('BinaryFileRDD');
  });
});
