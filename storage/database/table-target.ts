import type { RowValue, TargetColumn } from './encode-rows.ts';

/** What becomes of the table before rows are added. */
export type TablePlan =
  /** It is there, and keeps its rows. */
  | { readonly kind: 'append' }
  /** It is there, and is emptied. */
  | { readonly kind: 'empty' }
  /** It is made; `replaces` one that is there. `definitions` stand in CREATE TABLE. */
  | { readonly kind: 'create'; readonly definitions: string; readonly replaces: boolean };

/**
 * A table that is written to, in one transaction: nobody sees anything of it before `commit`, and nothing of it stays
 * after `abort`, or when the process dies. Whoever opened it commits or aborts it.
 */
export interface TableTarget {
  /** The columns of the table as it is; undefined where there is none. */
  columns(): Promise<readonly TargetColumn[] | undefined>;
  /** Begins. Raises OUTPUT_EXISTS where a table that is to be made is there by now. */
  begin(plan: TablePlan): Promise<void>;
  /** Adds rows: values of `names`, in order. */
  insert(names: readonly string[], rows: readonly (readonly RowValue[])[]): Promise<void>;
  /** Makes it all visible and durable. Raises DATABASE_COMMIT_UNKNOWN where it cannot be told whether it is. */
  commit(): Promise<void>;
  /** Undoes what was not committed, and ends the connection. Raises nothing. */
  abort(): Promise<void>;
}
