import { describe, expect, it } from 'vitest';
import type { StageWork } from '../../../lib/exec/task.ts';
import type { LineageNode } from '../../../lib/lineage/lineage-node.ts';
import { STORAGE_LEVELS } from '../../../storage/block/storage-level.ts';
import { nodeOf } from '../lineage/support/fingerprint-bench.ts';
import { ResumeBench, shuffleOf } from './support/resume-bench.ts';

const pair = (n: number): [number, number] => [n, n];
const add = (a: number, b: number) => a + b;

function mapStage(node: LineageNode): StageWork {
  const dependency = shuffleOf(node);
  return { kind: 'shuffle-map', node: dependency.parent, dependency };
}

const resultStage = (node: LineageNode): StageWork => ({ kind: 'result', node, action: { kind: 'count' } });

describe('the check of a stage', () => {
  it('finds nothing while all is as it was', async () => {
    using bench = new ResumeBench();
    const node = nodeOf(bench.parallelize([1, 2]).map(pair).reduceByKey(add));
    await bench.fingerprints.of(node);
    expect(await bench.checks.changesOf(mapStage(node))).toEqual([]);
    expect(await bench.checks.changesOf(resultStage(node))).toEqual([]);
    expect(await bench.checks.changesOfNode(node)).toEqual([]);
  });

  it('names a variable that changed, a file, and the function that combines', async () => {
    using bench = new ResumeBench();
    bench.write('/in/a.txt', 'a\n');
    let rate = 1;
    let sign = 1;
    const node = nodeOf(
      bench
        .lines('/in/a.txt')
        .map((line): [string, number] => [line, rate])
        .reduceByKey((a, b) => a + b * sign),
    );
    await bench.fingerprints.of(node);
    rate = 2;
    expect(await bench.checks.changesOf(mapStage(node))).toEqual([expect.stringMatching(/captured 'rate' changed/)]);
    expect(bench.checks.reasonOf(shuffleOf(node))).toMatch(/captured 'rate' changed/);

    using other = new ResumeBench();
    other.write('/in/a.txt', 'a\n');
    const combined = nodeOf(
      other
        .lines('/in/a.txt')
        .map((line): [string, number] => [line, 1])
        .reduceByKey((a, b) => a + b * sign),
    );
    await other.fingerprints.of(combined);
    sign = -1;
    other.write('/in/a.txt', 'a\nb\n', 2000);
    expect(await other.checks.changesOf(mapStage(combined))).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/captured 'sign' changed/),
        expect.stringMatching(/input \/in\/a.txt: size 2 -> 4/),
      ]),
    );
  });

  it('looks at what the stage itself computes, and takes over what its inputs are', async () => {
    using bench = new ResumeBench();
    let rate = 1;
    const first = bench
      .parallelize([1, 2])
      .map((n): [number, number] => [n, n * rate])
      .reduceByKey(add);
    const second = nodeOf(first.map(([key, sum]): [number, number] => [sum, key]).reduceByKey(add));
    await bench.fingerprints.of(second);
    rate = 2;
    // Of the second stage alone nothing changed, as long as the first has not run with the new value.
    expect(await bench.checks.changesOf(mapStage(second))).toEqual([]);
    await bench.checks.changesOf(mapStage(nodeOf(first)));
    rate = 1;
    expect(await bench.checks.changesOf(mapStage(second))).toEqual([expect.stringMatching(/captured 'rate' changed/)]);
    expect(await bench.checks.changesOfNode(second)).toEqual([expect.stringMatching(/captured 'rate' changed/)]);
  });

  it('of a stage on workers is made when its functions are captured', async () => {
    using bench = new ResumeBench({ isInline: false });
    let rate = 1;
    const node = nodeOf(
      bench
        .parallelize([1, 2])
        .map((n): [number, number] => [n, n * rate])
        .reduceByKey(add),
    );
    await bench.fingerprints.of(node);
    rate = 2;
    bench.checks.captured(mapStage(node));
    rate = 1;
    expect(await bench.checks.changesOf(mapStage(node))).toEqual([expect.stringMatching(/captured 'rate' changed/)]);

    const sound = nodeOf(
      bench
        .parallelize([1, 2])
        .map((n): [number, number] => [n, n * rate])
        .reduceByKey(add),
    );
    await bench.fingerprints.of(sound);
    bench.checks.captured(mapStage(sound));
    rate = 3;
    // What the tasks compute with has been captured before.
    expect(await bench.checks.changesOf(mapStage(sound))).toEqual([]);
  });

  it('is passed on from a result stage to what is kept of it', async () => {
    using bench = new ResumeBench({ isInline: false });
    let rate = 1;
    const kept = bench.parallelize([1, 2]).map((n): [number, number] => [n, n * rate]);
    const later = nodeOf(kept.reduceByKey(add));
    await bench.fingerprints.of(later);
    rate = 2;
    bench.checks.captured(resultStage(nodeOf(kept)));
    rate = 1;
    await bench.checks.changesOfNode(nodeOf(kept));
    bench.checks.captured(mapStage(later));
    expect(await bench.checks.changesOf(mapStage(later))).toEqual([expect.stringMatching(/captured 'rate' changed/)]);
  });

  it('says of a dataset that was spoilt why', async () => {
    using bench = new ResumeBench();
    const node = nodeOf(bench.parallelize([1, 2]).map(pair));
    await bench.fingerprints.of(node);
    bench.checks.spoil(node, 'the moon is full');
    expect(await bench.checks.changesOfNode(node)).toEqual(['the moon is full']);
  });
});

