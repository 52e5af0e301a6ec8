import type { RawRow } from './raw-values.ts';

/** Rows of a statement as they are asked for, a few at a time: however many there are, memory is that of a few. */
export interface RowCursor {
  /** The next rows; undefined at the end. What is a promise, the caller waits for before it asks again. */
  next(): readonly RawRow[] | undefined | Promise<readonly RawRow[] | undefined>;
  /** Ends the statement and its connection. May be called at any time, and again. */
  close(): void;
}
