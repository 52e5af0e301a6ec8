import { spawnSync } from 'node:child_process';
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import '../../../lib/api/task-functions.ts';
import { runId, shuffleId, stageId, taskId } from '../../../lib/base/ids.ts';
import { BlockDirectory } from '../../../lib/exec/block-directory.ts';
import type { BroadcastPayload } from '../../../lib/exec/broadcast-payload.ts';
import { BroadcastRegistry, nextBroadcastId } from '../../../lib/exec/broadcasts.ts';
import type { TaskDescription, TaskOutcome } from '../../../lib/exec/task.ts';
import { WorkerPool, type WorkerPoolOptions } from '../../../lib/exec/worker-pool.ts';
import type { LineageNode } from '../../../lib/lineage/lineage-node.ts';
import { CollectionNode } from '../../../lib/lineage/nodes/collection-node.ts';
import { RangeNode } from '../../../lib/lineage/nodes/range-node.ts';
import { ShuffledNode } from '../../../lib/lineage/nodes/shuffled-node.ts';
import { StepNode } from '../../../lib/lineage/nodes/step-node.ts';
import { HashPartitioner } from '../../../lib/lineage/partitioner.ts';
import { rddBlockId } from '../../../storage/block/block-id.ts';
import { STORAGE_LEVELS } from '../../../storage/block/storage-level.ts';
import type { MapOutput } from '../../../storage/shuffle/map-output.ts';
import { origin } from '../../support/scan-task.ts';
import { PROJECT_ROOT } from '../../support/source-files.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { describeTask } from './support/task-bench.ts';
import { workerSettings } from './support/worker-settings.ts';

const directory = temporaryDirectory();
const ENTRY = pathToFileURL(join(PROJECT_ROOT, 'dist/lib/api/worker.js'));

interface Bench {
  readonly pool: WorkerPool;
  readonly directory: BlockDirectory;
  readonly broadcasts: BroadcastRegistry;
  readonly ready: number[];
  readonly warnings: string[];
}

const pools: WorkerPool[] = [];
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});
afterAll(() => directory[Symbol.dispose]());

function start(more: Partial<WorkerPoolOptions> = {}): Bench {
  const blocks = new BlockDirectory();
  const broadcasts = new BroadcastRegistry();
  const ready: number[] = [];
  const warnings: string[] = [];
  const pool = new WorkerPool({
    size: 2,
    entry: ENTRY,
    settingsOf: (name) => ({ ...workerSettings(directory.path), name }),
    captureOptions: {},
    broadcasts,
    directory: blocks,
    taskTimeoutMs: undefined,
    onBlock: (worker, event) => blocks.apply(worker, event),
    onBlocksGone: () => {},
    onEnded: () => {},
    onReady: (bytes) => ready.push(bytes),
    onWarning: (message) => warnings.push(message),
    ...more,
  });
  pools.push(pool);
  return { pool, directory: blocks, broadcasts, ready, warnings };
}

let stages = 0;
const { signal } = new AbortController();
const range = (partitions = 2) => new RangeNode(origin('range'), 0, 2 * partitions, 1, partitions);
const map = (parent: LineageNode, f: (n: number) => unknown) =>
  new StepNode(origin('map'), parent, { kind: 'map', f: f as (record: unknown) => unknown });
/** A task that collects, of a stage of its own unless said otherwise. */
function collect(node: LineageNode, executor = 'worker-1', more: Partial<TaskDescription> = {}): TaskDescription {
  const { partition = 0, ...others } = more;
  return describeTask({ kind: 'result', node, action: { kind: 'collect' } }, partition, {
    stageId: stageId(stages++),
    executor,
    ...others,
  });
}

function resultOf(outcome: TaskOutcome): unknown {
  expect(outcome).toMatchObject({ kind: 'succeeded' });
  return outcome.kind === 'succeeded' ? outcome.value : undefined;
}

