/**
 * What one task may hold, shared among those of its parts that gather records: the buffers of its map output, a sort, the
 * tables that combine or group by key. Spark's `TaskMemoryManager`.
 *
 * Together they may hold the task's share. Whoever comes to hold more makes the others give memory back first, in Spark's
 * order (the smallest that frees enough, else the largest), and spills itself when that is not enough. The share is
 * fixed, whatever other tasks do and whatever is cached: the same task spills at the same records each time, so that it
 * adds its numbers in the same order. What is held is also taken from the budget of the thread, where cached blocks make
 * room for it as far as they are not safe.
 *
 * Threading: a task's own. Nothing waits.
 */
import { formatBytes } from '../../lib/base/byte-size.ts';
import { CairnError } from '../../lib/base/errors.ts';
import type { TaskId } from '../../lib/base/ids.ts';
import { invariant } from '../../lib/base/invariant.ts';
import { type ConsumerUse, mergeUses } from './consumer-use.ts';
import type { MemoryBudget } from './memory-budget.ts';

/** A part of a task that holds records. */
export interface MemoryConsumer {
  /** What it does, for metrics and errors: 'sort by key'. One of a fixed set: it is a column of the metadata. */
  readonly name: string;
  /**
   * Asked by another consumer of the task: frees `bytes` or what it can, by writing records out, and says so by `hold`. May
   * do nothing, as when it is in the middle of a batch. Never asked for while it calls `hold` itself.
   */
  spill(bytes: number): void;
}

/** Memory is taken from the budget, and given back, in pieces of so many bytes; smaller ones where it has little. */
const PIECE_BYTES = 1024 * 1024;
const PIECES = 64;
/** Parts of the share, each of which is worth a report. */
const REPORTS = 16;

/** What one consumer holds. Ends with its disposal, which gives everything back; twice does nothing. */
export class ConsumerMemory implements Disposable {
  readonly consumer: MemoryConsumer;
  heldBytes = 0;
  peakBytes = 0;
  spilledBytes = 0;
  readonly #task: TaskMemory;

  /** For `TaskMemory.register`. */
  constructor(task: TaskMemory, consumer: MemoryConsumer) {
    this.#task = task;
    this.consumer = consumer;
  }

  /**
   * Notes what is held now, in bytes: all of it, estimated where it is objects. False when the task holds more than its
   * share even after others gave back what they could: then the caller should write out what it can.
   */
  hold(bytes: number): boolean {
    invariant(Number.isSafeInteger(bytes) && bytes >= 0, `${bytes} is not an amount of memory`);
    const grown = bytes > this.heldBytes;
    this.heldBytes = bytes;
    if (bytes > this.peakBytes) this.peakBytes = bytes;
    return this.#task.onHeld(this, grown);
  }

  /** Counts what was written out. */
  noteSpill(bytes: number): void {
    this.spilledBytes += bytes;
  }

  [Symbol.dispose](): void {
    this.hold(0);
    this.#task.unregister(this);
  }
}

export class TaskMemory implements Disposable {
  /** What the consumers may hold together. */
  readonly shareBytes: number;
  readonly #budget: MemoryBudget;
  readonly #task: TaskId;
  readonly #pieceBytes: number;
  /** In the order they came. */
  readonly #consumers = new Set<ConsumerMemory>();
  readonly #ended: ConsumerUse[] = [];
  readonly #report: ((holders: string) => void) | undefined;
  #granted = 0;
  #peakBytes = 0;
  #reportedBytes = 0;

  /** `report` is told who holds how much whenever that has changed by a part of the share, and at the end. */
  constructor(budget: MemoryBudget, task: TaskId, shareBytes: number, report?: (holders: string) => void) {
    this.#budget = budget;
    this.#pieceBytes = Math.max(1, Math.min(PIECE_BYTES, Math.floor(budget.totalBytes / PIECES)));
    this.#task = task;
    this.shareBytes = shareBytes;
    this.#report = report;
  }

  register(consumer: MemoryConsumer): ConsumerMemory {
    const memory = new ConsumerMemory(this, consumer);
    this.#consumers.add(memory);
    return memory;
  }

