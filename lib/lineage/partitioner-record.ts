/** Partitioners as JSON, for what outlives the session: the manifest of a checkpoint. */
import { ByteWriter } from '../../formats/bytes/byte-writer.ts';
import { materializeRows } from '../../formats/record/materialize-rows.ts';
import { decodeFrames } from '../../formats/record/record-reader.ts';
import { encodeFrame } from '../../formats/record/record-writer.ts';
import { rowBatch } from '../../formats/schema/batch.ts';
import type { JsonValue } from '../../storage/metadata/rows.ts';
import { compareNatural } from './natural-order.ts';
import { HashPartitioner, type Partitioner, RangePartitioner } from './partitioner.ts';

/** A partitioner as JSON. */
export type PartitionerRecord = { readonly [key: string]: JsonValue } | null;

/**
 * What makes the partitioner again; null where nothing can: one of the user's own, an order of the user's own, ranges
 * that were not found yet or whose bounds cannot be encoded, and partitioners that say nothing about keys.
 */
export function toPartitionerRecord(partitioner: Partitioner | undefined): PartitionerRecord {
  if (partitioner instanceof HashPartitioner) return { kind: 'hash', numPartitions: partitioner.numPartitions };
  if (!(partitioner instanceof RangePartitioner) || !partitioner.order.natural || !partitioner.isReady) return null;
  const { numPartitions, order, bounds } = partitioner;
  try {
    using out = new ByteWriter();
    encodeFrame(rowBatch(bounds), out, { codec: 'none' });
    const frame = Buffer.from(out.bytes()).toString('base64');
    return { kind: 'range', numPartitions, ascending: order.ascending, bounds: frame };
  } catch {
    return null;
  }
}

/**
 * The inverse, for a dataset of `count` partitions. Undefined for null and for what is no such record: whoever does not
 * know how keys are placed shuffles them once more, and is right.
 */
export function fromPartitionerRecord(record: JsonValue, count: number): Partitioner | undefined {
  if (typeof record !== 'object' || record === null || Array.isArray(record)) return undefined;
  const fields = new Map(Object.entries(record));
  if (fields.get('numPartitions') !== count || count === 0) return undefined;
  if (fields.get('kind') === 'hash') return new HashPartitioner(count);
  const ascending = fields.get('ascending');
  const bounds = fields.get('bounds');
  if (fields.get('kind') !== 'range' || typeof ascending !== 'boolean' || typeof bounds !== 'string') return undefined;
  const found = decodeBounds(bounds);
  if (found === undefined || found.length >= count) return undefined;
  const partitioner = new RangePartitioner(count, { compare: compareNatural, ascending, natural: true });
  partitioner.setBounds(found);
  return partitioner;
}

function decodeBounds(text: string): unknown[] | undefined {
  try {
    const bytes = new Uint8Array(Buffer.from(text, 'base64'));
    const batches = [...decodeFrames(bytes, { path: 'the bounds of a partitioner', offset: 0 })];
    return batches.flatMap((batch) => [
      ...(batch.kind === 'rows' ? batch.rows.slice(batch.from, batch.to) : materializeRows(batch)),
    ]);
  } catch {
    return undefined;
  }
}
