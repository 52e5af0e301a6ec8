/**
 * What blocks consist of: batches, ready to run over, or encoded frames. One list of items may mix both, as when a
 * block that was partly read into memory goes on to disk.
 */
import type { ByteWriter } from '../../formats/bytes/byte-writer.ts';
import type { CodecName } from '../../formats/bytes/compression.ts';
import { buildColumns } from '../../formats/record/build-columns.ts';
import { columnBytes } from '../../formats/record/column-bytes.ts';
import { decodeFrames } from '../../formats/record/record-reader.ts';
import { encodeFrame } from '../../formats/record/record-writer.ts';
import { type Batch, batchLength, rowBatch } from '../../formats/schema/batch.ts';
import { estimateRows } from '../memory/size-estimate.ts';

/** Whole frames with their number of records; the bytes belong to the holder of the item. */
export interface EncodedFrames {
  readonly kind: 'frames';
  readonly bytes: Uint8Array;
  readonly rowCount: number;
}

export type StoredItem = Batch | EncodedFrames;

/** What an item costs besides its data: the objects that describe it. */
const ITEM_BYTES = 128;

export function itemRows(item: StoredItem): number {
  return item.kind === 'frames' ? item.rowCount : batchLength(item);
}

/** Bytes of memory the item holds: exact for columns and frames, sampled for rows. */
export function itemBytes(item: StoredItem): number {
  switch (item.kind) {
    case 'frames':
      return ITEM_BYTES + item.bytes.length;
    case 'columns':
      return ITEM_BYTES + columnBytes(item);
    case 'rows':
      return ITEM_BYTES + estimateRows(item.rows, item.from, item.to);
  }
}

/**
 * The item as a deserialized level keeps it: columns where the records have one shape, so that later stages run over
 * columns and user code that changes a record does not change the kept one; otherwise rows, in an array of their own.
 */
export function keepItem(item: StoredItem, name: string): readonly Batch[] {
  return Array.from(itemBatches(item, name), (batch) => {
    if (batch.kind === 'columns') return batch;
    return buildColumns(batch.rows, batch.from, batch.to) ?? rowBatch(batch.rows.slice(batch.from, batch.to));
  });
}

/** Appends the item's frames to `out`. Raises VALUE_NOT_SERIALIZABLE for a record that cannot be stored. */
export function encodeItem(item: StoredItem, out: ByteWriter, codec: CodecName): void {
  if (item.kind === 'frames') out.raw(item.bytes);
  else encodeFrame(item, out, { codec });
}

/** The item's batches. `name` stands for the path in errors: CORRUPT_FILE. */
export function itemBatches(item: StoredItem, name: string): Iterable<Batch> {
  return item.kind === 'frames' ? decodeFrames(item.bytes, { path: name, offset: 0 }) : [item];
}
