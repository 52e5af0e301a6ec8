/**
 * Narrow per-record steps as plain data. A stage fuses chains of them into one generated loop; an interpreter runs
 * the same chain over small inputs. Functions are the user's own, unchanged.
 */

/** What a deferred step waits for: found by a job of its own before the step first runs. */
export interface Deferred<T> {
  value: T | undefined;
}

export type Step =
  | { readonly kind: 'map'; readonly f: (record: unknown) => unknown }
  | { readonly kind: 'filter'; readonly f: (record: unknown) => unknown }
  | { readonly kind: 'flat-map'; readonly f: (record: unknown) => Iterable<unknown> }
  /** Of pairs: the key stays. */
  | { readonly kind: 'map-values'; readonly f: (value: unknown) => unknown }
  | { readonly kind: 'flat-map-values'; readonly f: (value: unknown) => Iterable<unknown> }
  | { readonly kind: 'key-by'; readonly f: (record: unknown) => unknown }
  | { readonly kind: 'keys' }
  | { readonly kind: 'values' }
  /** Passes records on: keeps Spark's count of nodes where one of ours does the work of two. */
  | { readonly kind: 'pass' }
  /** Of `[key, [lefts, rights]]`: one `[key, [left, right]]` per combination; an empty side counts as one undefined where outer. */
  | { readonly kind: 'join'; readonly leftOuter: boolean; readonly rightOuter: boolean }
  /** `record -> [record, starts[partition] + position]`. */
  | { readonly kind: 'index'; readonly starts: Deferred<readonly number[]> }
  /** `record -> [record, position * stride + partition]`. */
  | { readonly kind: 'unique-id'; readonly stride: number }
  /** Keeps a record when a draw falls in `[lower, upper)`; a partition's draws depend on the seed and its index only. */
  | { readonly kind: 'sample'; readonly lower: number; readonly upper: number; readonly seed: number }
  /** Repeats a record as often as a Poisson draw says. */
  | { readonly kind: 'poisson-sample'; readonly mean: number; readonly seed: number }
  /** `record -> [partition number, record]`: deals records out in turn, from a start that depends on the partition. */
  | { readonly kind: 'deal'; readonly numPartitions: number };
