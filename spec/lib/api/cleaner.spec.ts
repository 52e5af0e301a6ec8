import { setImmediate as nextTurn } from 'node:timers/promises';
import v8 from 'node:v8';
import vm from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { Rdd } from '../../../lib/api/rdd.ts';
import { Session } from '../../../lib/api/session.ts';
import { nodeFileSystem } from '../../../storage/fs/node-file-system.ts';
import { SPEC_MASTER } from '../../support/spec-master.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

v8.setFlagsFromString('--expose-gc');
const collectGarbage = vm.runInNewContext('gc') as () => void;

/** Runs the collector and its callbacks until `done`, or often enough to be sure that it will not come. */
async function collectUntil(done: () => boolean): Promise<void> {
  for (let i = 0; i < 100 && !done(); i++) {
    collectGarbage();
    await nextTurn();
  }
}

function filesBelow(path: string): string[] {
  return nodeFileSystem
    .list(path)
    .flatMap(({ name, kind }) => (kind === 'directory' ? filesBelow(`${path}/${name}`) : [name]));
}

const sums = (session: Session): Rdd<readonly [number, number]> =>
  session
    .range(0, 100, 1, 2)
    .map((n) => [n % 7, n] as const)
    .reduceByKey((a, b) => a + b);

describe('Cleaner', () => {
  it('removes the map outputs of datasets that nobody holds, and of no others', async () => {
    using dir = temporaryDirectory();
    await using session = await Session.open({ dir: dir.path, master: SPEC_MASTER });
    const kept = sums(session);
    const expected = await kept.collect();
    const ofOne = filesBelow(`${dir.path}/shuffle`).length;
    for (let i = 0; i < 5; i++) await sums(session).count();
    expect(filesBelow(`${dir.path}/shuffle`).length).toBe(6 * ofOne);
    await collectUntil(() => filesBelow(`${dir.path}/shuffle`).length === ofOne);
    expect(filesBelow(`${dir.path}/shuffle`).length).toBe(ofOne);
    let tasks = 0;
    using _ = session.onEvent((event) => {
      if (event.kind === 'task-started') tasks++;
    });
    expect(await kept.collect()).toEqual(expected);
    expect(tasks).toBe(kept.getNumPartitions());
  });

  it('removes the blocks of persisted datasets that nobody holds', async () => {
    using dir = temporaryDirectory();
    await using session = await Session.open({ dir: dir.path, master: SPEC_MASTER });
    const dropped: string[] = [];
    using _ = session.onEvent((event) => {
      if (event.kind === 'block-dropped') dropped.push(event.block);
    });
    await session.range(0, 10, 1, 2).persist('DISK_ONLY').count();
    await collectUntil(() => dropped.length === 2);
    expect(dropped.toSorted()).toEqual(['rdd_0_0', 'rdd_0_1']);
    expect(filesBelow(`${dir.path}/blocks`)).toEqual([]);
  });

  it('removes what a checkpoint cut off, while the dataset is held and read', async () => {
    using dir = temporaryDirectory();
    const checkpoint = { dir: `${dir.path}/checkpoints` };
    await using session = await Session.open({ dir: `${dir.path}/data`, master: SPEC_MASTER, checkpoint });
    const kept = sums(session).checkpoint();
    const expected = await kept.collect();
    const files = () => filesBelow(`${dir.path}/data/shuffle`).length;
    expect(files()).toBeGreaterThan(0);
    await collectUntil(() => files() === 0);
    expect(files()).toBe(0);
    expect(await kept.collect()).toEqual(expected);
  });

  it.each([true, false])('removes the files of checkpoints where it is told to: %s', async (cleanUp) => {
    using dir = temporaryDirectory();
    const checkpoint = { dir: `${dir.path}/checkpoints`, cleanUp };
    await using session = await Session.open({ dir: `${dir.path}/data`, master: SPEC_MASTER, checkpoint });
    const kept = await sums(session).checkpoint({ eager: true });
    const files = () => filesBelow(`${dir.path}/checkpoints`).length;
    const ofOne = files();
    for (let i = 0; i < 3; i++) await sums(session).checkpoint({ eager: true });
    const child = kept.map(([, n]) => n);
    expect(files()).toBe(4 * ofOne);
    await collectUntil(() => files() === ofOne);
    expect(files()).toBe(cleanUp ? ofOne : 4 * ofOne);
    expect(await child.count()).toBe(7);
  });
});
