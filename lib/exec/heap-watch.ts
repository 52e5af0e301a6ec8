/**
 * Keeps the garbage of a thread within its memory.
 *
 * V8 lets a heap grow to several times what lives in it before it collects: it knows the machine's memory, and nothing of
 * the session's. So whoever runs tasks looks now and then, between batches, at what the thread has taken, and has the
 * garbage collected once that passes the thread's share. A full collection takes about 1.3 ms for each MiB that lives
 * (93 ms for 68 MiB), and a look 1.5 µs. Where it does not help, because the job's own functions hold what there is, the
 * next one waits until a quarter more is taken.
 *
 * V8's growing factor could be set in place of this, but only for the whole process, the program that the session is
 * embedded in included, and for good.
 */
import { getHeapStatistics } from 'node:v8';
import { collectGarbage } from '../base/collect-garbage.ts';

const MIB = 1024 * 1024;
/** Batches between two looks: they are small. */
const BATCHES = 8;
/** However small the share: what Node's own objects and a few batches take is not worth a collection. */
const LEAST_SHARE = 64 * MIB;
/**
 * Of a share, what V8 may count before garbage is collected. What it does not count comes on top: pages it keeps, pieces of
 * freed buffers between others. With all of it a `distinct` of 56 M texts in 512 MiB peaked at 831 MiB, with this at 546.
 */
const COUNTED_PART = 0.7;
/** Garbage that is worth a collection. */
const LEAST_GARBAGE = 16 * MIB;

/** What the heap and the buffers of this thread take now, in bytes. */
export interface HeapUse {
  /** Taken from the system. */
  readonly takenBytes: number;
  /** In use: garbage that was not collected yet counts. */
  readonly usedBytes: number;
}

export interface HeapWatchOptions {
  /** What the thread may come to take from now on. */
  readonly shareBytes: number;
  readonly use?: () => HeapUse;
  /** Collects all garbage. */
  readonly collect?: () => void;
}

export class HeapWatch {
  readonly #use: () => HeapUse;
  readonly #collect: () => void;
  /** What the program had taken before the session, and the share. */
  readonly #limitBytes: number;
  #nextBytes: number;
  #looks = 0;

  constructor(options: HeapWatchOptions) {
    this.#use = options.use ?? heapUse;
    this.#collect = options.collect ?? collectGarbage;
    this.#limitBytes = this.#use().usedBytes + Math.max(LEAST_SHARE, Math.floor(options.shareBytes * COUNTED_PART));
    this.#nextBytes = this.#limitBytes;
  }

  /** To be called between batches. */
  look(): void {
    if (++this.#looks % BATCHES !== 0) return;
    if (this.#use().takenBytes <= this.#nextBytes) return;
    this.#collect();
    // What V8 keeps for objects to come is not given back: another collection would find nothing.
    const { takenBytes, usedBytes } = this.#use();
    this.#nextBytes = Math.max(this.#limitBytes, takenBytes + Math.max(LEAST_GARBAGE, usedBytes / 4));
  }
}

function heapUse(): HeapUse {
  const { total_heap_size, used_heap_size, external_memory } = getHeapStatistics();
  return { takenBytes: total_heap_size + external_memory, usedBytes: used_heap_size + external_memory };
}
