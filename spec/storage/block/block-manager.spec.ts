import { describe, expect, test } from 'vitest';
import { type Batch, rowBatch } from '../../../formats/schema/batch.ts';
import { nodeId } from '../../../lib/base/ids.ts';
import type { BlockEvent } from '../../../storage/block/block-event.ts';
import { rddBlockId } from '../../../storage/block/block-id.ts';
import { BlockManager } from '../../../storage/block/block-manager.ts';
import { DiskStore } from '../../../storage/block/disk-store.ts';
import { STORAGE_LEVELS } from '../../../storage/block/storage-level.ts';
import { MemoryBudget } from '../../../storage/memory/memory-budget.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';

describe('x', () => {
  test.each(['MEMORY_ONLY', 'MEMORY_ONLY_SER', 'MEMORY_AND_DISK', 'MEMORY_AND_DISK_SER', 'DISK_ONLY', 'NONE'] as const)(
    'y %s',
    (name) => {
      for (const totalBytes of [0, 5000, 1e6]) {
        const fileSystem = new MemoryFileSystem();
        const budget = new MemoryBudget({ totalBytes });
        const events: BlockEvent[] = [];
        const m = new BlockManager({
          budget,
          codec: 'none',
          disk: new DiskStore({ fileSystem, directory: '/b', codec: 'none' }),
          onEvent: (e) => events.push(e),
        });
        function* compute(): IterableIterator<Batch> {
          for (let i = 0; i < 10; i++) yield rowBatch(Array.from({ length: 100 }, (_, j) => i * 100 + j));
        }
        for (let t = 0; t < 2; t++) {
          let n = 0;
          for (const b of m.getOrElseUpdate(rddBlockId(nodeId(1), 0), STORAGE_LEVELS[name], compute))
            n += b.kind === 'columns' ? b.rowCount : b.to - b.from;
          expect(n).toBe(1000);
        }
        m.close();
        budget.assertAllReleased();
        expect(fileSystem.openHandles).toBe(0);
      }
    },
  );
});
