/**
 * One budget for cached blocks (storage) and for sorts, joins and aggregations (execution), which borrow from each
 * other: the rules and proportions of Spark's unified memory manager.
 *
 * `totalBytes` is the memory that is shared out, all of it: there is no heap to keep a reserve of, so neither Spark's
 * 300 MiB nor its `memory.fraction` is taken off. `storageFraction` of it is the region R within which cached blocks
 * are safe from execution; beyond R they stay only until execution needs the room. Storage never evicts execution.
 *
 * The budget counts; it allocates nothing. Bytes are what their users say they hold.
 *
 * Threading: one budget a thread. Nothing here waits: a grant smaller than the request tells the task to spill.
 */
import { CairnError } from '../../lib/base/errors.ts';
import type { TaskId } from '../../lib/base/ids.ts';
import { invariant } from '../../lib/base/invariant.ts';
import type { BlockId } from '../block/block-id.ts';

/**
 * Frees at least `bytes` of storage memory, releasing it in the budget, or as a rule frees nothing and gives 0.
 * `forBlock` is the block that is to be stored, undefined when execution asks. Gives the bytes freed.
 */
export type StorageEvictor = (bytes: number, forBlock: BlockId | undefined) => number;

export interface MemoryBudgetOptions {
  readonly totalBytes: number;
  /** The part of it, from 0 to 1, that storage may keep against execution; Spark's 0.5 unless said. */
  readonly storageFraction?: number;
}

/** What `executionGrant` decides from: the state after execution took back from storage what it could. */
export interface GrantQuestion {
  readonly requested: number;
  /** Bytes the task holds already. */
  readonly mine: number;
  readonly executionFree: number;
  readonly executionPool: number;
  /** What the execution pool could grow to: all of memory but the cached blocks within R. */
  readonly maxPool: number;
  /** Tasks that asked and have not given everything back, this one included. */
  readonly activeTasks: number;
}

/**
 * Spark's fair share: with N active tasks each may hold up to 1/N of what execution can have at most, and is promised
 * 1/(2N) of what it has now. `mustWait` says that less than the promise would be given: where tasks run at the same
 * time, the asker waits for others to release; here it spills.
 */
export function executionGrant(of: GrantQuestion): { readonly granted: number; readonly mustWait: boolean } {
  const cap = Math.floor(of.maxPool / of.activeTasks);
  const floor = Math.floor(of.executionPool / (2 * of.activeTasks));
  const granted = Math.min(of.requested, Math.max(0, cap - of.mine), of.executionFree);
  return { granted, mustWait: granted < of.requested && of.mine + granted < floor };
}

export class MemoryBudget {
  readonly totalBytes: number;
  /** R: cached blocks up to this many bytes are safe from execution. */
  readonly storageRegionBytes: number;
  #storagePool: number;
  #storageUsed = 0;
  #executionUsed = 0;
  readonly #executionByTask = new Map<TaskId, number>();
  #evictor: StorageEvictor = () => 0;

  /** Raises INVALID_OPTION for a total that is no whole number of bytes or a fraction outside 0 to 1. */
  constructor(options: MemoryBudgetOptions) {
    const { totalBytes, storageFraction = 0.5 } = options;
    if (!Number.isSafeInteger(totalBytes) || totalBytes < 0) {
      throw new CairnError('INVALID_OPTION', {
        option: 'memory',
        expected: 'a whole number of bytes, at least 0',
        found: totalBytes,
      });
    }
    if (!(storageFraction >= 0 && storageFraction <= 1)) {
      throw new CairnError('INVALID_OPTION', {
        option: 'storageFraction',
        expected: 'a number from 0 to 1',
        found: storageFraction,
      });
    }
    this.totalBytes = totalBytes;
    this.storageRegionBytes = Math.floor(totalBytes * storageFraction);
    this.#storagePool = this.storageRegionBytes;
  }

  get storageUsedBytes(): number {
    return this.#storageUsed;
  }

  get executionUsedBytes(): number {
    return this.#executionUsed;
  }

  /** What storage could use now without evicting anything. */
  get storageFreeBytes(): number {
    return this.totalBytes - this.#executionUsed - this.#storageUsed;
  }

