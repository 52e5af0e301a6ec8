/** What consumers of a task's memory need, over a file system in memory: a share of so many bytes, and runs in `/scratch`. */
import { taskId } from '../../lib/base/ids.ts';
import type { GatheringTask } from '../../lib/exec/gathering.ts';
import { SpilledGroups } from '../../lib/shuffle/spilled-groups.ts';
import type { FileSystem } from '../../storage/fs/file-system.ts';
import { MemoryBudget } from '../../storage/memory/memory-budget.ts';
import { TaskMemory } from '../../storage/memory/task-memory.ts';
import { newSpillCounts, SpillQuota } from '../../storage/spill/spill-quota.ts';
import { TaskSpills } from '../../storage/spill/task-spills.ts';
import { MemoryFileSystem } from './memory-file-system.ts';

export interface GatheringBench extends GatheringTask {
  readonly fileSystem: FileSystem;
  /** Names of the runs that are there. */
  runs(): readonly string[];
}

export function gatheringTask(
  shareBytes: number,
  options: { readonly fileSystem?: FileSystem; readonly batchRows?: number; readonly spillMaxBytes?: number } = {},
): GatheringBench {
  const fileSystem = options.fileSystem ?? new MemoryFileSystem();
  fileSystem.makeDirectory('/scratch');
  let runs = 0;
  return {
    fileSystem,
    memory: new TaskMemory(new MemoryBudget({ totalBytes: 1 << 20 }), taskId(0), shareBytes),
    spills: new TaskSpills({
      fileSystem,
      newScratchPath: (stem) => `/scratch/${stem}_${runs++}`,
      codec: 'none',
      quota: new SpillQuota({ maxBytes: options.spillMaxBytes, counts: newSpillCounts(1), slot: 0 }),
    }),
    spilledGroups: new SpilledGroups(),
    batchRows: options.batchRows ?? 4,
    throwIfCancelled: () => {},
    runs: () => fileSystem.list('/scratch').map(({ name }) => name),
  };
}