describe('a pool', () => {
  it('has all its seats idle, but those that run a task, and starts threads when they are needed', async () => {
    const { pool, ready } = start();
    expect([pool.slots, pool.idle()]).toEqual([2, ['worker-1', 'worker-2']]);
    const running = pool.run(collect(range(), 'worker-2'), signal);
    expect(pool.idle()).toEqual(['worker-1']);
    expect(resultOf(await running)).toEqual([0, 1]);
    expect(pool.idle()).toEqual(['worker-1', 'worker-2']);
    expect(ready).toHaveLength(1);
    await expect(pool.run(collect(range(), 'worker-3'), signal)).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it('runs one task in each thread at a time, on several', async () => {
    const { pool } = start();
    // Both wait for the other one: neither ends unless both run.
    const meeting = new Int32Array(new SharedArrayBuffer(4));
    const both = map(range(), () => {
      Atomics.add(meeting, 0, 1);
      Atomics.notify(meeting, 0);
      while (Atomics.load(meeting, 0) < 2) Atomics.wait(meeting, 0, 1, 20_000);
      return Atomics.load(meeting, 0) >= 2;
    });
    const tasks = ['worker-1', 'worker-2'].map((executor, partition) =>
      pool.run(collect(both, executor, { partition }), signal),
    );
    for (const outcome of await Promise.all(tasks)) expect(resultOf(outcome)).toEqual([true, true]);
  });

  it('captures a stage once, and a slice of a collection when a task reads it', async () => {
    const { pool } = start();
    const numbers = new CollectionNode(origin(), [1, 2, 3, 4], 2);
    const captured = { times: 1 };
    const scaled = map(numbers, (n) => n * captured.times);
    const id = stageId(stages++);
    expect(resultOf(await pool.run(collect(scaled, 'worker-1', { stageId: id }), signal))).toEqual([1, 2]);
    captured.times = 10;
    const second = { stageId: id, partition: 1 };
    expect(resultOf(await pool.run(collect(scaled, 'worker-2', second), signal))).toEqual([3, 4]);
    pool.forgetStage(id);
    expect(resultOf(await pool.run(collect(scaled, 'worker-2', second), signal))).toEqual([30, 40]);
  });

  it('fails each task of a stage that cannot travel', async () => {
    const { pool } = start();
    const socket = new WeakRef({});
    const node = map(range(), () => socket.deref());
    const id = stageId(stages++);
    for (const executor of ['worker-1', 'worker-2', 'worker-1']) {
      expect(await pool.run(collect(node, executor, { stageId: id }), signal)).toMatchObject({
        kind: 'failed',
        error: { code: 'TASK_NOT_SERIALIZABLE' },
      });
    }
    expect(resultOf(await pool.run(collect(range()), signal))).toEqual([0, 1]);
  });

  it('does not take for sent what could not be posted', async () => {
    const { pool, broadcasts } = start();
    const id = nextBroadcastId();
    broadcasts.add(id, { kind: 'frames', chunks: [() => {}] } as object as BroadcastPayload);
    const task = () => collect(map(range(), (n) => n + 1));
    for (let i = 0; i < 2; i++) {
      expect(await pool.run(task(), signal)).toMatchObject({ kind: 'failed', error: { code: 'INTERNAL' } });
    }
    broadcasts.destroy(id, 'here');
    expect(resultOf(await pool.run(task(), signal))).toEqual([1, 2]);
  });

  it('gives tasks the map outputs there are when they start, also in place of those that a thread has', async () => {
    const { pool } = start();
    const pairs = map(range(1), (n) => [n, n * 10]);
    const sums = new ShuffledNode(origin('shuffled'), pairs, new HashPartitioner(1), { shuffleId: shuffleId(0) });
    const work = { kind: 'shuffle-map', node: pairs, dependency: sums.shuffle } as const;
    const more = { stageId: stageId(stages++), executor: 'worker-2', taskId: taskId(70) };
    const outcome = await pool.run(describeTask(work, 0, more), signal);
    const output = outcome.kind === 'succeeded' && outcome.mapOutput;
    if (!output) return expect.unreachable('there is a map output');
    const stage = stageId(stages++);
    const reduce = async (outputs: readonly MapOutput[]) =>
      await pool.run(
        collect(sums, 'worker-1', { stageId: stage, shuffles: new Map([[shuffleId(0), outputs]]) }),
        signal,
      );
    expect(await reduce([{ ...output, taskId: taskId(71) }])).toMatchObject({ kind: 'fetch-failed', mapIndex: 0 });
    expect(resultOf(await reduce([output]))).toEqual([
      [0, 0],
      [1, 10],
    ]);
  });

  it('lets them read what another run wrote, from where it lies', async () => {
    const { pool } = start();
    const pairs = map(range(1), (n) => [n, n * 10]);
    const write = new ShuffledNode(origin('shuffled'), pairs, new HashPartitioner(1), { shuffleId: shuffleId(2) });
    const work = { kind: 'shuffle-map', node: pairs, dependency: write.shuffle } as const;
    const written = { stageId: stageId(stages++), executor: 'worker-2', taskId: taskId(80) };
    const outcome = await pool.run(describeTask(work, 0, written), signal);
    const output = outcome.kind === 'succeeded' && outcome.mapOutput;
    if (!output) return expect.unreachable('there is a map output');
    const run = runId('beef0001');
    renameSync(join(directory.path, 'shuffle'), join(directory.path, run));

    const sums = new ShuffledNode(origin('shuffled'), pairs, new HashPartitioner(1), { shuffleId: shuffleId(9) });
    const from = { run, shuffleId: shuffleId(2), taskId: taskId(80) };
    const found = { ...output, shuffleId: shuffleId(9), from };
    const shuffles = new Map([[shuffleId(9), [found]]]);
    const task = collect(sums, 'worker-1', { stageId: stageId(stages++), shuffles });
    expect(resultOf(await pool.run(task, signal))).toEqual([
      [0, 0],
      [1, 10],
    ]);
    rmSync(join(directory.path, run), { recursive: true });
    const again = collect(sums, 'worker-2', { stageId: stageId(stages++), shuffles });
    expect(await pool.run(again, signal)).toMatchObject({ kind: 'fetch-failed', shuffleId: 9, mapIndex: 0 });
  });

  it('holds nothing of stages that are over', async () => {
    const { pool } = start();
    const before = pool.size;
    for (let i = 0; i < 10; i++) {
      const task = collect(map(range(), (n) => n + i));
      await pool.run(task, signal);
      pool.forgetStage(task.stageId);
    }
    expect(pool.size).toEqual({ ...before, threads: 1 });
  });
});

describe('a thread of a pool', () => {
  it('that died between tasks is replaced for the next one', async () => {
    const { pool } = start();
    const id = () => process.getBuiltinModule('node:worker_threads').threadId;
    const dying = map(range(), () => {
      setTimeout(() => process.exit(4), 0);
      return process.getBuiltinModule('node:worker_threads').threadId;
    });
    const [first] = resultOf(await pool.run(collect(dying), signal)) as number[];
    while (pool.size.threads > 0) await new Promise((resolve) => setImmediate(resolve));
    const [second] = resultOf(await pool.run(collect(map(range(), id)), signal)) as number[];
    expect(second).not.toBe(first);
  });

  it('that dies of what a task left running is told of, with its place', async () => {
    const { pool, warnings } = start();
    const forgetful = map(range(), () => {
      setTimeout(() => Promise.reject(new RangeError('nobody waits for it')), 0);
      return 1;
    });
    expect(resultOf(await pool.run(collect(forgetful), signal))).toEqual([1, 1]);
    while (pool.size.threads > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(warnings).toEqual([
      expect.stringMatching(/^worker-1 ended .*RangeError: nobody waits for it at .*\.spec\.ts:\d+/),
    ]);
  });

  it('that dies with a task, or is closed, is no warning of its own', async () => {
    const { pool, warnings } = start();
    await pool.run(collect(map(range(), () => process.exit(3))), signal);
    await pool.run(collect(map(range(), (n) => n)), signal);
    await pool.close();
    expect(warnings).toEqual([]);
  });

  it('that dies with a task fails it, and has a successor', async () => {
    const ended: string[] = [];
    const { pool } = start({ onEnded: (label) => ended.push(label) });
    const exits = map(range(), () => process.exit(3));
    expect(await pool.run(collect(exits), signal)).toMatchObject({
      kind: 'failed',
      error: {
        code: 'WORKER_LOST',
        params: { worker: 'worker-1', partition: 0, reason: expect.stringContaining('(3)') },
      },
    });
    expect(resultOf(await pool.run(collect(range()), signal))).toEqual([0, 1]);
    expect(ended).toEqual(['w0']);
    await pool.close();
    expect(ended).toEqual(['w0']);
  });

  it('that cannot start fails each task that is given to it, at once', async () => {
    const missing = start({ entry: new URL('./missing.js', import.meta.url) });
    const tooSmall = start({
      settingsOf: (name) => {
        const settings = workerSettings(directory.path, { name });
        const resourceLimits = { maxOldGenerationSizeMb: 1, maxYoungGenerationSizeMb: 1 };
        return { ...settings, memory: { ...settings.memory, resourceLimits } };
      },
    });
    for (const { pool } of [missing, tooSmall]) {
      for (let i = 0; i < 3; i++) {
        const failed = { code: 'WORKER_LOST', message: expect.stringContaining('it could not start') };
        expect(await pool.run(collect(range()), signal)).toMatchObject({ kind: 'failed', error: failed });
      }
      expect(pool.idle()).toEqual(['worker-1', 'worker-2']);
    }
  });

  it('is left alone by a time limit that is longer than timers can wait', async () => {
    const { pool } = start({ taskTimeoutMs: 600 * 3_600_000 });
    const waits = map(range(), (n) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20) && n);
    expect(resultOf(await pool.run(collect(waits), signal))).toEqual([0, 1]);
  });

  it('takes its blocks with it', async () => {
    const gone: (readonly [string, readonly string[]])[] = [];
    const bench = start({ onBlocksGone: (worker, ids) => gone.push([worker, ids]) });
    const kept = range();
    kept.storageLevel = STORAGE_LEVELS.MEMORY_ONLY;
    bench.directory.keepNode(kept.id, kept.storageLevel);
    await bench.pool.run(collect(map(kept, (n) => n)), signal);
    const id = rddBlockId(kept.id, 0);
    expect(bench.directory.holdersOf(id).inMemory).toEqual(['worker-1']);
    await bench.pool.run(collect(map(range(), () => process.exit(0))), signal);
    expect([gone, bench.directory.holdersOf(id).inMemory]).toEqual([[['worker-1', [id]]], []]);
  });
});

describe('blocks of another worker', () => {
  /** Two datasets, one made of the other, both kept; counts how often records of the first are computed. */
  function kept({ directory }: Bench) {
    const count = new Int32Array(new SharedArrayBuffer(4));
    const first = map(range(), (n) => n + Atomics.add(count, 0, 1) * 0);
    const second = map(first, (n) => n * 10);
    for (const node of [first, second]) {
      node.storageLevel = STORAGE_LEVELS.MEMORY_ONLY;
      directory.keepNode(node.id, node.storageLevel);
    }
    return { first, second, computed: () => Atomics.load(count, 0) };
  }

  it('are handed over to what is computed from them, be that kept itself', async () => {
    const bench = start();
    const { first, second, computed } = kept(bench);
    await bench.pool.run(collect(first), signal);
    expect(resultOf(await bench.pool.run(collect(second, 'worker-2'), signal))).toEqual([0, 10]);
    expect(computed()).toBe(2);
    expect(bench.directory.holdersOf(rddBlockId(second.id, 0)).inMemory).toEqual(['worker-2']);
  });

  it('are handed over in place of a nearer one that does not come', async () => {
    const bench = start();
    const { first, second, computed } = kept(bench);
    await bench.pool.run(collect(first), signal);
    const blockId = rddBlockId(second.id, 0);
    bench.directory.apply('worker-1', { kind: 'stored', blockId, memoryBytes: 10, diskBytes: 0 });
    expect(resultOf(await bench.pool.run(collect(second, 'worker-2'), signal))).toEqual([0, 10]);
    expect(computed()).toBe(2);
  });
});

describe('a block that is not where it should be', () => {
  it('counts as nowhere once a task went for the shuffle that it should have spared', async () => {
    const { pool, directory } = start();
    const pairs = map(range(), (n) => [n, n]);
    const kept = map(
      new ShuffledNode(origin('shuffled'), pairs, new HashPartitioner(2), { shuffleId: shuffleId(0) }),
      (n) => n,
    );
    kept.storageLevel = STORAGE_LEVELS.MEMORY_ONLY;
    directory.keepNode(kept.id, kept.storageLevel);
    for (const partition of [0, 1]) {
      const blockId = rddBlockId(kept.id, partition);
      directory.apply('worker-1', { kind: 'stored', blockId, memoryBytes: 10, diskBytes: 0 });
    }
    expect(await pool.run(collect(kept), signal)).toMatchObject({ kind: 'fetch-failed', shuffleId: 0, mapIndex: -1 });
    expect([0, 1].map((partition) => directory.has(rddBlockId(kept.id, partition)))).toEqual([false, true]);
  });
});

describe('a block on disk', () => {
  it('is lost, and not new, where its file is gone', async () => {
    const kinds: string[] = [];
    const { pool, directory } = start({ onBlock: (_worker, { kind }) => kinds.push(kind) });
    const kept = map(range(), (n) => n);
    kept.storageLevel = STORAGE_LEVELS.DISK_ONLY;
    directory.keepNode(kept.id, kept.storageLevel);
    const blockId = rddBlockId(kept.id, 0);
    directory.apply('worker-2', { kind: 'stored', blockId, memoryBytes: 0, diskBytes: 10 });
    expect(resultOf(await pool.run(collect(kept), signal))).toEqual([0, 1]);
    expect(kinds).toEqual(['lost', 'stored']);
  });
});

describe('a task that is cancelled', () => {
  const endless = () => new RangeNode(origin('range'), 0, Number.MAX_SAFE_INTEGER, 1, 1);
  const none = (parent: LineageNode, begun: Int32Array) =>
    new StepNode(origin('filter'), parent, { kind: 'filter', f: () => Atomics.add(begun, 0, 1) < 0 });
  type Way = readonly [name: string, threads: number, make: (begun: Int32Array) => LineageNode];
  const WAYS: readonly Way[] = [
    ['loops in the engine', 1, (begun) => none(endless(), begun)],
    [
      'loops in the engine over what is to be kept',
      1,
      (begun) => Object.assign(none(endless(), begun), { storageLevel: STORAGE_LEVELS.MEMORY_ONLY }),
    ],
    [
      'loops in its function',
      2,
      (begun) =>
        map(range(), () => {
          for (;;) Atomics.add(begun, 0, 1);
        }),
    ],
  ];

  it.each(WAYS)('and %s ends soon, in %i threads with the next one', async (_way, threads, make) => {
    const { pool, ready } = start();
    const controller = new AbortController();
    const begun = new Int32Array(new SharedArrayBuffer(4));
    const running = pool.run(collect(make(begun)), controller.signal);
    while (Atomics.load(begun, 0) === 0) await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    expect((await running).kind).toBe('cancelled');
    expect(resultOf(await pool.run(collect(range()), signal))).toEqual([0, 1]);
    expect(ready).toHaveLength(threads);
  });

  it('before it was sent does not run', async () => {
    const { pool } = start();
    const controller = new AbortController();
    const running = pool.run(collect(range()), controller.signal);
    controller.abort();
    expect(await running).toMatchObject({ kind: 'cancelled' });
  });
});

describe('closing a pool', () => {
  it('ends what runs, and takes no more', async () => {
    const { pool } = start();
    const running = pool.run(
      collect(
        map(range(), () => {
          for (;;);
        }),
      ),
      signal,
    );
    const shipping = pool.run(collect(range(), 'worker-2'), signal);
    while (pool.size.stages < 2) await new Promise((resolve) => setImmediate(resolve));
    await pool.close();
    expect((await running).kind).not.toBe('succeeded');
    await shipping;
    expect(pool.size).toEqual({ threads: 0, stages: 0, sent: 0 });
    expect((await pool.run(collect(range()), signal)).kind).toBe('cancelled');
    expect(pool.size.threads).toBe(0);
  });

  it('waits for threads that were given up', async () => {
    const { pool } = start({ taskTimeoutMs: 1 });
    const endless = map(range(), () => {
      for (;;);
    });
    expect(await pool.run(collect(endless), signal)).toMatchObject({ error: { code: 'TASK_TIMED_OUT' } });
    await pool.close();
    expect(pool.size.threads).toBe(0);
  });

  it('leaves a thread in a system call that does not return', async () => {
    const { pool } = start();
    const controller = new AbortController();
    const [begun, goOn] = [join(directory.path, 'begun'), join(directory.path, 'go-on')];
    const script = ': > "$0"; until [ -e "$1" ]; do sleep 0.05; done';
    const waits = map(range(), () => spawnSync('sh', ['-c', script, begun, goOn]).status);
    try {
      const running = pool.run(collect(waits), controller.signal);
      while (!existsSync(begun)) await new Promise((resolve) => setImmediate(resolve));
      controller.abort();
      expect((await running).kind).toBe('cancelled');
      await pool.close();
      expect(pool.size.threads).toBe(1);
    } finally {
      writeFileSync(goOn, '');
    }
    while (pool.size.threads > 0) await new Promise((resolve) => setImmediate(resolve));
  });

  it('stops all threads at once where the process is about to end', async () => {
    const { pool } = start();
    const count = new Int32Array(new SharedArrayBuffer(4));
    const counts = map(range(), () => {
      for (;;) Atomics.add(count, 0, 1);
    });
    const running = ['worker-1', 'worker-2'].map((executor) => pool.run(collect(counts, executor), signal));
    while (Atomics.load(count, 0) === 0) await new Promise((resolve) => setImmediate(resolve));
    pool.abandon();
    const then = Atomics.load(count, 0);
    for (const outcome of await Promise.all(running)) expect(outcome.kind).toBe('failed');
    expect(Atomics.load(count, 0)).toBe(then);
    expect((await pool.run(collect(range()), signal)).kind).toBe('cancelled');
  });
});
