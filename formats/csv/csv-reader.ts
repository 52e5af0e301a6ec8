/**
 * The records of a range of CSV as batches of columns.
 *
 * The schema is settled by now: given, or inferred once for all files. Rows have its fields in its order, those that
 * are missing as null. A batch whose columns include one named `__proto__` goes as rows, where it is a property like any
 * other.
 */
import { CairnError, describeValue } from '../../lib/base/errors.ts';
import { invariant } from '../../lib/base/invariant.ts';
import { type Batch, type Column, rowBatch } from '../schema/batch.ts';
import { findColumns } from '../text/find-columns.ts';
import type { RecordRange } from '../text/record-buffer.ts';
import { CORRUPT_RECORD, modeOf, type RecordMode } from '../text/record-mode.ts';
import type { ScalarType, TextField } from '../text/text-type.ts';
import { BAD_SHAPE, type CsvBatch } from './csv-batch.ts';
import type { CsvColumnParser } from './csv-column-options.ts';
import { makeColumnParser } from './csv-columns.ts';
import { columnNames } from './csv-header.ts';
import { type CsvSettings, valueOptionsOf } from './csv-settings.ts';
import { CsvSource } from './csv-source.ts';
import { UNCLOSED } from './csv-tokenizer.ts';
import type { CsvShape } from './infer-csv.ts';
import { withOwnNames } from './own-names.ts';

/** The fields of rows, and where in a record they come from. */
export interface CsvOutput {
  readonly fields: readonly TextField[];
  /** Of each field its place in a record, or -1 for the one that takes malformed records. */
  readonly places: readonly number[];
  /** Fields of a sound record. */
  readonly fieldCount: number;
}

/** What rows will be, from what the files are and what was asked for. Raises COLUMN_NOT_FOUND; `source` names the files. */
export function outputOf(shape: CsvShape, settings: CsvSettings, source: string): CsvOutput {
  const { schema, columnNameOfCorruptRecord: corrupt, columns } = settings;
  let fields: readonly TextField[];
  let places: readonly number[];
  if (schema === undefined) {
    const extra: readonly TextField[] = corrupt === undefined ? [] : [[corrupt, 'string']];
    const own = shape.fields.filter(([name]) => name !== corrupt);
    fields = [...own, ...extra];
    places = [...own.map((each) => shape.fields.indexOf(each)), ...extra.map(() => -1)];
  } else {
    const name = corrupt ?? CORRUPT_RECORD;
    let next = 0;
    fields = schema;
    places = schema.map(([each, type]) => (each === name && type === 'string' ? -1 : next++));
  }
  const fieldCount = places.filter((place) => place >= 0).length;
  if (columns === undefined || fields.length === 0) return { fields, places, fieldCount };
  const wanted = findColumns(fields, columns, source);
  return {
    fields: wanted.map((at) => fields[at] as TextField),
    places: wanted.map((at) => places[at] as number),
    fieldCount,
  };
}

export class CsvReader {
  readonly #source: CsvSource;
  readonly #path: string;
  readonly #settings: CsvSettings;
  readonly #output: CsvOutput;
  readonly #mode: RecordMode;
  readonly #maxRows: number;
  readonly #parsers: readonly (CsvColumnParser | undefined)[];
  /** The header that files must have. */
  readonly #header: readonly string[] | undefined;
  #isAtHeader: boolean;
  /** Of the range. */
  readonly #length: number | undefined;

