import { describe, expect, it } from 'vitest';
import { nodeId, runId, shuffleId, taskId } from '../../../lib/base/ids.ts';
import { CheckpointCatalog } from '../../../storage/metadata/checkpoint-catalog.ts';
import { MetadataDatabase } from '../../../storage/metadata/database.ts';
import { FingerprintStore } from '../../../storage/metadata/fingerprint-store.ts';
import { ShuffleCatalog } from '../../../storage/metadata/shuffle-catalog.ts';
import { ScratchDirectory } from './example-run.ts';

function record(fingerprint: string, ...inputs: string[]) {
  return { fingerprint, inputs, json: JSON.stringify({ fingerprint, inputs }) };
}

describe('the store of fingerprints', () => {
  it('gives records back as they were, however long, and keeps the first of two', () => {
    using scratch = new ScratchDirectory();
    using database = MetadataDatabase.open(scratch.database);
    const store = new FingerprintStore(database);
    const long = JSON.stringify({ text: 'ü\ud800'.repeat(200_000), ['__proto__']: [-0, null] });
    store.put([{ fingerprint: 'a', json: long, inputs: [] }]);
    store.put([{ fingerprint: 'a', json: '{}', inputs: ['b'] }, record('b')]);
    expect(store.get('a')).toBe(long);
    expect([store.has('a'), store.has('b'), store.has('c'), store.has('')]).toEqual([true, true, false, false]);
    expect(store.get('c')).toBeUndefined();
    store.put([]);
  });

  it('takes JSON only, all of a call or nothing', () => {
    using scratch = new ScratchDirectory();
    using database = MetadataDatabase.open(scratch.database);
    const store = new FingerprintStore(database);
    for (const json of ['{', '"\ud800"']) {
      expect(() => store.put([record('a'), { fingerprint: 'b', json, inputs: [] }])).toThrow();
      expect(store.has('a')).toBe(false);
    }
  });

  it('prunes what neither a checkpoint nor a retained shuffle leads to', () => {
    using scratch = new ScratchDirectory();
    using database = MetadataDatabase.open(scratch.database);
    const store = new FingerprintStore(database);
    store.put([record('file'), record('lines', 'file'), record('pairs', 'lines'), record('sums', 'pairs', 'lines')]);
    store.put([record('shuffle', 'pairs'), record('old'), record('older', 'old', 'file'), record('loop', 'loop')]);
    const run = runId('aaaa0001');
    const shuffles = new ShuffleCatalog(database);
    shuffles.recordOutputs({ run, shuffle: shuffleId(0), fingerprint: 'shuffle', mapCount: 1, reducerCount: 1 }, [
      { mapIndex: 0, task: taskId(0), bytes: 1, rowCount: 1, durationMs: 1 },
    ]);
    const checkpoints = new CheckpointCatalog(database);
    const start = { run, node: nodeId(1), name: null, owner: 'o', partitionCount: 1, partitioner: null };
    checkpoints.recordBegin({ ...start, fingerprint: 'sums', directory: `${scratch.path}/c` });
    checkpoints.recordBegin({ ...start, fingerprint: 'not on record', directory: `${scratch.path}/d` });
    checkpoints.recordBegin({ ...start, fingerprint: null, directory: `${scratch.path}/e` });
    expect(store.prune()).toBe(3);
    const left = () =>
      ['file', 'lines', 'pairs', 'sums', 'shuffle', 'old', 'older', 'loop'].filter((f) => store.has(f));
    expect(left()).toEqual(['file', 'lines', 'pairs', 'sums', 'shuffle']);
    database.run('DELETE FROM checkpoints');
    expect(store.prune()).toBe(1);
    expect(left()).toEqual(['file', 'lines', 'pairs', 'shuffle']);
    shuffles.forgetRun(run);
    expect([store.prune(), store.prune()]).toEqual([4, 0]);
  });

  it('prunes a lineage of many steps in one go', () => {
    using scratch = new ScratchDirectory();
    using database = MetadataDatabase.open(scratch.database);
    const store = new FingerprintStore(database);
    store.put(Array.from({ length: 20_000 }, (_, i) => record(`step ${i}`, ...(i === 0 ? [] : [`step ${i - 1}`]))));
    new ShuffleCatalog(database).recordOutputs(
      { run: runId('aaaa0001'), shuffle: shuffleId(0), fingerprint: 'step 9999', mapCount: 1, reducerCount: 1 },
      [{ mapIndex: 0, task: taskId(0), bytes: 1, rowCount: 1, durationMs: 1 }],
    );
    expect(store.prune()).toBe(10_000);
    expect([store.has('step 0'), store.has('step 9999'), store.has('step 10000')]).toEqual([true, true, false]);
  });
});
