import { expect, test } from 'vitest';
import { findLiveRuns } from '../../../lib/api/live-runs.ts';
import { systemClock } from '../../../lib/base/clock.ts';
import { runId } from '../../../lib/base/ids.ts';
import { DirectoryLock } from '../../../storage/fs/directory-lock.ts';
import { nodeFileSystem } from '../../../storage/fs/node-file-system.ts';
import { systemProcesses } from '../../../storage/fs/process-identity.ts';
import { MetadataDatabase } from '../../../storage/metadata/database.ts';
import { JobLog } from '../../../storage/metadata/job-log.ts';
import { RunReader } from '../../../storage/metadata/run-reader.ts';
import { exampleRun, ScratchDirectory } from '../../storage/metadata/example-run.ts';

test('the runs of the process that holds the lock are live, those of others are not', () => {
  using scratch = new ScratchDirectory();
  const processes = systemProcesses();
  const { pid, bootId, startTime } = processes.self;
  const mine = { pid, bootId, processStart: startTime };
  using database = MetadataDatabase.open(scratch.database);
  JobLog.beginRun(database, exampleRun('aaaa0001', mine));
  JobLog.beginRun(database, exampleRun('bbbb0002', { ...mine, processStart: 'another' }));
  const rows = new RunReader(database).listRuns();
  const find = () => findLiveRuns(nodeFileSystem, scratch.path, processes, rows);
  expect(find()).toMatchObject({ pid: undefined });
  {
    using _lock = DirectoryLock.acquire(nodeFileSystem, scratch.path, processes, { clock: systemClock });
    const live = find();
    expect(live.pid).toBe(pid);
    expect([live.isLive(runId('aaaa0001')), live.isLive(runId('bbbb0002'))]).toEqual([true, false]);
    expect(live.isAlive({ ...mine, pid: pid + 1 })).toBe(false);
    const dead = { ...processes, stateOf: () => 'dead' as const };
    expect(findLiveRuns(nodeFileSystem, scratch.path, dead, rows).isLive(runId('aaaa0001'))).toBe(false);
  }
  expect(find().isLive(runId('aaaa0001'))).toBe(false);
});
