import { recordColumns } from '../../formats/record/record-columns.ts';
import { selectRows } from '../../formats/scan/select-rows.ts';
import type { ColumnBatch } from '../../formats/schema/batch.ts';
import { takeRows } from '../../formats/schema/take-rows.ts';
import { type RawRow, RawRows } from './raw-values.ts';
import type { ScanPlan } from './scan-plan.ts';

/** Makes records of the rows that a scan's statements give: those that match, with the columns that are wanted. */
export class ScanRows {
  readonly #plan: ScanPlan;
  readonly #rows: RawRows;
  /** By the numbers of the residual conditions' columns: which of the selected ones. */
  readonly #tested: readonly number[];

  /** `table` names it in errors. `isText`: the database gives all values as texts or bytes. */
  constructor(plan: ScanPlan, table: string, isText: boolean) {
    this.#plan = plan;
    this.#rows = new RawRows(plan.selected, table, isText);
    this.#tested = (plan.binding?.columns ?? []).map(({ path }) =>
      plan.selected.findIndex(({ field }) => field.name === path[0]),
    );
  }

  /** Undefined where none matches. Raises DATABASE_VALUE_TYPE and VALUE_NOT_EXACT. */
  batch(rows: readonly RawRow[]): ColumnBatch | undefined {
    const { fields, binding, mapping } = this.#plan;
    const vectors = this.#rows.vectors(rows);
    const wanted = vectors.slice(0, fields.length);
    if (binding === undefined) return recordColumns({ fields, rowCount: rows.length, vectors: wanted }, mapping);
    const tested = this.#tested.map((index) => vectors[index] as (typeof vectors)[number]);
    const kept = selectRows(binding.predicate, tested, rows.length);
    if (kept.length === 0) return undefined;
    const taken = kept.length === rows.length ? wanted : wanted.map((vector) => takeRows(vector, kept));
    return recordColumns({ fields, rowCount: kept.length, vectors: taken }, mapping);
  }
}
