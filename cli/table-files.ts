/** Files of rows that commands read and write: what format they are of, and how they become datasets. */
import type { RowRdd, Session } from '../lib/index.ts';
import { type Parsed, usageError } from './command.ts';

export type TableFormat = 'parquet' | 'arrow' | 'csv' | 'json';

const FORMATS: readonly TableFormat[] = ['parquet', 'arrow', 'csv', 'json'];
const CHOICES = 'parquet, arrow, csv or json';

export type Row = Record<string, unknown>;

/** Names end so, also before `.gz` and `.zst` where the format is text. */
const ENDINGS: readonly (readonly [RegExp, TableFormat])[] = [
  [/\.(parquet|pq)$/i, 'parquet'],
  [/\.(arrows?|feather|ipc)$/i, 'arrow'],
  [/\.(csv|tsv)(\.gz|\.zst)?$/i, 'csv'],
  [/\.(jsonl|ndjson|json)(\.gz|\.zst)?$/i, 'json'],
];

/** The format that is asked for, else the one that the name ends in. Raises COMMAND_LINE. */
export function formatOf(command: string, path: string, flag: string | undefined, flagName: string): TableFormat {
  const asked = FORMATS.find((each) => each === flag);
  if (asked !== undefined) return asked;
  if (flag !== undefined) throw usageError(`--${flagName} must be ${CHOICES}, found '${flag}'`, command);
  const found = ENDINGS.find(([ending]) => ending.test(path.replace(/\/+$/, '')));
  if (found === undefined) throw usageError(`'${path}' ends in no format: say --${flagName} ${CHOICES}`, command);
  return found[1];
}

/** `a,b` as names; undefined without any. */
export function columnsOf(flag: string | undefined): readonly string[] | undefined {
  return flag?.split(',').map((name) => name.trim());
}

/** Flags and switches of commands that read text; names are those of the reader's options. */
export const TEXT_FLAGS = ['delimiter'] as const;
export const TEXT_SWITCHES = ['no-header', 'multi-line'] as const;

/** How a file of text is read, where it is not as usual. */
export interface TextChoices {
  readonly delimiter?: string;
  readonly header?: false;
  readonly multiLine?: true;
}

/** What the command line says of text that is read. Raises COMMAND_LINE where the format is none that it is said of. */
export function textChoicesOf(
  command: string,
  format: TableFormat,
  { flags, switches }: Pick<Parsed<'delimiter', 'no-header' | 'multi-line'>, 'flags' | 'switches'>,
): TextChoices {
  const { delimiter } = flags;
  const isHeaderless = switches.has('no-header');
  const isMultiLine = switches.has('multi-line');
  const csvOnly = delimiter !== undefined ? '--delimiter' : isHeaderless ? '--no-header' : undefined;
  if (csvOnly !== undefined && format !== 'csv') {
    throw usageError(`${csvOnly} is for CSV that is read, found ${format}`, command);
  }
  if (isMultiLine && format !== 'csv' && format !== 'json') {
    throw usageError(`--multi-line is for CSV and JSON that are read, found ${format}`, command);
  }
  return {
    // Few shells have a simple way to write a tab.
    ...(delimiter === undefined ? {} : { delimiter: delimiter.replaceAll('\\t', '\t') }),
    ...(isHeaderless ? { header: false } : {}),
    ...(isMultiLine ? { multiLine: true } : {}),
  };
}

/** The rows of a file, of the columns alone that are asked for. */
export function readTable(
  session: Session,
  path: string,
  format: TableFormat,
  columns: readonly string[] | undefined,
  text: TextChoices = {},
): RowRdd<Row> {
  switch (format) {
    case 'parquet':
      return session.read.parquet<Row>(path, { columns });
    case 'arrow':
      return session.read.arrow<Row>(path, { columns });
    case 'csv':
      return session.read.csv<Row>(path, {
        columns,
        ...(/\.tsv(\.gz|\.zst)?$/i.test(path) ? { delimiter: '\t' } : {}),
        ...text,
      });
    case 'json':
      return session.read.json<Row>(path, { columns, multiLine: text.multiLine });
  }
}
