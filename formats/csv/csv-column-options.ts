import type { Column } from '../schema/batch.ts';
import type { ScalarType } from '../text/text-type.ts';
import type { TimePattern } from '../text/time-pattern.ts';
import type { CsvBatch } from './csv-batch.ts';

/** What a column is read as. */
export interface CsvColumnOptions {
  readonly name: string;
  readonly type: ScalarType;
  /** Its place among the fields of a record. */
  readonly index: number;
}

/** What all columns share. */
export interface CsvValueOptions {
  /** Texts that stand for nothing. A quoted one stands for itself in columns of strings. */
  readonly nullValues: readonly string[];
  readonly dateFormat?: TimePattern | undefined;
  readonly timestampFormat?: TimePattern | undefined;
  /** What makes a quote within quotes a plain one. */
  readonly escape: number;
  readonly quote: number;
}

/** Reads one column of batch after batch. */
export interface CsvColumnParser {
  parse(batch: CsvBatch): Column;
}
