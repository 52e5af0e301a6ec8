import { expect, it } from 'vitest';
import { findPartitions } from '../../../lib/lineage/find-partitions.ts';
import type { RangePartitioner } from '../../../lib/lineage/partitioner.ts';
import { type Preparation, pendingPreparations } from '../../../lib/lineage/preparation.ts';
import { KeptFindings } from '../../../lib/resume/kept-findings.ts';
import { FoundValues } from '../../../storage/metadata/found-values.ts';
import { nodeOf } from '../lineage/support/fingerprint-bench.ts';
import { ResumeBench, RUN, shuffleOf } from './support/resume-bench.ts';

/** Findings of one process, over the values that another one may have left. */
function findingsOf(bench: ResumeBench, values = new FoundValues(bench.database)): KeptFindings {
  return new KeptFindings({ run: RUN, values, fingerprints: bench.fingerprints, checks: bench.checks });
}

/** A sort of pairs, with what has to be found for it. */
async function sorted(bench: ResumeBench, factor: () => number = () => 1) {
  const node = nodeOf(
    bench
      .parallelize([3, 1, 2], 2)
      .map((n): [unknown, number] => [n * factor(), n])
      .sortByKey({ numPartitions: 3 }),
  );
  findPartitions(node);
  await bench.fingerprints.of(node);
  const [preparation] = pendingPreparations(node);
  if (preparation === undefined) throw new TypeError('ranges have to be found');
  return { node, preparation, partitioner: shuffleOf(node).partitioner as RangePartitioner };
}

/** How many findings are on record. */
function countKept(bench: ResumeBench): number {
  return bench.database.all('SELECT 1 FROM found_values').length;
}

it('gives another process the ranges that were found', async () => {
  using bench = new ResumeBench();
  const { preparation, partitioner } = await sorted(bench);
  const findings = findingsOf(bench);
  findings.restore(preparation);
  expect(preparation.isReady).toBe(false);
  const bounds = [-0, Number.NaN, 'a', { key: [1n] }];
  partitioner.setBounds(bounds);
  await findings.keep(preparation);
  expect(countKept(bench)).toBe(1);

  using other = new ResumeBench();
  // The same program, so the same numbers of datasets and seeds.
  const again = await sorted(other);
  const later = findingsOf(other, new FoundValues(bench.database));
  later.restore(again.preparation);
  expect(again.preparation.isReady).toBe(true);
  expect(again.partitioner.bounds).toEqual(bounds);
  expect(Object.is(again.partitioner.bounds[0], -0)).toBe(true);
  // What was taken over is not found anew.
  await later.keep(again.preparation);
  expect(countKept(bench)).toBe(1);
  expect(other.checks.reasonOf(shuffleOf(again.node).parent)).toBeUndefined();
});

it('keeps that there are no bounds, as of an empty dataset', async () => {
  using bench = new ResumeBench();
  const first = await sorted(bench);
  first.partitioner.setBounds([]);
  await findingsOf(bench).keep(first.preparation);
  using other = new ResumeBench();
  const again = await sorted(other);
  findingsOf(other, new FoundValues(bench.database)).restore(again.preparation);
  expect([again.partitioner.isReady, again.partitioner.bounds]).toEqual([true, []]);
});

it('gives first numbers of partitions alike', async () => {
  const numbered = async (bench: ResumeBench) => {
    const node = nodeOf(bench.parallelize(['a', 'b', 'c'], 2).zipWithIndex());
    await bench.fingerprints.of(node);
    return pendingPreparations(node)[0] as Preparation;
  };
  using bench = new ResumeBench();
  const preparation = await numbered(bench);
  await preparation.prepare(async () => [7]);
  await findingsOf(bench).keep(preparation);
  using other = new ResumeBench();
  const again = await numbered(other);
  findingsOf(other, new FoundValues(bench.database)).restore(again);
  expect([again.isReady, again.finding?.get()]).toEqual([true, [0, 7]]);
});

