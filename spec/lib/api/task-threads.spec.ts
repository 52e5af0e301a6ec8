import { afterEach, describe, expect, it } from 'vitest';
import { followBlock, inlineThreads, memoryOptions, workerThreads } from '../../../lib/api/task-threads.ts';
import { nodeId, shuffleId } from '../../../lib/base/ids.ts';
import { resolveConfig } from '../../../lib/config/config.ts';
import { BlockDirectory } from '../../../lib/exec/block-directory.ts';
import { BroadcastRegistry } from '../../../lib/exec/broadcasts.ts';
import { InlineExecutor } from '../../../lib/exec/inline-executor.ts';
import { WorkerPool } from '../../../lib/exec/worker-pool.ts';
import type { LineageNode } from '../../../lib/lineage/lineage-node.ts';
import { RangeNode } from '../../../lib/lineage/nodes/range-node.ts';
import { StepNode } from '../../../lib/lineage/nodes/step-node.ts';
import { UnionNode } from '../../../lib/lineage/nodes/union-node.ts';
import type { BlockEvent } from '../../../storage/block/block-event.ts';
import { rddBlockId } from '../../../storage/block/block-id.ts';
import { BlockManager } from '../../../storage/block/block-manager.ts';
import { DiskStore } from '../../../storage/block/disk-store.ts';
import { STORAGE_LEVELS } from '../../../storage/block/storage-level.ts';
import { FaultyFileSystem } from '../../support/faulty-file-system.ts';
import { origin } from '../../support/scan-task.ts';
import { taskBench } from '../exec/support/task-bench.ts';
import { workerSettings } from '../exec/support/worker-settings.ts';

const range = () => new RangeNode(origin('range'), 0, 4, 1, 2);
const map = (parent: LineageNode) => new StepNode(origin('map'), parent, { kind: 'map', f: (n) => n });
const stored = (id: ReturnType<typeof rddBlockId>, memoryBytes: number, diskBytes = 0): BlockEvent => ({
  kind: 'stored',
  blockId: id,
  memoryBytes,
  diskBytes,
});

describe('tasks in the thread of the session', () => {
  it('have their blocks there, and no place of their own', async () => {
    const { environment, blocks } = taskBench();
    const threads = inlineThreads(new InlineExecutor(environment, 1), blocks);
    const node = range();
    const [id, other] = [rddBlockId(node.id, 0), rddBlockId(node.id, 1)];
    threads.keepNode(node.id, STORAGE_LEVELS.MEMORY_ONLY);
    for (const each of [id, other]) blocks.put(each, STORAGE_LEVELS.MEMORY_ONLY, [][Symbol.iterator]());
    expect(threads.countBlocks(node.id)).toBe(2);
    expect(threads.nodeStatus(node.id)).toEqual(blocks.nodeStatus(node.id));
    expect(threads.status(id)).toEqual(blocks.status(id));
    expect([threads.hasBlock(id), threads.hasBlock(rddBlockId(node.id, 2))]).toEqual([true, false]);
    threads.lineageChanged();
    node.storageLevel = STORAGE_LEVELS.MEMORY_ONLY;
    expect(threads.locate(node, 0)).toEqual([]);
    threads.forgetShuffle(shuffleId(0));
    threads.dropNode(node.id);
    expect([threads.countBlocks(node.id), blocks.hasBlock(id)]).toEqual([0, false]);
    await threads.executor.close();
  });
});

const pools: WorkerPool[] = [];
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.close();
});

/** A session's part of its workers, none of which runs. */
function bench() {
  const { fileSystem: memory } = taskBench();
  const fileSystem = new FaultyFileSystem(memory);
  const disk = new DiskStore({ fileSystem, directory: '/blocks', codec: 'none' });
  const { budget } = taskBench();
  const blocks = new BlockManager({ disk, budget, codec: 'none' });
  const directory = new BlockDirectory();
  const pool = new WorkerPool({
    size: 2,
    entry: new URL('./missing.js', import.meta.url),
    settingsOf: (name) => workerSettings('/', { name }),
    captureOptions: {},
    broadcasts: new BroadcastRegistry(),
    directory,
    taskTimeoutMs: undefined,
    onBlock: () => {},
    onBlocksGone: () => {},
    onEnded: () => {},
    onReady: () => {},
    onWarning: () => {},
  });
  pools.push(pool);
  const events: BlockEvent[] = [];
  const warnings: string[] = [];
  const parts = {
    pool,
    directory,
    blocks,
    onBlockEvent: (event: BlockEvent) => events.push(event),
    onWarning: (message: string) => warnings.push(message),
  };
  return { fileSystem, disk, threads: workerThreads(parts), parts, events, warnings };
}

