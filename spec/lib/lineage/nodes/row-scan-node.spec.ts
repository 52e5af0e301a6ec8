import { describe, expect, it } from 'vitest';
import { rowBatch } from '../../../../formats/schema/batch.ts';
import type { TextField } from '../../../../formats/text/text-type.ts';
import { type RowRange, type RowReader, RowScanNode } from '../../../../lib/lineage/nodes/row-scan-node.ts';
import { MemoryFileSystem } from '../../../support/memory-file-system.ts';
import { origin, partitionsOfNode, ScanTask } from '../../../support/scan-task.ts';
import { writeFile } from '../../../support/write-file.ts';

/** One row a range: where it is. */
class RangesNode extends RowScanNode {
  readonly kind = 'ranges';
  readonly rowFields: readonly TextField[] = [['at', 'string']];
  protected readonly canSplit = true;

  firstBytes(): string[] {
    const found: string[] = [];
    for (const { stream } of this.samples()) {
      const bytes = new Uint8Array(1);
      found.push(String.fromCharCode(...bytes.subarray(0, stream.read(bytes))));
    }
    return found;
  }

  protected override openReader({ path, length, atStart }: RowRange): RowReader {
    let isDone = false;
    return {
      next: () => {
        if (isDone) return undefined;
        isDone = true;
        return rowBatch([`${path} ${length ?? 'whole'}${atStart ? ' from its start' : ''}`]);
      },
    };
  }
}

describe('RowScanNode', () => {
  it('packs small files together, and cuts large ones', () => {
    const fs = new MemoryFileSystem();
    for (const name of ['a', 'b']) writeFile(fs, `/in/${name}`, 'x');
    writeFile(fs, '/in/c', Buffer.alloc(10 * 1024 * 1024));
    const node = new RangesNode(origin(), fs, '/in', 4);
    expect(partitionsOfNode(node, new ScanTask(fs))).toEqual([
      ['/in/a whole from its start', '/in/b whole from its start'],
      ['/in/c 5767168 from its start'],
      ['/in/c 4718592'],
    ]);
  });

  it('opens samples one after another, and leaves none open', () => {
    const fs = new MemoryFileSystem();
    writeFile(fs, '/in/a', 'x');
    writeFile(fs, '/in/b', 'y');
    expect(new RangesNode(origin(), fs, '/in', 1).firstBytes()).toEqual(['x', 'y']);
    expect(fs.openHandles).toBe(0);
  });
});