  get activeTasks(): number {
    return this.#executionByTask.size;
  }

  executionOf(task: TaskId): number {
    return this.#executionByTask.get(task) ?? 0;
  }

  /** Names who makes room by evicting cached blocks. Without one, nothing is ever evicted. */
  setEvictor(evictor: StorageEvictor): void {
    this.#evictor = evictor;
  }

  /**
   * Takes `bytes` for a block, evicting others when need be: all of them or none. Gives whether it did. What the
   * evictor raises passes through, with nothing taken.
   */
  acquireStorage(block: BlockId, bytes: number): boolean {
    checkAmount(bytes);
    if (bytes > this.totalBytes - this.#executionUsed) return false;
    const missing = bytes - (this.#storagePool - this.#storageUsed);
    if (missing > 0) this.#storagePool += Math.min(this.#executionFree, missing);
    const toFree = bytes - (this.#storagePool - this.#storageUsed);
    if (toFree > 0) this.#evictor(toFree, block);
    if (bytes > this.#storagePool - this.#storageUsed) return false;
    this.#storageUsed += bytes;
    return true;
  }

  releaseStorage(bytes: number): void {
    checkAmount(bytes);
    invariant(bytes <= this.#storageUsed, `released ${bytes} bytes of storage memory of ${this.#storageUsed}`);
    this.#storageUsed -= bytes;
  }

  /**
   * Takes up to `bytes` for a task's working memory, evicting cached blocks beyond R when need be. Gives what was
   * granted, from 0 to `bytes`: with less than it asked for, the task spills and releases.
   */
  acquireExecution(bytes: number, task: TaskId): number {
    checkAmount(bytes);
    const mine = this.executionOf(task);
    this.#executionByTask.set(task, mine);
    this.#reclaimFromStorage(bytes - this.#executionFree);
    const { granted } = executionGrant({
      requested: bytes,
      mine,
      executionFree: this.#executionFree,
      executionPool: this.totalBytes - this.#storagePool,
      maxPool: this.totalBytes - Math.min(this.#storageUsed, this.storageRegionBytes),
      activeTasks: this.#executionByTask.size,
    });
    this.#executionUsed += granted;
    this.#executionByTask.set(task, mine + granted);
    return granted;
  }

  /** Gives back part of what the task holds; a task that holds nothing is no longer active. */
  releaseExecution(bytes: number, task: TaskId): void {
    checkAmount(bytes);
    const mine = this.executionOf(task);
    invariant(bytes <= mine, `task ${task} released ${bytes} bytes of execution memory of its ${mine}`);
    this.#executionUsed -= bytes;
    if (bytes === mine) this.#executionByTask.delete(task);
    else this.#executionByTask.set(task, mine - bytes);
  }

  /** The task is over: gives back whatever it still holds, and says how much that was. */
  releaseTask(task: TaskId): number {
    const mine = this.executionOf(task);
    this.releaseExecution(mine, task);
    return mine;
  }

  /** Raises INTERNAL when anything is still taken. For the end of a session and of specs. */
  assertAllReleased(): void {
    invariant(this.#storageUsed === 0, `${this.#storageUsed} bytes of storage memory were not released`);
    const [holder] = this.#executionByTask;
    invariant(holder === undefined, `task ${holder?.[0]} did not release ${holder?.[1]} bytes of execution memory`);
  }

  get #executionFree(): number {
    return this.totalBytes - this.#storagePool - this.#executionUsed;
  }

  /** Moves up to `extra` bytes to the execution pool: what storage does not use first, then what it holds beyond R. */
  #reclaimFromStorage(extra: number): void {
    if (extra <= 0) return;
    const unused = this.#storagePool - this.#storageUsed;
    const wanted = Math.min(extra, Math.max(unused, this.#storagePool - this.storageRegionBytes));
    if (wanted <= 0) return;
    // Eviction goes by whole blocks and may free more than asked: the rest stays with storage.
    if (wanted > unused) this.#evictor(wanted - unused, undefined);
    this.#storagePool -= Math.min(wanted, this.#storagePool - this.#storageUsed);
  }
}

function checkAmount(bytes: number): void {
  invariant(Number.isSafeInteger(bytes) && bytes >= 0, `${bytes} is not an amount of memory`);
}
