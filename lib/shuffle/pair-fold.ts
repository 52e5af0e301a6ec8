import type { PendingBatch, TaskBatch } from '../lineage/task-context.ts';
import type { NumberedPairs } from './numbered-pairs.ts';
import type { PieceKind } from './partitioned-run.ts';

/** What a fold asks before it takes more memory. */
export interface FoldHost {
  /** Pairs that the fold will be given in all, where that is known. */
  readonly rowCount: number | undefined;
  /** Whether it could come to hold so many bytes without others giving any back. */
  fits(bytes: number): boolean;
  /** Whether it may come to hold so many bytes; if so, they count as held until it asks for another amount. */
  mayHold(bytes: number): boolean;
  /** There is no more memory: calls the fold's `freeze` before it returns. */
  onFull(): void;
}

export interface FoldInput {
  readonly batch: Exclude<TaskBatch, PendingBatch>;
  readonly kind: PieceKind;
  /** The number of each pair, where they have one. */
  readonly numbers: ArrayLike<number> | undefined;
}

/** Combines pairs by key in memory. Ids of keys are dense, in order of first appearance. */
export interface PairFold {
  readonly size: number;
  /** Pairs taken in so far. */
  readonly rowCount: number;
  /** Takes in a batch. Raises NOT_A_PAIR and what the user's functions throw. */
  fold(input: FoldInput): void;
  /** No key comes in from here on: pairs of others go to `onMiss`, with their number or the number of pairs before. */
  freeze(onMiss: (key: unknown, item: unknown, number: number) => void): void;
  readonly isFrozen: boolean;
  /** Bytes held, estimated where they are objects; combiners may have grown since it was asked last. */
  heldBytes(): number;
  /** Looks at what is held, that `heldBytes` says it as well as can be. */
  measure(): void;
  /** `[key, combiner]` of ids from `from` to `to - 1`, numbered if the pairs were. */
  take(from: number, to: number): NumberedPairs;
  key(id: number): unknown;
  combiner(id: number): unknown;
  /** The number of the pair that a key came with: its id where pairs have none. */
  numberOf(id: number): number;
  /** Forgets the keys from `size` on. */
  truncate(size: number): void;
}

/** Makes an empty fold; `isNumbered`: for pairs that have numbers. */
export type NewFold = (host: FoldHost, isNumbered: boolean) => PairFold;
