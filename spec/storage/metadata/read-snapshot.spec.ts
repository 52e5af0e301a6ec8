import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { jobId, runId } from '../../../lib/base/ids.ts';
import { nodeFileSystem } from '../../../storage/fs/node-file-system.ts';
import { MetadataDatabase } from '../../../storage/metadata/database.ts';
import { applyLog, inspectFile } from '../../../storage/metadata/read-snapshot.ts';
import { RunReader } from '../../../storage/metadata/run-reader.ts';
import { beginWordCount, exampleStage, ScratchDirectory } from './example-run.ts';

/** The database and its log as a session with `stageCount` stages has them on disk while it runs. */
function runningFiles(stageCount: number): { readonly image: Uint8Array; readonly log: Buffer } {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database);
  const log = beginWordCount(database);
  for (let i = 0; i < stageCount; i++) log.recordStageEnd(exampleStage(i));
  return { image: readFileSync(scratch.database), log: readFileSync(`${scratch.database}-wal`) };
}

/** How many runs and stages a reader finds, and that the files are sound and no others were made. */
function contents(files: { readonly image: Uint8Array; readonly log?: Uint8Array }): readonly number[] {
  using scratch = new ScratchDirectory();
  mkdirSync(dirname(scratch.database));
  writeFileSync(scratch.database, files.image);
  if (files.log !== undefined) writeFileSync(`${scratch.database}-wal`, files.log);
  const names = readdirSync(dirname(scratch.database));
  using database = MetadataDatabase.open(scratch.database, { readOnly: true });
  const reader = new RunReader(database);
  expect(database.findDamage()).toEqual([]);
  expect(() => database.run('DELETE FROM runs')).toThrow(/PERMISSION_DENIED/);
  expect(readdirSync(dirname(scratch.database))).toEqual(names);
  return [reader.listRuns().length, reader.stagesOf(runId('aaaa0001'), jobId(0)).length];
}

test('a copy without the shared index is read with all that was committed, and no file is made', () => {
  expect(contents(runningFiles(3))).toEqual([1, 3]);
});

test('without the log it is what the last checkpoint left', () => {
  const { image } = runningFiles(3);
  expect(contents({ image })).toEqual([0, 0]);
  expect(contents({ image, log: new Uint8Array() })).toEqual([0, 0]);
});

test('a log cut anywhere gives an earlier committed state, never a damaged one', () => {
  const { image, log } = runningFiles(2);
  const frameBytes = 4096 + 24;
  const states = new Set<string>();
  let last = [0, 0];
  for (let step = 0; step * frameBytes < 8 * log.length; step++) {
    // Eight cuts a frame, the last of them where it ends.
    const length = step === 0 ? 0 : 32 + Math.floor((step * frameBytes) / 8);
    const found = contents({ image, log: log.subarray(0, length) });
    expect(found[0]).toBeGreaterThanOrEqual(last[0] ?? 0);
    expect(found[1]).toBeGreaterThanOrEqual(last[1] ?? 0);
    last = [...found];
    states.add(found.join());
  }
  expect([...states]).toEqual(['0,0', '1,0', '1,1', '1,2']);
});

test('a changed byte ends the log there', () => {
  const { image, log } = runningFiles(2);
  const bitFlipped = (at: number) => {
    const copy = Buffer.from(log);
    copy[at] = (copy[at] ?? 0) ^ 4;
    return { image, log: copy };
  };
  for (const at of [0, 9, 17, 25, 32 + 3]) expect(contents(bitFlipped(at)), `at ${at}`).toEqual([0, 0]);
  expect(contents(bitFlipped(log.length - 100))).toEqual([1, 1]);
});

test('frames left from before the log began again are not read', () => {
  const { image, log } = runningFiles(1);
  const doubled = Buffer.concat([log, log.subarray(32)]);
  // Another salt in the second half, as an older log would have.
  doubled[log.length + 8] = (doubled[log.length + 8] ?? 0) ^ 1;
  expect(contents({ image, log: doubled })).toEqual([1, 1]);
});

test('it agrees with SQLite’s own reading of the same log', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database);
  const log = beginWordCount(database);
  for (let i = 0; i < 4; i++) log.recordStageEnd(exampleStage(i, 30));
  database.all('PRAGMA wal_checkpoint(RESTART)');
  for (let i = 4; i < 6; i++) log.recordStageEnd(exampleStage(i, 5));
  const copy = join(scratch.path, 'copy.db');
  copyFileSync(scratch.database, copy);
  copyFileSync(`${scratch.database}-wal`, `${copy}-wal`);
  expect(inspectFile(nodeFileSystem, scratch.database)).toBe('direct');
  expect(inspectFile(nodeFileSystem, copy)).toBe('snapshot');
  using live = MetadataDatabase.open(scratch.database, { readOnly: true });
  using snapshot = MetadataDatabase.open(copy, { readOnly: true });
  for (const table of ['runs', 'stages', 'tasks', 'blocks', 'map_outputs']) {
    expect(snapshot.all(`SELECT * FROM ${table}`), table).toEqual(live.all(`SELECT * FROM ${table}`));
  }
});

test('a log that is none, or claims more pages than there are bytes, is left out', () => {
  const image = new Uint8Array([1, 2, 3]);
  expect(applyLog(image, new Uint8Array(10))).toBe(image);
  expect(applyLog(image, new Uint8Array(5000).fill(7))).toBe(image);
});
