/**
 * How much run files may come to: those of all threads of a session together, counted as they are written and given back
 * as they are removed.
 *
 * Each thread counts in a slot of its own of memory that all share, so that what a thread that died had counted can be
 * taken back: its files are removed with it. Two threads that take the last bytes at the same time may both be refused.
 *
 * Threading: one quota a thread, over the same counts.
 */
import { formatBytes } from '../../lib/base/byte-size.ts';
import { CairnError } from '../../lib/base/errors.ts';

/** What a thread needs to take part. Plain data that can be posted to it. */
export interface SpillQuotaSettings {
  /** Undefined where the disk is the limit. */
  readonly maxBytes: number | undefined;
  /** Bytes there are, by slot; shared. */
  readonly counts: BigInt64Array;
  readonly slot: number;
}

/** Counts for so many threads. */
export function newSpillCounts(slots: number): BigInt64Array {
  return new BigInt64Array(new SharedArrayBuffer(slots * BigInt64Array.BYTES_PER_ELEMENT));
}

export class SpillQuota {
  readonly #settings: SpillQuotaSettings;

  /** Starts from nothing: what the slot says was counted by a thread that is gone. */
  constructor(settings: SpillQuotaSettings) {
    this.#settings = settings;
    Atomics.store(settings.counts, settings.slot, 0n);
  }

  /** Bytes of run files there are, those of other threads included. */
  get usedBytes(): number {
    const { counts } = this.#settings;
    let sum = 0n;
    for (let slot = 0; slot < counts.length; slot++) sum += Atomics.load(counts, slot);
    return Number(sum);
  }

  /**
   * Counts bytes that are about to be written. Raises SPILL_LIMIT, with nothing counted, when there would be more than
   * `maxBytes`; `spilled` says then what the task has written out so far.
   */
  take(bytes: number, spilled: () => string): void {
    const { maxBytes, counts, slot } = this.#settings;
    Atomics.add(counts, slot, BigInt(bytes));
    if (maxBytes === undefined || this.usedBytes <= maxBytes) return;
    this.giveBack(bytes);
    throw new CairnError('SPILL_LIMIT', {
      limit: formatBytes(maxBytes),
      used: formatBytes(this.usedBytes),
      more: formatBytes(bytes),
      spilled: spilled(),
    });
  }

  giveBack(bytes: number): void {
    Atomics.sub(this.#settings.counts, this.#settings.slot, BigInt(bytes));
  }
}
