/** Records as frames of runs, and back. What is appended to a run stays in one buffer that is used again and again. */
import { ByteWriter } from '../../formats/bytes/byte-writer.ts';
import type { CodecName } from '../../formats/bytes/compression.ts';
import { buildColumns } from '../../formats/record/build-columns.ts';
import { materializeRows } from '../../formats/record/materialize-rows.ts';
import { encodeFrame } from '../../formats/record/record-writer.ts';
import { type Batch, type Column, rowBatch } from '../../formats/schema/batch.ts';
import type { RunFileWriter } from '../../storage/spill/run-file.ts';
import { invariant } from '../base/invariant.ts';
import { columnValues, type SideArray } from './pair-arrays.ts';

/** Records of a frame: what a reader makes at a time. */
export const FRAME_ROWS = 4096;

/** See the file header. One a consumer; dispose of it at the end. */
export class FrameEncoder implements Disposable {
  readonly #codec: CodecName;
  readonly #out = new ByteWriter({ initialBytes: 1024 });
  #rows = 0;

  constructor(codec: CodecName) {
    this.#codec = codec;
  }

  /** Adds records. Raises VALUE_NOT_SERIALIZABLE and LIMIT_EXCEEDED. */
  records(values: readonly unknown[]): void {
    for (let from = 0; from < values.length; from += FRAME_ROWS) {
      this.#encode(rowBatch(values, from, Math.min(from + FRAME_ROWS, values.length)));
    }
    this.#rows += values.length;
  }

  /** Adds records that are tuples, given by their parts, all of which have `count` elements. */
  tuples(parts: readonly (readonly unknown[])[], count: number): void {
    for (let from = 0; from < count; from += FRAME_ROWS) {
      const to = Math.min(from + FRAME_ROWS, count);
      const items = parts.map((part) => columnOf(part, from, to));
      this.#encode({ kind: 'columns', rowCount: to - from, root: { kind: 'tuple', items, nulls: undefined } });
    }
    this.#rows += count;
  }

  /** Writes what was added as one segment; nothing is kept. */
  appendTo(run: RunFileWriter): void {
    run.append(0, this.#out.bytes(), this.#rows);
    run.flush();
    this.#out.reset();
    this.#rows = 0;
  }

  [Symbol.dispose](): void {
    this.#out[Symbol.dispose]();
  }

  #encode(batch: Batch): void {
    encodeFrame(batch, this.#out, { codec: this.#codec });
  }
}

function columnOf(values: readonly unknown[], from: number, to: number): Column {
  return buildColumns(values, from, to)?.root ?? { kind: 'value', values: values.slice(from, to), nulls: undefined };
}

/** All records of the batches in one array. */
export function recordsIn(batches: Iterable<Batch>): readonly unknown[] {
  let all: unknown[] | undefined;
  for (const batch of batches) {
    const rows = batch.kind === 'rows' ? batch.rows.slice(batch.from, batch.to) : materializeRows(batch);
    if (all === undefined) all = rows;
    else for (const row of rows) all.push(row);
  }
  return all ?? [];
}

/** The parts of records that `tuples` wrote. */
export function partsOf(batch: Batch): { readonly count: number; readonly parts: readonly SideArray[] } {
  invariant(batch.kind === 'columns' && batch.root.kind === 'tuple', 'tuples are read as they were written');
  const { rowCount, root } = batch;
  return { count: rowCount, parts: root.items.map((item) => columnValues(item, rowCount)) };
}
