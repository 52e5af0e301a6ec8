/** What lies beside the pages of a column: their headers as they are written, and the indexes over them. */
import type { Encoding } from './metadata.ts';

/** The header of a page of version 1. Sizes are those of the body, levels included. */
export interface WrittenPageHeader {
  readonly kind: 'data' | 'dictionary';
  readonly rawBytes: number;
  readonly compressedBytes: number;
  /** CRC-32 of the body as it lies. */
  readonly crc: number;
  /** Entries, missing ones included; of a dictionary its values. */
  readonly valueCount: number;
  readonly encoding: Encoding;
}

/** How the bounds of pages follow each other; pages of nothing but nulls are passed over. */
export type BoundaryOrder = 'UNORDERED' | 'ASCENDING' | 'DESCENDING';

/** The bounds of each page of a chunk. */
export interface ColumnIndex {
  /** Whether a page has nothing but nulls: its bounds are then empty and mean nothing. */
  readonly nullPages: readonly boolean[];
  /** In PLAIN encoding without the length of byte arrays; bounds, which long values are cut to. */
  readonly minValues: readonly Uint8Array[];
  readonly maxValues: readonly Uint8Array[];
  readonly boundaryOrder: BoundaryOrder;
  readonly nullCounts: readonly number[] | undefined;
}

/** Where a page lies, its header included. */
export interface PageLocation {
  readonly offset: number;
  readonly compressedBytes: number;
  /** Counted from the first row of the row group. */
  readonly firstRow: number;
}

export interface OffsetIndex {
  readonly pages: readonly PageLocation[];
}
