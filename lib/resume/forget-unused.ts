import type { RunReader } from '../../storage/metadata/run-reader.ts';
import type { ShuffleCatalog } from '../../storage/metadata/shuffle-catalog.ts';
import type { RunId } from '../base/ids.ts';

/** Runs of a name after which what none of them wrote or used is let go: a program that is changed and fails many times a day. */
const RUNS_THAT_COUNT = 3;

/**
 * Lets go what the last three runs of the name, before `run`, neither wrote nor used, and gives whether there was any; its files
 * go with the next sweep. A run that was killed before its first job was over may not have come to what it would have
 * used. Raises what the database raises.
 */
export function forgetUnused(shuffles: ShuffleCatalog, reader: RunReader, name: string, run: RunId): boolean {
  const kept = shuffles.list();
  if (kept.length === 0) return false;
  const runs = reader.listRunsNamed(name);
  // Where a clock was set back, what a later run wrote or used bears an earlier time.
  let sinceMs = Number.POSITIVE_INFINITY;
  let count = 0;
  for (const each of runs) {
    sinceMs = Math.min(sinceMs, each.startedAtMs);
    if (each.run === run || !reader.hasEndedJob(each.run)) continue;
    count++;
    if (count === RUNS_THAT_COUNT) break;
  }
  if (count < RUNS_THAT_COUNT) return false;
  const ids = new Set(runs.map((each) => each.run));
  const unused = kept.filter((each) => ids.has(each.run) && each.createdAtMs < sinceMs);
  for (const each of unused) shuffles.forgetShuffle(each.run, each.shuffle);
  return unused.length > 0;
}
