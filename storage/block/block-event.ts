import type { BlockId } from './block-id.ts';

/** What happened to a block, as plain data: the session turns it into events of the engine. */
export type BlockEvent =
  /** It was computed and is stored, in memory or on disk. */
  | {
      readonly kind: 'stored';
      readonly blockId: BlockId;
      readonly memoryBytes: number;
      readonly diskBytes: number;
    }
  /** It was found on disk and is in memory again as well. */
  | { readonly kind: 'reloaded'; readonly blockId: BlockId; readonly memoryBytes: number }
  /** It was computed, but there was no room for it. */
  | { readonly kind: 'not-stored'; readonly blockId: BlockId }
  /** It left memory for another block or for execution, and is still on disk when `diskBytes` is not 0. */
  | {
      readonly kind: 'evicted';
      readonly blockId: BlockId;
      readonly memoryBytes: number;
      readonly diskBytes: number;
    }
  /** It left memory, and was written to disk for that. */
  | {
      readonly kind: 'dropped-to-disk';
      readonly blockId: BlockId;
      readonly memoryBytes: number;
      readonly diskBytes: number;
    }
  /** It could not be written to disk and stays in memory. */
  | { readonly kind: 'drop-failed'; readonly blockId: BlockId; readonly reason: string }
  /** It is missing or damaged; its next reader computes it again. */
  | { readonly kind: 'lost'; readonly blockId: BlockId; readonly path: string; readonly reason: string }
  /** It was removed on request. */
  | { readonly kind: 'removed'; readonly blockId: BlockId };
