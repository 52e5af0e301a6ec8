import { CsvEncoder, type CsvWriteSettings } from '../../formats/csv/csv-encoder.ts';
import { encodeJson } from '../../formats/jsonl/json-encoder.ts';
import type { FileSystem } from '../fs/file-system.ts';
import type { OutputJob, OutputPart } from './output-job.ts';
import { type OutputCompression, TextPartWriter } from './text-part-writer.ts';

/** A text format of rows, as plain data. */
export type RowFormat =
  | { readonly kind: 'csv'; readonly settings: CsvWriteSettings; readonly compression: OutputCompression }
  | { readonly kind: 'json'; readonly compression: OutputCompression };

/** Records that become lines at a time. */
const LINES = 1024;

/**
 * Writes a part of a directory of CSV or JSON lines: `part-00000.csv`, `part-00000.json.gz`. Each part of CSV names its
 * columns, those of its first record unless they are given; one without records does where they are.
 */
export class RowPartWriter implements Disposable {
  readonly #text: TextPartWriter;
  readonly #csv: CsvEncoder | undefined;
  #recordCount = 0;
  #hasHeader = false;

  constructor(fs: FileSystem, job: OutputJob, partition: number, attempt: number | string, format: RowFormat) {
    this.#csv = format.kind === 'csv' ? new CsvEncoder(format.settings) : undefined;
    this.#text = new TextPartWriter(fs, job, partition, attempt, format.compression, `.${format.kind}`);
  }

  /** Writes the records `rows[from] … rows[to - 1]`. Raises ROW_NOT_WRITABLE. */
  write(rows: readonly unknown[], from = 0, to = rows.length): void {
    for (let at = from; at < to; at += LINES) {
      const end = Math.min(at + LINES, to);
      const lines: string[] = [];
      for (let i = at; i < end; i++)
        lines.push(this.#csv === undefined ? encodeJson(rows[i]) : this.#csv.line(rows[i]));
      // The first record tells the columns.
      this.#writeHeader();
      this.#text.write(lines);
      this.#recordCount += lines.length;
    }
  }

  /** Ends the part and makes it the job's, unless another attempt has done so. */
  commit(): OutputPart {
    this.#writeHeader();
    const part = this.#text.commit();
    const columns = this.#csv?.columns;
    return { ...part, recordCount: this.#recordCount, ...(columns === undefined ? {} : { columns }) };
  }

  abort(): void {
    this.#text.abort();
  }

  [Symbol.dispose](): void {
    this.abort();
  }

  #writeHeader(): void {
    if (this.#hasHeader) return;
    const header = this.#csv?.header();
    if (header === undefined) return;
    this.#hasHeader = true;
    this.#text.write([header]);
  }
}
