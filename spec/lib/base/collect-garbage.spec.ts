import { setImmediate as nextTurn } from 'node:timers/promises';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { collectGarbage } from '../../../lib/base/collect-garbage.ts';

test('what nobody holds is gone, and nobody else gets the function for it', async () => {
  const garbage = new WeakRef({});
  // Until the end of its turn of the event loop a target stays.
  await nextTurn();
  collectGarbage();
  expect(garbage.deref()).toBeUndefined();
  expect('gc' in globalThis).toBe(false);
  expect(runInNewContext('typeof gc')).toBe('undefined');
  const worker = new Worker("require('node:worker_threads').parentPort.postMessage(typeof gc)", { eval: true });
  const found = await new Promise((resolve) => worker.once('message', resolve));
  await worker.terminate();
  expect(found).toBe('undefined');
});
