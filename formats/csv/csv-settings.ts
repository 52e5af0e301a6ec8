import { isUtf8 } from '../text/decoded-stream.ts';
import type { RecordMode } from '../text/record-mode.ts';
import type { TextField } from '../text/text-type.ts';
import { compileTimePattern, type TimePattern } from '../text/time-pattern.ts';
import type { CsvValueOptions } from './csv-column-options.ts';
import type { CsvDialect, CsvLimits } from './csv-dialect.ts';

/** How CSV is read: the user's choices with defaults filled in. Plain data, which travels to workers as it is. */
export interface CsvSettings extends CsvLimits {
  readonly delimiter: string;
  /** One ASCII sign, or '' for none; so are `escape` and `comment`. */
  readonly quote: string;
  readonly escape: string;
  readonly comment: string;
  /** The first line of each file names the columns. */
  readonly header: boolean;
  /** Take the columns by their position, whatever the first line says. */
  readonly enforceSchema: boolean;
  readonly multiLine: boolean;
  readonly encoding: string;
  readonly nullValues: readonly string[];
  readonly ignoreLeadingWhiteSpace: boolean;
  readonly ignoreTrailingWhiteSpace: boolean;
  readonly dateFormat: string | undefined;
  readonly timestampFormat: string | undefined;
  readonly mode: RecordMode | undefined;
  /** The user's name for the field that takes malformed records. */
  readonly columnNameOfCorruptRecord: string | undefined;
  /** Records that the schema is inferred from; 0 leaves all columns strings. */
  readonly sampleRows: number;
  readonly schema: readonly TextField[] | undefined;
  /** The columns that are wanted, in their order; all unless given. */
  readonly columns: readonly string[] | undefined;
}

export const DEFAULT_CSV_SETTINGS: CsvSettings = {
  maxRecordBytes: 16 * 1024 * 1024,
  // Spark's own.
  maxColumns: 20_480,
  delimiter: ',',
  quote: '"',
  escape: '"',
  comment: '',
  header: true,
  enforceSchema: false,
  multiLine: false,
  encoding: 'utf-8',
  nullValues: [''],
  ignoreLeadingWhiteSpace: false,
  ignoreTrailingWhiteSpace: false,
  dateFormat: undefined,
  timestampFormat: undefined,
  mode: undefined,
  columnNameOfCorruptRecord: undefined,
  sampleRows: 10_000,
  schema: undefined,
  columns: undefined,
};

export function dialectOf(settings: CsvSettings): CsvDialect {
  const sign = (text: string): number => (text === '' ? -1 : text.charCodeAt(0));
  return {
    delimiter: new TextEncoder().encode(settings.delimiter),
    quote: sign(settings.quote),
    escape: settings.quote === '' ? -1 : sign(settings.escape),
    comment: sign(settings.comment),
    multiLine: settings.multiLine,
    trimsLeft: settings.ignoreLeadingWhiteSpace,
    trimsRight: settings.ignoreTrailingWhiteSpace,
  };
}

export function valueOptionsOf(settings: CsvSettings): CsvValueOptions {
  const { quote, escape: escaping } = dialectOf(settings);
  return {
    nullValues: settings.nullValues,
    quote,
    escape: escaping,
    dateFormat: compiled(settings.dateFormat),
    timestampFormat: compiled(settings.timestampFormat),
  };
}

function compiled(pattern: string | undefined): TimePattern | undefined {
  return pattern === undefined ? undefined : compileTimePattern(pattern);
}

/** Whether a file may be read from the middle: a record is a line, and a line end looks the same everywhere. */
export function canSplitCsv({ multiLine, encoding }: CsvSettings): boolean {
  return !multiLine && isUtf8(encoding);
}
