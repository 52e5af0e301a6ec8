/** What a task needs to run by itself, over a file system in memory. */
import { jobId, stageId, taskId } from '../../../../lib/base/ids.ts';
import type { CodegenMode } from '../../../../lib/exec/fused-chain.ts';
import { StageChains } from '../../../../lib/exec/stage-chains.ts';
import type { StageWork, TaskDescription } from '../../../../lib/exec/task.ts';
import type { TaskEnvironment } from '../../../../lib/exec/task-environment.ts';
import { runTask } from '../../../../lib/exec/task-runner.ts';
import { BlockManager } from '../../../../storage/block/block-manager.ts';
import { DiskStore } from '../../../../storage/block/disk-store.ts';
import type { FileSystem } from '../../../../storage/fs/file-system.ts';
import { MemoryBudget } from '../../../../storage/memory/memory-budget.ts';
import { MapOutputReader } from '../../../../storage/shuffle/map-output-reader.ts';
import { newSpillCounts, SpillQuota } from '../../../../storage/spill/spill-quota.ts';
import { MemoryFileSystem } from '../../../support/memory-file-system.ts';

export interface TaskBench {
  readonly fileSystem: MemoryFileSystem;
  readonly blocks: BlockManager;
  readonly budget: MemoryBudget;
  readonly environment: TaskEnvironment;
}

export function taskBench(
  options: {
    codegen?: CodegenMode;
    taskMemoryBytes?: number;
    batchRows?: number;
    spillMaxBytes?: number;
    /** What the task sees in place of the file system in memory. */
    wrap?: (memory: MemoryFileSystem) => FileSystem;
  } = {},
): TaskBench {
  const memory = new MemoryFileSystem();
  for (const path of ['/blocks', '/shuffle', '/scratch']) memory.makeDirectory(path);
  const fileSystem = options.wrap?.(memory) ?? memory;
  const disk = new DiskStore({ fileSystem, directory: '/blocks', codec: 'none' });
  const budget = new MemoryBudget({ totalBytes: 1 << 20 });
  const blocks = new BlockManager({ disk, budget, codec: 'none' });
  let scratch = 0;
  let now = 0;
  const environment: TaskEnvironment = {
    fileSystem,
    blocks,
    budget,
    mapOutputs: new MapOutputReader({ fileSystem, directory: '/shuffle' }),
    shuffleDirectory: '/shuffle',
    newScratchPath: (stem) => `/scratch/${stem}_${scratch++}`,
    clock: { nowMs: () => now, monotonicMs: () => ++now },
    codegen: options.codegen ?? 'off',
    batchRows: options.batchRows ?? 4,
    shuffleCodec: 'none',
    taskMemoryBytes: options.taskMemoryBytes ?? 1 << 20,
    spillQuota: new SpillQuota({ maxBytes: options.spillMaxBytes, counts: newSpillCounts(1), slot: 0 }),
  };
  return { fileSystem: memory, blocks, budget, environment };
}

let nextTask = 0;

export function describeTask(work: StageWork, partition = 0, more: Partial<TaskDescription> = {}): TaskDescription {
  return {
    taskId: taskId(nextTask++),
    jobId: jobId(0),
    stageId: stageId(0),
    stageAttempt: 0,
    partition,
    attempt: 0,
    executor: 'driver',
    speculative: false,
    work,
    shuffles: new Map(),
    ...more,
  };
}

/** Runs a task to its outcome, with chains of its own unless it is given some. */
export function runOn(
  bench: TaskBench,
  task: TaskDescription,
  signal = new AbortController().signal,
  chains?: StageChains,
) {
  const own = chains ?? new StageChains(task.stageId, bench.environment.codegen);
  return runTask(task, bench.environment, own, signal);
}
