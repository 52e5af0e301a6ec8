/** What a worker is started with in specs, over a directory of the spec's own. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkerSettings } from '../../../../lib/exec/protocol.ts';
import { newSpillCounts } from '../../../../storage/spill/spill-quota.ts';

const MIB = 1024 * 1024;

export function workerSettings(
  directory: string,
  more: Partial<WorkerSettings> = {},
): Omit<WorkerSettings, 'flags' | 'board' | 'label'> {
  const [blockDirectory, shuffleDirectory, scratchPath] = ['blocks', 'shuffle', 'scratch'].map((name) => {
    const path = join(directory, name);
    mkdirSync(path, { recursive: true });
    return path;
  }) as [string, string, string];
  return {
    name: 'worker-1',
    memory: {
      totalBytes: 8 * MIB,
      storageFraction: 0.5,
      taskMemoryBytes: 4 * MIB,
      shareBytes: 16 * MIB,
      resourceLimits: { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 48 },
    },
    blockDirectory,
    shuffleDirectory,
    scratchPath,
    codegen: 'auto',
    batchRows: 64,
    storageCodec: 'none',
    shuffleCodec: 'none',
    spill: { maxBytes: undefined, counts: newSpillCounts(1), slot: 0 },
    ...more,
  };
}
