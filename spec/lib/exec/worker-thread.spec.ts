import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { nodeId, taskId } from '../../../lib/base/ids.ts';
import { NO_METRICS } from '../../../lib/events/engine-event.ts';
import type { ToWorker } from '../../../lib/exec/protocol.ts';
import { WorkerThread } from '../../../lib/exec/worker-thread.ts';
import type { BlockEvent } from '../../../storage/block/block-event.ts';
import { rddBlockId } from '../../../storage/block/block-id.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { shippedTask } from './support/shipped-task.ts';
import { workerSettings } from './support/worker-settings.ts';

const directory = temporaryDirectory();
afterAll(() => directory[Symbol.dispose]());
const BLOCK = rddBlockId(nodeId(1), 0);
const LONG_MS = 60_000;

/** A worker's program, which has its end of the port as `port`, and `said(kind, …)` to wait for a message. */
function program(source: string): URL {
  const whole = `
    import { workerData } from 'node:worker_threads';
    const { port, settings } = workerData;
    const cancelled = { kind: 'cancelled', metrics: ${JSON.stringify(NO_METRICS)} };
    const waiting = [];
    port.on('message', (message) => {
      for (const each of waiting.splice(0)) each.kind === message.kind ? each.resolve(message) : waiting.push(each);
    });
    const said = (kind) => new Promise((resolve) => waiting.push({ kind, resolve }));
    const end = (taskId) => port.postMessage({ kind: 'ended', taskId, outcome: cancelled });
    port.postMessage({ kind: 'ready', heapLimitBytes: 1000 });
    ${source}`;
  return new URL(`data:text/javascript,${encodeURIComponent(whole)}`);
}

const ENDS_TASKS = program(`
  for (;;) {
    const { task } = await said('run');
    port.postMessage({ kind: 'began', taskId: task.taskId });
    end(task.taskId);
  }`);

interface Seen {
  readonly thread: WorkerThread;
  readonly ready: number[];
  readonly blocks: BlockEvent[];
  gone: number;
}

const started: WorkerThread[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((thread) => thread.kill('the spec is over')));
});

function start(entry: URL, limits?: { maxOldGenerationSizeMb: number; maxYoungGenerationSizeMb: number }): Seen {
  const settings = { ...workerSettings(directory.path), label: `w${started.length}` };
  const { memory } = settings;
  const seen: Omit<Seen, 'thread'> = { ready: [], blocks: [], gone: 0 };
  const thread = new WorkerThread({
    entry,
    settings: { ...settings, memory: { ...memory, resourceLimits: limits ?? memory.resourceLimits } },
    onReady: (bytes) => seen.ready.push(bytes),
    onBlock: (event) => seen.blocks.push(event),
    onGone: () => {
      seen.gone++;
    },
  });
  started.push(thread);
  return Object.assign(seen, { thread });
}

const ignored = (): void => {};

describe('a thread', () => {
  it('says that it is ready and that a task began, and ends it', async () => {
    const seen = start(ENDS_TASKS);
    let began = 0;
    const result = await seen.thread.run(shippedTask(), () => began++);
    expect(result).toEqual({ kind: 'outcome', outcome: { kind: 'cancelled', metrics: NO_METRICS } });
    expect([seen.ready, began, seen.gone, seen.thread.isGone]).toEqual([[1000], 1, 0, false]);
    expect((await seen.thread.run(shippedTask(), ignored)).kind).toBe('outcome');
  });

  it('is told to stop a task by a flag and by a message', async () => {
    const { thread } = start(
      program(`
        const { task } = await said('run');
        port.postMessage({ kind: 'began', taskId: task.taskId });
        while (Atomics.load(settings.flags, 0) !== task.taskId + 1);
        const { taskId } = await said('cancel');
        end(taskId);`),
    );
    const one = shippedTask();
    expect(await thread.run(one, () => thread.cancel(one.taskId))).toMatchObject({ kind: 'outcome' });
  });

  it('tells of blocks', async () => {
    const event: BlockEvent = { kind: 'not-stored', blockId: BLOCK };
    const { thread, blocks } = start(
      program(`
        const { task } = await said('run');
        port.postMessage({ kind: 'block', event: ${JSON.stringify(event)} });
        end(task.taskId);`),
    );
    await thread.run(shippedTask(), ignored);
    expect(blocks).toEqual([event]);
  });

  it('hands over a block, or none when it gives no answer in time', async () => {
    const { thread } = start(
      program(`
        const { request, blockId } = await said('export-block');
        port.postMessage({ kind: 'exported', request, block: { blockId, rowCount: 3 } });`),
    );
    expect(await thread.exportBlock(BLOCK, LONG_MS)).toEqual({ blockId: BLOCK, rowCount: 3 });
    expect(await thread.exportBlock(BLOCK, 1)).toBeUndefined();
  });

  it('keeps the process alive while it is held, and not while it is idle', async () => {
    const ports = () => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;
    const before = ports();
    const { thread } = start(ENDS_TASKS);
    expect(ports()).toBe(before);
    const running = thread.run(shippedTask(), ignored);
    const exporting = thread.exportBlock(BLOCK, 1);
    expect(ports()).toBeGreaterThan(before);
    await Promise.all([running, exporting]);
    expect(ports()).toBe(before);
  });

  it('refuses what is no plain data, and goes on', async () => {
    const { thread } = start(ENDS_TASKS);
    const refused = { code: 'INTERNAL', message: expect.stringContaining('a broadcasts message cannot be posted') };
    const message = { kind: 'broadcasts', update: () => {} } as object as ToWorker;
    expect(() => thread.post(message)).toThrow(expect.objectContaining(refused));
    const odd = { ...shippedTask(), shuffles: (() => {}) as object as [] };
    await expect(thread.run(odd, ignored)).rejects.toMatchObject({ code: 'INTERNAL' });
    expect((await thread.run(shippedTask(), ignored)).kind).toBe('outcome');
  });
});

