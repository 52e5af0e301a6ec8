import { expect, it } from 'vitest';
import { runId, shuffleId, taskId } from '../../../lib/base/ids.ts';
import { MetadataDatabase } from '../../../storage/metadata/database.ts';
import { FoundValues } from '../../../storage/metadata/found-values.ts';
import { ShuffleCatalog } from '../../../storage/metadata/shuffle-catalog.ts';
import { ScratchDirectory } from './example-run.ts';

const RUN = runId('aaaa0001');

it('gives the bytes that were put last for a fingerprint', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database);
  const values = new FoundValues(database);
  expect(values.get('f00d')).toBeUndefined();
  values.put(RUN, 'f00d', new Uint8Array([1, 2, 3]));
  values.put(RUN, 'f00d', new Uint8Array([0, 255]));
  values.put(RUN, 'beef', new Uint8Array());
  expect([...(values.get('f00d') ?? [])]).toEqual([0, 255]);
  expect([...(values.get('beef') ?? [1])]).toEqual([]);
});

it('keeps them for as long as any map output stays', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database);
  const [values, shuffles] = [new FoundValues(database), new ShuffleCatalog(database)];
  values.put(RUN, 'f00d', new Uint8Array([1]));
  const output = { mapIndex: 0, task: taskId(0), bytes: 1, rowCount: 1, durationMs: 1 };
  const shuffle = { run: RUN, shuffle: shuffleId(0), fingerprint: 'beef', mapCount: 1, reducerCount: 1 };
  shuffles.recordOutputs(shuffle, [output]);
  expect(values.prune()).toBe(0);
  shuffles.forgetRun(RUN);
  expect(values.prune()).toBe(1);
  expect(values.get('f00d')).toBeUndefined();
});