it('keeps nothing that was found of something else than its fingerprint says', async () => {
  using bench = new ResumeBench();
  let rate = 1;
  const node = nodeOf(
    bench
      .parallelize([3, 1, 2], 2)
      .map((n): [number, number] => [n * rate, n])
      .sortByKey({ numPartitions: 3 }),
  );
  await bench.fingerprints.of(node);
  const [preparation] = pendingPreparations(node);
  rate = 2;
  const partitioner = shuffleOf(node).partitioner as RangePartitioner;
  partitioner.setBounds([2, 4]);
  const findings = findingsOf(bench);
  await findings.keep(preparation as Preparation);
  expect(countKept(bench)).toBe(0);
  expect(bench.checks.reasonOf(shuffleOf(node).parent)).toMatch(/captured 'rate' changed/);
});

it('spoils what follows from what cannot be put on record', async () => {
  using bench = new ResumeBench();
  const { preparation, partitioner, node } = await sorted(bench);
  partitioner.setBounds([() => 1]);
  const findings = findingsOf(bench);
  await findings.keep(preparation);
  expect(countKept(bench)).toBe(0);
  expect(bench.checks.reasonOf(shuffleOf(node).parent)).toMatch(
    /^what was found of it cannot be kept: VALUE_NOT_SERIALIZABLE/,
  );
});

it('finds again what cannot be read', async () => {
  using bench = new ResumeBench();
  const first = await sorted(bench);
  first.partitioner.setBounds([1]);
  await findingsOf(bench).keep(first.preparation);
  bench.database.transaction(() => bench.database.run("UPDATE found_values SET value = x'00112233'"));
  using other = new ResumeBench();
  const again = await sorted(other);
  findingsOf(other, new FoundValues(bench.database)).restore(again.preparation);
  expect(again.preparation.isReady).toBe(false);
});

it('stores nothing of what is not what was found before, by this run or an earlier one', async () => {
  using bench = new ResumeBench();
  const { preparation, partitioner, node } = await sorted(bench);
  partitioner.setBounds([1, 2]);
  await findingsOf(bench).keep(preparation);

  // Found anew, since jobs ran side by side: the same bounds are as good, others are not.
  using alike = new ResumeBench();
  const same = await sorted(alike);
  same.partitioner.setBounds([1, 2]);
  await findingsOf(alike, new FoundValues(bench.database)).keep(same.preparation);
  expect(alike.checks.reasonOf(shuffleOf(same.node).parent)).toBeUndefined();
  using other = new ResumeBench();
  const again = await sorted(other);
  again.partitioner.setBounds([1, 3]);
  const findings = findingsOf(other, new FoundValues(bench.database));
  const keeping = findings.keep(again.preparation);
  // At once: jobs that use these bounds may be running.
  expect(other.checks.reasonOf(shuffleOf(again.node).parent)).toMatch(/not what was found before/);
  await keeping;
  expect(countKept(bench)).toBe(1);
  expect(shuffleOf(node).parent.id).toBe(shuffleOf(again.node).parent.id);

  using later = new ResumeBench();
  const third = await sorted(later);
  findingsOf(later, new FoundValues(bench.database)).restore(third.preparation);
  expect(third.partitioner.bounds).toEqual([1, 2]);
});

it('does not set what a job is about to find', async () => {
  using bench = new ResumeBench();
  const first = await sorted(bench);
  first.partitioner.setBounds([1]);
  await findingsOf(bench).keep(first.preparation);
  using other = new ResumeBench();
  const { preparation, partitioner } = await sorted(other);
  let stop: (reason: Error) => void = () => {};
  const job = new Promise<unknown[]>((_, reject) => {
    stop = reject;
  });
  const preparing = preparation.prepare(() => job);
  const findings = findingsOf(other, new FoundValues(bench.database));
  findings.restore(preparation);
  expect([preparation.isReady, partitioner.isReady]).toEqual([false, false]);
  stop(new Error('stopped'));
  await expect(preparing).rejects.toThrow('stopped');
  findings.restore(preparation);
  expect(partitioner.bounds).toEqual([1]);
});