describe('a thread that ends', () => {
  const ENDS: readonly (readonly [string, URL, string])[] = [
    ['by process.exit', program(`await said('run'); process.exit(7);`), 'process.exit(7) was called in it'],
    [
      'by an error that nobody catches',
      program(`await said('run'); setTimeout(() => { throw new TypeError('beside'); });`),
      'an error outside of the task ended it: TypeError: beside',
    ],
    [
      'by a rejection that nobody hears',
      program(`await said('run'); Promise.reject(new RangeError('unheard'));`),
      'an error outside of the task ended it: RangeError: unheard',
    ],
    ['by something else that is thrown', program(`await said('run'); setTimeout(() => { throw 'text'; });`), 'text'],
    ['because its port is closed', program(`await said('run'); port.close();`), 'process.exit(0) was called in it'],
    [
      'before it is ready',
      new URL(`data:text/javascript,${encodeURIComponent("throw new TypeError('early')")}`),
      'it could not start: an error outside of the task ended it: TypeError: early',
    ],
    ['since its program is missing', new URL('./missing.js', import.meta.url), 'it could not start: '],
    ['since its program cannot be parsed', new URL('data:text/javascript,}{'), 'SyntaxError'],
  ];

  it.each(ENDS)('%s takes its task along, and says so', async (_way, entry, reason) => {
    const seen = start(entry);
    const exporting = seen.thread.exportBlock(BLOCK, LONG_MS);
    const result = await seen.thread.run(shippedTask(), ignored);
    expect(result).toMatchObject({ kind: 'gone', reason: expect.stringContaining(reason) });
    expect(await exporting).toBeUndefined();
    expect([seen.gone, seen.thread.isGone]).toEqual([1, true]);
  });

  it('for want of memory says how much it may have', async () => {
    const hoards = program(
      `await said('run'); const kept = []; for (;;) kept.push(new Array(1000).fill(kept.length));`,
    );
    const seen = start(hoards, { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 48 });
    expect(await seen.thread.run(shippedTask(), ignored)).toMatchObject({
      kind: 'gone',
      reason:
        'it ran out of memory: its heap is limited to 32 MiB, of which the engine, when last counted, held nothing; ' +
        'the rest is what functions of the job hold',
      cause: { code: 'ERR_WORKER_OUT_OF_MEMORY' },
    });
  });

  it('for want of memory to start with does not hang', async () => {
    const seen = start(ENDS_TASKS, { maxOldGenerationSizeMb: 1, maxYoungGenerationSizeMb: 1 });
    const result = await seen.thread.run(shippedTask(), ignored);
    expect(result).toMatchObject({ kind: 'gone', reason: expect.stringContaining('it could not start: ') });
  });

  it('right after a task has the outcome heard', async () => {
    const { thread } = start(program(`const { task } = await said('run'); end(task.taskId); process.exit(3);`));
    expect((await thread.run(shippedTask(), ignored)).kind).toBe('outcome');
    await thread.ended;
    expect(thread.isGone).toBe(true);
  });

  it('runs nothing any more, takes no message, and has ended once', async () => {
    const seen = start(ENDS_TASKS);
    await Promise.all([seen.thread.kill('first'), seen.thread.kill('second'), seen.thread.ended]);
    await seen.thread.close();
    expect(await seen.thread.run(shippedTask(), ignored)).toEqual({ kind: 'gone', reason: 'first', cause: undefined });
    expect(await seen.thread.exportBlock(BLOCK, LONG_MS)).toBeUndefined();
    seen.thread.post({ kind: 'close' });
    seen.thread.cancel(taskId(0));
    seen.thread.hold();
    seen.thread.release();
    expect(seen.gone).toBe(1);
  });

  it('because it is killed within a loop gives the reason and the cause', async () => {
    const { thread } = start(
      program(
        `const { task } = await said('run'); port.postMessage({ kind: 'began', taskId: task.taskId }); for (;;);`,
      ),
    );
    const cause = new TypeError('too long');
    expect(await thread.run(shippedTask(), () => void thread.kill('it was too slow', cause))).toEqual({
      kind: 'gone',
      reason: 'it was too slow',
      cause,
    });
    await thread.ended;
  });
});

describe('closing a thread', () => {
  it('lets it end by itself', async () => {
    const { thread, blocks } = start(
      program(`
        process.on('exit', () => port.postMessage({ kind: 'block', event: { kind: 'not-stored', blockId: 'rdd_9_9' } }));
        await said('close');
        port.unref();`),
    );
    await thread.close();
    expect(blocks).toEqual([{ kind: 'not-stored', blockId: 'rdd_9_9' }]);
  });

  it('ends it where it does not', async () => {
    const { thread } = start(program(`await said('run'); for (;;);`));
    const running = thread.run(shippedTask(), ignored);
    await thread.close();
    expect((await running).kind).toBe('gone');
  });

  it('ends one that has not started', async () => {
    const { thread } = start(ENDS_TASKS);
    await thread.close();
    expect(thread.isGone).toBe(true);
  });
});
