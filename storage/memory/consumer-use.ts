/** What a part of a task held at most and wrote out: for metrics and the metadata. Plain data. */
export interface ConsumerUse {
  /** What it does: 'sort by key'. One of a fixed set. */
  readonly name: string;
  readonly peakBytes: number;
  readonly spilledBytes: number;
}

/** One entry a name, in order of first appearance: the larger peak, and all that was written out. */
export function mergeUses(...lists: readonly (readonly ConsumerUse[])[]): readonly ConsumerUse[] {
  const merged = new Map<string, ConsumerUse>();
  for (const list of lists) {
    for (const use of list) {
      const earlier = merged.get(use.name);
      const peakBytes = Math.max(use.peakBytes, earlier?.peakBytes ?? 0);
      const spilledBytes = use.spilledBytes + (earlier?.spilledBytes ?? 0);
      merged.set(use.name, { name: use.name, peakBytes, spilledBytes });
    }
  }
  return [...merged.values()];
}
