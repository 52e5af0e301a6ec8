/**
 * How the threads of a session share its memory.
 *
 * `memory` is what the engine plans with for all threads together. `memoryFraction` of it is for blocks, shuffles and
 * sorts: each worker has a budget of its own over an equal part, because tasks that wait for another thread's memory
 * would wait for its event loop too. The session's thread runs no tasks then and keeps a small rest.
 *
 * A worker's heap is limited as well, so that a task that holds too much ends its thread and not the process. What the
 * limit is for is that: the budget is what keeps tasks small. It has to be generous, or it ends tasks that are fine:
 * - the whole share of `memory`, the part that is left to the user's code included: everything may be objects of the heap
 *   (what lies in buffers does not count against it);
 * - and on top, at any size, what a thread of Node holds before it does anything: 10 MiB for the engine, several times
 *   that for large packages, and objects that are garbage but not collected yet. Below 16 MiB no worker starts at all.
 * Nothing of it is taken before it is used. The limit is no promise: Node gives a thread that reaches it 16 MiB more to end
 * in, and a single allocation larger than that, as when a `Map` of millions grows, ends the process all the same.
 */

import type { MemoryBudget } from '../../storage/memory/memory-budget.ts';
import { invariant } from '../base/invariant.ts';

/** The options that decide. */
export interface MemoryOptions {
  /** Bytes the engine plans with. */
  readonly memory: number;
  readonly memoryFraction: number;
  readonly memoryStorageFraction: number;
}

/** What one thread may use. `totalBytes` and `storageFraction` make its `MemoryBudget`. */
export interface ThreadMemory {
  readonly totalBytes: number;
  readonly storageFraction: number;
  /** What a task may hold for shuffles before it spills. */
  readonly taskMemoryBytes: number;
}

/** What V8 is told, as `Worker` takes it. */
export interface HeapLimits {
  readonly maxOldGenerationSizeMb: number;
  readonly maxYoungGenerationSizeMb: number;
}

export interface WorkerMemory extends ThreadMemory {
  /** What its heap and its buffers may come to, garbage included. */
  readonly shareBytes: number;
  readonly resourceLimits: HeapLimits;
}

export interface MemoryShares {
  readonly driver: ThreadMemory;
  /** Each of the workers. */
  readonly worker: WorkerMemory;
}

/** A task spills beyond this however much memory there is: larger buffers gain nothing. */
const MOST_TASK_MEMORY = 256 * 1024 * 1024;
/** Where blocks are safe from tasks, all of them, each task still needs some. */
const LEAST_PART = 1 / 16;
/** What the session's thread keeps of the budget when tasks run on workers. */
const DRIVER_PART = 1 / 16;
const MIB = 1024 * 1024;
/** What a worker's heap may hold besides its share. */
const BASE_HEAP_MIB = 128;
/**
 * V8's own size for the objects that were just made, and the larger ones it can do with: it rounds to three times a power
 * of two. Grouping rows in a worker takes 0.86 s with 12 MiB, 0.81 s with 48, 0.61 s with 96 and 0.41 s with 192.
 */
const YOUNG_SIZES_MIB = [48, 96, 192] as const;
/** Of the share, what may go to young objects. */
const YOUNG_PART = 1 / 8;

/** What each of `slots` tasks may hold at a time, so that all of them leave room for the blocks that are safe. */
export function taskMemoryOf(budget: Pick<MemoryBudget, 'totalBytes' | 'storageRegionBytes'>, slots: number): number {
  const { totalBytes, storageRegionBytes } = budget;
  const forTasks = Math.max(totalBytes - storageRegionBytes, totalBytes * LEAST_PART);
  return Math.min(MOST_TASK_MEMORY, Math.floor(forTasks / slots));
}

/** The session's memory over `workers` threads that run one task each, and the session's own. */
export function shareMemory(options: MemoryOptions, workers: number): MemoryShares {
  invariant(Number.isSafeInteger(workers) && workers > 0, `${workers} workers share memory`);
  const planned = Math.floor(options.memory * options.memoryFraction);
  const forDriver = Math.floor(planned * DRIVER_PART);
  const forWorker = Math.floor((planned - forDriver) / workers);
  const shareBytes = Math.ceil(options.memory / workers);
  return {
    driver: threadMemory(forDriver, options),
    worker: { ...threadMemory(forWorker, options), shareBytes, resourceLimits: heapLimits(shareBytes) },
  };
}

/**
 * Whether a worker's heap has another limit than it was given. `--max-old-space-size`, on the command line, in
 * NODE_OPTIONS or set at run time, takes the place of `resourceLimits` in every worker, whatever `execArgv` it is given:
 * then a task that holds too much may end the process. `heapLimitBytes` is the worker's own
 * `getHeapStatistics().heap_size_limit`; the `resourceLimits` that a worker sees repeat what it was given, heeded or not.
 */
export function isHeapLimitOverridden(limits: HeapLimits, heapLimitBytes: number): boolean {
  const { maxOldGenerationSizeMb: old, maxYoungGenerationSizeMb: young } = limits;
  const found = heapLimitBytes / MIB;
  // V8 counts both generations, and may round the young one up, to twice its size at most.
  return found < old || found > old + 2 * young;
}

function threadMemory(totalBytes: number, { memoryStorageFraction: storageFraction }: MemoryOptions): ThreadMemory {
  const storageRegionBytes = Math.floor(totalBytes * storageFraction);
  return { totalBytes, storageFraction, taskMemoryBytes: taskMemoryOf({ totalBytes, storageRegionBytes }, 1) };
}

function heapLimits(shareBytes: number): HeapLimits {
  const shareMib = shareBytes / MIB;
  return {
    maxOldGenerationSizeMb: Math.ceil(shareMib) + BASE_HEAP_MIB,
    maxYoungGenerationSizeMb: YOUNG_SIZES_MIB.findLast((size) => size <= shareMib * YOUNG_PART) ?? YOUNG_SIZES_MIB[0],
  };
}
