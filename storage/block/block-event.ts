import type { BlockId } from './block-id.ts';

/**
 * What happened to a block in the manager of one thread, as plain data: the session turns it into events of the engine.
 *
 * Everything by which a manager comes to hold a block, or ceases to, has an event: whoever applies the events of all
 * managers of a directory knows where each block is. Only `close` has none: it is the end of the thread's blocks.
 */
export type BlockEvent =
  /** It was computed and is stored, in memory or on disk. */
  | {
      readonly kind: 'stored';
      readonly blockId: BlockId;
      readonly memoryBytes: number;
      readonly diskBytes: number;
    }
  /** It was found on disk and is in memory again as well. */
  | {
      readonly kind: 'reloaded';
      readonly blockId: BlockId;
      readonly memoryBytes: number;
      readonly diskBytes: number;
    }
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
  /** It is missing or damaged, and in memory and on disk no more; its next reader computes it again. */
  | { readonly kind: 'lost'; readonly blockId: BlockId; readonly path: string; readonly reason: string }
  /** It was removed on request: from memory, and from disk when `fromDisk`. */
  | { readonly kind: 'removed'; readonly blockId: BlockId; readonly fromDisk: boolean };
