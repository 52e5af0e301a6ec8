import { describe, expect, test } from 'vitest';
import { SessionEngine } from '../../../lib/api/session-engine.ts';
import { resolveConfig } from '../../../lib/config/config.ts';
import type { SessionOptions } from '../../../lib/config/options.ts';
import { CollectionNode } from '../../../lib/lineage/nodes/collection-node.ts';
import { preparation } from '../../../lib/lineage/preparation.ts';
import { STORAGE_LEVELS } from '../../../storage/block/storage-level.ts';
import { ON_WORKERS, SPEC_MASTER } from '../../support/spec-master.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

async function withEngine(options: SessionOptions, use: (engine: SessionEngine) => Promise<void>): Promise<void> {
  using dir = temporaryDirectory();
  const engine = await SessionEngine.open(resolveConfig({ dir: dir.path, master: SPEC_MASTER, ...options }));
  try {
    await use(engine);
  } finally {
    await engine.close();
  }
  engine.budget.assertAllReleased();
}

const COLLECT = { kind: 'collect' } as const;

describe("a session's engine", () => {
  test('numbers datasets and shuffles in order', () =>
    withEngine({}, async (engine) => {
      expect([engine.origin('map').id, engine.origin('map').id]).toEqual([0, 1]);
      expect([engine.nextShuffleId(), engine.nextShuffleId()]).toEqual([0, 1]);
    }));

  test('runs what a dataset needs first, once for all jobs', () =>
    withEngine({}, async (engine) => {
      const node = new CollectionNode(engine.origin('parallelize'), [1, 2, 3], 2);
      const found: unknown[] = [];
      node.preparations.push(
        preparation(async (runJob) => {
          found.push(await runJob(node, { kind: 'count' }, [0, 1]));
        }),
      );
      const jobs = [1, 2].map(() => engine.runJob(node, COLLECT, { method: 'collect' }));
      expect(await Promise.all(jobs)).toEqual([
        [[1], [2, 3]],
        [[1], [2, 3]],
      ]);
      expect(found).toEqual([[1, 2]]);
    }));

  test('runs the partitions asked for, in their order', () =>
    withEngine({}, async (engine) => {
      const node = new CollectionNode(engine.origin('parallelize'), [1, 2, 3], 3);
      expect(await engine.runJob(node, COLLECT, { method: 'take', partitions: [2, 0] })).toEqual([[3], [1]]);
      await expect(engine.runJob(node, COLLECT, { method: 'take', partitions: [3] })).rejects.toThrow(
        'NO_SUCH_PARTITION',
      );
    }));

  test('keeps blocks of what is persisted until it is not', () =>
    withEngine({}, async (engine) => {
      const node = new CollectionNode(engine.origin('parallelize'), [1, 2, 3], 3);
      engine.persist(node, STORAGE_LEVELS.MEMORY_AND_DISK);
      await engine.runJob(node, COLLECT, { method: 'collect' });
      expect(engine.blocksOf(node.id)).toMatchObject({ cachedPartitions: 3 });
      engine.unpersist(node);
      expect(engine.blocksOf(node.id)).toEqual({ cachedPartitions: 0, memoryBytes: 0, diskBytes: 0 });
      expect(node.storageLevel).toBe(STORAGE_LEVELS.NONE);
    }));

  // Workers share what is left of it: spec/lib/exec/memory-shares.spec.ts.
  test.skipIf(ON_WORKERS)('plans with the share of memory that the options say', () =>
    withEngine({ memory: '10 MiB', memoryFraction: 0.5 }, async (engine) => {
      expect(engine.budget.totalBytes).toBe(5 * 2 ** 20);
    }),
  );
});
