import { describe, expect, it } from 'vitest';
import { changedFiles, changedFunctions, diffFingerprints } from '../../../lib/lineage/diff-fingerprints.ts';
import type { InputRecord, NodeRecord } from '../../../lib/lineage/fingerprint-record.ts';
import { compare, type Program } from './support/fingerprint-bench.ts';

const node = (fingerprint: string, more: Partial<NodeRecord> = {}): NodeRecord => ({
  fingerprint,
  version: 1,
  kind: 'step',
  callSite: `map at job.ts:${fingerprint.length}`,
  partitions: 2,
  parameters: {},
  inputs: [],
  volatile: [],
  ...more,
});
const file = (path: string, sizeBytes = 1, modifiedMs = 0): InputRecord => ({
  path,
  resolved: path,
  sizeBytes,
  modifiedMs,
});

describe('diffFingerprints', () => {
  it('says nothing of what is the same, and of nothing', () => {
    expect(diffFingerprints([node('a')], [node('a')])).toEqual([]);
    expect(diffFingerprints([], [])).toEqual([]);
    expect(diffFingerprints([], [node('a')])).toEqual(['nothing is known of it']);
  });

  it('tells the format, a declared version and partitions', () => {
    expect(diffFingerprints([node('a')], [node('b', { version: 2 })])).toEqual(['version of fingerprints: 1 -> 2']);
    expect(diffFingerprints([node('a')], [node('b', { declared: 'May' })])).toEqual([
      'declared version of map at job.ts:1: none -> May',
    ]);
    expect(diffFingerprints([node('a')], [node('b', { partitions: 4 })])).toEqual([
      'partitions of map at job.ts:1: 2 -> 4',
    ]);
    expect(diffFingerprints([node('a')], [node('b')])).toEqual(['something that is on no record changed']);
  });

  it('tells another number of partitions where it comes from, and not again of each dataset below', () => {
    const chain = (name: string, partitions: number) => [
      node(name, { partitions }),
      node(`${name}x`, { partitions, inputs: [{ parent: name }] }),
      node(`${name}xx`, { partitions, inputs: [{ parent: `${name}x` }] }),
    ];
    expect(diffFingerprints(chain('a', 2), chain('b', 3))).toEqual(['partitions of map at job.ts:1: 2 -> 3']);
  });

  it('tells causes first, each once, though a dataset is used twice', async () => {
    const program =
      (factor: number, seed: number): Program =>
      (bench) => {
        const shared = bench.parallelize([1, 2]).map((x) => x * factor);
        return shared.zip(shared).sample(false, 0.5, seed);
      };
    expect((await compare(program(1, 1), program(2, 2))).changes).toEqual([
      expect.stringMatching(/^captured 'factor' changed/),
      expect.stringMatching(/^'seed' of sample .*: 1 -> 2$/),
    ]);
  });

  it('names the input of which no record was kept', () => {
    const before = [node('a', { inputs: [{ parent: 'x' }] })];
    const after = [node('b', { inputs: [{ parent: 'y' }] })];
    expect(diffFingerprints(before, after)).toEqual(['an input of map at job.ts:1 changed']);
  });

  it('takes lineages of any depth, and ends after a hundred sentences', () => {
    const chain = (name: string, seeds: number): NodeRecord[] =>
      Array.from({ length: 20_000 }, (_, i) =>
        node(`${name}${i}`, {
          callSite: `sample at job.ts:${i}`,
          parameters: { seed: String(seeds + i) },
          inputs: i === 0 ? [] : [{ parent: `${name}${i - 1}` }],
        }),
      );
    const changes = diffFingerprints(chain('a', 0), chain('b', 1));
    expect(changes).toHaveLength(100);
    expect(changes[0]).toBe("'seed' of sample at job.ts:0: 0 -> 1");
  });
});

describe('changedFiles', () => {
  it('tells order from content', () => {
    expect(changedFiles([file('a'), file('b')], [file('b'), file('a')])).toEqual(['inputs are read in another order']);
    expect(changedFiles([file('a')], [file('a')])).toEqual([]);
    expect(changedFiles([file('a')], [{ ...file('a'), resolved: '/other/a' }])).toEqual(['input a: a -> /other/a']);
    expect(changedFiles([file('a', 1, Number.NaN)], [file('a', 1, 0)])).toEqual([
      'input a: modified unknown -> 1970-01-01T00:00:00.000Z',
    ]);
  });
});

describe('changedFunctions', () => {
  it('falls back to what is left: a sharing, a number, a presence', () => {
    const f = { name: 'f', location: 'job.ts:3', text: 't', captures: [] };
    const one = { digest: '1', values: 'v', functions: [f] };
    expect(changedFunctions(one, { ...one, digest: '2' })).toEqual([
      'how the function at job.ts:3 shares what it captures changed',
    ]);
    expect(changedFunctions(one, { ...one, digest: '2', functions: [f, f] })).toEqual([
      'functions that the function at job.ts:3 uses changed',
    ]);
    expect(changedFunctions(one, { ...one, digest: '2', values: 'w' })).toEqual([
      'what the function at job.ts:3 is given changed',
    ]);
    expect(changedFunctions(undefined, one)).toEqual(['functions changed']);
    expect(changedFunctions(one, one)).toEqual([]);
  });
});
