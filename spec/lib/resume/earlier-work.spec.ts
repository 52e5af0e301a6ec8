import { describe, expect, it } from 'vitest';
import { taskId } from '../../../lib/base/ids.ts';
import type { LineageNode } from '../../../lib/lineage/lineage-node.ts';
import { EarlierWork } from '../../../lib/resume/earlier-work.ts';
import { CheckpointCatalog } from '../../../storage/metadata/checkpoint-catalog.ts';
import { nodeOf } from '../lineage/support/fingerprint-bench.ts';
import { LATER, ResumeBench, RUN, shuffleOf } from './support/resume-bench.ts';

const add = (a: number, b: number) => a + b;

/** A reduction; with `steps`, after so many steps more. */
async function reduced(bench: ResumeBench, factor: number): Promise<LineageNode> {
  const node = nodeOf(
    bench
      .parallelize([1, 2], 2)
      .map((n): [number, number] => [n, n * factor])
      .reduceByKey(add, 2),
  );
  await bench.fingerprints.of(node);
  return node;
}

/** What an earlier run left of the reduction of a node. */
function leave(bench: ResumeBench, node: LineageNode): string {
  const dependency = shuffleOf(node);
  const fingerprint = bench.fingerprints.findShuffle(dependency)?.key ?? '';
  bench.records.keepShuffle(dependency);
  const shuffle = { run: RUN, shuffle: dependency.shuffleId, fingerprint, mapCount: 2, reducerCount: 2 };
  bench.shuffles.recordOutputs(shuffle, [{ mapIndex: 0, task: taskId(0), bytes: 1, rowCount: 1, durationMs: 1 }]);
  return fingerprint;
}

/** What a later run makes of it, with fingerprints of its own. */
function laterRun(before: ResumeBench, bench: ResumeBench, runs = [RUN]): EarlierWork {
  const { database, shuffles, store } = before;
  const checkpoints = new CheckpointCatalog(database);
  return new EarlierWork({
    run: LATER,
    checkpoints,
    shuffles,
    store,
    fingerprints: bench.fingerprints,
    runs: new Set(runs),
  });
}

describe('what an earlier run left', () => {
  it('is compared with what has its number now', async () => {
    using before = new ResumeBench();
    leave(before, await reduced(before, 1));
    using bench = new ResumeBench();
    const now = await reduced(bench, 2);
    const earlier = laterRun(before, bench);
    expect(earlier.refuseShuffle(shuffleOf(now))).toEqual({
      fromRun: RUN,
      reasons: [expect.stringMatching(/^captured 'factor' changed at /)],
    });
    // Once: what was left is compared with one thing.
    expect(earlier.refuseShuffle(shuffleOf(now))).toBeUndefined();
  });

  it('is compared with what was made at its place in the program, where numbers have moved', async () => {
    using before = new ResumeBench();
    leave(before, await reduced(before, 1));
    using bench = new ResumeBench();
    const added = nodeOf(
      bench
        .parallelize([1], 1)
        .map((n): [number, number] => [n, n])
        .groupByKey(2),
    );
    await bench.fingerprints.of(added);
    const now = await reduced(bench, 2);
    expect(shuffleOf(now).shuffleId).not.toBe(shuffleOf(added).shuffleId);
    const earlier = laterRun(before, bench);
    expect(earlier.refuseShuffle(shuffleOf(now))?.reasons).toEqual([
      expect.stringMatching(/^captured 'factor' changed at /),
    ]);
  });

  it('is not compared with what has its number, where its own place is still in the program', async () => {
    const elsewhere = async (bench: ResumeBench) => {
      const node = nodeOf(
        bench
          .parallelize([1], 1)
          .flatMap((n): [number, number][] => [[n, n]])
          .groupByKey(2),
      );
      await bench.fingerprints.of(node);
      return node;
    };
    using before = new ResumeBench();
    await elsewhere(before);
    for (const factor of [1, 3]) leave(before, await reduced(before, factor));
    using bench = new ResumeBench();
    const now = await reduced(bench, 2);
    const others = [await elsewhere(bench), await elsewhere(bench)];
    expect(others.map((node) => shuffleOf(node).shuffleId)).toEqual([1, 2]);
    const earlier = laterRun(before, bench);
    expect(earlier.refuseShuffle(shuffleOf(now))?.reasons).toHaveLength(1);
    for (const node of others) expect(earlier.refuseShuffle(shuffleOf(node))).toBeUndefined();
  });

  it('is not compared when it is used, nor when it is of another name', async () => {
    using before = new ResumeBench();
    const fingerprint = leave(before, await reduced(before, 1));
    using bench = new ResumeBench();
    const now = await reduced(bench, 2);
    const earlier = laterRun(before, bench);
    earlier.used('shuffle', fingerprint);
    expect(earlier.refuseShuffle(shuffleOf(now))).toBeUndefined();
    expect(laterRun(before, bench, []).refuseShuffle(shuffleOf(now))).toBeUndefined();
  });

  it('may be a checkpoint', async () => {
    using before = new ResumeBench();
    const node = await reduced(before, 1);
    before.records.keep(node);
    const fingerprint = before.fingerprints.find(node)?.key ?? '';
    const catalog = new CheckpointCatalog(before.database);
    const known = {
      run: RUN,
      node: node.id,
      name: null,
      fingerprint,
      owner: 'o',
      partitionCount: 2,
      partitioner: null,
    };
    const key = catalog.recordBegin({ ...known, directory: '/ck/rdd-2' });
    before.database.transaction(() =>
      before.database.run("UPDATE checkpoints SET state = 'complete' WHERE checkpoint = ?", key),
    );
    using bench = new ResumeBench();
    const now = await reduced(bench, 2);
    const earlier = laterRun(before, bench);
    expect(earlier.refuseCheckpoint(now)).toEqual({
      fromRun: RUN,
      reasons: [expect.stringMatching(/^captured 'factor' changed at /)],
    });
    expect(earlier.refuseCheckpoint(now)).toBeUndefined();
  });

  it('of which no record is left is said to be unknown', async () => {
    using before = new ResumeBench();
    leave(before, await reduced(before, 1));
    before.database.transaction(() => before.database.run('DELETE FROM fingerprint_records'));
    using bench = new ResumeBench();
    const refused = laterRun(before, bench).refuseShuffle(shuffleOf(await reduced(bench, 2)));
    expect(refused?.reasons).toEqual(['nothing is known of it']);
  });

  it('is compared a hundred times at the most, so that long loops stay cheap', async () => {
    using before = new ResumeBench();
    for (let i = 0; i < 102; i++) leave(before, await reduced(before, 1));
    using bench = new ResumeBench();
    const earlier = laterRun(before, bench);
    const refusals = [];
    for (let i = 0; i < 102; i++) refusals.push(earlier.refuseShuffle(shuffleOf(await reduced(bench, 2))));
    expect(refusals.filter((each) => each !== undefined)).toHaveLength(100);
    expect(refusals.at(-1)).toBeUndefined();
  });
});
