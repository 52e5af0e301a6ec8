/**
 * The accumulators of this process, by id: where what tasks have added is merged. Ids are the process's, so that an
 * accumulator may be used in jobs of any session.
 *
 * An accumulator that the program does not hold any more is forgotten, and what tasks still add to it is dropped.
 */
import type { AccumulatorUpdate } from '../exec/task.ts';

/** An accumulator in the driver. */
export interface MergesPartials {
  readonly id: number;
  /** Merges what one task has added. Never throws: it runs in the scheduler's loop. */
  mergePartial(partial: unknown): void;
}

const known = new Map<number, WeakRef<MergesPartials>>();
const dropped = new FinalizationRegistry<number>((id) => known.delete(id));
let nextId = 1;

/** An id that no other accumulator of this process has. */
export function nextAccumulatorId(): number {
  return nextId++;
}

/** Makes an accumulator known, for as long as the program holds it. */
export function registerAccumulator(accumulator: MergesPartials): void {
  known.set(accumulator.id, new WeakRef(accumulator));
  dropped.register(accumulator, accumulator.id);
}

/** How many accumulators are known. */
export function countAccumulators(): number {
  return known.size;
}

/** Merges what a task has added. The scheduler calls it once a partition. */
export function mergeAccumulators(updates: readonly AccumulatorUpdate[]): void {
  for (const { id, value } of updates) known.get(id)?.deref()?.mergePartial(value);
}
