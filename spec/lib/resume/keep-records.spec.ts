import { expect, it } from 'vitest';
import { diffFingerprints } from '../../../lib/lineage/diff-fingerprints.ts';
import { inputsOfRecord, recordOfShuffle, storedRecords } from '../../../lib/resume/keep-records.ts';
import { nodeOf } from '../lineage/support/fingerprint-bench.ts';
import { ResumeBench, shuffleOf } from './support/resume-bench.ts';

const add = (a: number, b: number) => a + b;
const paired = (bench: ResumeBench, factor: number) =>
  bench.parallelize([1, 2, 3]).map((n): [number, number] => [n, n * factor]);

it('keeps the records of a lineage, and gives them back inputs first', async () => {
  using bench = new ResumeBench();
  const node = nodeOf(
    paired(bench, 1)
      .sortByKey()
      .map(([key]) => key),
  );
  await bench.fingerprints.of(node);
  bench.records.keep(node);
  const own = bench.fingerprints.recordOf(node);
  const stored = storedRecords(bench.store, own.at(-1)?.fingerprint ?? '');
  expect(new Set(stored.map(({ fingerprint }) => fingerprint))).toEqual(
    new Set(own.map(({ fingerprint }) => fingerprint)),
  );
  expect(stored.at(-1)).toEqual(JSON.parse(JSON.stringify(own.at(-1))));
  expect(storedRecords(bench.store, 'unknown')).toEqual([]);
});

it('puts what is new of a longer lineage, and nothing twice', async () => {
  using bench = new ResumeBench();
  const first = paired(bench, 1);
  await bench.fingerprints.of(nodeOf(first));
  bench.records.keep(nodeOf(first));
  const count = () => bench.database.get<{ n: number }>('SELECT count(*) AS n FROM fingerprint_records')?.n;
  expect(count()).toBe(2);
  const second = nodeOf(first.map(([key]) => key));
  await bench.fingerprints.of(second);
  bench.records.keep(second);
  bench.records.keep(second);
  expect(count()).toBe(3);
});

it('gives a shuffle a record of its own, which tells what changed before it', async () => {
  using bench = new ResumeBench();
  const before = shuffleOf(nodeOf(paired(bench, 1).reduceByKey(add, 2)));
  expect(recordOfShuffle(bench.fingerprints, before)).toBeUndefined();
  // Known once the dataset that reads it is.
  const [left, right] = [1, 2].map((factor) => nodeOf(paired(bench, factor).reduceByKey(add, 2)));
  if (left === undefined || right === undefined) throw new TypeError('there are two');
  await bench.fingerprints.of(left);
  await bench.fingerprints.of(right);
  bench.records.keepShuffle(shuffleOf(left));
  const record = recordOfShuffle(bench.fingerprints, shuffleOf(left));
  expect(record).toMatchObject({
    kind: 'shuffle',
    fingerprint: bench.fingerprints.findShuffle(shuffleOf(left))?.digest,
  });
  if (record === undefined) return;
  expect(inputsOfRecord(record)).toEqual([bench.fingerprints.find(shuffleOf(left).parent)?.digest]);
  const stored = storedRecords(bench.store, record.fingerprint);
  const other = recordOfShuffle(bench.fingerprints, shuffleOf(right));
  if (other === undefined) throw new TypeError('it has one');
  const now = [...bench.fingerprints.recordOf(shuffleOf(right).parent), other];
  expect(diffFingerprints(stored, now)).toEqual([expect.stringMatching(/^captured 'factor' changed at/)]);
});
