import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MessageChannel, Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { FLAG_COUNT, type FromWorker } from '../../../lib/exec/protocol.ts';
import { PROJECT_ROOT, sourceFile } from '../../support/source-files.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { workerSettings } from '../exec/support/worker-settings.ts';

/** Whatever a file leads to at run time: files of the project, and names of packages and builtins. */
function closureOf(path: string): ReadonlySet<string> {
  const found = new Set([path]);
  for (const each of found) {
    if (!each.endsWith('.ts')) continue;
    const { imports } = sourceFile(each, readFileSync(join(PROJECT_ROOT, each), 'utf8'));
    for (const { specifier, target, typeOnly } of imports) if (!typeOnly) found.add(target ?? specifier);
  }
  return found;
}

it('leads to no session, scheduler or metadata, and loads no database before one is read', () => {
  const all = [...closureOf('lib/api/worker-entry.ts')];
  expect(all.length).toBeGreaterThan(100);
  expect(all).toContain('lib/lineage/range-sampling.ts');
  const unwanted =
    /^lib\/(scheduler|config)\/|^lib\/api\/(rdd|session|session-engine)\.ts|^storage\/metadata\/|^better-sqlite3$/;
  expect(all.filter((path) => unwanted.test(path))).toEqual([]);
});

it('runs as it is built, and ends when it is told', async () => {
  using directory = temporaryDirectory();
  const { port1, port2 } = new MessageChannel();
  const flags = new Int32Array(new SharedArrayBuffer(FLAG_COUNT * Int32Array.BYTES_PER_ELEMENT));
  const settings = { ...workerSettings(directory.path), label: 'w0', flags };
  const worker = new Worker(pathToFileURL(join(PROJECT_ROOT, 'dist/lib/api/worker.js')), {
    workerData: { settings, port: port2 },
    transferList: [port2],
    execArgv: [],
  });
  const ended = new Promise((resolve) => worker.once('exit', resolve));
  const ready = await new Promise<FromWorker>((resolve) => port1.once('message', resolve));
  expect(ready).toEqual({ kind: 'ready', heapLimitBytes: expect.any(Number) });
  port1.postMessage({ kind: 'close' });
  expect(await ended).toBe(0);
});
