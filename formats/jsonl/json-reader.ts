import { CairnError, describeValue } from '../../lib/base/errors.ts';
import { type Batch, rowBatch } from '../schema/batch.ts';
import type { RecordRange } from '../text/record-buffer.ts';
import { CORRUPT_RECORD, modeOf, type RecordMode } from '../text/record-mode.ts';
import type { TextField } from '../text/text-type.ts';
import { compileTimePattern } from '../text/time-pattern.ts';
import { isRecord } from './infer-json.ts';
import type { JsonSettings } from './json-settings.ts';
import { JsonSource, NoJson } from './json-source.ts';
import type { RecordState } from './json-values.ts';
import { makeRowMaker, type RowMaker } from './row-maker.ts';

/**
 * The records of a range of JSON as rows with the fields of a schema, in its order; those that are missing are null.
 * A line that is an array gives a row for each of its objects, as in Spark.
 */
export class JsonReader {
  readonly #source: JsonSource;
  readonly #path: string;
  readonly #settings: JsonSettings;
  readonly #mode: RecordMode;
  readonly #maxRows: number;
  readonly #corruptField: string | undefined;
  readonly #makeRow: RowMaker;
  readonly #state: RecordState;

  /** `fields`: those of the rows, of the schema that was given or inferred. */
  constructor(range: RecordRange, fields: readonly TextField[], settings: JsonSettings, maxRows: number) {
    this.#source = new JsonSource(range, settings);
    this.#path = range.path;
    this.#settings = settings;
    this.#mode = modeOf(settings.mode, settings.schema !== undefined);
    this.#maxRows = maxRows;
    const corrupt = settings.columnNameOfCorruptRecord ?? CORRUPT_RECORD;
    this.#corruptField = fields.find(([name, type]) => name === corrupt && type === 'string')?.[0];
    this.#makeRow = makeRowMaker(fields, '', {
      dateFormat: settings.dateFormat === undefined ? undefined : compileTimePattern(settings.dateFormat),
      timestampFormat:
        settings.timestampFormat === undefined ? undefined : compileTimePattern(settings.timestampFormat),
      isSelection: settings.columns !== undefined,
    });
    // Fields that the sample did not show would be lost without a word.
    this.#state = { bad: undefined, refusesUnknown: settings.schema === undefined && this.#mode === 'FAILFAST' };
  }

  /**
   * The next records; undefined at the end of the range. Raises TEXT_RECORD_MALFORMED where the mode is FAILFAST,
   * VALUE_NOT_EXACT, LIMIT_EXCEEDED, TEXT_ENCODING, and CORRUPT_FILE for damaged compressed files.
   */
  next(): Batch | undefined {
    const rows: Record<string, unknown>[] = [];
    while (rows.length < this.#maxRows) {
      const value = this.#source.next();
      if (value === undefined) return rows.length === 0 ? undefined : rowBatch(rows);
      if (Array.isArray(value)) for (const each of value) this.#add(rows, each);
      else this.#add(rows, value);
    }
    return rowBatch(rows);
  }

  #add(rows: Record<string, unknown>[], value: unknown): void {
    const state = this.#state;
    state.bad = undefined;
    if (isRecord(value)) {
      const row = this.#makeRow(value, state);
      if (state.bad === undefined) {
        rows.push(row);
        return;
      }
      this.#addBad(rows, row, state.bad);
      return;
    }
    const reason = value instanceof NoJson ? value.reason : `it is ${describeValue(value)}, and no object`;
    this.#addBad(rows, undefined, reason);
  }

  #addBad(rows: Record<string, unknown>[], row: Record<string, unknown> | undefined, reason: string): void {
    switch (this.#mode) {
      case 'FAILFAST':
        throw this.#malformed(reason);
      case 'DROPMALFORMED':
        return;
      case 'PERMISSIVE': {
        const own = row ?? this.#makeRow({}, this.#state);
        if (this.#corruptField !== undefined) own[this.#corruptField] = this.#source.text;
        rows.push(own);
      }
    }
  }

  #malformed(reason: string): CairnError {
    const also = "'mode' PERMISSIVE reads what it can of such records, DROPMALFORMED leaves them out";
    const isInferred = this.#settings.schema === undefined;
    return new CairnError('TEXT_RECORD_MALFORMED', {
      path: this.#path,
      offset: this.#source.offset,
      reason: `${reason}: ${describeValue(this.#source.text.slice(0, 200))}`,
      remedy: `${this.#settings.multiLine ? '' : "where records are no lines, set 'multiLine'; "}${
        isInferred ? "the schema was inferred from the first records: give 'schema', or raise 'sampleRows'; " : ''
      }${also}`,
    });
  }
}
