import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Session } from '../../../lib/api/session.ts';
import { sweepDirectory } from '../../../lib/api/sweep-directory.ts';
import { CairnError } from '../../../lib/base/errors.ts';
import { runId } from '../../../lib/base/ids.ts';
import { nodeFileSystem } from '../../../storage/fs/node-file-system.ts';
import { MetadataDatabase } from '../../../storage/metadata/database.ts';
import { FingerprintStore } from '../../../storage/metadata/fingerprint-store.ts';
import { ShuffleCatalog } from '../../../storage/metadata/shuffle-catalog.ts';
import { SpecDirectory } from '../../support/engine-of-spec.ts';
import { RetainedOutputs } from '../../support/retained-outputs.ts';

const RUN = runId('aaaa0001');

/** Two retained outputs of a run that is over, a file of it that no row names, and records of fingerprints. */
function leave(directory: SpecDirectory): string {
  using database = MetadataDatabase.open(directory.join('cairn.sqlite'));
  const outputs = new RetainedOutputs(nodeFileSystem, new ShuffleCatalog(database), directory.join('shuffle'));
  for (const task of [0, 1]) outputs.write(RUN, 0, task);
  new FingerprintStore(database).put([
    { fingerprint: 'shuffle 0', inputs: ['lines'], json: '{}' },
    { fingerprint: 'lines', inputs: [], json: '{}' },
    { fingerprint: 'other', inputs: ['lines'], json: '{}' },
  ]);
  const left = directory.join('blocks', RUN, '00', 'rdd_0_0');
  nodeFileSystem.makeDirectory(join(left, '..'));
  writeFileSync(left, 'abc');
  return left;
}

function retainedIn(directory: SpecDirectory): number {
  using database = MetadataDatabase.open(directory.join('cairn.sqlite'), { readOnly: true });
  return new ShuffleCatalog(database).list().flatMap(({ outputs }) => outputs).length;
}

describe('sweeping a data directory', () => {
  it('removes what is left, and keeps what is retained until it is too old', () => {
    using directory = new SpecDirectory();
    const left = leave(directory);
    const swept = sweepDirectory(directory.path);
    expect(swept).toMatchObject({ removed: [{ path: left, sizeBytes: 3 }], prunedRecords: 1, failures: [] });
    expect(swept).toMatchObject({ directory: directory.path, expiredShuffles: 0, lostOutputs: [] });
    expect(retainedIn(directory)).toBe(2);
    expect(sweepDirectory(directory.path, { retain: '1 h' }).removed).toEqual([]);
    const again = sweepDirectory(directory.path, { retain: 0 });
    expect(again).toMatchObject({ expiredShuffles: 1, prunedRecords: 2 });
    expect(again.removed).toHaveLength(4);
    expect(retainedIn(directory)).toBe(0);
    expect(existsSync(directory.join('shuffle', RUN))).toBe(false);
  });

  it('tells on a dry run what it would do, and does nothing', () => {
    using directory = new SpecDirectory();
    const left = leave(directory);
    const dry = sweepDirectory(directory.path, { dryRun: true, retain: 0 });
    expect(dry.removed).toHaveLength(5);
    expect(existsSync(left)).toBe(true);
    expect(retainedIn(directory)).toBe(2);
    expect(sweepDirectory(directory.path, { retain: 0 })).toEqual(dry);
  });

  it('waits for no session: it fails, but for a dry run, which leaves out what the session works with', async () => {
    using directory = new SpecDirectory();
    const dir = directory.path;
    await using session = await Session.open({ dir, master: 'local', progress: 'off' });
    await session.range(0, 100, 1, 2).map((n): [number, number] => [n % 3, n]).groupByKey().persist('DISK_ONLY').count(); // biome-ignore format: one line
    expect(() => sweepDirectory(dir)).toThrow('DIRECTORY_ALREADY_OPEN');
    expect(sweepDirectory(dir, { dryRun: true, retain: 0 })).toMatchObject({ removed: [], failures: [] });
  });

  it('tells what it cannot remove', () => {
    using directory = new SpecDirectory();
    const left = leave(directory);
    const fileSystem = Object.create(nodeFileSystem, {
      removeFile: {
        value: (path: string) => {
          if (path === left) throw new CairnError('PERMISSION_DENIED', { path, operation: 'removing' });
          nodeFileSystem.removeFile(path);
        },
      },
    }) as typeof nodeFileSystem;
    const swept = sweepDirectory(directory.path, {}, { fileSystem });
    expect(swept).toMatchObject({ removed: [], failures: [expect.stringContaining(left)] });
    expect(existsSync(left)).toBe(true);
    expect(sweepDirectory(directory.path).removed).toMatchObject([{ path: left }]);
  });

  it('makes no directory, and takes no time that is none', () => {
    using directory = new SpecDirectory();
    expect(() => sweepDirectory(directory.join('none'))).toThrow('CATALOG_NOT_FOUND');
    expect(existsSync(directory.join('none'))).toBe(false);
    leave(directory);
    expect(() => sweepDirectory(directory.path, { retain: 'soon' })).toThrow('INVALID_OPTION');
  });
});
