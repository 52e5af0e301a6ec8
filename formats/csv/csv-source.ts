import { openRecords, type RecordBuffer, type RecordRange } from '../text/record-buffer.ts';
import { CsvBatch } from './csv-batch.ts';
import { type CsvSettings, dialectOf } from './csv-settings.ts';
import { CsvTokenizer, ESCAPED } from './csv-tokenizer.ts';
import { unescapeField } from './string-column-parser.ts';

/** Slots of a batch: enough records for a loop over columns, in arrays of a few MB however many columns there are. */
const BATCH_SLOTS = 256 * 1024;

/** The records of a range, tokenized batch by batch. */
export class CsvSource {
  readonly #buffer: RecordBuffer;
  readonly #settings: CsvSettings;
  readonly #path: string;
  #tokenizer: CsvTokenizer | undefined;

  constructor(range: RecordRange, settings: CsvSettings) {
    this.#settings = settings;
    this.#path = range.path;
    this.#buffer = openRecords(range, settings, true);
  }

  /** Where in the text, from the first byte of the range, a byte of the last batch is. */
  offsetOf(at: number): number {
    return this.#buffer.offsetOf(at);
  }

  /** The fields of the next record as texts; undefined at the end. Raises as `next`. */
  readFields(): string[] | undefined {
    const { maxColumns } = this.#settings;
    const tokens = new CsvTokenizer(dialectOf(this.#settings), maxColumns, 1, maxColumns, this.#path);
    const batch = this.#read(tokens);
    if (batch === undefined) return undefined;
    const count = Math.max(1, tokens.counts[0] as number);
    return Array.from({ length: count }, (_, i) => fieldText(batch, i, this.#settings));
  }

  /**
   * The next records, at most `maxRows`; undefined at the end of the range. `columns` and `maxRows` are those of the first
   * call. Raises LIMIT_EXCEEDED for a record that is longer, or has more fields, than may be.
   */
  next(columns: number, maxRows: number): CsvBatch | undefined {
    const rows = Math.max(1, Math.min(maxRows, Math.floor(BATCH_SLOTS / columns)));
    this.#tokenizer ??= new CsvTokenizer(
      dialectOf(this.#settings),
      columns,
      rows,
      this.#settings.maxColumns,
      this.#path,
    );
    return this.#read(this.#tokenizer);
  }

  #read(tokens: CsvTokenizer): CsvBatch | undefined {
    const buffer = this.#buffer;
    while (!buffer.isDone) {
      const { bytes, from, to, isEnd, lastStart } = buffer;
      const rowCount = tokens.tokenize(bytes, from, to, isEnd, lastStart);
      buffer.from = tokens.next;
      if (rowCount > 0) return new CsvBatch(tokens, bytes, rowCount);
      if (!buffer.isDone) buffer.fill();
    }
    return undefined;
  }
}

/** Field `i` of the first record of a batch. */
export function fieldText(batch: CsvBatch, i: number, { quote, escape: escaping }: CsvSettings): string {
  const start = batch.tokens.starts[i] as number;
  const from = start >>> 2;
  const to = batch.tokens.ends[i] as number;
  const text = from === to ? '' : batch.textAt(from, to);
  const kind = start & 3;
  return kind === ESCAPED ? unescapeField(text, quote, escaping) : text;
}
