import { describe, expect, it } from 'vitest';
import { BinaryRecordsNode } from '../../../../lib/lineage/nodes/binary-records-node.ts';
import { MemoryFileSystem } from '../../../support/memory-file-system.ts';
import { origin, partitionsOfNode, ScanTask } from '../../../support/scan-task.ts';
import { writeFile } from '../../../support/write-file.ts';

describe('BinaryRecordsNode', () => {
  it('gives records of one length as Buffers', () => {
    const fs = new MemoryFileSystem();
    writeFile(fs, '/in/a', 'aaabbbccc');
    writeFile(fs, '/in/b', '');
    writeFile(fs, '/in/c', 'ddd');
    const task = new ScanTask(fs, 2);
    const node = new BinaryRecordsNode(origin(), fs, '/in', 3);
    const found = partitionsOfNode(node, task) as Buffer[][];
    expect(found.map((part) => part.map(String))).toEqual([['aaa', 'bbb', 'ccc'], ['ddd']]);
    expect(found[0]?.[0]).toBeInstanceOf(Buffer);
    expect(task.inputBytes).toBe(12);
    expect(fs.openHandles).toBe(0);
  });

  it('refuses a file that does not hold whole records, before any task', () => {
    const fs = new MemoryFileSystem();
    writeFile(fs, '/a', '12345');
    expect(() => new BinaryRecordsNode(origin(), fs, '/a', 2).partitions).toThrow(/PARTIAL_RECORD: \/a has 5 bytes/);
  });
});
