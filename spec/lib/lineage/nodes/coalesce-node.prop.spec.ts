import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowBatch } from '../../../../formats/schema/batch.ts';
import { CoalesceNode } from '../../../../lib/lineage/nodes/coalesce-node.ts';
import { BatchesNode } from '../../../support/batches-node.ts';
import { MemoryFileSystem } from '../../../support/memory-file-system.ts';
import { origin, partitionsOfNode, ScanTask } from '../../../support/scan-task.ts';

describe('CoalesceNode', () => {
  it('reads every partition once, in order, in groups of nearly equal length', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 1, max: 400 }), (available, most) => {
        const parent = new BatchesNode(Array.from({ length: available }, (_, i) => [rowBatch([i])]));
        const groups = partitionsOfNode(new CoalesceNode(origin(), parent, most), new ScanTask(new MemoryFileSystem()));
        expect(groups.flat()).toEqual(Array.from({ length: available }, (_, i) => i));
        expect(groups.length).toBe(Math.min(available, most));
        if (groups.length === 0) return;
        const lengths = groups.map((group) => group.length);
        expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1);
        expect(Math.min(...lengths)).toBeGreaterThan(0);
      }),
      { seed: 61, numRuns: 100 },
    );
  });
});
