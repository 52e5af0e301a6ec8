/**
 * Every call to the file system that a checkpoint makes fails once, or from then on, and the disk fills up at many
 * points: the action gives its result all the same, nothing half-written is left once the disk is well again, and the
 * next action writes the checkpoint.
 */
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Rdd } from '../../../lib/api/rdd.ts';
import { nodeFileSystem } from '../../../storage/fs/node-file-system.ts';
import { EngineOfSpec, SpecDirectory } from '../../support/engine-of-spec.ts';
import { type Fault, FaultyFileSystem } from '../../support/faulty-file-system.ts';
import { OpenHandles } from '../../support/open-handles.ts';

let home: SpecDirectory;
let handles: OpenHandles;
let disk: FaultyFileSystem;
let spec: EngineOfSpec;
beforeAll(async () => {
  home = new SpecDirectory();
  handles = new OpenHandles(nodeFileSystem);
  disk = new FaultyFileSystem(handles);
  const options = { dir: home.join('data'), checkpoint: { dir: home.join('checkpoints') } };
  spec = await EngineOfSpec.open(options, { fileSystem: disk });
});
afterAll(async () => {
  await spec[Symbol.asyncDispose]();
  home[Symbol.dispose]();
});

const EXPECTED = Array.from({ length: 90 }, (_, n) => ({ n, text: `record ${n}` }));
const marked = () =>
  spec
    .parallelize([...EXPECTED.keys()], 3)
    .map((n) => ({ n, text: `record ${n}` }))
    .checkpoint();
const left = () => readdirSync(spec.engine.checkpoints.directory as string);

/** The dataset is checkpointed by now, or by the next action, and then there is nothing but that. */
async function settle(rdd: Rdd<unknown>): Promise<void> {
  disk.recover();
  expect(await rdd.collect()).toEqual(EXPECTED);
  expect(await rdd.collect()).toEqual(EXPECTED);
  expect([rdd.isCheckpointed, left()]).toEqual([true, [`rdd-${rdd.id}`]]);
  expect(spec.engine.checkpointCatalog.list().map(({ state }) => state)).toEqual(['complete']);
  expect(handles.paths).toEqual([]);
  spec.engine.checkpoints.remove(rdd.getCheckpointFile() as string);
  expect(left()).toEqual([]);
}

/** How many calls an action makes that writes a checkpoint. */
async function countCalls(): Promise<number> {
  const before = disk.callCount;
  const rdd = marked();
  await rdd.count();
  const calls = disk.callCount - before;
  await settle(rdd);
  return calls;
}

type Kind = Omit<Fault, 'at'> & { readonly says: string };
const KINDS: readonly Kind[] = [
  { says: 'once', errno: 'EIO' },
  { says: 'once, though it took effect', errno: 'EIO', takesEffect: true },
  { says: 'from then on', errno: 'EIO', forever: true },
  { says: 'for want of permission', errno: 'EACCES' },
];

describe('a call that fails', () => {
  it.each(KINDS)('($says) costs no action its result, whichever it is', async ({ says: _, ...fault }) => {
    const calls = await countCalls();
    expect(calls).toBeGreaterThan(30);
    let failed = 0;
    for (let at = 1; at <= calls; at++) {
      const rdd = marked();
      disk.fail({ ...fault, at });
      expect(await rdd.collect()).toEqual(EXPECTED);
      if (!rdd.isCheckpointed) failed++;
      await settle(rdd);
    }
    expect(failed).toBeGreaterThan(calls / 4);
  });
});

describe('a disk that is full', () => {
  it('costs no action its result', async () => {
    for (let bytes = 0; bytes < 6000; bytes += 190) {
      const rdd = marked();
      disk.fillAfter(bytes);
      expect(await rdd.collect()).toEqual(EXPECTED);
      await settle(rdd);
    }
  });

  it('is what an eager checkpoint says', async () => {
    const rdd = spec.parallelize(EXPECTED, 3);
    disk.fillAfter(100);
    await expect(rdd.checkpoint({ eager: true })).rejects.toMatchObject({
      code: 'JOB_FAILED',
      cause: { code: 'DISK_FULL' },
    });
    await settle(rdd);
  });
});
