/**
 * Copies of what a task leaves behind when some of its records may read from its files (`SpilledGroups.any`): results,
 * and blocks that are kept as objects. A copy goes through the codec of records, as all that leaves a worker does.
 */
import { ByteWriter } from '../../formats/bytes/byte-writer.ts';
import { decodeFrames } from '../../formats/record/record-reader.ts';
import { encodeFrame } from '../../formats/record/record-writer.ts';
import type { Batch } from '../../formats/schema/batch.ts';
import { decodeRows, encodeRows } from './row-frames.ts';
import { receiveValue, shipValue } from './ship-value.ts';

/** Records copied at a time: each may hold the values of a key. */
const ROWS = 64;

/** A copy of a result. Raises VALUE_NOT_SERIALIZABLE. */
export function copyResult(value: unknown): unknown {
  if (!Array.isArray(value) || value.length <= ROWS) return receiveValue(shipValue(value, 'result'));
  const copies: unknown[] = [];
  for (let from = 0; from < value.length; from += ROWS) {
    const chunks = encodeRows(value, from, Math.min(from + ROWS, value.length), { rowsPerFrame: ROWS });
    for (const copy of decodeRows(chunks, 'the result of a task')) copies.push(copy);
  }
  return copies;
}

/** Copies of batches, one by one. Raises VALUE_NOT_SERIALIZABLE, LIMIT_EXCEEDED for a record that no frame holds. */
export function* copyBatches(batches: Iterable<Batch>, isNeeded: () => boolean): Generator<Batch, void, undefined> {
  for (const batch of batches) {
    if (batch.kind === 'columns' || !isNeeded()) yield batch;
    else {
      using out = new ByteWriter();
      encodeFrame(batch, out, { codec: 'none' });
      yield* decodeFrames(out.take(), { path: 'a copied batch', offset: 0 });
    }
  }
}
