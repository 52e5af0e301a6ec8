import { materializeRows } from '../../formats/record/materialize-rows.ts';
import { type RowBatch, rowBatch } from '../../formats/schema/batch.ts';
import type { Step } from '../lineage/step.ts';
import type { PendingBatch, TaskBatch } from '../lineage/task-context.ts';
import { beginsWithJoin, cutJoins } from './cut-joins.ts';

type Batch = Exclude<TaskBatch, PendingBatch>;

/** Records a chain that fans out is given at first, before anything is known of what it makes of them. */
const FIRST_ROWS = 64;
/** Ordinary batches that the output of one piece may come to. */
const OUTPUT_BATCHES = 16;

/**
 * Cuts batches into the pieces that a chain runs over at a time, where its output is held until the next step takes
 * it: a chain that makes many records of one is given fewer. One group that a join makes millions of is cut, too; one
 * record that a function makes millions of is held whole.
 */
export class PieceCutter {
  readonly #batchRows: number;
  readonly #fansOut: boolean;
  readonly #joins: boolean;
  #rows: number;

  constructor(steps: readonly Step[], batchRows: number) {
    this.#batchRows = batchRows;
    this.#fansOut = steps.some(
      ({ kind }) => kind === 'flat-map' || kind === 'flat-map-values' || kind === 'join' || kind === 'poisson-sample',
    );
    this.#joins = beginsWithJoin(steps);
    this.#rows = this.#fansOut ? Math.min(FIRST_ROWS, batchRows) : batchRows;
  }

  /** The pieces of a batch, in order. What `made` learns of one piece holds for the next. */
  *cut(batch: Batch): Generator<Batch, void, undefined> {
    if (batch.kind === 'range') {
      for (let i = 0; i < batch.count; ) {
        const count = Math.min(this.#rows, batch.count - i);
        yield { kind: 'range', start: batch.start + i * batch.step, step: batch.step, count };
        i += count;
      }
      return;
    }
    // Columns are worth more whole than in pieces: they are cut only for a chain that fans out.
    if (
      !this.#fansOut ||
      (!this.#joins && (batch.kind === 'columns' ? batch.rowCount : batch.to - batch.from) <= this.#rows)
    ) {
      yield batch;
      return;
    }
    const whole = batch.kind === 'rows' ? batch : rowBatch(materializeRows(batch));
    if (this.#joins) {
      for (const piece of cutJoins(whole, OUTPUT_BATCHES * this.#batchRows)) yield* this.#pieces(piece);
    } else {
      yield* this.#pieces(whole);
    }
  }

  *#pieces({ rows, from, to }: RowBatch): Generator<RowBatch, void, undefined> {
    for (let at = from; at < to; ) {
      const end = Math.min(at + this.#rows, to);
      yield rowBatch(rows, at, end);
      at = end;
    }
  }

  /** What came of a piece. */
  made(rowsIn: number, rowsOut: number): void {
    if (!this.#fansOut || rowsIn === 0) return;
    const fits = Math.floor((OUTPUT_BATCHES * this.#batchRows * rowsIn) / Math.max(1, rowsOut));
    this.#rows = Math.max(1, Math.min(this.#batchRows, fits));
  }
}
