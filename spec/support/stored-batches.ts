import { ByteWriter } from '../../formats/bytes/byte-writer.ts';
import type { CodecName } from '../../formats/bytes/compression.ts';
import { materializeRows } from '../../formats/record/materialize-rows.ts';
import { encodeFrame } from '../../formats/record/record-writer.ts';
import { type Batch, rowBatch } from '../../formats/schema/batch.ts';

/** The records of batches, in order. */
export function rowsOf(batches: Iterable<Batch>): unknown[] {
  const rows: unknown[] = [];
  for (const batch of batches) {
    rows.push(...(batch.kind === 'columns' ? materializeRows(batch) : batch.rows.slice(batch.from, batch.to)));
  }
  return rows;
}

/** One frame that holds the records, in bytes of its own. */
export function frameOf(rows: readonly unknown[], codec: CodecName = 'none'): Uint8Array {
  using out = new ByteWriter();
  encodeFrame(rowBatch(rows), out, { codec });
  return out.take();
}

/** Frames back to back, as one piece of bytes. */
export function framesOf(...batches: readonly (readonly unknown[])[]): Uint8Array {
  using out = new ByteWriter();
  for (const rows of batches) encodeFrame(rowBatch(rows), out, { codec: 'none' });
  return out.take();
}

/** An iterator over batches that notes how often it was asked and whether it was returned. */
export class WatchedBatches implements IterableIterator<Batch> {
  readonly #batches: readonly (Batch | Error)[];
  asked = 0;
  returned = 0;

  /** An error is raised when its turn comes. */
  constructor(...batches: readonly (readonly unknown[] | Error)[]) {
    this.#batches = batches.map((batch) => (batch instanceof Error ? batch : rowBatch(batch)));
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<Batch> {
    const batch = this.#batches[this.asked++];
    if (batch instanceof Error) throw batch;
    return batch === undefined ? { done: true, value: undefined } : { done: false, value: batch };
  }

  return(): IteratorResult<Batch> {
    this.returned++;
    this.asked = this.#batches.length;
    return { done: true, value: undefined };
  }
}

/** `count` whole numbers from `start`. */
export function numbers(start: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => start + i);
}