  /** What all consumers hold. */
  get heldBytes(): number {
    let sum = 0;
    for (const { heldBytes } of this.#consumers) sum += heldBytes;
    return sum;
  }

  /** The most that was held at a time. */
  get peakBytes(): number {
    return this.#peakBytes;
  }

  /** What each kind of consumer so far held at most, and spilled: those that held anything. */
  uses(): readonly ConsumerUse[] {
    const uses = [...this.#ended, ...[...this.#consumers].map(useOf)];
    return mergeUses(uses.filter(({ peakBytes, spilledBytes }) => peakBytes > 0 || spilledBytes > 0));
  }

  /** What there is at most, were nothing else held: what needs more than this at a time cannot be done. */
  get limitBytes(): number {
    return this.#budget.totalBytes;
  }

  /** `sort by key 12.0 MiB, map output 3.0 MiB`: who holds how much now, the largest first. */
  describeHolders(): string {
    const holders = [...this.#consumers].filter(({ heldBytes }) => heldBytes > 0);
    holders.sort((a, b) => b.heldBytes - a.heldBytes);
    const parts = holders.map(({ consumer, heldBytes }) => `${consumer.name} ${formatBytes(heldBytes)}`);
    const cached = this.#budget.storageUsedBytes;
    if (cached > 0) parts.push(`cached blocks ${formatBytes(cached)}`);
    return parts.length === 0 ? 'nothing' : parts.join(', ');
  }

  /** `map output 3.0 MiB, and holds sort by key 1.0 MiB`: what was written out so far, by consumer, and what may be next. */
  describeSpilled(): string {
    const spilled = this.uses().filter(({ spilledBytes }) => spilledBytes > 0);
    const parts = spilled.map(({ name, spilledBytes }) => `${name} ${formatBytes(spilledBytes)}`);
    const held = this.heldBytes > 0 ? `, and holds ${this.describeHolders()}` : '';
    return (parts.join(', ') || 'nothing') + held;
  }

  /**
   * The error of an operation that needs more than `limitBytes` at a time, as for one record: for what spilling does not
   * help with, not for what merely passes the share. To be thrown by the caller, before it gives back what it holds.
   */
  limitError(operation: string, neededBytes: number): CairnError<'MEMORY_LIMIT'> {
    return new CairnError('MEMORY_LIMIT', {
      operation,
      needed: formatBytes(neededBytes),
      limit: formatBytes(this.limitBytes),
      holders: this.describeHolders(),
    });
  }

  /** For `ConsumerMemory.hold`. */
  onHeld(memory: ConsumerMemory, grown: boolean): boolean {
    let held = this.heldBytes;
    if (grown && held > this.shareBytes) {
      this.#askOthers(memory, held - this.shareBytes);
      held = this.heldBytes;
    }
    this.#peakBytes = Math.max(this.#peakBytes, held);
    this.#take(held);
    if (this.#report !== undefined && Math.abs(held - this.#reportedBytes) > this.shareBytes / REPORTS)
      this.#tell(held);
    return held <= this.shareBytes;
  }

  /** For `ConsumerMemory`. */
  unregister(memory: ConsumerMemory): void {
    if (this.#consumers.delete(memory)) this.#ended.push(useOf(memory));
  }

  /** The task is over: gives everything back. Twice does nothing. */
  [Symbol.dispose](): void {
    for (const memory of [...this.#consumers]) memory[Symbol.dispose]();
    this.#granted = 0;
    this.#budget.releaseTask(this.#task);
    this.#tell(0);
  }

  #tell(heldBytes: number): void {
    this.#reportedBytes = heldBytes;
    this.#report?.(this.describeHolders());
  }

  #askOthers(asking: ConsumerMemory, missingBytes: number): void {
    const others = [...this.#consumers].filter((each) => each !== asking && each.heldBytes > 0);
    let missing = missingBytes;
    while (missing > 0 && others.length > 0) {
      others.sort((a, b) => a.heldBytes - b.heldBytes);
      const at = others.findIndex(({ heldBytes }) => heldBytes >= missing);
      const [chosen] = others.splice(at < 0 ? others.length - 1 : at, 1) as [ConsumerMemory];
      const before = chosen.heldBytes;
      chosen.consumer.spill(missing);
      missing -= Math.max(0, before - chosen.heldBytes);
    }
  }

  /** There may be less room in the budget than is held: blocks that are being read, or are safe, stay. */
  #take(bytes: number): void {
    const wanted = Math.ceil(bytes / this.#pieceBytes) * this.#pieceBytes;
    if (wanted > this.#granted) {
      this.#granted += this.#budget.acquireExecution(wanted - this.#granted, this.#task);
    } else if (wanted < this.#granted) {
      this.#budget.releaseExecution(this.#granted - wanted, this.#task);
      this.#granted = wanted;
    }
  }
}

function useOf({ consumer, peakBytes, spilledBytes }: ConsumerMemory): ConsumerUse {
  return { name: consumer.name, peakBytes, spilledBytes };
}
