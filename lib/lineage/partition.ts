/**
 * A slice of a dataset, the unit of a task. `split` is what the node that made it needs to compute it: plain data,
 * so that a partition can be sent to a worker.
 */
export interface Partition<Split = unknown> {
  readonly index: number;
  readonly split: Split;
}

/** `count` partitions whose split is made from their index. */
export function partitionsOf<Split>(count: number, split: (index: number) => Split): Partition<Split>[] {
  return Array.from({ length: count }, (_, index) => ({ index, split: split(index) }));
}
