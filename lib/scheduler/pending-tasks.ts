/** A partition to run, and how many tries it had in this stage attempt. */
export interface PendingTask {
  readonly partition: number;
  readonly attempt: number;
}

interface Entry {
  readonly task: PendingTask;
  isTaken: boolean;
  /** Threads whose lists it stands in; 0 when any thread is as good as any other. */
  places: number;
}

/**
 * Tasks to start, by the threads they are best run on. A task stands in the list of each such thread; those that were
 * taken from another list are passed over, and dropped, when they come up. So every operation costs the same however
 * many tasks there are, taken over all of them. Lists are stacks: what was put last is taken first.
 */
export class PendingTasks {
  readonly #free: Entry[] = [];
  /** Those that stand in the list of some thread. */
  readonly #bound: Entry[] = [];
  readonly #byThread = new Map<string, Entry[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  put(task: PendingTask, threads: readonly string[]): void {
    const places = new Set(threads);
    const entry: Entry = { task, isTaken: false, places: places.size };
    this.#size++;
    if (places.size === 0) {
      this.#free.push(entry);
      return;
    }
    this.#bound.push(entry);
    for (const thread of places) {
      const list = this.#byThread.get(thread);
      if (list === undefined) this.#byThread.set(thread, [entry]);
      else list.push(entry);
    }
  }

  /** A task that is best run on this thread. */
  takeLocal(thread: string): PendingTask | undefined {
    const list = this.#byThread.get(thread);
    if (list === undefined) return undefined;
    const task = this.#takeFrom(list);
    if (list.length === 0) this.#byThread.delete(thread);
    return task;
  }

  /** A task that may run anywhere. */
  takeFree(): PendingTask | undefined {
    return this.#takeFrom(this.#free);
  }

  /** A task that is best run on some thread, for another thread. */
  takeBound(): PendingTask | undefined {
    return this.#takeFrom(this.#bound);
  }

  /** Frees the tasks of threads that are gone, unless other threads are as good. */
  unbind(isThere: (thread: string) => boolean): void {
    for (const [thread, list] of this.#byThread) {
      if (isThere(thread)) continue;
      this.#byThread.delete(thread);
      for (const entry of list) {
        entry.places--;
        if (entry.places === 0 && !entry.isTaken) this.#free.push(entry);
      }
    }
  }

  clear(): void {
    this.#free.length = 0;
    this.#bound.length = 0;
    this.#byThread.clear();
    this.#size = 0;
  }

  #takeFrom(list: Entry[]): PendingTask | undefined {
    for (let entry = list.pop(); entry !== undefined; entry = list.pop()) {
      if (entry.isTaken) continue;
      entry.isTaken = true;
      this.#size--;
      return entry.task;
    }
    return undefined;
  }
}
