/** JSON in memory, for the specs of its reader. */
import { inferJson } from '../../formats/jsonl/infer-json.ts';
import { JsonReader } from '../../formats/jsonl/json-reader.ts';
import { DEFAULT_JSON_SETTINGS, type JsonSettings } from '../../formats/jsonl/json-settings.ts';
import { JsonSource } from '../../formats/jsonl/json-source.ts';
import { SourceStream } from '../../formats/text/byte-stream.ts';
import type { TextField } from '../../formats/text/text-type.ts';
import { sourceOf } from './bytes.ts';

export interface JsonReading extends Partial<JsonSettings> {
  /** Where the text is cut into ranges. */
  readonly cuts?: readonly number[];
  /** Bytes that a read gives at the most. */
  readonly step?: number;
  readonly maxRows?: number;
}

const PATH = 'in.json';

/** The fields that are found in texts, one a file. */
export function fieldsOfJson(
  texts: string | Uint8Array | readonly string[],
  choices: Partial<JsonSettings> = {},
): readonly TextField[] {
  const settings = { ...DEFAULT_JSON_SETTINGS, ...choices };
  const all = typeof texts === 'string' || texts instanceof Uint8Array ? [texts] : texts;
  return inferJson(
    all.map((text) => {
      const stream = new SourceStream(sourceOf(Buffer.from(text)));
      return new JsonSource({ stream, path: PATH, atStart: true }, settings);
    }),
    settings,
  );
}

/** The rows of a text. */
export function rowsOfJson(text: string | Uint8Array, reading: JsonReading = {}): unknown[] {
  const { cuts = [], step, maxRows = 100, ...choices } = reading;
  const settings = { ...DEFAULT_JSON_SETTINGS, ...choices };
  const bytes = Buffer.from(text);
  const fields = settings.schema ?? fieldsOfJson(bytes, choices);
  const starts = [0, ...cuts];
  return starts.flatMap((start, i) => {
    const end = starts[i + 1];
    const range = {
      stream: new SourceStream(sourceOf(bytes, step), start),
      path: PATH,
      atStart: start === 0,
      ...(end === undefined ? {} : { length: end - start }),
    };
    const reader = new JsonReader(range, fields, settings, maxRows);
    const rows: unknown[] = [];
    for (let batch = reader.next(); batch !== undefined; batch = reader.next()) {
      if (batch.kind === 'rows') rows.push(...batch.rows.slice(batch.from, batch.to));
    }
    return rows;
  });
}