  /** `shape`: of the files, as inferred. */
  constructor(range: RecordRange, shape: CsvShape, settings: CsvSettings, maxRows: number) {
    this.#source = new CsvSource(range, settings);
    this.#path = range.path;
    this.#length = range.length;
    this.#settings = settings;
    this.#output = outputOf(shape, settings, range.path);
    this.#mode = modeOf(settings.mode, settings.schema !== undefined);
    this.#maxRows = maxRows;
    this.#header = shape.header;
    this.#isAtHeader = settings.header && range.atStart;
    const values = valueOptionsOf(settings);
    const { fields, places } = this.#output;
    this.#parsers = fields.map(([name, type], i) => {
      const index = places[i] as number;
      return index < 0 ? undefined : makeColumnParser({ name, type: type as ScalarType, index }, values);
    });
  }

  /**
   * The next records; undefined at the end of the range. Raises TEXT_RECORD_MALFORMED where the mode is FAILFAST,
   * CSV_HEADER_MISMATCH, VALUE_NOT_EXACT, LIMIT_EXCEEDED, TEXT_ENCODING, and CORRUPT_FILE for damaged compressed files.
   */
  next(): Batch | undefined {
    if (this.#output.fieldCount === 0) return undefined;
    if (this.#isAtHeader) {
      this.#isAtHeader = false;
      this.#checkHeader(this.#source.readFields());
    }
    for (;;) {
      const batch = this.#source.next(this.#output.fieldCount, this.#maxRows);
      if (batch === undefined) return undefined;
      const found = this.#parse(batch);
      if (found !== undefined) return found;
    }
  }

  #parse(batch: CsvBatch): Batch | undefined {
    this.#markShapes(batch);
    let columns = this.#parsers.map((parser) => parser?.parse(batch));
    const firstBad = batch.bad.findIndex((bad) => bad !== 0);
    if (firstBad >= 0 && this.#mode === 'FAILFAST') throw this.#malformed(batch, firstBad);
    if (firstBad >= 0 && this.#mode === 'DROPMALFORMED') {
      dropBad(batch);
      if (batch.rowCount === 0) return undefined;
      columns = this.#parsers.map((parser) => parser?.parse(batch));
    }
    const names = this.#output.fields.map(([name]) => name);
    const fields = columns.map((column) => column ?? this.#corruptColumn(batch));
    const root: Column = { kind: 'object', names, fields, nulls: undefined };
    const { rowCount } = batch;
    return names.includes('__proto__')
      ? rowBatch(withOwnNames(names, fields, rowCount))
      : { kind: 'columns', rowCount, root };
  }

  #markShapes(batch: CsvBatch): void {
    const { counts } = batch.tokens;
    const { fieldCount } = this.#output;
    for (let row = 0; row < batch.rowCount; row++) if (counts[row] !== fieldCount) batch.bad[row] = BAD_SHAPE;
  }

  /** The text of malformed records, null for the others. */
  #corruptColumn(batch: CsvBatch): Column {
    const { rowCount, bytes, bad, tokens } = batch;
    const nulls = new Uint8Array(rowCount);
    const values = new Array<string>(rowCount);
    for (let row = 0; row < rowCount; row++) {
      const isBad = bad[row] !== 0;
      nulls[row] = isBad ? 0 : 1;
      values[row] = isBad ? bytes.toString('utf8', tokens.rowStarts[row], tokens.rowEnds[row]) : '';
    }
    return { kind: 'string', values, nulls };
  }

  #checkHeader(found: readonly string[] | undefined): void {
    if (found === undefined) {
      // Where the first line of the text is behind its first range, the next range would take it for a record.
      if (this.#length !== undefined) throw headerTooLate(this.#path, this.#length);
      return;
    }
    if (this.#settings.enforceSchema) return;
    const { schema } = this.#settings;
    const expected =
      schema === undefined ? this.#header : schema.filter((_, i) => this.#isOfFile(i)).map(([name]) => name);
    invariant(expected !== undefined, 'files with headers have one');
    // A schema may name columns that have no name of their own as an inferred one would.
    const names = schema === undefined ? found : columnNames(found, this.#settings.nullValues);
    if (expected.length === names.length && expected.every((name, i) => name === names[i])) return;
    throw new CairnError('CSV_HEADER_MISMATCH', {
      path: this.#path,
      found: listed(found),
      expected: listed(expected),
    });
  }

  #isOfFile(i: number): boolean {
    const [name, type] = this.#settings.schema?.[i] ?? [];
    return name !== (this.#settings.columnNameOfCorruptRecord ?? CORRUPT_RECORD) || type !== 'string';
  }

  #malformed(batch: CsvBatch, row: number): CairnError {
    const { tokens, bytes } = batch;
    const start = tokens.rowStarts[row] as number;
    const record = describeValue(bytes.toString('utf8', start, Math.min(start + 200, tokens.rowEnds[row] as number)));
    return new CairnError('TEXT_RECORD_MALFORMED', {
      path: this.#path,
      offset: this.#source.offsetOf(start),
      reason: `${this.#reason(batch, row)}: ${record}`,
      remedy: this.#remedy(batch, row),
    });
  }

  #reason({ tokens, bad, bytes }: CsvBatch, row: number): string {
    const { fieldCount, fields, places } = this.#output;
    const count = tokens.counts[row] as number;
    if (count === UNCLOSED) return 'a quote that is not closed';
    const index = (bad[row] as number) - 1;
    if (bad[row] === BAD_SHAPE || index < 0) return `${count} fields instead of ${fieldCount}`;
    const [name, type] = fields[places.indexOf(index)] as TextField;
    const slot = row * tokens.columns + index;
    const from = (tokens.starts[slot] as number) >>> 2;
    const text = bytes.toString('utf8', from, Math.min(from + 60, tokens.ends[slot] as number));
    return `column '${name}' is ${String(type)}, found ${describeValue(text)}`;
  }

  #remedy({ tokens, bad }: CsvBatch, row: number): string {
    const also = "'mode' PERMISSIVE reads what it can of such records, DROPMALFORMED leaves them out";
    if (tokens.counts[row] === UNCLOSED && !this.#settings.multiLine) {
      return `if quoted fields go on in the next line, set 'multiLine'; ${also}`;
    }
    if (bad[row] === BAD_SHAPE || this.#settings.schema !== undefined) return also;
    return `the type was inferred from the first records: give 'schema', or raise 'sampleRows'; ${also}`;
  }
}

/** Moves the sound records of a batch to its front. */
function dropBad(batch: CsvBatch): void {
  const { starts, ends, columns, rowStarts, rowEnds, counts } = batch.tokens;
  let to = 0;
  for (let row = 0; row < batch.rowCount; row++) {
    if (batch.bad[row] !== 0) continue;
    starts.copyWithin(to * columns, row * columns, (row + 1) * columns);
    ends.copyWithin(to * columns, row * columns, (row + 1) * columns);
    rowStarts[to] = rowStarts[row] as number;
    rowEnds[to] = rowEnds[row] as number;
    counts[to] = counts[row] as number;
    to++;
  }
  batch.rowCount = to;
  batch.bad.fill(0);
}

function headerTooLate(path: string, length: number): CairnError {
  return new CairnError('LIMIT_EXCEEDED', {
    what: `the number of bytes before the header of ${path}`,
    found: `over ${length}`,
    limit: length,
    remedy: 'remove the empty lines and comments before it',
  });
}

function listed(names: readonly string[]): string {
  return describeValue(names.join(','));
}
