import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { unlessDry } from '../../../lib/exec/dry-loop.ts';
import { PROJECT_ROOT } from '../../support/source-files.ts';

/** What the work of a thread that has nothing else comes to. */
async function inThread(work: string): Promise<unknown> {
  const program = `
    const { parentPort } = require('node:worker_threads');
    parentPort.on('message', () => {});
    import(${JSON.stringify(`${PROJECT_ROOT}/dist/lib/exec/dry-loop.js`)}).then(async ({ unlessDry }) => {
      const said = await unlessDry(parentPort, ${work}, () => new RangeError('dry')).catch((error) => error.message);
      // The thread is alive again, until it is ended.
      setTimeout(() => parentPort.postMessage(said), 20).unref();
    });`;
  const worker = new Worker(program, { eval: true, execArgv: [] });
  try {
    return await new Promise((resolve, reject) => worker.on('message', resolve).on('error', reject).on('exit', reject));
  } finally {
    await worker.terminate();
  }
}

describe('a loop that runs dry', () => {
  it('ends work that nothing can settle, and not its thread', async () => {
    expect(await inThread('() => new Promise(() => {})')).toBe('dry');
  });

  it('is not dry while something is waited for', async () => {
    expect(await inThread('() => new Promise((resolve) => setTimeout(() => resolve("done"), 50))')).toBe('done');
    expect(
      await inThread('() => require("node:fs/promises").readFile(process.execPath).then((b) => b.length > 0)'),
    ).toBe(true);
    expect(await inThread('async () => { throw new TypeError("failed"); }')).toBe('failed');
  });

  it('is held again when the work ends, however it ends', async () => {
    const calls: string[] = [];
    const holder = { ref: () => void calls.push('ref'), unref: () => void calls.push('unref') };
    const listeners = process.listenerCount('beforeExit');
    const dry = () => new RangeError('dry');
    expect(await unlessDry(holder, () => pause(1, 5), dry)).toBe(5);
    await expect(unlessDry(holder, () => Promise.reject(new TypeError('failed')), dry)).rejects.toThrow('failed');
    expect(calls).toEqual(['unref', 'ref', 'unref', 'ref']);
    expect(process.listenerCount('beforeExit')).toBe(listeners);
  });
});
