/** Files of rows that commands read and write: what format they are of, and how they become datasets. */
import type { RowRdd, Session } from '../lib/index.ts';
import { usageError } from './command.ts';

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

/** The rows of a file, of the columns alone that are asked for. */
export function readTable(
  session: Session,
  path: string,
  format: TableFormat,
  columns: readonly string[] | undefined,
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
      });
    case 'json':
      return session.read.json<Row>(path);
  }
}
