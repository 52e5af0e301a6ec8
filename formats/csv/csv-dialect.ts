/** How a CSV file is written: what separates, quotes and escapes. Bytes of UTF-8, whatever the file's own encoding. */
export interface CsvDialect {
  /** At least one byte; neither a line end nor the quote. */
  readonly delimiter: Uint8Array;
  /** ASCII, or -1 where nothing is quoted. */
  readonly quote: number;
  /** What makes a quote within quotes a plain one: the quote itself (RFC 4180), a backslash; -1 for none. */
  readonly escape: number;
  /** Lines that begin with it are no records; -1 where all are. */
  readonly comment: number;
  /** Whether quoted fields may go on in the next line. */
  readonly multiLine: boolean;
  readonly trimsLeft: boolean;
  readonly trimsRight: boolean;
}

/** What bounds a record, so that no file makes a reader hold more than this. */
export interface CsvLimits {
  readonly maxRecordBytes: number;
  readonly maxColumns: number;
}