describe('tasks in workers', () => {
  it('are best run where the first blocks on each of their ways are in memory', () => {
    const { threads, parts } = bench();
    const [deep, left, right] = [range(), range(), range()];
    const keptLeft = map(left);
    const keptRight = map(map(right));
    const all = map(new UnionNode(origin('union'), [map(keptLeft), map(keptRight)]));
    for (const node of [deep, keptLeft, keptRight, left]) {
      node.storageLevel = STORAGE_LEVELS.MEMORY_ONLY;
      threads.keepNode(node.id, node.storageLevel);
    }
    expect(threads.locate(all, 0)).toEqual([]);
    followBlock(stored(rddBlockId(keptLeft.id, 1), 10), 'worker-2', parts);
    followBlock(stored(rddBlockId(keptRight.id, 0), 10), 'worker-1', parts);
    // Behind another block it decides nothing; behind a dataset that has none yet it is what is read.
    followBlock(stored(rddBlockId(left.id, 1), 10), 'worker-3', parts);
    followBlock(stored(rddBlockId(left.id, 0), 10), 'worker-3', parts);
    expect([0, 1, 2, 3].map((partition) => threads.locate(all, partition))).toEqual([
      ['worker-3'],
      ['worker-2'],
      ['worker-1'],
      [],
    ]);
    followBlock(stored(rddBlockId(keptLeft.id, 1), 10), 'worker-1', parts);
    expect(threads.locate(all, 1)).toEqual(['worker-2', 'worker-1']);
  });

  it('tell the session of a block what is so with all of its copies', () => {
    const { threads, parts, events } = bench();
    const node = range();
    const id = rddBlockId(node.id, 0);
    threads.keepNode(node.id, STORAGE_LEVELS.MEMORY_AND_DISK);
    followBlock(stored(id, 10), 'worker-1', parts);
    followBlock(stored(id, 30), 'worker-2', parts);
    expect(threads.nodeStatus(node.id)).toEqual({ cachedPartitions: 1, memoryBytes: 40, diskBytes: 0 });
    expect([threads.countBlocks(node.id), threads.status(id).memoryBytes]).toEqual([1, 40]);
    const gone: BlockEvent = { kind: 'evicted', blockId: id, memoryBytes: 10, diskBytes: 0 };
    followBlock(gone, 'worker-1', parts);
    followBlock({ ...gone, kind: 'dropped-to-disk', memoryBytes: 30, diskBytes: 25 }, 'worker-2', parts);
    followBlock({ ...gone, memoryBytes: 30 }, 'worker-2', parts);
    expect(events).toEqual([
      stored(id, 10),
      stored(id, 40),
      stored(id, 30),
      { ...gone, kind: 'dropped-to-disk', memoryBytes: 30, diskBytes: 25 },
    ]);
    expect(threads.status(id)).toEqual({ memoryBytes: 0, diskBytes: 25 });
  });

  it('give up the blocks of a dataset, files included', () => {
    const { threads, disk, parts, events } = bench();
    const node = range();
    const id = rddBlockId(node.id, 0);
    threads.keepNode(node.id, STORAGE_LEVELS.DISK_ONLY);
    const diskBytes = disk.put(id, []);
    followBlock(stored(id, 0, diskBytes), 'worker-1', parts);
    threads.dropNode(node.id);
    expect([threads.countBlocks(node.id), disk.has(id)]).toEqual([0, false]);
    expect(events.at(-1)).toEqual({ kind: 'removed', blockId: id, fromDisk: true });
  });

  it('that store a block too late have it removed, without a word but when it stays', () => {
    const { fileSystem, disk, parts, events, warnings } = bench();
    const id = rddBlockId(nodeId(9), 0);
    followBlock(stored(id, 0, disk.put(id, [])), 'worker-1', parts);
    expect([disk.has(id), events, warnings]).toEqual([false, [], []]);
    const diskBytes = disk.put(id, []);
    fileSystem.fail({ at: 1, calls: ['removeFile'], errno: 'EACCES' });
    followBlock(stored(id, 0, diskBytes), 'worker-1', parts);
    expect([events, warnings]).toEqual([[], [expect.stringContaining(`block ${id} came too late`)]]);
  });
});

it('takes what decides of memory from the options', () => {
  const config = resolveConfig({ memory: '64 MiB', memoryFraction: 0.5, memoryStorageFraction: 0.25 });
  expect(memoryOptions(config)).toEqual({ memory: 64 << 20, memoryFraction: 0.5, memoryStorageFraction: 0.25 });
});
