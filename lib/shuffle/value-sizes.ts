import { estimateRows } from '../../storage/memory/size-estimate.ts';
import type { SideArray } from './pair-arrays.ts';

/** Looked at in each batch: an estimate a batch, whatever its records are. */
const SAMPLE = 16;
/** What an element of a growing array of small integers or doubles takes: V8 leaves room, and old arrays behind. */
const NUMBER_BYTES = 16;
/** The same of an element that is a reference, besides its slot and what it refers to. */
const GROWTH_BYTES = 8;

/** What the elements of arrays take on average, by a few of each. */
export class ValueSizes {
  #count = 0;
  #bytes = 0;

  /** Takes notice of `count` elements; gives their estimated bytes, slots and the growth of arrays included. */
  add(values: SideArray, count: number): number {
    const bytes = Array.isArray(values) ? sampledBytes(values, count) + GROWTH_BYTES * count : NUMBER_BYTES * count;
    this.#count += count;
    this.#bytes += bytes;
    return bytes;
  }

  /** Of an element; 0 before there were any. */
  get average(): number {
    return this.#count === 0 ? 0 : this.#bytes / this.#count;
  }
}

function sampledBytes(values: readonly unknown[], count: number): number {
  if (count <= SAMPLE) return estimateRows(values, 0, count);
  const sample: unknown[] = [];
  // Spread over the batch, its first and last elements included.
  for (let k = 0; k < SAMPLE; k++) sample.push(values[Math.floor((k * (count - 1)) / (SAMPLE - 1))]);
  return (estimateRows(sample) * count) / SAMPLE;
}