describe('a kept dataset', () => {
  const kept = (bench: ResumeBench, rate: () => number) =>
    bench.parallelize([1, 2]).map((n): [number, number] => [n, n * rate()]);

  it('that was found sound is read from its blocks, and not looked at again until one is lost', async () => {
    using bench = new ResumeBench();
    let rate = 1;
    const dataset = nodeOf(bench.parallelize([1, 2]).map((n): [number, number] => [n, n * rate]));
    dataset.storageLevel = STORAGE_LEVELS.MEMORY_ONLY;
    await bench.fingerprints.of(dataset);
    bench.stored.add(dataset.id);
    expect(await bench.checks.changesOf(resultStage(dataset))).toEqual([]);
    rate = 2;
    expect(await bench.checks.changesOf(resultStage(dataset))).toEqual([]);
    bench.checks.unsettle(dataset.id);
    expect(await bench.checks.changesOf(resultStage(dataset))).toEqual([
      expect.stringMatching(/captured 'rate' changed/),
    ]);
  });

  it('is looked at while blocks of it are missing, and stays stale when it was', async () => {
    using bench = new ResumeBench();
    let rate = 1;
    const pairs = bench.parallelize([1, 2]).map((n): [number, number] => [n, n * rate]);
    const dataset = nodeOf(pairs);
    dataset.storageLevel = STORAGE_LEVELS.MEMORY_ONLY;
    const reduced = nodeOf(pairs.reduceByKey(add));
    await bench.fingerprints.of(reduced);
    expect(await bench.checks.changesOf(resultStage(dataset))).toEqual([]);
    rate = 2;
    expect(await bench.checks.changesOf(resultStage(dataset))).toHaveLength(1);
    bench.stored.add(dataset.id);
    rate = 1;
    expect(await bench.checks.changesOf(mapStage(reduced))).toEqual([expect.stringMatching(/captured 'rate' changed/)]);
  });

  it('ends the way back through a long chain of them', async () => {
    using bench = new ResumeBench();
    let state = kept(bench, () => 1);
    const captured: number[] = [];
    for (let i = 0; i < 20; i++) {
      state = state.mapValues((n) => n + 1);
      const node = nodeOf(state);
      node.storageLevel = STORAGE_LEVELS.MEMORY_ONLY;
      await bench.fingerprints.of(node);
      bench.stored.add(node.id);
      const before = bench.captured;
      await bench.checks.changesOf(resultStage(node));
      captured.push(bench.captured - before);
    }
    expect(captured.at(-1)).toBe(captured[1]);
  });
});

describe('a stage that gives a result', () => {
  it('keeps what is persisted and was not found sound yet', async () => {
    using bench = new ResumeBench();
    const kept = nodeOf(bench.parallelize([1, 2]).map(pair));
    const above = nodeOf(bench.parallelize([1, 2]).map(pair));
    const node = nodeOf(bench.parallelize([1, 2]).map(pair).reduceByKey(add));
    kept.storageLevel = STORAGE_LEVELS.MEMORY_ONLY;
    for (const each of [kept, above, node]) await bench.fingerprints.of(each);
    expect([kept, above, node].map((each) => bench.checks.keeps(each))).toEqual([true, false, false]);
    bench.stored.add(kept.id);
    expect(bench.checks.keeps(kept)).toBe(true);
    await bench.checks.changesOf(resultStage(kept));
    expect(bench.checks.keeps(kept)).toBe(false);
    bench.checks.unsettle(kept.id);
    expect(bench.checks.keeps(kept)).toBe(true);
  });
});
