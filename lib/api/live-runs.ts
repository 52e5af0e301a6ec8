import { findDirectoryOwner } from '../../storage/fs/directory-lock.ts';
import type { FileSystem } from '../../storage/fs/file-system.ts';
import type { ProcessTable } from '../../storage/fs/process-identity.ts';
import type { RunOwner, RunRow } from '../../storage/metadata/rows.ts';
import type { RunId } from '../base/ids.ts';

/** Who may be at work in a data directory. */
export interface LiveRuns {
  /** The process that has the directory open; undefined when nobody has. */
  readonly pid: number | undefined;
  isAlive(owner: RunOwner): boolean;
  isLive(run: RunId): boolean;
}

export const NO_LIVE_RUNS: LiveRuns = { pid: undefined, isAlive: () => false, isLive: () => false };

/**
 * Whose runs may be at work, by the lock: all of its owner's, since one that has just ended may still be removing its
 * files. Raises what reading the lock raises.
 */
export function findLiveRuns(
  fileSystem: FileSystem,
  directory: string,
  processes: ProcessTable,
  runs: readonly RunRow[],
): LiveRuns {
  const found = findDirectoryOwner(fileSystem, directory, processes);
  if (found === undefined || found.state === 'dead') return NO_LIVE_RUNS;
  const { pid, startTime, bootId } = found.record.owner;
  const isAlive = (owner: RunOwner) => owner.pid === pid && owner.processStart === startTime && owner.bootId === bootId;
  const live = new Set(runs.filter(isAlive).map(({ run }) => run));
  return { pid, isAlive, isLive: (run) => live.has(run) };
}
