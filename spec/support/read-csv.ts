/** CSV in memory, for the specs of its reader. */
import { CsvReader } from '../../formats/csv/csv-reader.ts';
import { type CsvSettings, DEFAULT_CSV_SETTINGS } from '../../formats/csv/csv-settings.ts';
import { CsvSource } from '../../formats/csv/csv-source.ts';
import { type CsvShape, inferCsv } from '../../formats/csv/infer-csv.ts';
import { materializeRows } from '../../formats/record/materialize-rows.ts';
import type { Batch } from '../../formats/schema/batch.ts';
import { SourceStream } from '../../formats/text/byte-stream.ts';
import { sourceOf } from './bytes.ts';

export type CsvChoices = Partial<CsvSettings>;

export interface CsvReading extends CsvChoices {
  /** Where the text is cut into ranges. */
  readonly cuts?: readonly number[];
  /** Bytes that a read gives at the most. */
  readonly step?: number;
  readonly maxRows?: number;
}

const PATH = 'in.csv';

function bytesOf(text: string | Uint8Array): Uint8Array {
  return typeof text === 'string' ? Buffer.from(text) : text;
}

/** What is found of the columns of texts, one a file. */
export function shapeOf(texts: string | readonly string[], choices: CsvChoices = {}): CsvShape {
  const settings = { ...DEFAULT_CSV_SETTINGS, ...choices };
  const sources = [texts]
    .flat()
    .map((text) => new SourceStream(sourceOf(bytesOf(text))))
    .map((stream) => new CsvSource({ stream, path: PATH, atStart: true }, settings));
  return inferCsv(sources, settings);
}

/** The batches of a text, range by range. */
export function batchesOfCsv(text: string | Uint8Array, reading: CsvReading = {}): Batch[] {
  const { cuts = [], step, maxRows = 100, ...choices } = reading;
  const settings = { ...DEFAULT_CSV_SETTINGS, ...choices };
  const source = sourceOf(bytesOf(text), step);
  const sample = new CsvSource({ stream: new SourceStream(source), path: PATH, atStart: true }, settings);
  const shape = inferCsv([sample], settings);
  const starts = [0, ...cuts];
  return starts.flatMap((start, i) => {
    const end = starts[i + 1];
    const range = {
      stream: new SourceStream(source, start),
      path: PATH,
      atStart: start === 0,
      ...(end === undefined ? {} : { length: end - start }),
    };
    const reader = new CsvReader(range, shape, settings, maxRows);
    const batches: Batch[] = [];
    for (let batch = reader.next(); batch !== undefined; batch = reader.next()) batches.push(batch);
    return batches;
  });
}

/** The rows of a text. */
export function rowsOfCsv(text: string | Uint8Array, reading: CsvReading = {}): unknown[] {
  return batchesOfCsv(text, reading).flatMap((batch) =>
    batch.kind === 'rows' ? batch.rows.slice(batch.from, batch.to) : materializeRows(batch),
  );
}
