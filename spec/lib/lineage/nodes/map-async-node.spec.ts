import { describe, expect, it } from 'vitest';
import { CollectionNode } from '../../../../lib/lineage/nodes/collection-node.ts';
import { MapAsyncNode } from '../../../../lib/lineage/nodes/map-async-node.ts';
import { MemoryFileSystem } from '../../../support/memory-file-system.ts';
import { awaitRecords, origin, ScanTask } from '../../../support/scan-task.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

function run(
  f: (n: number) => unknown,
  concurrency = 2,
  batchRows = 4,
  task = new ScanTask(new MemoryFileSystem(), batchRows),
) {
  const parent = new CollectionNode(origin(), [1, 2, 3, 4, 5, 6], 1);
  const node = new MapAsyncNode(origin(), parent, f as (record: unknown) => unknown, concurrency);
  expect(node.mayPend).toBe(true);
  return awaitRecords(node.compute(node.partitions[0] as never, task));
}

describe('MapAsyncNode', () => {
  it('keeps the order of records, whichever is ready first', async () => {
    const found = await run(async (n) => {
      for (let i = n; i < 6; i++) await turn();
      return n * 10;
    }, 6);
    expect(found).toEqual([10, 20, 30, 40, 50, 60]);
  });

  it('takes functions that give no promise', async () => {
    expect(await run((n) => n + 1)).toEqual([2, 3, 4, 5, 6, 7]);
  });

  it.each([1, 2, 3])('works on at most %i records at a time', async (concurrency) => {
    let working = 0;
    let most = 0;
    await run(
      async () => {
        most = Math.max(most, ++working);
        await turn();
        working--;
      },
      concurrency,
      6,
    );
    expect(most).toBe(concurrency);
  });

  it('starts no further record after one failed, and waits for those under way', async () => {
    const started: number[] = [];
    let ended = 0;
    const failing = run(
      async (n) => {
        started.push(n);
        await turn();
        if (n === 2) throw new RangeError('no');
        await turn();
        ended++;
      },
      2,
      6,
    );
    await expect(failing).rejects.toThrow('no');
    expect(started).toEqual([1, 2]);
    expect(ended).toBe(1);
  });

  it('stops when its task is cancelled', async () => {
    const task = new ScanTask(new MemoryFileSystem());
    const cancelled = run(
      async () => {
        task.isCancelled = true;
        await turn();
      },
      1,
      4,
      task,
    );
    await expect(cancelled).rejects.toThrow(/TASK_CANCELLED/);
  });
});
