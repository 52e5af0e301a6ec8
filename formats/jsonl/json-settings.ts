import { isUtf8 } from '../text/decoded-stream.ts';
import type { RecordMode } from '../text/record-mode.ts';
import type { TextField } from '../text/text-type.ts';

/** How JSON is read: the user's choices with defaults filled in. Plain data, which travels to workers as it is. */
export interface JsonSettings {
  /** A file is an array of records, or one record after another, with line ends anywhere; else each line is a record. */
  readonly multiLine: boolean;
  readonly encoding: string;
  readonly dateFormat: string | undefined;
  readonly timestampFormat: string | undefined;
  readonly mode: RecordMode | undefined;
  /** The user's name for the field that takes malformed records. */
  readonly columnNameOfCorruptRecord: string | undefined;
  /** Records that the schema is inferred from. */
  readonly sampleRows: number;
  readonly schema: readonly TextField[] | undefined;
  /** The fields that are wanted, in their order; all unless given. */
  readonly columns: readonly string[] | undefined;
  readonly maxRecordBytes: number;
  /** How deep arrays and objects of a record may be nested. */
  readonly maxDepth: number;
}

export const DEFAULT_JSON_SETTINGS: JsonSettings = {
  multiLine: false,
  encoding: 'utf-8',
  dateFormat: undefined,
  timestampFormat: undefined,
  mode: undefined,
  columnNameOfCorruptRecord: undefined,
  sampleRows: 10_000,
  schema: undefined,
  columns: undefined,
  maxRecordBytes: 16 * 1024 * 1024,
  maxDepth: 512,
};

/** Whether a file may be read from the middle: a record is a line, and a line end looks the same everywhere. */
export function canSplitJson({ multiLine, encoding }: JsonSettings): boolean {
  return !multiLine && isUtf8(encoding);
}
